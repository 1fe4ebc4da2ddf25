using System;
using System.Runtime.InteropServices;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Product k-means: vectors are cut into parts, and each part gets
/// centroids of its own by Lloyd's iterations from the start of k-means++. The result is a function of the rows and the seed, not of the threads.
/// </summary>
public static class ProductKMeans
{
    /// <summary>Lloyd's iterations at most; fewer when no row changes its centroid.</summary>
    private const int Iterations = 25;

    /// <summary>Rows per centroid that an iteration looks at; of more rows a random sample is taken.</summary>
    private const int RowsPerCentroid = 256;

    /// <summary>The codebook of some rows: choices x dimension floats, centroid k of part j at [k, j s .. (j + 1) s) with s = dimension / parts.</summary>
    /// <param name="rows">n x dimension floats, row-major, n at least 1. With fewer distinct rows than choices, the centroids left over are zero.</param>
    /// <param name="dimension">Floats of a row, at least 1.</param>
    /// <param name="parts">Parts of a row, a divisor of the dimension.</param>
    /// <param name="choices">Centroids per part, a multiple of 4.</param>
    /// <param name="seed">Seed of the rows that the centroids start from.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other.</exception>
    public static float[] Fit(ReadOnlySpan<float> rows, int dimension, int parts, int choices, ulong seed = 1)
    {
        if (dimension < 1 || rows.IsEmpty || rows.Length % dimension != 0 || parts < 1 || dimension % parts != 0 || choices < 4 || choices % 4 != 0)
        {
            throw new ArgumentException(
                $"{rows.Length} floats as rows of {dimension} in {parts} parts with {choices} choices do not fit: the rows must be whole and at least one, the parts divide the dimension, and the choices are a multiple of 4.", nameof(rows));
        }

        float[] result = new float[choices * dimension];
        int[] sample = Sample(rows.Length / dimension, choices, seed);
        int width = dimension / parts;
        float[] points = new float[sample.Length * width], centroids = new float[choices * width];
        for (int part = 0; part < parts; part++)
        {
            for (int i = 0; i < sample.Length; i++)
            {
                rows.Slice((sample[i] * dimension) + (part * width), width).CopyTo(points.AsSpan(i * width));
            }

            Array.Clear(centroids);
            Fit(points, width, centroids, choices, 0, choices, new CounterRandom(seed, part + 1));
            for (int k = 0; k < choices; k++)
            {
                for (int n = 0; n < width; n++)
                {
                    result[(k * dimension) + (part * width) + n] = centroids[(n * choices) + k];
                }
            }
        }

        return result;
    }

    /// <summary>Rows to look at: all in order, or as many as <see cref="RowsPerCentroid"/> allows, drawn without repetition.</summary>
    internal static int[] Sample(int rows, int centroids, ulong seed)
    {
        int most = (int)long.Min(rows, (long)centroids * RowsPerCentroid);
        int[] order = new int[rows];
        for (int i = 0; i < rows; i++)
        {
            order[i] = i;
        }

        if (most < rows)
        {
            Shuffle(order, most, new CounterRandom(seed, 0));
            Array.Resize(ref order, most);
        }

        return order;
    }

    /// <summary>
    /// Centroids [first, end) of one part; the others keep their place and take their share of the points. Points that are
    /// all served exactly leave the remaining centroids as they are.
    /// </summary>
    /// <param name="points">Points, width floats each.</param>
    /// <param name="width">Floats of a point.</param>
    /// <param name="centroids">By dimension: dimension n of centroid k at n x choices + k.</param>
    /// <param name="choices">Number of centroids, a multiple of 4.</param>
    /// <param name="first">The first centroid that is fitted.</param>
    /// <param name="end">The centroid behind the last that is fitted.</param>
    /// <param name="random">Draws the points that the centroids start from.</param>
    internal static void Fit(ReadOnlySpan<float> points, int width, Span<float> centroids, int choices, int first, int end, CounterRandom random)
    {
        int count = points.Length / width;
        int[] codes = new int[count];
        Array.Fill(codes, -1);
        float[] distances = new float[count];
        Seed(points, width, centroids, choices, first, end, random);
        double[] sums = new double[choices * width];
        int[] members = new int[choices];
        for (int iteration = 0; iteration < Iterations && Assign(points, width, centroids, choices, codes, distances); iteration++)
        {
            Array.Clear(sums);
            Array.Clear(members);
            for (int i = 0; i < count; i++)
            {
                members[codes[i]]++;
                for (int n = 0; n < width; n++)
                {
                    sums[(codes[i] * width) + n] += points[(i * width) + n];
                }
            }

            for (int k = first; k < end; k++)
            {
                if (members[k] > 0)
                {
                    for (int n = 0; n < width; n++)
                    {
                        centroids[(n * choices) + k] = (float)(sums[(k * width) + n] / members[k]);
                    }
                }
                else
                {
                    MoveToFarthest(points, width, centroids, choices, k, distances);
                }
            }
        }
    }

    // k-means++: each centroid starts at a point drawn in proportion to its squared distance from those before it.
    private static void Seed(ReadOnlySpan<float> points, int width, Span<float> centroids, int choices, int first, int end, CounterRandom random)
    {
        float[] distances = new float[points.Length / width];
        Array.Fill(distances, first == 0 ? 1 : float.PositiveInfinity);
        for (int k = 0; k < first; k++)
        {
            Shorten(points, width, centroids, choices, k, distances);
        }

        for (int k = first; k < end; k++)
        {
            double sum = 0;
            foreach (float distance in distances)
            {
                sum += distance;
            }

            if (sum == 0)
            {
                return;
            }

            int drawn = Draw(distances, random.Uniform(k) * sum);
            Place(points.Slice(drawn * width, width), centroids, choices, k);
            if (k == 0)
            {
                Array.Fill(distances, float.PositiveInfinity);
            }

            Shorten(points, width, centroids, choices, k, distances);
        }
    }

    private static int Draw(float[] weights, double threshold)
    {
        double sum = 0;
        int last = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] > 0)
            {
                last = i;
                sum += weights[i];
                if (sum > threshold)
                {
                    break;
                }
            }
        }

        return last;
    }

    // Distances from the nearest centroid, centroid k being new among them.
    private static void Shorten(ReadOnlySpan<float> points, int width, ReadOnlySpan<float> centroids, int choices, int k, float[] distances)
    {
        for (int i = 0; i < distances.Length; i++)
        {
            distances[i] = MathF.Min(distances[i], Distance(points.Slice(i * width, width), centroids, choices, k));
        }
    }

    // A centroid without members takes the point that is served worst, which then counts as served.
    private static void MoveToFarthest(ReadOnlySpan<float> points, int width, Span<float> centroids, int choices, int k, float[] distances)
    {
        int farthest = 0;
        for (int i = 1; i < distances.Length; i++)
        {
            farthest = distances[i] > distances[farthest] ? i : farthest;
        }

        if (distances[farthest] > 0)
        {
            Place(points.Slice(farthest * width, width), centroids, choices, k);
            distances[farthest] = 0;
        }
    }

    private static void Place(ReadOnlySpan<float> point, Span<float> centroids, int choices, int k)
    {
        for (int n = 0; n < point.Length; n++)
        {
            centroids[(n * choices) + k] = point[n];
        }
    }

    // Whether any point has changed its centroid.
    private static bool Assign(ReadOnlySpan<float> points, int width, ReadOnlySpan<float> centroids, int choices, int[] codes, float[] distances)
    {
        bool changed = false;
        for (int i = 0; i < codes.Length; i++)
        {
            (int code, distances[i]) = Nearest(points.Slice(i * width, width), centroids, choices);
            changed |= code != codes[i];
            codes[i] = code;
        }

        return changed;
    }

    private static (int Code, float Distance) Nearest(ReadOnlySpan<float> point, ReadOnlySpan<float> centroids, int choices)
    {
        int code = NearestCentroid.Find(ref MemoryMarshal.GetReference(point), point.Length, ref MemoryMarshal.GetReference(centroids), choices, choices);
        return (code, Distance(point, centroids, choices, code));
    }

    private static float Distance(ReadOnlySpan<float> point, ReadOnlySpan<float> centroids, int choices, int k)
    {
        float distance = 0;
        for (int n = 0; n < point.Length; n++)
        {
            float difference = point[n] - centroids[(n * choices) + k];
            distance += difference * difference;
        }

        return distance;
    }

    // The first numbers of a random permutation.
    private static void Shuffle(int[] order, int count, CounterRandom random)
    {
        for (int i = 0; i < count; i++)
        {
            int j = i + (int)(random.Uniform(i) * (order.Length - i));
            (order[i], order[j]) = (order[j], order[i]);
        }
    }
}
