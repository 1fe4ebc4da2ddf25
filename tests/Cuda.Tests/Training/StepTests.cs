using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Training;

/// <summary>
/// The emitted kernels take the steps of the CPU: losses, parameters, optimiser state and the collapsed model, with empty bags, repeated
/// ids, ids below their minimal count and segments of every length. The kernels' text runs on the host, or on a device where there is one.
/// </summary>
[TestClass]
public sealed class StepTests
{
    // The products of a step have the same terms in the same order as on the CPU up to the splitting of sums, so differences are roundings.
    private const double Tolerance = 4e-6;

    [TestMethod]
    [DynamicData(nameof(AllModels.Names), typeof(AllModels))]
    public void Steps_equal_those_of_the_CPU(string model) => AllModels.Run(model, new Comparison([1, 70, 33], 50, 3));

    [TestMethod]
    public void Several_chunks_and_tiles_per_lane_equal_those_of_the_CPU()
    {
        foreach (string model in new[] { nameof(DlrmMixed), nameof(FmForms), nameof(FmAverages), nameof(DlrmClustered) })
        {
            AllModels.Run(model, new Comparison([700], 900, 4, lanes: 3));
        }
    }

    [TestMethod]
    public void Long_segments_equal_those_of_the_CPU()
    {
        foreach (string model in new[] { nameof(DlrmMixed), nameof(FmForms), nameof(FmQuantized), nameof(MfItems) })
        {
            AllModels.Run(model, new Comparison([400, 400], 9, 6));
        }
    }

    [TestMethod]
    public void Every_access_to_memory_is_in_bounds_and_free_of_races()
    {
        foreach (string model in new[] { nameof(DlrmMixed), nameof(FmForms), nameof(FmSoftmax), nameof(FmAverages) })
        {
            AllModels.Run(model, new Comparison([40], 12, 9, isChecked: true));
        }

        // Clusters need more ids than there are of them.
        AllModels.Run(nameof(DlrmClustered), new Comparison([150], 45, 9, isChecked: true));
        AllModels.Run(nameof(FmNormalized), new Comparison([40], 12, 9, isChecked: true));
    }

    [TestMethod]
    public void Tensor_cores_round_the_factors_of_products_and_nothing_else()
    {
        // TF32 keeps 10 bits of the mantissa: a loss moves by some thousandths of itself at most, and one without products not at all.
        DataSet<DlrmWide> data = RandomData.Create<DlrmWide>(100, 8, keys: 40);
        double Loss(MatrixPrecision precision)
        {
            using DeviceSession<DlrmWide> session = new(Devices.Any(), data, 100, precision: precision);
            return session.Train(ShuffleOrder.Create(100, 5, 0), [50, 50])[1];
        }

        double exact = Loss(MatrixPrecision.Exact), rounded = Loss(MatrixPrecision.TensorFloat32);
        Assert.AreEqual(exact, rounded, 5e-3 * exact);
        Assert.AreNotEqual(exact, rounded);
    }

    [TestMethod]
    public void A_loss_that_is_not_finite_names_the_kernel_and_changes_nothing()
    {
        DataSet<FmNumerics> data = RandomData.Create<FmNumerics>(60, 8, keys: 40);
        data.Labels[17] = float.NaN;
        using DeviceSession<FmNumerics> session = new(Devices.Any(), data, 60);
        int[] before = Bits.Of(session.State);
        Assert.IsFalse(double.IsFinite(session.Train([.. Enumerable.Range(0, 60)], [60])[0]));
        Assert.AreEqual("kernel train_tiles was the first to give such a number: the loss of example 17 of the data, whose label is NaN", session.Fault);
        Bits.AreEqual(before, Bits.Of(session.State), "parameters");
    }

    [TestMethod]
    public void The_same_seed_gives_the_same_bits()
    {
        DataSet<DlrmMixed> data = RandomData.Create<DlrmMixed>(200, 8, keys: 60);
        int[] Run()
        {
            using DeviceSession<DlrmMixed> session = new(Devices.Any(), data, 120);
            session.Train(ShuffleOrder.Create(200, 5, 0), [120, 80]);
            return Bits.Of(session.State);
        }

        Bits.AreEqual(Run(), Run(), "two runs");
    }

    private sealed class Comparison(int[] batches, int keys, int seed, int lanes = 128, bool isChecked = false) : IModelAction
    {
        public void Run<T>()
            where T : class, IEmbeddingModel<T>
        {
            string name = typeof(T).Name;
            int count = batches.Sum();
            DataSet<T> data = RandomData.Create<T>(count, seed, keys);
            int[] order = ShuffleOrder.Create(count, 5, 0);
            using Session<T> cpu = new(data, batches.Max());
            using DeviceSession<T> device = new(isChecked ? Devices.Checked() : Devices.Any(), data, batches.Max(), lanes);
            double[] expected = cpu.Train(order, batches), actual = device.Train(order, batches);
            for (int b = 0; b < batches.Length; b++)
            {
                Assert.AreEqual(expected[b], actual[b], 1e-5 * Math.Max(1, Math.Abs(expected[b])), $"{name}: loss of step {b + 1}");
            }

            for (int t = 0; t < cpu.State.Tables.Length; t++)
            {
                (Table mine, Table other) = (cpu.State.Tables[t], device.State.Tables[t]);
                Close(mine.Values, other.Values, $"{name}: {mine.Parameter.Name}");
                for (int s = 0; s < mine.State.Length; s++)
                {
                    Close(mine.State[s], other.State[s], $"{name}: state {s} of {mine.Parameter.Name}");
                }
            }

            // Rows and columns are padded, and what the padding holds means nothing.
            foreach (DenseParameter p in T.Schema.Dense)
            {
                Close(Logical(cpu.State.Dense, p), Logical(device.State.Dense, p), $"{name}: {p.Name}");
                for (int s = 0; s < cpu.State.DenseState.Length; s++)
                {
                    Close(Logical(cpu.State.DenseState[s], p), Logical(device.State.DenseState[s], p), $"{name}: state {s} of {p.Name}");
                }
            }

            float[] served = cpu.Model.Collapse().Score(data), loaded = device.Model.Collapse().Score(data);
            for (int i = 0; i < served.Length; i++)
            {
                Assert.AreEqual(served[i], loaded[i], 10 * Tolerance * Math.Max(1, Math.Abs(served[i])), $"{name}: collapsed score of example {i}");
            }
        }

        private static float[] Logical(NativeFloats arena, DenseParameter p) =>
            [.. Enumerable.Range(0, p.Rows).SelectMany(r => arena.Span(p.Offset + (r * p.Stride), p.Columns).ToArray())];

        private static void Close(NativeFloats expected, NativeFloats actual, string what) =>
            Close(expected.Span(0, (int)expected.Length), actual.Span(0, (int)actual.Length), what);

        private static void Close(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
        {
            for (int i = 0; i < expected.Length; i++)
            {
                if (!(Math.Abs(expected[i] - actual[i]) <= Tolerance * Math.Max(1, Math.Abs(expected[i]))))
                {
                    Assert.Fail(FormattableString.Invariant($"{what}: {actual[i]:g9} instead of {expected[i]:g9} at {i}"));
                }
            }
        }
    }
}
