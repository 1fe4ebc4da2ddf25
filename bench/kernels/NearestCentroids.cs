using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;
using ModelGen.Compiled;

namespace ModelGen.Kernels;

/// <summary>The codes of one part of 64 queries, four floats per part, as in DPQ and MGQE with 16 parts of 64 dimensions.</summary>
public class NearestCentroids
{
    private const int PartWidth = 4;
    private const int Most = 256;

    private readonly NativeFloats _queries = new(NearestCentroid.Block * PartWidth);
    private readonly NativeFloats _centroids = new(PartWidth * Most);
    private readonly NativeFloats _lanes = new((PartWidth + 1) * NearestCentroid.Block);
    private readonly ushort[] _codes = new ushort[NearestCentroid.Block];

    /// <summary>Centroids to choose from.</summary>
    [Params(64, 256)]
    public int Choices { get; set; }

    /// <summary>Floats of a vector.</summary>
    [ParamsSource(nameof(Widths))]
    public VectorWidth Width { get; set; }

    /// <summary>The widths of this processor.</summary>
    public static IEnumerable<VectorWidth> Widths => VectorWidths.Here();

    /// <summary>Fills queries and centroids.</summary>
    [GlobalSetup]
    public void Fill()
    {
        var random = new Random(1);
        foreach (NativeFloats block in new[] { _queries, _centroids })
        {
            for (long i = 0; i < block.Length; i++)
            {
                block.At(i) = random.NextSingle() - 0.5f;
            }
        }
    }

    /// <summary>64 codes.</summary>
    [Benchmark]
    public void Codes()
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
        where S : struct, ISimd<V> where V : struct =>
        NearestCentroid.FindAll<S, V>(
            ref _queries.First, PartWidth, NearestCentroid.Block, PartWidth, ref _centroids.First, Most, Choices, 0, ref _codes[0], 1, ref _lanes.First);
}
