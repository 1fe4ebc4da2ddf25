using System;
using System.Linq;
using ModelGen.Compiled;
using ModelGen.Cuda;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Tests.Retrieval;

/// <summary>The same rows trained on the CPU and on a device, step by step.</summary>
internal sealed class AutoencoderPair<T> : IDisposable
    where T : class, IAutoencoder<T>
{
    private readonly WorkerTeam _team = new(2);
    private readonly CudaDevice _device;
    private readonly SparseRows _cpuRows;
    private readonly AutoencoderRunner<T> _cpu;

    public AutoencoderPair(
        CudaDevice device, int users, int items, int? kept, bool wide, int maxOutput = int.MaxValue, int capacity = int.MaxValue, MatrixPrecision precision = MatrixPrecision.Exact,
        long leastByLibrary = LibraryProducts.LeastMultiplications, int chosen = 0)
    {
        int[][] histories = RandomRows.Histories(users, items, items + users);
        InteractionMatrix matrix = RandomRows.Matrix(histories, items);
        (_cpuRows, Rows) = (RandomRows.Create(T.Schema, items, kept, wide, 1), RandomRows.Create(T.Schema, items, kept, wide, 1));
        _cpuRows.Chosen = Rows.Chosen = chosen;
        (int most, int outputs) = (Math.Min(capacity, users), Math.Min(maxOutput, items));
        _cpu = new AutoencoderRunner<T>(_cpuRows, matrix, _team, most, outputs, items);
        _device = device;
        Device = new CudaAutoencoderRunner(device, T.Cuda!, T.Schema, matrix, most, outputs, items, precision, leastByLibrary);
        _cpu.Attach(_cpuRows);
        Device.Attach(Rows);
    }

    public SparseRows Rows { get; }

    public CudaAutoencoderRunner Device { get; }

    /// <summary>Steps over consecutive pieces of the users; the loss of each, the CPU's and the device's.</summary>
    public (double Cpu, double Device)[] Train(params int[] batches)
    {
        int[] users = [.. Enumerable.Range(0, batches.Sum())];
        OptimizerSchedule schedule = new(T.Schema.Optimizer, new TrainingOptions(), totalSteps: 1);
        RetrievalBatch Batch(int b) => new(users.AsMemory(batches[..b].Sum(), batches[b]), new CounterRandom((ulong)b, 1));
        var losses = new (double, double)[batches.Length];
        for (int b = 0; b < batches.Length; b++)
        {
            OptimizerStep optimizer = schedule.At(b + 1);
            losses[b] = (_cpu.Train(Batch(b), null, optimizer), Device.Train(Batch(b), b + 1 < batches.Length ? Batch(b + 1) : null, optimizer));
        }

        Device.Download();
        return losses;
    }

    /// <summary>Losses, values, unit rows and state agree.</summary>
    public void AssertSame((double Cpu, double Device)[] losses, double tolerance, string what)
    {
        foreach ((double cpu, double device) in losses)
        {
            Assert.AreEqual(cpu, device, 1e-5 * Math.Max(1, cpu), $"{what}: loss");
        }

        Close(_cpuRows.Values, Rows.Values, tolerance, $"{what}: values");
        Close(_cpuRows.Unit, Rows.Unit, tolerance, $"{what}: unit rows");
        for (int s = 0; s < Rows.State.Length; s++)
        {
            Close(_cpuRows.State[s], Rows.State[s], tolerance, $"{what}: state {s}");
        }
    }

    public void Dispose()
    {
        Device.Dispose();
        _device.Dispose();
        _cpu.Dispose();
        _cpuRows.Dispose();
        Rows.Dispose();
        _team.Dispose();
    }

    private void Close(NativeFloats expected, NativeFloats actual, double tolerance, string what)
    {
        for (int row = 0; row < Rows.Rows; row++)
        {
            for (int j = 0; j < Rows.Count(row); j++)
            {
                float mine = expected.At(Rows.Start(row) + j), other = actual.At(Rows.Start(row) + j);
                if (!(Math.Abs(mine - other) <= tolerance))
                {
                    Assert.Fail(FormattableString.Invariant($"{what}: {other:g9} instead of {mine:g9} in entry {j} of row {row}"));
                }
            }
        }
    }
}
