using System;
using System.Runtime.CompilerServices;

namespace ModelGen.Compiled;

/// <summary>
/// Batch normalisation of the scores of product quantisation, without scale or offset: y_k = (a_k - mean_k) / sqrt(variance_k + epsilon),
/// the moments of centroid k being running averages over the lookups and parts of the batches that were trained on. They are a dense
/// parameter of three rows: the weight of what has been averaged, mean and variance.
/// </summary>
public static class ScoreNormalization
{
    /// <summary>
    /// What a search needs for each centroid: 1 / sqrt(variance + epsilon), and from <paramref name="stride"/> floats on the mean times this. A centroid that
    /// no batch has had a score for gets 1 and 0.
    /// </summary>
    /// <param name="statistics">The three rows.</param>
    /// <param name="stride">Floats per row.</param>
    /// <param name="centroids">Number of centroids.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="norm">2 x <paramref name="stride"/> floats.</param>
    public static void Prepare(ref float statistics, int stride, int centroids, float epsilon, ref float norm)
    {
        for (int k = 0; k < centroids; k++)
        {
            float scale = Unsafe.Add(ref statistics, k) > 0 ? 1 / MathF.Sqrt(Unsafe.Add(ref statistics, (2 * stride) + k) + epsilon) : 1;
            Unsafe.Add(ref norm, k) = scale;
            Unsafe.Add(ref norm, stride + k) = scale * Unsafe.Add(ref statistics, stride + k);
        }
    }

    /// <summary>Adds the scores of one part of a query to the sums over a batch: lookups, and the first two moments around the running means.</summary>
    /// <param name="e">The part, <paramref name="width"/> floats.</param>
    /// <param name="width">Width of a part.</param>
    /// <param name="centroids">The centroids, or keys, of the part by dimension: dimension n of centroid k lies at n x stride + k.</param>
    /// <param name="stride">Floats from one dimension to the next.</param>
    /// <param name="choices">Centroids that the id may use, a multiple of the vector width.</param>
    /// <param name="greatest">Whether scores are inner products instead of negative squared distances.</param>
    /// <param name="lookups">Lookups of the id.</param>
    /// <param name="mean">The running means.</param>
    /// <param name="sums">Three rows of sums.</param>
    /// <param name="rowStride">Floats per row of sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<S, V>(ref float e, int width, ref float centroids, int stride, int choices, bool greatest, float lookups, ref float mean, ref float sums, int rowStride)
        where S : struct, ISimd<V> where V : struct
    {
        V weight = S.Broadcast(lookups);
        for (int k = 0; k < choices; k += S.Width)
        {
            // What a search looks for the least of is the score with the opposite sign.
            V below = S.Add(NearestCentroid.Opposite<S, V>(ref e, width, ref Unsafe.Add(ref centroids, k), stride, greatest), S.Load(ref mean, (nuint)k));
            V share = S.Multiply(weight, below);
            S.Store(S.Add(S.Load(ref sums, (nuint)k), weight), ref sums, (nuint)k);
            S.Store(S.Subtract(S.Load(ref sums, (nuint)(rowStride + k)), share), ref sums, (nuint)(rowStride + k));
            S.Store(S.MultiplyAdd(share, below, S.Load(ref sums, (nuint)((2 * rowStride) + k))), ref sums, (nuint)((2 * rowStride) + k));
        }
    }

    /// <summary>
    /// Moves the running moments towards those of a batch, in which a centroid without lookups has no say. Until the averages are full their weight is less than one, so that
    /// they start as the moments of the first batch.
    /// </summary>
    /// <param name="statistics">The three rows.</param>
    /// <param name="sums">The sums over the batch, of the same shape.</param>
    /// <param name="stride">Floats per row.</param>
    /// <param name="centroids">Number of centroids.</param>
    /// <param name="momentum">What a step keeps.</param>
    public static void Update(ref float statistics, ref float sums, int stride, int centroids, float momentum)
    {
        for (int k = 0; k < centroids; k++)
        {
            float lookups = Unsafe.Add(ref sums, k);
            if (lookups > 0)
            {
                float offset = Unsafe.Add(ref sums, stride + k) / lookups;
                float variance = MathF.Max(0, (Unsafe.Add(ref sums, (2 * stride) + k) / lookups) - (offset * offset));
                ref float weight = ref Unsafe.Add(ref statistics, k), before = ref Unsafe.Add(ref statistics, (2 * stride) + k);
                weight = (momentum * weight) + (1 - momentum);
                float rate = (1 - momentum) / weight;
                Unsafe.Add(ref statistics, stride + k) += rate * offset;
                before += rate * (variance - before);
            }
        }
    }
}
