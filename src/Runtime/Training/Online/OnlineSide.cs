using System;
using System.Runtime.InteropServices;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>One side of a factorisation that learns from a stream: its table and, where it is clustered, its clusters.</summary>
internal sealed class OnlineSide
{
    private readonly IFactorization _kernels;
    private readonly float[] _ones;
    private readonly int[] _rows;
    private readonly int[] _own = new int[1];
    private readonly float[] _step;
    private readonly float[] _targets;
    private readonly float[] _products;
    private readonly int[] _biased = new int[1];
    private readonly float _mean;
    private readonly int _biases;
    private float _biasStep;

    /// <summary>Prepares a side.</summary>
    public OnlineSide(ModelState state, IFactorization kernels, int table, int biases, OnlineOptions options)
    {
        (_mean, _biases, Biases) = (FactorBiases.Mean(state), biases, biases < 0 ? null : state.Tables[biases].Values);
        (_targets, _products) = (new float[options.Remembered], new float[options.Remembered]);
        (_kernels, Index, Table, Optimizer) = (kernels, table, state.Tables[table], state.Schema.Optimizer.Kind);
        Vocabulary = state.Vocabularies[Feature];
        int ids = checked((int)Vocabulary.Rows);
        _step = new float[Width];
        _rows = new int[options.Remembered];
        _ones = new float[options.Remembered];
        Array.Fill(_ones, 1);
        Ring = new OnlineRing(Table.Assignment is null ? 0 : ids, options.Remembered);
        Clusters = Table.Assignment is null ? null : new OnlineClusters(this, options);
    }

    /// <summary>Index of the table.</summary>
    public int Index { get; }

    /// <summary>The table.</summary>
    public Table Table { get; }

    /// <summary>Index of the feature.</summary>
    public int Feature => Table.Parameter.Feature;

    /// <summary>Ids of the feature.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>The optimiser.</summary>
    public OptimizerKind Optimizer { get; }

    /// <summary>Floats per row.</summary>
    public int Width => Table.Parameter.Width;

    /// <summary>What the ids have met lately; empty where the side is not clustered.</summary>
    public OnlineRing Ring { get; }

    /// <summary>The clusters; null where the side has none.</summary>
    public OnlineClusters? Clusters { get; }

    /// <summary>The biases of the ids; null when the model has none.</summary>
    public NativeFloats? Biases { get; }

    /// <summary>The other side.</summary>
    public OnlineSide Other { get; set; } = null!;

    /// <summary>The row that an id reads.</summary>
    public int RowOf(int id) => Table.Assignment is { } assignment ? assignment.Clusters[id]
        : Table.Parameter.Index == RowIndex.Remainder ? id % Table.Parameter.Modulus : id;

    /// <summary>The squared errors of what is remembered of an id, were it in a cluster, and their gradient with respect to the vector.</summary>
    public double Loss(int id, int cluster, Span<float> gradient)
    {
        double loss = 0;
        ReadOnlySpan<int> others = Ring.OthersOf(id);
        ReadOnlySpan<float> labels = Ring.LabelsOf(id);
        for (int i = 0; i < others.Length; i++)
        {
            (_rows[i], _targets[i]) = (Other.RowOf(others[i]), Target(id, others[i], labels[i]));
        }

        _kernels.Gradient(
            ref Table.Values.At((long)cluster * Width), 0, ref Other.Table.Values.First, ref MemoryMarshal.GetArrayDataReference(_rows), ref MemoryMarshal.GetArrayDataReference(_ones),
            ref MemoryMarshal.GetArrayDataReference(_targets), others.Length, ref MemoryMarshal.GetReference(gradient), ref MemoryMarshal.GetArrayDataReference(_products), ref loss);
        return loss;
    }

    /// <summary>The gradient of one interaction with respect to the row of an id, kept for <see cref="Update"/>; returns the squared error.</summary>
    public double Measure(int id, int other, float label)
    {
        double loss = 0;
        (_own[0], _rows[0], _biased[0], _targets[0]) = (RowOf(id), Other.RowOf(other), id, Target(id, other, label));
        _kernels.Gradient(
            ref Table.Values.At((long)_own[0] * Width), 2 * _kernels.L2, ref Other.Table.Values.First, ref MemoryMarshal.GetArrayDataReference(_rows),
            ref MemoryMarshal.GetArrayDataReference(_ones), ref _targets[0], 1, ref MemoryMarshal.GetArrayDataReference(_step), ref _products[0], ref loss);
        _biasStep = Biases is null ? 0 : (2 * (_products[0] - _targets[0])) + (2 * _kernels.L2 * Biases.At(id));
        return loss;
    }

    /// <summary>Takes the step that was measured.</summary>
    public void Update(StepContext step)
    {
        _kernels.Update(step, Index, _own, 0, 1, ref MemoryMarshal.GetArrayDataReference(_step));
        if (Biases is not null)
        {
            _kernels.Update(step, _biases, _biased, 0, 1, ref _biasStep);
        }

        Clusters?.Revive(_own[0]);
    }

    // What a label leaves to the vectors.
    private float Target(int id, int other, float label) => Biases is null ? label : label - _mean - Biases.At(id) - Other.Biases!.At(other);
}
