using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Tests.Retrieval;

[TestClass]
public sealed class EaseTests
{
    [TestMethod]
    [DataRow(1, 5)]
    [DataRow(40, 200)]
    [DataRow(64, 100)]
    [DataRow(65, 30)]
    [DataRow(200, 500)]
    public void Weights_equal_those_of_a_plain_inverse(int items, int users)
    {
        foreach (double lambda in new[] { 0.5, 30, 500 })
        {
            InteractionMatrix matrix = Random(users, items, 7);
            Ease ease = Ease.Fit(matrix, lambda);
            double[,] p = Inverse(Gram(matrix, lambda));
            for (int i = 0; i < items; i++)
            {
                for (int j = 0; j < items; j++)
                {
                    double expected = i == j ? 0 : -p[i, j] / p[j, j];
                    Assert.AreEqual(expected, ease.Weights(i)[j], 1e-6 * Math.Max(1, Math.Abs(expected)), $"{i}, {j}");
                }
            }

            Assert.AreEqual(4L * items * items, ease.Bytes);
        }
    }

    [TestMethod]
    public void The_diagonal_is_exactly_zero_and_fitting_again_gives_the_same_bits()
    {
        InteractionMatrix matrix = Random(300, 150, 5);
        (Ease first, Ease second) = (Ease.Fit(matrix, 10), Ease.Fit(matrix, 10));
        for (int item = 0; item < 150; item++)
        {
            Assert.AreEqual(0, first.Weights(item)[item]);
            Assert.IsTrue(first.Weights(item).SequenceEqual(second.Weights(item)));
        }
    }

    [TestMethod]
    public void Two_planted_clusters_are_told_apart()
    {
        // Even users meet even items only, odd users odd ones.
        Random random = new(4);
        int[] users = [.. Enumerable.Range(0, 300_000).Select(_ => random.Next(20_000))];
        int[] items = [.. users.Select(user => (2 * random.Next(30)) + (user % 2))];
        Ease ease = Ease.Fit(InteractionMatrix.From(20_000, 60, users, items), 50);
        float[] scores = ease.Scores([0, 4, 8]);
        double inside = Enumerable.Range(0, 60).Where(i => i % 2 == 0).Min(i => scores[i]);
        double outside = Enumerable.Range(0, 60).Where(i => i % 2 == 1).Max(i => scores[i]);
        Assert.IsTrue(inside > outside + 0.01, $"{inside:g3} inside, {outside:g3} outside");
    }

    [TestMethod]
    public void Scores_add_the_rows_of_the_history()
    {
        Ease ease = Ease.Fit(Random(100, 37, 3), 5);
        float[] scores = ease.Scores([30, 2, 11]);
        for (int j = 0; j < 37; j++)
        {
            Assert.AreEqual(0f + ease.Weights(30)[j] + ease.Weights(2)[j] + ease.Weights(11)[j], scores[j]);
        }

        Assert.IsTrue(ease.Scores([]).All(s => s == 0));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ease.Scores([37])).Message, "Item 37 does not exist; the model has items 0 to 36");
        Assert.ThrowsExactly<ArgumentException>(() => ease.Scores([1], new float[36]));
    }

    [TestMethod]
    [DataRow(1), DataRow(5), DataRow(36), DataRow(100)]
    public void Pruning_keeps_the_largest_weights_of_every_row(int kept)
    {
        // Half of the items are met by nobody, so many weights are equal, namely zero.
        Ease ease = Ease.Fit(InteractionMatrix.From(50, 37, [.. Enumerable.Range(0, 300).Select(i => i % 50)], [.. Enumerable.Range(0, 300).Select(i => i * i % 19)]), 5);
        PrunedEase pruned = ease.Prune(kept);
        int width = Math.Min(kept, 36);
        Assert.AreEqual(width, pruned.Kept);
        Assert.AreEqual(8L * 37 * width, pruned.Bytes);
        for (int row = 0; row < 37; row++)
        {
            float[] weights = ease.Weights(row).ToArray();
            int[] expected = [.. Enumerable.Range(0, 37).Where(i => i != row).OrderByDescending(i => Math.Abs(weights[i])).ThenBy(i => i).Take(width).Order()];
            CollectionAssert.AreEqual(expected, pruned.Columns(row).ToArray(), $"row {row}");
            CollectionAssert.AreEqual(expected.Select(i => weights[i]).ToArray(), pruned.Weights(row).ToArray());
        }

        if (width == 36)
        {
            CollectionAssert.AreEqual(ease.Scores([3, 1]), pruned.Scores([3, 1]));
        }
    }

    [TestMethod]
    [DataRow(1), DataRow(5), DataRow(36)]
    public void Pruning_columns_keeps_the_largest_weights_of_every_column(int kept)
    {
        Ease ease = Ease.Fit(InteractionMatrix.From(50, 37, [.. Enumerable.Range(0, 300).Select(i => i % 50)], [.. Enumerable.Range(0, 300).Select(i => i * i % 19)]), 5);
        PrunedEase pruned = ease.PruneColumns(kept);
        Assert.AreEqual(8L * 37 * kept, pruned.Bytes);
        for (int column = 0; column < 37; column++)
        {
            int[] expected = [.. Enumerable.Range(0, 37).Where(i => i != column).OrderByDescending(i => Math.Abs(ease.Weights(i)[column])).ThenBy(i => i).Take(kept).Order()];
            CollectionAssert.AreEqual(expected, Enumerable.Range(0, 37).Where(row => pruned.Columns(row).Contains(column)).ToArray(), $"column {column}");
            foreach (int row in expected)
            {
                Assert.AreEqual(ease.Weights(row)[column], pruned.Weights(row)[pruned.Columns(row).IndexOf(column)]);
            }
        }
    }

    [TestMethod]
    public void What_cannot_be_fitted_is_refused()
    {
        InteractionMatrix matrix = Random(10, 5, 1);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Ease.Fit(matrix, 0)).Message, "above 0");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Ease.Fit(matrix, double.NaN)).Message, "above 0");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Ease.Fit(InteractionMatrix.From(1, 0, [], []), 1)).Message, "0 items");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Ease.Fit(InteractionMatrix.From(1, 46_001, [], []), 1)).Message, "46,000");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Ease.Fit(matrix, 1).Prune(0)).Message, "at least 1");

        // Three items that the same users meet, and a penalty that vanishes beside their count.
        int[] users = [.. Enumerable.Range(0, 300).Select(i => i / 3)], items = [.. Enumerable.Range(0, 300).Select(i => i % 3)];
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Ease.Fit(InteractionMatrix.From(100, 3, users, items), 1e-300)).Message, "too small");
    }

    private static InteractionMatrix Random(int users, int items, int seed)
    {
        Random random = new(seed);
        int[] userOfPair = [.. Enumerable.Range(0, users * 8).Select(_ => random.Next(users))];
        return InteractionMatrix.From(users, items, userOfPair, [.. userOfPair.Select(_ => (int)(items * random.NextDouble() * random.NextDouble()))]);
    }

    private static double[,] Gram(InteractionMatrix matrix, double lambda)
    {
        var g = new double[matrix.Items, matrix.Items];
        for (int user = 0; user < matrix.Users; user++)
        {
            foreach (int i in matrix.History(user))
            {
                foreach (int j in matrix.History(user))
                {
                    g[i, j]++;
                }
            }
        }

        for (int i = 0; i < matrix.Items; i++)
        {
            g[i, i] += lambda;
        }

        return g;
    }

    // Gauss-Jordan elimination without pivots, which a positive definite matrix does not need.
    private static double[,] Inverse(double[,] a)
    {
        int n = a.GetLength(0);
        for (int k = 0; k < n; k++)
        {
            double pivot = a[k, k];
            a[k, k] = 1;
            for (int j = 0; j < n; j++)
            {
                a[k, j] /= pivot;
            }

            for (int i = 0; i < n; i++)
            {
                if (i != k)
                {
                    double factor = a[i, k];
                    a[i, k] = 0;
                    for (int j = 0; j < n; j++)
                    {
                        a[i, j] -= factor * a[k, j];
                    }
                }
            }
        }

        return a;
    }
}
