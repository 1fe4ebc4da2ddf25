using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Reference;

/// <summary>
/// The slow and obvious form of a compiled model: it interprets the printed text in double precision, example by example.
/// Gradient checks and the generated code are measured against it.
/// </summary>
public sealed class ReferenceModel
{
    private readonly int[] _ids;
    private readonly int[] _vocabulary;
    private readonly Dictionary<string, IrParameter> _declared;
    private readonly Dictionary<string, int[]> _clusters = [];

    /// <summary>Creates a model with zero parameters.</summary>
    /// <param name="ir">The parsed text.</param>
    /// <param name="ids">Number of ids of each feature, rows beside the vocabulary included.</param>
    /// <exception cref="ArgumentException">The number of counts is not the number of features, or a count is below 1.</exception>
    public ReferenceModel(IrModel ir, params int[] ids)
    {
        if (ids.Length != ir.Features.Count || ids.Any(n => n < 1))
        {
            throw new ArgumentException($"{ir.Name} has {ir.Features.Count} features and needs as many positive id counts, got [{string.Join(", ", ids)}].", nameof(ids));
        }

        Ir = ir;
        _ids = ids;
        _vocabulary = [.. ids];
        _declared = ir.Parameters.ToDictionary(p => p.Name);
        Parameters = new ReferenceParameters(ir.Parameters, IdsOf);
    }

    /// <summary>Parses a text and creates its model with zero parameters.</summary>
    /// <exception cref="IrTextException">The text cannot be read.</exception>
    /// <exception cref="ArgumentException">The number of counts is not the number of features.</exception>
    public ReferenceModel(string text, params int[] ids)
        : this(IrText.Parse(text), ids)
    {
    }

    /// <summary>The parsed text.</summary>
    public IrModel Ir { get; }

    /// <summary>The trained parameters.</summary>
    public ReferenceParameters Parameters { get; }

    /// <summary>Number of ids of a feature.</summary>
    public int IdsOf(string feature) => _ids[FeatureIndex(feature)];

    /// <summary>Says how many ids of each feature are known values, when not all are; tiers of ids are shares of them.</summary>
    /// <exception cref="ArgumentException">The number of counts is not the number of features.</exception>
    public void SetVocabulary(params int[] counts)
    {
        if (counts.Length != _vocabulary.Length)
        {
            throw new ArgumentException($"{Ir.Name} has {_vocabulary.Length} features, got {counts.Length} counts.", nameof(counts));
        }

        counts.CopyTo(_vocabulary, 0);
    }

    /// <summary>Says which row of a table every id reads, where that is learned.</summary>
    public void SetClusters(string table, int[] clusters) => _clusters[table] = [.. clusters];

    /// <summary>The row of every id, or null when it follows from the id.</summary>
    public int[]? Clusters(string table) => _clusters.GetValueOrDefault(table);

    /// <summary>Declaration of a parameter.</summary>
    public IrParameter Declared(string parameter) => _declared[parameter];

    /// <summary>The feature whose projection reads a factor.</summary>
    public string FactorFeature(string factor) => Ir.Forward.First(op => op.Parameters.Contains(factor)).Feature
        ?? throw new ArgumentException($"'{factor}' is not the factor of a feature.", nameof(factor));

    /// <summary>Evaluates the forward section.</summary>
    /// <exception cref="ArgumentException">An example does not fit the model.</exception>
    public ReferenceForward Forward(ReferenceBatch batch)
    {
        Check(batch);
        return new ReferenceForward(Ir, batch, new ForwardPass(this, Ir.Parameters, Parameters, batch).Run(Ir.Forward));
    }

    /// <summary>Mean loss over the batch.</summary>
    /// <exception cref="ArgumentException">An example does not fit the model.</exception>
    public double Loss(ReferenceBatch batch) => Forward(batch).Loss;

    /// <summary>Evaluates the forward and backward sections.</summary>
    /// <exception cref="ArgumentException">An example does not fit the model.</exception>
    public ReferenceGradients Backward(ReferenceBatch batch) => new BackwardPass(this, Forward(batch)).Run();

    /// <summary>The served parameters: products multiplied out in double precision, queries replaced by their codes, the rest copied.</summary>
    public ReferenceParameters Collapse()
    {
        var served = new ReferenceParameters(Ir.ServedParameters, IdsOf);
        foreach (string name in served.Names)
        {
            IrProduct? product = Ir.Collapse.FirstOrDefault(p => p.Result == name);
            served[name] = product is null ? Parameters[name]
                : Ir.ServedParameters.First(p => p.Name == name) is { Codes: { } codes } table ? product.Left == product.Right ? Column(Clusters(product.Left)!) : Choose(table, codes, product.Factor is { } factor ? Product(Parameters[product.Left], Parameters[factor]) : Parameters[product.Left], Parameters[product.Right], product.Moments is { } moments ? Parameters[moments] : null)
                : Product(Parameters[product.Left], Parameters[product.Right]);
        }

        return served;
    }

    /// <summary>Raw score (logit or value) of every example by the served section.</summary>
    /// <param name="served">Served parameters, as <see cref="Collapse"/> returns them.</param>
    /// <param name="batch">Examples; their labels are not read.</param>
    /// <exception cref="ArgumentException">An example does not fit the model.</exception>
    public IReadOnlyList<double> Score(ReferenceParameters served, ReferenceBatch batch)
    {
        Check(batch);
        ForwardPass pass = new ForwardPass(this, Ir.ServedParameters, served, batch).Run(Ir.Served);
        return [.. pass.Values.PerExample(Ir.Served[^1].Target).Select(v => v[0])];
    }

    internal int FeatureIndex(string feature)
    {
        for (int f = 0; f < Ir.Features.Count; f++)
        {
            if (Ir.Features[f] == feature)
            {
                return f;
            }
        }

        throw new ArgumentException($"{Ir.Name} has no feature '{feature}'.", nameof(feature));
    }

    internal int[] Codes(IrOp op, double[] query, double[,] codebook, int id) =>
        op.Quantization!.Choose(query, codebook, TierOf(op, id), Moments(op));

    /// <summary>What the scores of the feature that an operation belongs to are normalised by; null when they are not.</summary>
    internal double[,]? Moments(IrOp op) => op.Quantization!.Epsilon == 0 ? null
        : Parameters[Ir.Forward.First(other => other.Name == "quantize" && other.Feature == FeatureOfQuantization(op)).Parameters[^1]];

    internal int TierOf(IrOp op, int id) => op.Quantization!.TierOf(id, _vocabulary[FeatureIndex(FeatureOfQuantization(op))]);

    private string FeatureOfQuantization(IrOp op) => op.Feature ?? FactorFeature(op.Target);

    private double[,] Choose(IrParameter table, IrQuantization codes, double[,] queries, double[,] codebook, double[,]? moments)
    {
        double[,] result = new double[queries.GetLength(0), codes.Parts];
        for (int id = 0; id < queries.GetLength(0); id++)
        {
            int tier = codes.TierOf(id, _vocabulary[FeatureIndex(table.Feature!)]);
            Vectors.AddRow(result, id, [.. codes.Choose(Vectors.Row(queries, id), codebook, tier, moments).Select(z => (double)z)]);
        }

        return result;
    }

    private static double[,] Column(int[] values)
    {
        double[,] result = new double[values.Length, 1];
        for (int row = 0; row < values.Length; row++)
        {
            result[row, 0] = values[row];
        }

        return result;
    }

    private static double[,] Product(double[,] left, double[,] right)
    {
        double[,] result = new double[left.GetLength(0), right.GetLength(1)];
        for (int r = 0; r < left.GetLength(0); r++)
        {
            Vectors.AddRow(result, r, Vectors.Times(Vectors.Row(left, r), right));
        }

        return result;
    }

    private void Check(ReferenceBatch batch)
    {
        HashSet<string> single = [.. Ir.Forward.Where(op => op.Name == "lookup" && op.Pool == "none").Select(op => Ir.Forward.First(o => o.Target == op.Inputs[0]).Feature!)];
        for (int e = 0; e < batch.Count; e++)
        {
            int[][] ids = batch.Examples[e].Ids;
            if (ids.Length != Ir.Features.Count)
            {
                throw new ArgumentException($"example {e} has ids for {ids.Length} features, {Ir.Name} has {Ir.Features.Count}.", nameof(batch));
            }

            for (int f = 0; f < ids.Length; f++)
            {
                bool one = single.Contains(Ir.Features[f]);
                if (one && ids[f].Length != 1)
                {
                    throw new ArgumentException($"example {e}: {Ir.Features[f]} takes one id, got {ids[f].Length}.", nameof(batch));
                }

                if (ids[f].Any(id => id >= _ids[f] || id < (one ? -1 : 0)))
                {
                    throw new ArgumentException($"example {e}: an id of {Ir.Features[f]} is outside [{(one ? -1 : 0)}, {_ids[f]}).", nameof(batch));
                }
            }
        }
    }
}
