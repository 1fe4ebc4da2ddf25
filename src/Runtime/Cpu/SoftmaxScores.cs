using System.Runtime.CompilerServices;

namespace ModelGen.Compiled;

/// <summary>
/// The backward pass of the softmax form of product quantisation (DPQ-SX) through the scores of one part: p = softmax(e keys / temperature),
/// out = sum of p_k values_k.
/// </summary>
public static class SoftmaxScores
{
    /// <summary>The gradient of the inner products: p_k (g values_k - sum over l of p_l g values_l) / temperature, times the scale of a normalised score.</summary>
    /// <param name="e">The part of the query, <paramref name="width"/> floats.</param>
    /// <param name="g">The gradient of the part of the output, <paramref name="width"/> floats.</param>
    /// <param name="width">Width of a part.</param>
    /// <param name="keys">The keys of the part by dimension: dimension n of key k lies at n x stride + k.</param>
    /// <param name="values">The centroids of the part, likewise.</param>
    /// <param name="stride">Floats from one dimension to the next.</param>
    /// <param name="choices">Keys to choose from, a multiple of the vector width.</param>
    /// <param name="inverseTemperature">1 / temperature.</param>
    /// <param name="normalized">Whether scores are normalised before the softmax.</param>
    /// <param name="norm">What <see cref="ScoreNormalization.Prepare"/> has made, if they are.</param>
    /// <param name="normStride">Floats from scales to shifts.</param>
    /// <param name="result"><paramref name="choices"/> floats.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Gradient<S, V>(ref float e, ref float g, int width, ref float keys, ref float values, int stride, int choices, float inverseTemperature,
        bool normalized, ref float norm, int normStride, ref float result)
        where S : struct, ISimd<V> where V : struct
    {
        V scale = S.Broadcast(inverseTemperature), greatest = S.Broadcast(float.NegativeInfinity);
        for (int k = 0; k < choices; k += S.Width)
        {
            V score = Product<S, V>(ref e, width, ref keys, stride, k);
            if (normalized)
            {
                score = S.Subtract(S.Multiply(score, S.Load(ref norm, (nuint)k)), S.Load(ref norm, (nuint)(normStride + k)));
            }

            score = S.Multiply(scale, score);
            S.Store(score, ref result, (nuint)k);
            greatest = S.WhereLess(greatest, score, score, greatest);
        }

        // Differences from the greatest score cannot overflow.
        V shift = S.Broadcast(-S.Least(S.Subtract(S.Zero, greatest)));
        V total = S.Zero, weighted = S.Zero;
        for (int k = 0; k < choices; k += S.Width)
        {
            V share = S.Exp(S.Subtract(S.Load(ref result, (nuint)k), shift));
            S.Store(share, ref result, (nuint)k);
            total = S.Add(total, share);
            weighted = S.MultiplyAdd(share, Product<S, V>(ref g, width, ref values, stride, k), weighted);
        }

        float sum = S.Sum(total);
        V mean = S.Broadcast(S.Sum(weighted) / sum), quotient = S.Broadcast(inverseTemperature / sum);
        for (int k = 0; k < choices; k += S.Width)
        {
            V share = S.Multiply(quotient, S.Load(ref result, (nuint)k));
            share = normalized ? S.Multiply(share, S.Load(ref norm, (nuint)k)) : share;
            S.Store(S.Multiply(share, S.Subtract(Product<S, V>(ref g, width, ref values, stride, k), mean)), ref result, (nuint)k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Product<S, V>(ref float e, int width, ref float keys, int stride, int k)
        where S : struct, ISimd<V> where V : struct
    {
        V sum = S.Zero;
        for (int n = 0; n < width; n++)
        {
            sum = S.MultiplyAdd(S.Broadcast(Unsafe.Add(ref e, n)), S.Load(ref keys, (nuint)((n * (nint)stride) + k)), sum);
        }

        return sum;
    }
}
