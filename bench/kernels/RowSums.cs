using System;
using System.Runtime.CompilerServices;
using BenchmarkDotNet.Attributes;
using ModelGen.Compiled;

namespace ModelGen.Kernels;

/// <summary>The sum of 1,024 rows of 64 floats at random places of a table, from one that the caches hold to one that they do not.</summary>
public class RowSums : KernelBenchmark
{
    private const int Gathered = 1024;
    private const int RowFloats = 64;

    // Every call takes the next ids of many, so that a table larger than the caches is not found there.
    private readonly int[] _ids = new int[1 << 20];
    private readonly NativeFloats _sum = new(RowFloats);
    private int _first;
    private NativeFloats _table = NativeFloats.Empty;

    /// <summary>Rows of the table, 256 bytes each.</summary>
    [Params(1_000, 10_000, 1_000_000)]
    public int Rows { get; set; }

    /// <summary>Fills the table and draws the ids.</summary>
    [GlobalSetup]
    public void Draw()
    {
        var random = new Random(1);
        _table = new NativeFloats((long)Rows * RowFloats);
        Fill(_table);

        for (int i = 0; i < _ids.Length; i++)
        {
            _ids[i] = random.Next(Rows);
        }
    }

    /// <summary>Frees the table.</summary>
    [GlobalCleanup]
    public void Free() => _table.Dispose();

    /// <summary>1,024 rows.</summary>
    [Benchmark]
    public void Sum()
    {
        _first = (_first + Gathered) % _ids.Length;
        Run();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Run<S, V>()
    {
        for (nuint n = 0; n < RowFloats; n += 2 * (nuint)S.Width)
        {
            V a = S.Zero, b = S.Zero;
            foreach (int id in _ids.AsSpan(_first, Gathered))
            {
                ref float row = ref Unsafe.Add(ref _table.First, (nint)id * RowFloats);
                a = S.Add(a, S.Load(ref row, n));
                b = S.Add(b, S.Load(ref row, n + (nuint)S.Width));
            }

            S.Store(a, ref _sum.First, n);
            S.Store(b, ref _sum.First, n + (nuint)S.Width);
        }
    }
}
