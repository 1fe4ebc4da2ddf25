using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;
using ModelGen.Compiled;

namespace ModelGen.Kernels;

/// <summary>Register tiles of a matrix product: 64 rows times a right operand of 32 columns that stays in the inner cache.</summary>
public class ProductTiles
{
    private const int Rows = 64;
    private const int Columns = 32;

    private readonly NativeFloats _left = new(Rows * 512);
    private readonly NativeFloats _right = new(512 * Columns);
    private readonly NativeFloats _product = new(Rows * Columns);

    /// <summary>Depth of the product: the width of the layer before.</summary>
    [Params(16, 64, 256, 512)]
    public int Depth { get; set; }

    /// <summary>Floats of a vector.</summary>
    [ParamsSource(nameof(Widths))]
    public VectorWidth Width { get; set; }

    /// <summary>The widths of this processor.</summary>
    public static IEnumerable<VectorWidth> Widths => VectorWidths.Here();

    /// <summary>Fills the operands.</summary>
    [GlobalSetup]
    public void Fill()
    {
        var random = new Random(1);
        foreach (NativeFloats operand in new[] { _left, _right })
        {
            for (long i = 0; i < operand.Length; i++)
            {
                operand.At(i) = random.NextSingle() - 0.5f;
            }
        }
    }

    /// <summary>64 x 32 products of the depth.</summary>
    [Benchmark]
    public void Product()
    {
        switch (Width)
        {
            case VectorWidth.Floats16:
                Run<Simd512, Vector512<float>>();
                break;
            case VectorWidth.Floats8:
                Run<Simd256, Vector256<float>>();
                break;
            default:
                Run<Simd128, Vector128<float>>();
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run<S, V>()
        where S : struct, ISimd<V> where V : struct
    {
        nuint depth = (nuint)Depth;
        for (nuint row = 0; row < Rows; row += 8)
        {
            for (nuint column = 0; column < Columns; column += 2 * (nuint)S.Width)
            {
                ref float target = ref Unsafe.Add(ref _product.First, (row * Columns) + column);
                Microkernel.Rows8Vectors2<S, V>(
                    ref Unsafe.Add(ref _left.First, row * depth), depth, 1, ref Unsafe.Add(ref _right.First, column), Columns, depth,
                    false, ref target, 0, Finish.None, ref target, 0, ref target, Columns);
            }
        }
    }
}
