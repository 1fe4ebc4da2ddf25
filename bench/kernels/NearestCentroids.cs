using System.Runtime.CompilerServices;
using BenchmarkDotNet.Attributes;
using ModelGen.Compiled;

namespace ModelGen.Kernels;

/// <summary>The codes of one part of 64 queries, four floats per part, as in DPQ and MGQE with 16 parts of 64 dimensions.</summary>
public class NearestCentroids : KernelBenchmark
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

    /// <summary>Fills queries and centroids.</summary>
    [GlobalSetup]
    public void Fill() => Fill(_queries, _centroids);

    /// <summary>64 codes.</summary>
    [Benchmark]
    public void Codes() => Run();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Run<S, V>() =>
        NearestCentroid.FindAll<S, V>(
            ref _queries.First, PartWidth, NearestCentroid.Block, PartWidth, ref _centroids.First, Most, Choices, 0, ref _codes[0], 1, ref _lanes.First);
}
