using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelGen.Compiled;

/// <summary>
/// The search of product quantisation: the centroid at the least squared distance from one part of a vector. Distances are summed
/// dimension by dimension with one rounding per term, whatever the vector width, so training and collapse choose the same codes on
/// every machine.
/// </summary>
public static class NearestCentroid
{
    /// <summary>The index of the nearest of the first <paramref name="choices"/> centroids, the lowest of several equally near.</summary>
    /// <param name="e">The part, <paramref name="width"/> floats.</param>
    /// <param name="width">Width of a part.</param>
    /// <param name="centroids">The centroids of the part by dimension: dimension n of centroid k lies at n x stride + k.</param>
    /// <param name="stride">Floats from one dimension to the next.</param>
    /// <param name="choices">Centroids to choose from, a multiple of the vector width.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Find<S, V>(ref float e, int width, ref float centroids, int stride, int choices)
        where S : struct, ISimd<V> where V : struct
    {
        V least = S.Broadcast(float.PositiveInfinity), at = S.Zero;
        for (int k = 0; k < choices; k += S.Width)
        {
            V sum = S.Zero;
            for (int n = 0; n < width; n++)
            {
                V difference = S.Subtract(S.Broadcast(Unsafe.Add(ref e, n)), S.Load(ref centroids, (nuint)((n * (nint)stride) + k)));
                sum = S.MultiplyAdd(difference, difference, sum);
            }

            // A later centroid must be nearer, so that the lowest index of a lane stays.
            at = S.WhereLess(sum, least, S.Broadcast(k), at);
            least = S.WhereLess(sum, least, sum, least);
        }

        return Lowest<S, V>(least, at);
    }

    /// <summary>The same search by the widest vector that divides the choices.</summary>
    internal static int Find(ref float e, int width, ref float centroids, int stride, int choices) =>
        choices % 16 == 0 && Vector512.IsHardwareAccelerated ? Find<Simd512, Vector512<float>>(ref e, width, ref centroids, stride, choices)
        : choices % 8 == 0 && Vector256.IsHardwareAccelerated ? Find<Simd256, Vector256<float>>(ref e, width, ref centroids, stride, choices)
        : Find<Simd128, Vector128<float>>(ref e, width, ref centroids, stride, choices);

    // Lane l holds the least distance among centroids l, l + Width, ... and where it was found.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Lowest<S, V>(V least, V at)
        where S : struct, ISimd<V> where V : struct
    {
        Unsafe.SkipInit(out Lanes distances);
        Unsafe.SkipInit(out Lanes starts);
        S.Store(least, ref distances.First, 0);
        S.Store(at, ref starts.First, 0);
        float best = distances.First;
        int index = (int)starts.First;
        for (int lane = 1; lane < S.Width; lane++)
        {
            float distance = Unsafe.Add(ref distances.First, lane);
            int found = (int)Unsafe.Add(ref starts.First, lane) + lane;
            if (distance < best || (distance == best && found < index))
            {
                (best, index) = (distance, found);
            }
        }

        return index;
    }

    [InlineArray(16)]
    private struct Lanes
    {
        public float First;
    }
}
