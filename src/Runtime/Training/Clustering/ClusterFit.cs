using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Starts the clusters of a feature as k-means of given vectors: the vectors of the clusters in use become the centroids, and every id with a vector joins the
/// nearest. Ids without one stay where they were put.
/// </summary>
internal static class ClusterFit
{
    // Farther from everything than any vector, and still finite when squared.
    private const float Nowhere = 1e18f;

    /// <summary>Fits the clusters in use at the start.</summary>
    /// <param name="table">Vectors of the clusters, with their ids.</param>
    /// <param name="vocabulary">The ids.</param>
    /// <param name="vectors">Vectors by key.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <exception cref="ArgumentException">A vector has another width than the feature, or is not finite.</exception>
    public static void Apply(Table table, Vocabulary vocabulary, StartVectors vectors, ulong seed)
    {
        (int width, int live) = (table.Parameter.Width, table.Assignment!.Live);
        int[] ids = [.. Enumerable.Range(0, vocabulary.Count).Where(id => vectors.Find(vocabulary, id, width) is not null)];
        List<float> points = [];
        foreach (int at in ProductKMeans.Sample(ids.Length, live, seed))
        {
            points.AddRange(vectors.Find(vocabulary, ids[at], width)!);
        }

        // The search takes the centroids in groups of four.
        int stride = (live + 3) / 4 * 4;
        float[] centroids = new float[stride * width];
        Array.Fill(centroids, Nowhere);
        for (int k = 0; k < live; k++)
        {
            for (int n = 0; n < width; n++)
            {
                centroids[(n * stride) + k] = table.Values.At(((long)k * width) + n);
            }
        }

        ProductKMeans.Fit(CollectionsMarshal.AsSpan(points), width, centroids, stride, 0, live, new CounterRandom(seed, 1));
        for (int k = 0; k < live; k++)
        {
            for (int n = 0; n < width; n++)
            {
                table.Values.At(((long)k * width) + n) = centroids[(n * stride) + k];
            }
        }

        foreach (int id in ids)
        {
            table.Assignment.Clusters[id] = NearestCentroid.Find(
                ref MemoryMarshal.GetArrayDataReference(vectors.Find(vocabulary, id, width)!), width, ref MemoryMarshal.GetArrayDataReference(centroids), stride, stride);
        }
    }
}
