using System.Runtime.CompilerServices;
using BenchmarkDotNet.Attributes;
using ModelGen.Compiled;

namespace ModelGen.Kernels;

/// <summary>Register tiles of a matrix product: 64 rows times a right operand of 32 columns that stays in the inner cache.</summary>
public class ProductTiles : KernelBenchmark
{
    private const int Rows = 64;
    private const int Columns = 32;

    private readonly NativeFloats _left = new(Rows * 512);
    private readonly NativeFloats _right = new(512 * Columns);
    private readonly NativeFloats _product = new(Rows * Columns);

    /// <summary>Depth of the product: the width of the layer before.</summary>
    [Params(16, 64, 256, 512)]
    public int Depth { get; set; }

    /// <summary>Fills the operands.</summary>
    [GlobalSetup]
    public void Fill() => Fill(_left, _right);

    /// <summary>64 x 32 products of the depth.</summary>
    [Benchmark]
    public void Product() => Run();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Run<S, V>()
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
