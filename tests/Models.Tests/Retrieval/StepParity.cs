using System;
using System.Linq;
using ModelGen.Compiled;
using ModelGen.Reference;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Tests.Retrieval;

/// <summary>Item rows with random values, and the same for the reference.</summary>
internal sealed class StepParity<T> : IDisposable
    where T : class, IAutoencoder<T>
{
    private readonly WorkerTeam _team;

    public StepParity(int items, int[][] histories, int? kept, bool wide, int maxOutput = int.MaxValue, int threads = 2, int seed = 1, int chosen = 0)
    {
        Histories = histories;
        Matrix = RandomRows.Matrix(histories, items);
        Rows = RandomRows.Create(T.Schema, items, kept, wide, seed);
        Rows.Chosen = chosen;
        _team = new WorkerTeam(threads);
        Runner = new AutoencoderRunner<T>(Rows, Matrix, _team, histories.Length, Math.Min(maxOutput, items), items);
        Runner.Attach(Rows);
    }

    public int[][] Histories { get; }

    public InteractionMatrix Matrix { get; }

    public SparseRows Rows { get; }

    public AutoencoderRunner<T> Runner { get; }

    /// <summary>The rows as the reference has them, zero outside the support.</summary>
    public double[][] Values() => [.. Enumerable.Range(0, Rows.Rows).Select(row =>
    {
        double[] values = new double[Rows.Dimension];
        for (int j = 0; j < Rows.Count(row); j++)
        {
            values[Column(row, j)] = Rows.Values.At(Rows.Start(row) + j);
        }

        return values;
    })];

    /// <summary>The entries that count in the next step.</summary>
    public bool[][] Support() => [.. Enumerable.Range(0, Rows.Rows).Select(row =>
    {
        bool[] support = new bool[Rows.Dimension];
        for (int j = 0; j < Rows.Count(row); j++)
        {
            support[Column(row, j)] = Rows.Chosen == 0 || Rows.Unit.At(Rows.Start(row) + j) != 0;
        }

        return support;
    })];

    /// <summary>One step over all users; the loss is the mean of 2 - 2 cos.</summary>
    public double Step(OptimizerStep optimizer)
    {
        int[] users = [.. Enumerable.Range(0, Histories.Length)];
        return Runner.Train(new RetrievalBatch(users, new CounterRandom(7, 1)), null, optimizer) / users.Length;
    }

    /// <summary>The reference on the rows as they are, with the outputs of the last step.</summary>
    public ReferenceAutoencoder Reference(double[][] values, bool[][]? support = null) => new(
        IrText.Parse(T.Schema.Ir), values, support ?? Support(), Histories, Runner.Step.Outputs[..Runner.Step.OutputCount]);

    /// <summary>The values that come after padding and outside rows must stay zero.</summary>
    public void AssertPaddingIsZero()
    {
        for (int row = 0; row < Rows.Rows; row++)
        {
            for (long at = Rows.Start(row) + Rows.Count(row); at < Rows.Start(row + 1); at++)
            {
                Assert.AreEqual(0f, Rows.Values.At(at), $"row {row}, slot {at}");
            }
        }
    }

    public void Dispose()
    {
        Runner.Dispose();
        Rows.Dispose();
        _team.Dispose();
    }

    private int Column(int row, int j) => Rows.IsFull ? j : Rows.Indices[Rows.Start(row) + j];
}
