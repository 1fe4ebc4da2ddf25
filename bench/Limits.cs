using System;
using System.Diagnostics;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Threading.Tasks;
using ModelGen.Compiled;

namespace ModelGen.Bench;

/// <summary>What the machine can do at best, measured in this process.</summary>
/// <param name="FmaGigaflops">Fused multiply-adds from registers on all threads, 10^9 floating-point operations per second.</param>
/// <param name="StreamGigabytes">Reading a block much larger than the caches, 10^9 bytes per second on all threads.</param>
/// <param name="GatherMillions">Rows of 64 floats read in random order from a block much larger than the caches, 10^6 rows per second on all threads.</param>
internal sealed record Limits(double FmaGigaflops, double StreamGigabytes, double GatherMillions)
{
    private const int RowFloats = 64;

    public static Limits Measure(int threads)
    {
        NativeFloats[] blocks = [.. Enumerable.Range(0, threads).Select(_ => new NativeFloats(64 << 20))];
        var limits = new Limits(
            Enumerable.Range(0, 5).Max(_ => OnAll(threads, _ => Fma())),
            Enumerable.Range(0, 5).Max(_ => OnAll(threads, t => Stream(blocks[t]))),
            1e3 * Enumerable.Range(0, 5).Max(_ => OnAll(threads, t => Gather(blocks[t], t))));
        Array.ForEach(blocks, block => block.Dispose());
        return limits;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{FmaGigaflops:N0} GFLOP/s, {StreamGigabytes:N1} GB/s, {GatherMillions:N1} M random rows/s";

    // Work is a function of the thread's number that returns how much it did, in 10^9 units.
    private static double OnAll(int threads, Func<int, double> work)
    {
        long start = Stopwatch.GetTimestamp();
        double[] done = new double[threads];
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, t => done[t] = work(t));
        return done.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Fma()
    {
        const int Rounds = 20_000_000;
        bool wide = Vector512.IsHardwareAccelerated;
        float sum = wide ? Fma<Simd512, Vector512<float>>(Rounds) : Fma<Simd256, Vector256<float>>(Rounds);
        return 16.0 * 2 * (wide ? 16 : 8) * Rounds / 1e9 + (sum == 0.5f ? 1e-9 : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Fma<S, V>(int rounds)
        where S : struct, ISimd<V> where V : struct
    {
        V x = S.Broadcast(0.999f), y = S.Broadcast(0.001f);
        V a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x, m = x, n = x, o = x, p = x;
        for (int r = 0; r < rounds; r++)
        {
            a = S.MultiplyAdd(a, x, y); b = S.MultiplyAdd(b, x, y); c = S.MultiplyAdd(c, x, y); d = S.MultiplyAdd(d, x, y);
            e = S.MultiplyAdd(e, x, y); f = S.MultiplyAdd(f, x, y); g = S.MultiplyAdd(g, x, y); h = S.MultiplyAdd(h, x, y);
            i = S.MultiplyAdd(i, x, y); j = S.MultiplyAdd(j, x, y); k = S.MultiplyAdd(k, x, y); l = S.MultiplyAdd(l, x, y);
            m = S.MultiplyAdd(m, x, y); n = S.MultiplyAdd(n, x, y); o = S.MultiplyAdd(o, x, y); p = S.MultiplyAdd(p, x, y);
        }

        V sum = S.Add(S.Add(S.Add(S.Add(a, b), S.Add(c, d)), S.Add(S.Add(e, f), S.Add(g, h))), S.Add(S.Add(S.Add(i, j), S.Add(k, l)), S.Add(S.Add(m, n), S.Add(o, p))));
        return S.Sum(sum);
    }

    private static double Stream(NativeFloats block)
    {
        float sum = 0;
        for (int round = 0; round < 3; round++)
        {
            sum += System.Numerics.Vector.Sum(Read(block));
        }

        return (3.0 * 4 * block.Length / 1e9) + (sum == 0.5f ? 1e-9 : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static System.Numerics.Vector<float> Read(NativeFloats block)
    {
        ReadOnlySpan<System.Numerics.Vector<float>> vectors =
            System.Runtime.InteropServices.MemoryMarshal.Cast<float, System.Numerics.Vector<float>>(block.Span(0, (int)block.Length));
        System.Numerics.Vector<float> a = default, b = default, c = default, d = default;
        for (int i = 0; i + 4 <= vectors.Length; i += 4)
        {
            a += vectors[i];
            b += vectors[i + 1];
            c += vectors[i + 2];
            d += vectors[i + 3];
        }

        return a + b + c + d;
    }

    // Row numbers do not depend on the rows read, so that many reads are under way at a time, as in a batch.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Gather(NativeFloats block, int seed)
    {
        const int Reads = 1 << 21;
        ulong rows = (ulong)(block.Length / RowFloats);
        ulong state = (ulong)seed + 1;
        Vector512<float> sum = default;
        for (int i = 0; i < Reads; i++)
        {
            state = (state * 6364136223846793005) + 1442695040888963407;
            ref float row = ref block.At((long)Math.BigMul(state, rows, out _) * RowFloats);
            sum += Vector512.LoadUnsafe(ref row) + Vector512.LoadUnsafe(ref row, 16) + Vector512.LoadUnsafe(ref row, 32) + Vector512.LoadUnsafe(ref row, 48);
        }

        return (Reads / 1e9) + (Vector512.Sum(sum) == 0.5f ? 1e-9 : 0);
    }
}
