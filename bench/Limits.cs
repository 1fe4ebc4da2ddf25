using System;
using System.Diagnostics;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Threading;
using System.Threading.Tasks;
using ModelGen.Compiled;

namespace ModelGen.Bench;

/// <summary>What the machine can do at best, measured in this process.</summary>
/// <param name="FmaGigaflops">Fused multiply-adds from registers on all threads, 10^9 floating-point operations per second.</param>
/// <param name="StreamGigabytes">Reading a block much larger than the caches, 10^9 bytes per second on all threads.</param>
/// <param name="GatherMillions">Rows of 64 floats read in random order from a block much larger than the caches, 10^6 rows per second on all threads.</param>
/// <param name="UpdateMillions">Rows of 64 floats added to in random order in a block of 8 MB that all threads share, 10^6 rows per second on all threads.</param>
internal sealed record Limits(double FmaGigaflops, double StreamGigabytes, double GatherMillions, double UpdateMillions)
{
    private const int RowFloats = 64;

    /// <summary>The same on one thread, measured in turn with these: what more threads can gain; null where there is one thread.</summary>
    public Limits? OneThread { get; private init; }

    /// <summary>Nanoseconds after which what one thread writes is read by another, the least of several tries; 0 where there is one thread or one processor.</summary>
    public double HandOverNanoseconds { get; private init; }

    public static Limits Measure(int threads)
    {
        const int Rounds = 5;
        NativeFloats[] blocks = [.. Enumerable.Range(0, threads).Select(_ => new NativeFloats(64 << 20))];
        using NativeFloats shared = new(2 << 20);
        int[] teams = threads == 1 ? [1] : [1, threads];
        double[,] best = new double[teams.Length, 4];
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < teams.Length; i++)
            {
                int team = teams[i];
                best[i, 0] = Math.Max(best[i, 0], OnAll(team, _ => Fma()));
                best[i, 1] = Math.Max(best[i, 1], OnAll(team, t => Stream(blocks[t])));
                best[i, 2] = Math.Max(best[i, 2], 1e3 * OnAll(team, t => Gather(blocks[t], t)));
                best[i, 3] = Math.Max(best[i, 3], 1e3 * OnAll(team, t => Update(shared, t, team)));
            }
        }

        Array.ForEach(blocks, block => block.Dispose());
        Limits one = new(best[0, 0], best[0, 1], best[0, 2], best[0, 3]);
        return threads == 1 ? one : new Limits(best[1, 0], best[1, 1], best[1, 2], best[1, 3]) { OneThread = one, HandOverNanoseconds = Environment.ProcessorCount == 1 ? 0 : Enumerable.Range(0, 5).Min(_ => HandOver()) };
    }

    /// <inheritdoc/>
    public override string ToString() => $"{FmaGigaflops:N0} GFLOP/s, {StreamGigabytes:N1} GB/s, {GatherMillions:N1} M random rows/s, {UpdateMillions:N1} M row updates/s in cache"
        + (OneThread is { } one
            ? $", {HandOverNanoseconds:N0} ns from thread to thread ({FmaGigaflops / one.FmaGigaflops:N2}, {StreamGigabytes / one.StreamGigabytes:N2}, {GatherMillions / one.GatherMillions:N2} and {UpdateMillions / one.UpdateMillions:N2} times one thread)"
            : "");

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

    // Two threads pass a number to and fro, each adding one.
    private static double HandOver()
    {
        const int Passes = 200_000;
        long[] number = new long[64];
        Thread other = new(() => Pass(number, 1));
        other.Start();
        long start = Stopwatch.GetTimestamp();
        Pass(number, 0);
        other.Join();
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / Passes;

        static void Pass(long[] number, int parity)
        {
            ref long shared = ref number[32];
            for (long next = parity; next < Passes; next += 2)
            {
                while (Volatile.Read(ref shared) != next)
                {
                }

                Volatile.Write(ref shared, next + 1);
            }
        }
    }

    // Every thread has rows of its own, as the threads of a training step have.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Update(NativeFloats block, int thread, int threads)
    {
        const int Updates = 1 << 22;
        ulong rows = (ulong)(block.Length / RowFloats / threads), state = (ulong)thread + 1;
        long first = thread * (long)rows;
        Vector512<float> one = Vector512.Create(1f);
        for (int i = 0; i < Updates; i++)
        {
            state = (state * 6364136223846793005) + 1442695040888963407;
            ref float row = ref block.At((first + (long)Math.BigMul(state, rows, out _)) * RowFloats);
            for (nuint n = 0; n < RowFloats; n += 16)
            {
                (Vector512.LoadUnsafe(ref row, n) + one).StoreUnsafe(ref row, n);
            }
        }

        return Updates / 1e9;
    }
}
