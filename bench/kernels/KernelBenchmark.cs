using System;
using System.Collections.Generic;
using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;
using ModelGen.Compiled;

namespace ModelGen.Kernels;

/// <summary>Floats of a vector.</summary>
public enum VectorWidth
{
    /// <summary>128 bits.</summary>
    Floats4 = 4,

    /// <summary>256 bits.</summary>
    Floats8 = 8,

    /// <summary>512 bits.</summary>
    Floats16 = 16,
}

/// <summary>A kernel in every vector width of this processor.</summary>
public abstract class KernelBenchmark
{
    /// <summary>Floats of a vector.</summary>
    [ParamsSource(nameof(Widths))]
    public VectorWidth Width { get; set; }

    /// <summary>The widths of this processor.</summary>
    public static IEnumerable<VectorWidth> Widths
    {
        get
        {
            yield return VectorWidth.Floats4;
            if (Vector256.IsHardwareAccelerated)
            {
                yield return VectorWidth.Floats8;
            }

            if (Vector512.IsHardwareAccelerated)
            {
                yield return VectorWidth.Floats16;
            }
        }
    }

    /// <summary>The kernel in one width.</summary>
    protected abstract void Run<S, V>()
        where S : struct, ISimd<V> where V : struct;

    /// <summary>The kernel in <see cref="Width"/>.</summary>
    protected void Run()
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

    /// <summary>Numbers from -0.5 to 0.5, the same in every run.</summary>
    protected static void Fill(params ReadOnlySpan<NativeFloats> blocks)
    {
        var random = new Random(1);
        foreach (NativeFloats block in blocks)
        {
            for (long i = 0; i < block.Length; i++)
            {
                block.At(i) = random.NextSingle() - 0.5f;
            }
        }
    }
}
