using System;
using System.Linq;
using System.Runtime.Intrinsics;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests;

[TestClass]
public sealed class NearestCentroidTests
{
    [TestMethod]
    [DataRow(1, 16)]
    [DataRow(3, 64)]
    [DataRow(8, 256)]
    [DataRow(5, 65536)]
    public void Every_vector_width_finds_what_the_definition_says(int width, int choices)
    {
        var random = new Random(width);
        float[] centroids = Values(random, width * choices);
        for (int query = 0; query < 40; query++)
        {
            float[] e = Values(random, width);
            AllWidths(Definition(e, centroids, choices), e, centroids, choices);
        }
    }

    [TestMethod]
    public void Of_equally_near_centroids_the_lowest_index_wins_wherever_the_ties_lie()
    {
        const int Choices = 64;
        for (int first = 0; first < Choices; first++)
        {
            foreach (int second in new[] { first, 63, (first + 16) % Choices, (first + 5) % Choices })
            {
                float[] centroids = [.. Enumerable.Repeat(2f, Choices)];
                centroids[first] = centroids[second] = 1;
                AllWidths(Math.Min(first, second), [1.25f], centroids, Choices);
            }
        }

        AllWidths(0, [1], new float[Choices], Choices);
    }

    [TestMethod]
    [DataRow(1, 16)]
    [DataRow(3, 64)]
    [DataRow(12, 256)]
    public void The_greatest_inner_product_is_found_at_every_vector_width_the_first_of_equals(int width, int choices)
    {
        var random = new Random(width);
        float[] keys = Values(random, width * choices);
        for (int n = 0; n < width; n++)
        {
            keys[(n * choices) + choices - 1] = keys[(n * choices) + 5];
        }

        for (int query = 0; query < 40; query++)
        {
            float[] e = Values(random, width);
            int expected = Enumerable.Range(0, choices).MaxBy(k => Enumerable.Range(0, width).Aggregate(0f, (sum, n) => MathF.FusedMultiplyAdd(e[n], keys[(n * choices) + k], sum)));
            Assert.AreEqual(expected, NearestCentroid.FindGreatest<Simd128, Vector128<float>>(ref e[0], width, ref keys[0], choices, choices));
            Assert.AreEqual(expected, NearestCentroid.FindGreatest<Simd256, Vector256<float>>(ref e[0], width, ref keys[0], choices, choices));
            Assert.AreEqual(expected, NearestCentroid.FindGreatest<Simd512, Vector512<float>>(ref e[0], width, ref keys[0], choices, choices));
        }
    }

    [TestMethod]
    [DataRow(1, 16, false)]
    [DataRow(3, 64, true)]
    [DataRow(12, 256, false)]
    public void The_greatest_normalised_score_is_found_at_every_vector_width(int width, int choices, bool greatest)
    {
        var random = new Random(width);
        float[] centroids = Values(random, width * choices), norm = Values(random, 2 * choices);
        for (int query = 0; query < 40; query++)
        {
            float[] e = Values(random, width);
            int expected = Enumerable.Range(0, choices).MinBy(k => MathF.FusedMultiplyAdd(
                Enumerable.Range(0, width).Aggregate(0f, (sum, n) => greatest
                    ? MathF.FusedMultiplyAdd(-e[n], centroids[(n * choices) + k], sum)
                    : MathF.FusedMultiplyAdd(e[n] - centroids[(n * choices) + k], e[n] - centroids[(n * choices) + k], sum)),
                norm[k],
                norm[choices + k]));
            Assert.AreEqual(expected, NearestCentroid.Find(ref e[0], width, ref centroids[0], choices, choices, greatest, ref norm[0], choices));
            Assert.AreEqual(expected, NearestCentroid.FindNormalized<Simd128, Vector128<float>>(ref e[0], width, ref centroids[0], choices, choices, greatest, ref norm[0], choices));
            Assert.AreEqual(expected, NearestCentroid.FindNormalized<Simd256, Vector256<float>>(ref e[0], width, ref centroids[0], choices, choices, greatest, ref norm[0], choices));
            Assert.AreEqual(expected, NearestCentroid.FindNormalized<Simd512, Vector512<float>>(ref e[0], width, ref centroids[0], choices, choices, greatest, ref norm[0], choices));
        }
    }

    [TestMethod]
    [DataRow(1, 16, 64)]
    [DataRow(4, 256, 33)]
    [DataRow(6, 5, 1)]
    [DataRow(12, 64, 50)]
    public void Queries_side_by_side_have_the_codes_of_the_single_search_at_every_vector_width(int width, int choices, int count)
    {
        const int Step = 13, First = 7, CodeStep = 3;
        var random = new Random(width);
        float[] centroids = Values(random, width * choices), queries = Values(random, count * Step);
        for (int n = 0; n < width; n++)
        {
            centroids[(n * choices) + choices - 1] = centroids[(n * choices) + 1];
        }

        queries[0] = float.NaN;
        int[] expected = [.. Enumerable.Range(0, count).Select(i => First + NearestCentroid.Find<SimdScalar, float>(ref queries[i * Step], width, ref centroids[0], choices, choices))];
        Check<Simd512, Vector512<float>>();
        Check<Simd256, Vector256<float>>();
        Check<Simd128, Vector128<float>>();
        Check<SimdScalar, float>();

        void Check<S, V>()
            where S : struct, ISimd<V> where V : struct
        {
            ushort[] codes = new ushort[count * CodeStep];
            float[] lanes = new float[(width + 1) * NearestCentroid.Block];
            NearestCentroid.FindAll<S, V>(ref queries[0], Step, count, width, ref centroids[0], choices, choices, First, ref codes[0], CodeStep, ref lanes[0]);
            CollectionAssert.AreEqual(expected, Enumerable.Range(0, count).Select(i => (int)codes[i * CodeStep]).ToArray(), typeof(S).Name);
        }
    }

    [TestMethod]
    public void A_query_that_is_no_number_has_the_first_code() => AllWidths(0, [float.NaN, 1], new float[32], 16);

    [TestMethod]
    public void Fewer_choices_hide_the_centroids_behind_them()
    {
        float zero = 0;
        float[] centroids = [.. Enumerable.Range(0, 16).Select(k => 16f - k)];
        Assert.AreEqual(15, NearestCentroid.Find(ref zero, 1, ref centroids[0], 16, 16));
        Assert.AreEqual(7, NearestCentroid.Find(ref zero, 1, ref centroids[0], 16, 8));
        Assert.AreEqual(3, NearestCentroid.Find(ref zero, 1, ref centroids[0], 16, 4));
    }

    [TestMethod]
    [DataRow(10, "0.9", 9)]
    [DataRow(100, "0.29", 29)]
    [DataRow(7, "0.1", 0)]
    [DataRow(0, "0.5", 0)]
    [DataRow(int.MaxValue, "1", int.MaxValue)]
    public void A_tier_ends_at_the_share_as_it_is_written(int count, string share, int end) =>
        Assert.AreEqual(end, FrequencyTiers.End(count, decimal.Parse(share, System.Globalization.CultureInfo.InvariantCulture)));

    private static void AllWidths(int expected, float[] e, float[] centroids, int choices)
    {
        int stride = centroids.Length / e.Length;
        Assert.AreEqual(expected, NearestCentroid.Find(ref e[0], e.Length, ref centroids[0], stride, choices));
        Assert.AreEqual(expected, NearestCentroid.Find<Simd512, Vector512<float>>(ref e[0], e.Length, ref centroids[0], stride, choices), "512");
        Assert.AreEqual(expected, NearestCentroid.Find<Simd256, Vector256<float>>(ref e[0], e.Length, ref centroids[0], stride, choices), "256");
        Assert.AreEqual(expected, NearestCentroid.Find<Simd128, Vector128<float>>(ref e[0], e.Length, ref centroids[0], stride, choices), "128");
        Assert.AreEqual(expected, NearestCentroid.Find<SimdScalar, float>(ref e[0], e.Length, ref centroids[0], stride, choices), "scalar");
    }

    private static int Definition(float[] e, float[] centroids, int choices)
    {
        int stride = centroids.Length / e.Length;
        return Enumerable.Range(0, choices).MinBy(k => e.Select((x, n) => x - centroids[(n * stride) + k]).Aggregate(0f, (sum, d) => MathF.FusedMultiplyAdd(d, d, sum)));
    }

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (float)random.NextDouble())];
}
