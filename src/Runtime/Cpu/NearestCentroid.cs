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
        where S : struct, ISimd<V> where V : struct =>
        Search<S, V>(ref e, width, ref centroids, stride, choices, false, false, ref Unsafe.NullRef<float>(), 0);

    /// <summary>Queries that <see cref="FindAll"/> takes at most.</summary>
    public const int Block = 64;

    /// <summary>
    /// The codes of a part of several queries, side by side: a lane is a query, so nothing is reduced over lanes. The distances are those of
    /// <see cref="Find{S, V}"/>, and so are the codes.
    /// </summary>
    /// <param name="q">The part of the first query.</param>
    /// <param name="qStep">Floats from one query to the next.</param>
    /// <param name="count">Queries, at most <see cref="Block"/>.</param>
    /// <param name="width">Width of a part.</param>
    /// <param name="centroids">The centroids of the part by dimension, as in <see cref="Find{S, V}"/>.</param>
    /// <param name="stride">Floats from one dimension to the next.</param>
    /// <param name="choices">Centroids to choose from.</param>
    /// <param name="firstCode">Code of the first centroid.</param>
    /// <param name="codes">Receives the code of query i at i x codeStep.</param>
    /// <param name="codeStep">Codes from one query to the next.</param>
    /// <param name="lanes">Working memory, (width + 1) x <see cref="Block"/> floats.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FindAll<S, V>(
        ref float q, int qStep, int count, int width, ref float centroids, int stride, int choices, int firstCode, ref ushort codes, int codeStep, ref float lanes)
        where S : struct, ISimd<V> where V : struct
    {
        for (int i = 0; i < count; i++)
        {
            for (int n = 0; n < width; n++)
            {
                Unsafe.Add(ref lanes, (n * Block) + i) = Unsafe.Add(ref q, (i * qStep) + n);
            }
        }

        ref float found = ref Unsafe.Add(ref lanes, width * Block);
        for (int i = 0; i < count; i += 2 * S.Width)
        {
            FindTwo<S, V>(ref Unsafe.Add(ref lanes, i), width, ref centroids, stride, choices, ref Unsafe.Add(ref found, i));
        }

        for (int i = 0; i < count; i++)
        {
            Unsafe.Add(ref codes, i * codeStep) = (ushort)(firstCode + (int)Unsafe.Add(ref found, i));
        }
    }

    /// <summary>The index of the first of the keys with the greatest inner product; otherwise as <see cref="Find{S, V}"/>.</summary>
    /// <param name="e">The part, <paramref name="width"/> floats.</param>
    /// <param name="width">Width of a part.</param>
    /// <param name="keys">The keys of the part by dimension: dimension n of key k lies at n x stride + k.</param>
    /// <param name="stride">Floats from one dimension to the next.</param>
    /// <param name="choices">Keys to choose from, a multiple of the vector width.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int FindGreatest<S, V>(ref float e, int width, ref float keys, int stride, int choices)
        where S : struct, ISimd<V> where V : struct =>
        Search<S, V>(ref e, width, ref keys, stride, choices, true, false, ref Unsafe.NullRef<float>(), 0);

    /// <summary>The index of the centroid with the greatest normalised score, the lowest of several.</summary>
    /// <param name="e">The part, <paramref name="width"/> floats.</param>
    /// <param name="width">Width of a part.</param>
    /// <param name="centroids">The centroids, or keys, of the part by dimension: dimension n of centroid k lies at n x stride + k.</param>
    /// <param name="stride">Floats from one dimension to the next.</param>
    /// <param name="choices">Centroids to choose from, a multiple of the vector width.</param>
    /// <param name="greatest">Whether scores are inner products instead of negative squared distances.</param>
    /// <param name="norm">What <see cref="ScoreNormalization.Prepare"/> has made.</param>
    /// <param name="normStride">Floats from scales to shifts.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int FindNormalized<S, V>(ref float e, int width, ref float centroids, int stride, int choices, bool greatest, ref float norm, int normStride)
        where S : struct, ISimd<V> where V : struct =>
        Search<S, V>(ref e, width, ref centroids, stride, choices, greatest, true, ref norm, normStride);

    /// <summary>The nearest centroid by the widest vector that divides the choices.</summary>
    internal static int Find(ref float e, int width, ref float centroids, int stride, int choices) =>
        Find(ref e, width, ref centroids, stride, choices, false, ref Unsafe.NullRef<float>(), 0);

    /// <summary>The search by the widest vector that divides the choices; scores are normalised unless <paramref name="norm"/> is a null reference.</summary>
    internal static int Find(ref float e, int width, ref float centroids, int stride, int choices, bool greatest, ref float norm, int normStride)
    {
        bool normalized = !Unsafe.IsNullRef(ref norm);
        return choices % 16 == 0 && Vector512.IsHardwareAccelerated ? Search<Simd512, Vector512<float>>(ref e, width, ref centroids, stride, choices, greatest, normalized, ref norm, normStride)
            : choices % 8 == 0 && Vector256.IsHardwareAccelerated ? Search<Simd256, Vector256<float>>(ref e, width, ref centroids, stride, choices, greatest, normalized, ref norm, normStride)
            : Search<Simd128, Vector128<float>>(ref e, width, ref centroids, stride, choices, greatest, normalized, ref norm, normStride);
    }

    /// <summary>The opposites of the scores of a vector of centroids: squared distances, or the products with the opposite of the query.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Opposite<S, V>(ref float e, int width, ref float centroids, int stride, bool greatest)
        where S : struct, ISimd<V> where V : struct
    {
        if (!greatest)
        {
            return Distances<S, V>(ref e, width, ref centroids, stride);
        }

        V sum = S.Zero;
        for (int n = 0; n < width; n++)
        {
            sum = S.MultiplyAdd(S.Broadcast(-Unsafe.Add(ref e, n)), S.Load(ref centroids, (nuint)(n * (nint)stride)), sum);
        }

        return sum;
    }

    // Flags are literals where this is inlined, so one of the forms remains.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Search<S, V>(ref float e, int width, ref float centroids, int stride, int choices, bool greatest, bool normalized, ref float norm, int normStride)
        where S : struct, ISimd<V> where V : struct
    {
        V least = S.Broadcast(float.PositiveInfinity), at = S.Zero, index = S.Lanes, next = S.Broadcast(S.Width);
        for (int k = 0; k < choices; k += S.Width)
        {
            V sum = Opposite<S, V>(ref e, width, ref Unsafe.Add(ref centroids, k), stride, greatest);
            if (normalized)
            {
                sum = S.MultiplyAdd(sum, S.Load(ref norm, (nuint)k), S.Load(ref norm, (nuint)(normStride + k)));
            }

            // A later centroid must be nearer, so that the lowest index of a lane stays.
            at = S.WhereLess(sum, least, index, at);
            least = S.WhereLess(sum, least, sum, least);
            index = S.Add(index, next);
        }

        return Lowest<S, V>(least, at);
    }

    // Two vectors of queries, whose searches hide each other's latency.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FindTwo<S, V>(ref float e, int width, ref float centroids, int stride, int choices, ref float found)
        where S : struct, ISimd<V> where V : struct
    {
        V least0 = S.Broadcast(float.PositiveInfinity), least1 = least0, at0 = S.Zero, at1 = S.Zero, index = S.Zero, one = S.Broadcast(1f);
        ref float f = ref Unsafe.Add(ref e, S.Width);
        for (int k = 0; k < choices; k++)
        {
            ref float c = ref Unsafe.Add(ref centroids, k);
            V center = S.Broadcast(c);
            V x = S.Subtract(S.Load(ref e, 0), center), y = S.Subtract(S.Load(ref f, 0), center);
            V sum0 = S.Multiply(x, x), sum1 = S.Multiply(y, y);

            // A literal width leaves the terms it has; the loop is for wide parts.
            if (width > 1)
            {
                center = S.Broadcast(Unsafe.Add(ref c, stride));
                sum0 = AddSquare<S, V>(sum0, ref e, center, 1);
                sum1 = AddSquare<S, V>(sum1, ref f, center, 1);
            }

            if (width > 2)
            {
                center = S.Broadcast(Unsafe.Add(ref c, 2 * (nint)stride));
                sum0 = AddSquare<S, V>(sum0, ref e, center, 2);
                sum1 = AddSquare<S, V>(sum1, ref f, center, 2);
            }

            if (width > 3)
            {
                center = S.Broadcast(Unsafe.Add(ref c, 3 * (nint)stride));
                sum0 = AddSquare<S, V>(sum0, ref e, center, 3);
                sum1 = AddSquare<S, V>(sum1, ref f, center, 3);
            }

            for (int n = 4; n < width; n++)
            {
                center = S.Broadcast(Unsafe.Add(ref c, n * (nint)stride));
                sum0 = AddSquare<S, V>(sum0, ref e, center, n);
                sum1 = AddSquare<S, V>(sum1, ref f, center, n);
            }

            // A later centroid must be nearer, so that the lowest index stays.
            at0 = S.WhereLess(sum0, least0, index, at0);
            at1 = S.WhereLess(sum1, least1, index, at1);
            least0 = S.WhereLess(sum0, least0, sum0, least0);
            least1 = S.WhereLess(sum1, least1, sum1, least1);
            index = S.Add(index, one);
        }

        S.Store(at0, ref found, 0);
        S.Store(at1, ref found, (nuint)S.Width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V AddSquare<S, V>(V sum, ref float e, V center, int n)
        where S : struct, ISimd<V> where V : struct
    {
        V difference = S.Subtract(S.Load(ref e, (nuint)(n * Block)), center);
        return S.MultiplyAdd(difference, difference, sum);
    }

    // Of the lanes with the least value, the one that found it first. None has it when no value is a number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Lowest<S, V>(V least, V at)
        where S : struct, ISimd<V> where V : struct =>
        (int)S.Least(S.WhereLess(S.Broadcast(S.Least(least)), least, S.Broadcast(float.MaxValue), at));

    // The squared distances of a vector of centroids. A width that is a literal leaves one branch, whose broadcasts move out of the loop.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Distances<S, V>(ref float e, int width, ref float centroids, int stride)
        where S : struct, ISimd<V> where V : struct
    {
        V sum = Square<S, V>(ref e, ref centroids, stride, 0);
        if (width <= 8)
        {
            sum = width > 1 ? Add<S, V>(sum, ref e, ref centroids, stride, 1) : sum;
            sum = width > 2 ? Add<S, V>(sum, ref e, ref centroids, stride, 2) : sum;
            sum = width > 3 ? Add<S, V>(sum, ref e, ref centroids, stride, 3) : sum;
            sum = width > 4 ? Add<S, V>(sum, ref e, ref centroids, stride, 4) : sum;
            sum = width > 5 ? Add<S, V>(sum, ref e, ref centroids, stride, 5) : sum;
            sum = width > 6 ? Add<S, V>(sum, ref e, ref centroids, stride, 6) : sum;
            return width > 7 ? Add<S, V>(sum, ref e, ref centroids, stride, 7) : sum;
        }

        for (int n = 1; n < width; n++)
        {
            sum = Add<S, V>(sum, ref e, ref centroids, stride, n);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Square<S, V>(ref float e, ref float centroids, int stride, int n)
        where S : struct, ISimd<V> where V : struct
    {
        V difference = Difference<S, V>(ref e, ref centroids, stride, n);
        return S.Multiply(difference, difference);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Add<S, V>(V sum, ref float e, ref float centroids, int stride, int n)
        where S : struct, ISimd<V> where V : struct
    {
        V difference = Difference<S, V>(ref e, ref centroids, stride, n);
        return S.MultiplyAdd(difference, difference, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Difference<S, V>(ref float e, ref float centroids, int stride, int n)
        where S : struct, ISimd<V> where V : struct =>
        S.Subtract(S.Broadcast(Unsafe.Add(ref e, n)), S.Load(ref centroids, (nuint)(n * (nint)stride)));
}
