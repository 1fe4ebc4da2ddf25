using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Tests;

[TestClass]
public sealed class ProductKMeansTests
{
    [TestMethod]
    public void Clusters_that_lie_apart_are_found_part_by_part()
    {
        // Part 0 lies around four corners, part 1 around four numbers in another order.
        var random = new Random(2);
        float[] rows = [.. Enumerable.Range(0, 400).SelectMany(i => new[]
        {
            (10f * (i & 1)) + Noise(random), (10f * ((i >> 1) & 1)) + Noise(random), (5f * (i / 3 % 4)) + Noise(random), Noise(random),
        })];
        float[] codebook = ProductKMeans.Fit(rows, 4, 2, 4);
        CollectionAssert.AreEquivalent(new[] { (0, 0), (10, 0), (0, 10), (10, 10) }, Enumerable.Range(0, 4).Select(k => (Round(codebook[4 * k]), Round(codebook[(4 * k) + 1]))).ToArray());
        CollectionAssert.AreEquivalent(new[] { 0, 5, 10, 15 }, Enumerable.Range(0, 4).Select(k => Round(codebook[(4 * k) + 2])).ToArray());
    }

    [TestMethod]
    public void The_result_is_a_fixed_point_every_centroid_is_the_mean_of_its_rows()
    {
        var random = new Random(3);
        float[] rows = [.. Enumerable.Range(0, 300).Select(_ => (float)random.NextDouble())];
        float[] codebook = ProductKMeans.Fit(rows, 1, 1, 4);
        foreach (var members in rows.GroupBy(x => codebook.MinBy(c => Math.Abs(c - x))))
        {
            Assert.AreEqual(members.Average(), members.Key, 1e-6);
        }
    }

    [TestMethod]
    public void No_more_rows_than_centroids_are_all_served_exactly()
    {
        float[] rows = [3, 1, 4, 1, 5, 9, 2, 6, 3, 1];
        float[] codebook = ProductKMeans.Fit(rows, 2, 1, 8);
        for (int i = 0; i < 5; i++)
        {
            Assert.IsTrue(Enumerable.Range(0, 8).Any(k => codebook[2 * k] == rows[2 * i] && codebook[(2 * k) + 1] == rows[(2 * i) + 1]), $"row {i}");
        }
    }

    [TestMethod]
    public void The_same_seed_gives_the_same_bits_and_samples_of_many_rows_do_too()
    {
        var random = new Random(4);
        float[] rows = [.. Enumerable.Range(0, 3000).Select(_ => (float)random.NextDouble())];
        CollectionAssert.AreEqual(ProductKMeans.Fit(rows, 1, 1, 4, 7), ProductKMeans.Fit(rows, 1, 1, 4, 7));
        Assert.AreEqual(1024, ProductKMeans.Sample(3000, 4, 7).Distinct().Count());
    }

    [TestMethod]
    [DataRow(5, 2, 1, 4)]
    [DataRow(0, 2, 1, 4)]
    [DataRow(4, 2, 3, 4)]
    [DataRow(4, 2, 1, 6)]
    public void Sizes_that_do_not_fit_are_refused(int floats, int dimension, int parts, int choices) =>
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => ProductKMeans.Fit(new float[floats], dimension, parts, choices)).Message, "do not fit");

    private static float Noise(Random random) => (float)(random.NextDouble() - 0.5) / 10;

    private static int Round(float value) => (int)MathF.Round(value);
}
