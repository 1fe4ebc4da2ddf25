using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ModelGen.Compiled;

/// <summary>What a register tile does with its accumulators before it stores them.</summary>
public enum Finish
{
    /// <summary>Stores them.</summary>
    None,

    /// <summary>Stores max(x, 0).</summary>
    Relu,

    /// <summary>Stores x where the mask value is above zero, else 0: the gradient of a ReLU by its output.</summary>
    Mask,
}

/// <summary>
/// Register tiles of a matrix product: 8 rows by two vectors or by one. Generated kernels call them with literal strides and depths;
/// they are always inlined, so every bound and branch below is a constant in the code that runs.
/// Element (r, k) of the left operand lies at a[r * rowStep + k * depthStep], which covers both A B and A^T B.
/// </summary>
public static class Microkernel
{
    /// <summary>8 rows x 2 vectors of c = start + a b. With a zero <paramref name="startStep"/> the start is one row for all (a bias).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Rows8Vectors2<S, V>(
        ref float a, nuint rowStep, nuint depthStep, ref float b, nuint bStep, nuint depth,
        bool hasStart, ref float start, nuint startStep, Finish finish, ref float mask, nuint maskStep, ref float c, nuint cStep)
        where S : struct, ISimd<V> where V : struct
    {
        if (S.Width == 16)
        {
            V c00, c01, c10, c11, c20, c21, c30, c31, c40, c41, c50, c51, c60, c61, c70, c71;
            nuint w = (nuint)S.Width;
            if (hasStart)
            {
                c00 = S.Load(ref start, 0); c01 = S.Load(ref start, w);
                c10 = S.Load(ref start, startStep); c11 = S.Load(ref start, startStep + w);
                c20 = S.Load(ref start, 2 * startStep); c21 = S.Load(ref start, (2 * startStep) + w);
                c30 = S.Load(ref start, 3 * startStep); c31 = S.Load(ref start, (3 * startStep) + w);
                c40 = S.Load(ref start, 4 * startStep); c41 = S.Load(ref start, (4 * startStep) + w);
                c50 = S.Load(ref start, 5 * startStep); c51 = S.Load(ref start, (5 * startStep) + w);
                c60 = S.Load(ref start, 6 * startStep); c61 = S.Load(ref start, (6 * startStep) + w);
                c70 = S.Load(ref start, 7 * startStep); c71 = S.Load(ref start, (7 * startStep) + w);
            }
            else
            {
                c00 = c01 = c10 = c11 = c20 = c21 = c30 = c31 = c40 = c41 = c50 = c51 = c60 = c61 = c70 = c71 = S.Zero;
            }

            ref float p = ref a;
            ref float q = ref b;
            for (nuint k = 0; k < depth; k++)
            {
                V b0 = S.Load(ref q, 0), b1 = S.Load(ref q, w);
                V x = S.Broadcast(p);
                c00 = S.MultiplyAdd(x, b0, c00); c01 = S.MultiplyAdd(x, b1, c01);
                x = S.Broadcast(Unsafe.Add(ref p, rowStep));
                c10 = S.MultiplyAdd(x, b0, c10); c11 = S.MultiplyAdd(x, b1, c11);
                x = S.Broadcast(Unsafe.Add(ref p, 2 * rowStep));
                c20 = S.MultiplyAdd(x, b0, c20); c21 = S.MultiplyAdd(x, b1, c21);
                x = S.Broadcast(Unsafe.Add(ref p, 3 * rowStep));
                c30 = S.MultiplyAdd(x, b0, c30); c31 = S.MultiplyAdd(x, b1, c31);
                x = S.Broadcast(Unsafe.Add(ref p, 4 * rowStep));
                c40 = S.MultiplyAdd(x, b0, c40); c41 = S.MultiplyAdd(x, b1, c41);
                x = S.Broadcast(Unsafe.Add(ref p, 5 * rowStep));
                c50 = S.MultiplyAdd(x, b0, c50); c51 = S.MultiplyAdd(x, b1, c51);
                x = S.Broadcast(Unsafe.Add(ref p, 6 * rowStep));
                c60 = S.MultiplyAdd(x, b0, c60); c61 = S.MultiplyAdd(x, b1, c61);
                x = S.Broadcast(Unsafe.Add(ref p, 7 * rowStep));
                c70 = S.MultiplyAdd(x, b0, c70); c71 = S.MultiplyAdd(x, b1, c71);
                p = ref Unsafe.Add(ref p, depthStep);
                q = ref Unsafe.Add(ref q, bStep);
            }

            Store<S, V>(c00, c01, finish, ref mask, 0, ref c, 0);
            Store<S, V>(c10, c11, finish, ref mask, maskStep, ref c, cStep);
            Store<S, V>(c20, c21, finish, ref mask, 2 * maskStep, ref c, 2 * cStep);
            Store<S, V>(c30, c31, finish, ref mask, 3 * maskStep, ref c, 3 * cStep);
            Store<S, V>(c40, c41, finish, ref mask, 4 * maskStep, ref c, 4 * cStep);
            Store<S, V>(c50, c51, finish, ref mask, 5 * maskStep, ref c, 5 * cStep);
            Store<S, V>(c60, c61, finish, ref mask, 6 * maskStep, ref c, 6 * cStep);
            Store<S, V>(c70, c71, finish, ref mask, 7 * maskStep, ref c, 7 * cStep);
        }
        else
        {
            Rows4Vectors2<S, V>(ref a, rowStep, depthStep, ref b, bStep, depth, hasStart, ref start, startStep, finish, ref mask, maskStep, ref c, cStep);
            Rows4Vectors2<S, V>(
                ref Unsafe.Add(ref a, 4 * rowStep), rowStep, depthStep, ref b, bStep, depth,
                hasStart, ref Unsafe.Add(ref start, 4 * startStep), startStep, finish, ref Unsafe.Add(ref mask, 4 * maskStep), maskStep, ref Unsafe.Add(ref c, 4 * cStep), cStep);
        }
    }

    /// <summary>
    /// Fetches 8 rows of 32 floats ahead of a tile that adds to them: its first act is to load them, and waiting for them would stop it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch8(ref float c, nuint cStep)
    {
        if (Sse.IsSupported)
        {
            // A row is two lines.
            for (nuint row = 0; row < 8; row++)
            {
                ref float line = ref Unsafe.Add(ref c, row * cStep);
                Sse.Prefetch0(Unsafe.AsPointer(ref line));
                Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref line, 16)));
            }
        }
    }

    /// <summary>8 rows x 1 vector of c = start + a b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Rows8Vectors1<S, V>(
        ref float a, nuint rowStep, nuint depthStep, ref float b, nuint bStep, nuint depth,
        bool hasStart, ref float start, nuint startStep, Finish finish, ref float mask, nuint maskStep, ref float c, nuint cStep)
        where S : struct, ISimd<V> where V : struct
    {
        V c0, c1, c2, c3, c4, c5, c6, c7;
        if (hasStart)
        {
            c0 = S.Load(ref start, 0); c1 = S.Load(ref start, startStep);
            c2 = S.Load(ref start, 2 * startStep); c3 = S.Load(ref start, 3 * startStep);
            c4 = S.Load(ref start, 4 * startStep); c5 = S.Load(ref start, 5 * startStep);
            c6 = S.Load(ref start, 6 * startStep); c7 = S.Load(ref start, 7 * startStep);
        }
        else
        {
            c0 = c1 = c2 = c3 = c4 = c5 = c6 = c7 = S.Zero;
        }

        ref float p = ref a;
        ref float q = ref b;
        for (nuint k = 0; k < depth; k++)
        {
            V b0 = S.Load(ref q, 0);
            c0 = S.MultiplyAdd(S.Broadcast(p), b0, c0);
            c1 = S.MultiplyAdd(S.Broadcast(Unsafe.Add(ref p, rowStep)), b0, c1);
            c2 = S.MultiplyAdd(S.Broadcast(Unsafe.Add(ref p, 2 * rowStep)), b0, c2);
            c3 = S.MultiplyAdd(S.Broadcast(Unsafe.Add(ref p, 3 * rowStep)), b0, c3);
            c4 = S.MultiplyAdd(S.Broadcast(Unsafe.Add(ref p, 4 * rowStep)), b0, c4);
            c5 = S.MultiplyAdd(S.Broadcast(Unsafe.Add(ref p, 5 * rowStep)), b0, c5);
            c6 = S.MultiplyAdd(S.Broadcast(Unsafe.Add(ref p, 6 * rowStep)), b0, c6);
            c7 = S.MultiplyAdd(S.Broadcast(Unsafe.Add(ref p, 7 * rowStep)), b0, c7);
            p = ref Unsafe.Add(ref p, depthStep);
            q = ref Unsafe.Add(ref q, bStep);
        }

        Store<S, V>(c0, finish, ref mask, 0, ref c, 0);
        Store<S, V>(c1, finish, ref mask, maskStep, ref c, cStep);
        Store<S, V>(c2, finish, ref mask, 2 * maskStep, ref c, 2 * cStep);
        Store<S, V>(c3, finish, ref mask, 3 * maskStep, ref c, 3 * cStep);
        Store<S, V>(c4, finish, ref mask, 4 * maskStep, ref c, 4 * cStep);
        Store<S, V>(c5, finish, ref mask, 5 * maskStep, ref c, 5 * cStep);
        Store<S, V>(c6, finish, ref mask, 6 * maskStep, ref c, 6 * cStep);
        Store<S, V>(c7, finish, ref mask, 7 * maskStep, ref c, 7 * cStep);
    }

    // Half the rows for processors with 16 vector registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rows4Vectors2<S, V>(
        ref float a, nuint rowStep, nuint depthStep, ref float b, nuint bStep, nuint depth,
        bool hasStart, ref float start, nuint startStep, Finish finish, ref float mask, nuint maskStep, ref float c, nuint cStep)
        where S : struct, ISimd<V> where V : struct
    {
        V c00, c01, c10, c11, c20, c21, c30, c31;
        nuint w = (nuint)S.Width;
        if (hasStart)
        {
            c00 = S.Load(ref start, 0); c01 = S.Load(ref start, w);
            c10 = S.Load(ref start, startStep); c11 = S.Load(ref start, startStep + w);
            c20 = S.Load(ref start, 2 * startStep); c21 = S.Load(ref start, (2 * startStep) + w);
            c30 = S.Load(ref start, 3 * startStep); c31 = S.Load(ref start, (3 * startStep) + w);
        }
        else
        {
            c00 = c01 = c10 = c11 = c20 = c21 = c30 = c31 = S.Zero;
        }

        ref float p = ref a;
        ref float q = ref b;
        for (nuint k = 0; k < depth; k++)
        {
            V b0 = S.Load(ref q, 0), b1 = S.Load(ref q, w);
            V x = S.Broadcast(p);
            c00 = S.MultiplyAdd(x, b0, c00); c01 = S.MultiplyAdd(x, b1, c01);
            x = S.Broadcast(Unsafe.Add(ref p, rowStep));
            c10 = S.MultiplyAdd(x, b0, c10); c11 = S.MultiplyAdd(x, b1, c11);
            x = S.Broadcast(Unsafe.Add(ref p, 2 * rowStep));
            c20 = S.MultiplyAdd(x, b0, c20); c21 = S.MultiplyAdd(x, b1, c21);
            x = S.Broadcast(Unsafe.Add(ref p, 3 * rowStep));
            c30 = S.MultiplyAdd(x, b0, c30); c31 = S.MultiplyAdd(x, b1, c31);
            p = ref Unsafe.Add(ref p, depthStep);
            q = ref Unsafe.Add(ref q, bStep);
        }

        Store<S, V>(c00, c01, finish, ref mask, 0, ref c, 0);
        Store<S, V>(c10, c11, finish, ref mask, maskStep, ref c, cStep);
        Store<S, V>(c20, c21, finish, ref mask, 2 * maskStep, ref c, 2 * cStep);
        Store<S, V>(c30, c31, finish, ref mask, 3 * maskStep, ref c, 3 * cStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<S, V>(V x, V y, Finish finish, ref float mask, nuint maskAt, ref float c, nuint at)
        where S : struct, ISimd<V> where V : struct
    {
        Store<S, V>(x, finish, ref mask, maskAt, ref c, at);
        Store<S, V>(y, finish, ref mask, maskAt + (nuint)S.Width, ref c, at + (nuint)S.Width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<S, V>(V x, Finish finish, ref float mask, nuint maskAt, ref float c, nuint at)
        where S : struct, ISimd<V> where V : struct
    {
        if (finish == Finish.Relu)
        {
            x = S.Relu(x);
        }
        else if (finish == Finish.Mask)
        {
            x = S.WherePositive(S.Load(ref mask, maskAt), x);
        }

        S.Store(x, ref c, at);
    }
}
