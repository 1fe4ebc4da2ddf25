using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ModelGen.Compiled;

/// <summary>
/// Kernels on 64 x 64 blocks of doubles, row-major. Every element of a product adds its terms in ascending order, each with one rounding, so
/// all vector widths give the same bits.
/// </summary>
internal static class DoubleBlocks
{
    /// <summary>Rows and columns of a block: 32 KB, so that a block stays in the first-level cache while its row panel passes.</summary>
    public const int Size = 64;

    /// <summary>Elements of a block.</summary>
    public const int Elements = Size * Size;

    private const int TileRows = 4;

    /// <summary>c += a b.</summary>
    public static void AddProduct(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> c) => AddProduct(a, Size, 1, b, c, Vector512.IsHardwareAccelerated);

    /// <summary>c += a^T b.</summary>
    public static void AddTransposedProduct(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> c) => AddProduct(a, 1, Size, b, c, Vector512.IsHardwareAccelerated);

    /// <summary>target = factor x source^T.</summary>
    public static void Transpose(ReadOnlySpan<double> source, double factor, Span<double> target)
    {
        for (int row = 0; row < Size; row++)
        {
            for (int column = 0; column < Size; column++)
            {
                target[(column * Size) + row] = factor * source[(row * Size) + column];
            }
        }
    }

    /// <summary>
    /// Replaces a symmetric block, given by its lower half, by its Cholesky factor L. Returns the row at which a pivot is not positive, or -1.
    /// </summary>
    public static int Factor(Span<double> block)
    {
        for (int column = 0; column < Size; column++)
        {
            Span<double> pivotRow = block.Slice(column * Size, Size);
            double pivot = pivotRow[column] - Dot(pivotRow[..column], pivotRow[..column]);
            if (!(pivot > 0))
            {
                return column;
            }

            pivot = Math.Sqrt(pivot);
            pivotRow[column] = pivot;
            pivotRow[(column + 1)..].Clear();
            for (int row = column + 1; row < Size; row++)
            {
                Span<double> target = block.Slice(row * Size, Size);
                target[column] = (target[column] - Dot(target[..column], pivotRow[..column])) / pivot;
            }
        }

        return -1;
    }

    /// <summary>The inverse of a lower triangular block.</summary>
    public static void InvertLower(ReadOnlySpan<double> lower, Span<double> inverse)
    {
        inverse[..Elements].Clear();
        for (int row = 0; row < Size; row++)
        {
            // Row i of the inverse is (e_i - sum over k < i of L_ik times row k) / L_ii.
            Span<double> target = inverse.Slice(row * Size, Size);
            for (int k = 0; k < row; k++)
            {
                double factor = lower[(row * Size) + k];
                for (int column = 0; column <= k; column++)
                {
                    target[column] -= factor * inverse[(k * Size) + column];
                }
            }

            double pivot = lower[(row * Size) + row];
            for (int column = 0; column < row; column++)
            {
                target[column] /= pivot;
            }

            target[row] = 1 / pivot;
        }
    }

    /// <summary>c += a' b, element (i, k) of a' being the one of a at i <paramref name="rowStride"/> + k <paramref name="innerStride"/>.</summary>
    /// <param name="a">A block that is read in either direction.</param>
    /// <param name="rowStride">Distance of rows, 1 or <see cref="Size"/>.</param>
    /// <param name="innerStride">Distance of columns, the other of the two.</param>
    /// <param name="b">The right factor.</param>
    /// <param name="c">The sum.</param>
    /// <param name="wide">Vectors of 512 bits instead of 256.</param>
    public static void AddProduct(ReadOnlySpan<double> a, int rowStride, int innerStride, ReadOnlySpan<double> b, Span<double> c, bool wide)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(a.Length, Elements);
        ArgumentOutOfRangeException.ThrowIfLessThan(b.Length, Elements);
        ArgumentOutOfRangeException.ThrowIfLessThan(c.Length, Elements);
        ref double a0 = ref MemoryMarshal.GetReference(a);
        ref double b0 = ref MemoryMarshal.GetReference(b);
        ref double c0 = ref MemoryMarshal.GetReference(c);
        if (wide)
        {
            Multiply512(ref a0, rowStride, innerStride, ref b0, ref c0);
        }
        else
        {
            Multiply256(ref a0, rowStride, innerStride, ref b0, ref c0);
        }
    }

    // Tiles of 4 rows x 32 columns: 16 sums in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply512(ref double a0, int rowStride, int innerStride, ref double b0, ref double c0)
    {
        for (int column = 0; column < Size; column += 32)
        {
            for (int row = 0; row < Size; row += TileRows)
            {
                ref double c = ref Unsafe.Add(ref c0, (row * Size) + column);
                Vector512<double> s00 = Load512(ref c, 0), s01 = Load512(ref c, 8), s02 = Load512(ref c, 16), s03 = Load512(ref c, 24);
                Vector512<double> s10 = Load512(ref c, Size), s11 = Load512(ref c, Size + 8), s12 = Load512(ref c, Size + 16), s13 = Load512(ref c, Size + 24);
                Vector512<double> s20 = Load512(ref c, 2 * Size), s21 = Load512(ref c, (2 * Size) + 8), s22 = Load512(ref c, (2 * Size) + 16), s23 = Load512(ref c, (2 * Size) + 24);
                Vector512<double> s30 = Load512(ref c, 3 * Size), s31 = Load512(ref c, (3 * Size) + 8), s32 = Load512(ref c, (3 * Size) + 16), s33 = Load512(ref c, (3 * Size) + 24);
                ref double a = ref Unsafe.Add(ref a0, row * rowStride);
                ref double b = ref Unsafe.Add(ref b0, column);
                for (int k = 0; k < Size; k++)
                {
                    Vector512<double> x = Load512(ref b, 0), y = Load512(ref b, 8), z = Load512(ref b, 16), w = Load512(ref b, 24);
                    Vector512<double> f = Vector512.Create(a);
                    s00 = Vector512.FusedMultiplyAdd(f, x, s00);
                    s01 = Vector512.FusedMultiplyAdd(f, y, s01);
                    s02 = Vector512.FusedMultiplyAdd(f, z, s02);
                    s03 = Vector512.FusedMultiplyAdd(f, w, s03);
                    f = Vector512.Create(Unsafe.Add(ref a, rowStride));
                    s10 = Vector512.FusedMultiplyAdd(f, x, s10);
                    s11 = Vector512.FusedMultiplyAdd(f, y, s11);
                    s12 = Vector512.FusedMultiplyAdd(f, z, s12);
                    s13 = Vector512.FusedMultiplyAdd(f, w, s13);
                    f = Vector512.Create(Unsafe.Add(ref a, 2 * rowStride));
                    s20 = Vector512.FusedMultiplyAdd(f, x, s20);
                    s21 = Vector512.FusedMultiplyAdd(f, y, s21);
                    s22 = Vector512.FusedMultiplyAdd(f, z, s22);
                    s23 = Vector512.FusedMultiplyAdd(f, w, s23);
                    f = Vector512.Create(Unsafe.Add(ref a, 3 * rowStride));
                    s30 = Vector512.FusedMultiplyAdd(f, x, s30);
                    s31 = Vector512.FusedMultiplyAdd(f, y, s31);
                    s32 = Vector512.FusedMultiplyAdd(f, z, s32);
                    s33 = Vector512.FusedMultiplyAdd(f, w, s33);
                    a = ref Unsafe.Add(ref a, innerStride);
                    b = ref Unsafe.Add(ref b, Size);
                }

                Store(ref c, 0, s00, s01, s02, s03);
                Store(ref c, Size, s10, s11, s12, s13);
                Store(ref c, 2 * Size, s20, s21, s22, s23);
                Store(ref c, 3 * Size, s30, s31, s32, s33);
            }
        }
    }

    // Tiles of 4 rows x 8 columns: 8 sums in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply256(ref double a0, int rowStride, int innerStride, ref double b0, ref double c0)
    {
        for (int column = 0; column < Size; column += 8)
        {
            for (int row = 0; row < Size; row += TileRows)
            {
                ref double c = ref Unsafe.Add(ref c0, (row * Size) + column);
                Vector256<double> s00 = Load256(ref c, 0), s01 = Load256(ref c, 4), s10 = Load256(ref c, Size), s11 = Load256(ref c, Size + 4);
                Vector256<double> s20 = Load256(ref c, 2 * Size), s21 = Load256(ref c, (2 * Size) + 4), s30 = Load256(ref c, 3 * Size), s31 = Load256(ref c, (3 * Size) + 4);
                ref double a = ref Unsafe.Add(ref a0, row * rowStride);
                ref double b = ref Unsafe.Add(ref b0, column);
                for (int k = 0; k < Size; k++)
                {
                    Vector256<double> x = Load256(ref b, 0), y = Load256(ref b, 4);
                    Vector256<double> f = Vector256.Create(a), g = Vector256.Create(Unsafe.Add(ref a, rowStride));
                    s00 = Vector256.FusedMultiplyAdd(f, x, s00);
                    s01 = Vector256.FusedMultiplyAdd(f, y, s01);
                    s10 = Vector256.FusedMultiplyAdd(g, x, s10);
                    s11 = Vector256.FusedMultiplyAdd(g, y, s11);
                    f = Vector256.Create(Unsafe.Add(ref a, 2 * rowStride));
                    g = Vector256.Create(Unsafe.Add(ref a, 3 * rowStride));
                    s20 = Vector256.FusedMultiplyAdd(f, x, s20);
                    s21 = Vector256.FusedMultiplyAdd(f, y, s21);
                    s30 = Vector256.FusedMultiplyAdd(g, x, s30);
                    s31 = Vector256.FusedMultiplyAdd(g, y, s31);
                    a = ref Unsafe.Add(ref a, innerStride);
                    b = ref Unsafe.Add(ref b, Size);
                }

                s00.StoreUnsafe(ref c);
                s01.StoreUnsafe(ref c, 4);
                s10.StoreUnsafe(ref c, Size);
                s11.StoreUnsafe(ref c, Size + 4);
                s20.StoreUnsafe(ref c, 2 * Size);
                s21.StoreUnsafe(ref c, (2 * Size) + 4);
                s30.StoreUnsafe(ref c, 3 * Size);
                s31.StoreUnsafe(ref c, (3 * Size) + 4);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Load512(ref double x, int at) => Vector512.LoadUnsafe(ref x, (nuint)at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Load256(ref double x, int at) => Vector256.LoadUnsafe(ref x, (nuint)at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ref double target, int at, Vector512<double> a, Vector512<double> b, Vector512<double> c, Vector512<double> d)
    {
        a.StoreUnsafe(ref target, (nuint)at);
        b.StoreUnsafe(ref target, (nuint)at + 8);
        c.StoreUnsafe(ref target, (nuint)at + 16);
        d.StoreUnsafe(ref target, (nuint)at + 24);
    }

    private static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }
}
