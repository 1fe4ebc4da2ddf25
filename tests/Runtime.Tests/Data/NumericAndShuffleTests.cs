using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Runtime.Tests.Data;

[TestClass]
public sealed class NumericAndShuffleTests
{
    [TestMethod]
    public void Standardize_uses_mean_and_population_deviation()
    {
        NumericScaling scaling = NumericStatistics.Compute([2, 4, 4, 4, 5, 5, 7, 9], Transform.Standardize);

        Assert.AreEqual(new NumericScaling(5, 0.5f), scaling);
        Assert.AreEqual(2f, NumericStatistics.Apply(Transform.Standardize, scaling, 9));
    }

    [TestMethod]
    public void A_constant_column_becomes_zero()
    {
        NumericScaling scaling = NumericStatistics.Compute([0.1f, 0.1f, 0.1f], Transform.Standardize);

        Assert.AreEqual(0f, scaling.InverseDeviation);
        Assert.AreEqual(0f, NumericStatistics.Apply(Transform.Standardize, scaling, 0.1f));
        Assert.AreEqual(0f, NumericStatistics.Apply(Transform.Standardize, scaling, 5));
    }

    [TestMethod]
    public void Large_offsets_do_not_lose_the_deviation()
    {
        float[] column = [.. Enumerable.Range(0, 100_000).Select(i => 1e6f + (i % 2))];
        NumericScaling scaling = NumericStatistics.Compute(column, Transform.Standardize);

        Assert.AreEqual(2f, scaling.InverseDeviation, 1e-6f);
    }

    [TestMethod]
    public void Log1p_sets_negatives_to_zero_and_none_keeps_the_value()
    {
        Assert.AreEqual(new NumericScaling(0, 1), NumericStatistics.Compute([5, 6], Transform.Log1p));
        Assert.AreEqual(MathF.Log(4), NumericStatistics.Apply(Transform.Log1p, default, 3));
        Assert.AreEqual(0f, NumericStatistics.Apply(Transform.Log1p, default, -3));
        Assert.AreEqual(-3f, NumericStatistics.Apply(Transform.None, default, -3));
    }

    [TestMethod]
    public void An_order_is_a_permutation_that_depends_on_seed_and_epoch_only()
    {
        int[] order = ShuffleOrder.Create(1000, 7, 2);

        CollectionAssert.AreEqual(Enumerable.Range(0, 1000).ToArray(), order.Order().ToArray());
        CollectionAssert.AreEqual(order, ShuffleOrder.Create(1000, 7, 2));
        CollectionAssert.AreNotEqual(order, ShuffleOrder.Create(1000, 7, 3));
        CollectionAssert.AreNotEqual(order, ShuffleOrder.Create(1000, 8, 2));
        Assert.AreEqual(0, ShuffleOrder.Create(0, 7, 2).Length);
    }

    [TestMethod]
    public void The_order_is_the_documented_one()
    {
        // The definition written out anew; a change of it would break the reproducibility of old runs.
        const ulong Seed = 123;
        const int Epoch = 4;
        int[] expected = [.. Enumerable.Range(0, 10)];
        ulong key = Mix(Mix(Seed) ^ Epoch);
        for (int i = 9; i > 0; i--)
        {
            int j = (int)(ulong)(((UInt128)Mix(key + (ulong)i) * (ulong)(i + 1)) >> 64);
            (expected[i], expected[j]) = (expected[j], expected[i]);
        }

        CollectionAssert.AreEqual(expected, ShuffleOrder.Create(10, Seed, Epoch));
    }

    [TestMethod]
    public void Every_example_is_about_equally_likely_at_the_first_place()
    {
        int[] seen = new int[8];
        for (int epoch = 0; epoch < 8000; epoch++)
        {
            seen[ShuffleOrder.Create(8, 1, epoch)[0]]++;
        }

        // Standard deviation is about 30.
        Assert.IsTrue(seen.All(n => n is > 850 and < 1150), string.Join(" ", seen));
    }

    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
