using System;
using System.Linq;
using ModelGen.Compiled;
using ModelGen.Reference;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Tests.Retrieval;

/// <summary>The generated step against the printed graph followed in double precision: dense, masked dense and sparse forms of every product.</summary>
[TestClass]
public sealed class AutoencoderStepTests
{
    private static readonly OptimizerStep s_descent = new(1, 1, 1, 1, 0, 1);

    [TestMethod]
    [DataRow(3, 29, 300)]
    [DataRow(41, 150, 300)]
    [DataRow(70, 90, 40)]
    public void A_step_of_descent_subtracts_the_gradient_of_the_reference(int users, int items, int maxOutput)
    {
        Check<DenseWatching>(users, items, null, wide: true, maxOutput);
        Check<SparseWatching>(users, items, 7, wide: false, maxOutput);
        Check<SparseWatching>(users, items, 40, wide: true, maxOutput);
        Check<SparseWatching>(users, items, null, wide: true, maxOutput);
        Check<BroadWatching>(users, items, 50, wide: false, maxOutput);
        Check<BroadWatching>(users, items, 15, wide: false, maxOutput);
        Check<BroadWatching>(users, items, null, wide: true, maxOutput);
        Check<ReluWatching>(users, items, 20, wide: false, maxOutput);
        Check<ReluWatching>(users, items, 45, wide: true, maxOutput);
        Check<Relu6Watching>(users, items, 30, wide: false, maxOutput);
        Check<Relu6Watching>(users, items, null, wide: true, maxOutput);
    }

    [TestMethod]
    [DataRow(null, true)]
    [DataRow(30, true)]
    [DataRow(7, false)]
    public void Cuts_of_many_rows_follow_the_reference(int? kept, bool wide) =>
        Check<SparseWatching>(300, 8200, kept, wide, int.MaxValue);

    [TestMethod]
    [DataRow(null, true)]
    [DataRow(60, true)]
    [DataRow(8, false)]
    public void Steps_of_nadam_follow_the_formulas(int? kept, bool wide)
    {
        using var parity = new StepParity<Listening>(50, RandomRows.Histories(20, 50, 3), kept, wide);
        var schedule = new OptimizerSchedule(Schema<Listening>().Optimizer, new TrainingOptions(), totalSteps: 1);
        double[][] values = parity.Values(), first = Zeros(values), second = Zeros(values);
        double product = 1;
        for (int t = 1; t <= 4; t++)
        {
            ReferenceAutoencoder reference = parity.Reference(values);
            Assert.AreEqual(reference.Loss * 50, parity.Step(schedule.At(t)), 1e-5);
            double now = Momentum(t), next = Momentum(t + 1);
            product *= now;
            double[][] gradient = reference.Backward();
            bool[][] support = parity.Support();
            for (int i = 0; i < values.Length; i++)
            {
                for (int j = 0; j < values[i].Length; j++)
                {
                    double g = gradient[i][j];
                    double m = first[i][j] = (0.9 * first[i][j]) + (0.1 * g), v = second[i][j] = (0.999 * second[i][j]) + (0.001 * g * g);
                    double moment = (next * m / (1 - (product * next))) + ((1 - now) * g / (1 - product));
                    values[i][j] -= support[i][j] ? 0.1 * moment / (Math.Sqrt(v / (1 - Math.Pow(0.999, t))) + 1e-7) : 0;
                }
            }

            Assert.AreEqual(0, Largest(values, parity.Values()), 2e-3, $"step {t}");
            values = parity.Values();
        }

        parity.AssertPaddingIsZero();
        static double Momentum(int t) => 0.9 * (1 - (0.5 * Math.Pow(0.96, t * 0.004)));
    }

    [TestMethod]
    public void Sparse_products_equal_dense_products_of_the_masked_rows()
    {
        int[][] histories = RandomRows.Histories(45, 80, 6);
        using var sparse = new StepParity<SparseWatching>(80, histories, 7, wide: false);
        using var dense = new StepParity<SparseWatching>(80, histories, 7, wide: true);
        Assert.AreEqual(dense.Step(s_descent), sparse.Step(s_descent), 1e-6);
        Assert.AreEqual(0, Largest(dense.Values(), sparse.Values()), 1e-6);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(7)]
    public void A_step_gives_the_same_bits_on_any_number_of_threads(int threads)
    {
        int[][] histories = RandomRows.Histories(100, 130, 9);
        SameBits<SparseWatching>(null, true);
        SameBits<SparseWatching>(40, true);
        SameBits<SparseWatching>(7, false);
        SameBits<BroadWatching>(50, false);

        void SameBits<T>(int? kept, bool wide)
            where T : class, IAutoencoder<T>
        {
            using var one = new StepParity<T>(130, histories, kept, wide, maxOutput: 90, threads: 2);
            using var other = new StepParity<T>(130, histories, kept, wide, maxOutput: 90, threads: threads);
            Assert.AreEqual(one.Step(s_descent), other.Step(s_descent));
            CollectionAssert.AreEqual(one.Rows.Values.Span(0, (int)one.Rows.SlotCount).ToArray(), other.Rows.Values.Span(0, (int)other.Rows.SlotCount).ToArray());
        }
    }

    [TestMethod]
    [DataRow(null, true)]
    [DataRow(60, true)]
    [DataRow(30, false)]
    public void Entries_chosen_in_every_step_are_the_largest_and_alone_take_a_gradient(int? kept, bool wide)
    {
        using var parity = new StepParity<SparseWatching>(50, RandomRows.Histories(20, 50, 3), kept, wide, chosen: 9);
        for (int step = 0; step < 3; step++)
        {
            bool[][] support = parity.Support();
            double[][] before = parity.Values();
            for (int i = 0; i < before.Length; i++)
            {
                double[] chosen = [.. before[i].Where((_, j) => support[i][j]).Select(Math.Abs)], others = [.. before[i].Where((_, j) => !support[i][j]).Select(Math.Abs)];
                Assert.HasCount(9, chosen);
                Assert.IsGreaterThanOrEqualTo(others.Max(), chosen.Min());
            }

            double loss = parity.Step(s_descent);
            ReferenceAutoencoder reference = parity.Reference(before, support);
            Assert.AreEqual(reference.Loss * 50, loss, 2e-6);
            double[][] gradient = reference.Backward(), after = parity.Values();
            double scale = gradient.Max(row => row.Max(Math.Abs));
            for (int i = 0; i < before.Length; i++)
            {
                for (int j = 0; j < before[i].Length; j++)
                {
                    Assert.AreEqual(gradient[i][j], before[i][j] - after[i][j], support[i][j] ? 1.5e-7 + (1e-4 * scale) : 0, $"step {step}: row {i}, column {j}");
                }
            }
        }

        parity.AssertPaddingIsZero();
    }

    [TestMethod]
    public void Sampled_outputs_begin_with_the_items_of_the_batch_and_are_as_many_as_asked_for()
    {
        int[][] histories = [[3, 5], [5, 9]];
        using var parity = new StepParity<SparseWatching>(40, histories, 7, wide: false, maxOutput: 12);
        parity.Step(s_descent);
        AutoencoderStep step = parity.Runner.Step;
        Assert.AreEqual(12, step.OutputCount);
        CollectionAssert.AreEqual(new[] { 3, 5, 9 }, step.Outputs[..3]);
        Assert.IsFalse(step.Outputs[3..12].Any(i => i is 3 or 5 or 9));
        CollectionAssert.AreEqual(step.Outputs[..12].Distinct().Order().ToArray(), step.UpdatedRows[..step.UpdatedCount]);
    }

    private static void Check<T>(int users, int items, int? kept, bool wide, int maxOutput)
        where T : class, IAutoencoder<T>
    {
        using var parity = new StepParity<T>(items, RandomRows.Histories(users, items, items + users), kept, wide, maxOutput);
        double[][] before = parity.Values();
        double loss = parity.Step(s_descent);
        ReferenceAutoencoder reference = parity.Reference(before);
        string name = $"{typeof(T).Name}, {users} users, {items} items, {kept} kept";
        Assert.AreEqual(reference.Loss * parity.Runner.Step.OutputCount, loss, 2e-6, name);
        double[][] gradient = reference.Backward(), after = parity.Values();
        double scale = gradient.Max(row => row.Max(Math.Abs));
        for (int i = 0; i < items; i++)
        {
            for (int j = 0; j < before[i].Length; j++)
            {
                // The step is read off floats near one, which carry the difference to about 1e-7.
                Assert.AreEqual(gradient[i][j], before[i][j] - after[i][j], 1.5e-7 + (1e-4 * scale), $"{name}: row {i}, column {j}");
            }
        }

        parity.AssertPaddingIsZero();
    }

    private static ModelSchema Schema<T>()
        where T : class, IModel<T> => T.Schema;

    private static double[][] Zeros(double[][] like) => [.. like.Select(row => new double[row.Length])];

    private static double Largest(double[][] a, double[][] b) => a.Zip(b, (x, y) => x.Zip(y, (v, w) => Math.Abs(v - w)).Max()).Max();
}
