using System;

namespace ModelGen;

/// <summary>
/// Random numbers addressed by (seed, stream, index) instead of drawn one after another, so that start values do not depend on
/// the order or the thread in which they are computed. The mixer is that of SplitMix64.
/// </summary>
internal readonly struct CounterRandom
{
    private const ulong Golden = 0x9E3779B97F4A7C15UL;

    private readonly ulong _key;

    /// <summary>The numbers of one stream under a seed.</summary>
    public CounterRandom(ulong seed, int stream) => _key = Mix(Mix(seed + Golden) + ((ulong)(uint)stream * Golden));

    /// <summary>A uniform number in [0, 1) with 53 random bits.</summary>
    public double Uniform(long index) => (Bits(index) >> 11) * (1.0 / (1UL << 53));

    /// <summary>A standard normal number (Box-Muller on the uniform numbers 2 index and 2 index + 1).</summary>
    public double Normal(long index)
    {
        // 1 - u lies in (0, 1], where the logarithm is finite.
        double radius = Math.Sqrt(-2 * Math.Log(1 - Uniform(2 * index)));
        return radius * Math.Cos(2 * Math.PI * Uniform((2 * index) + 1));
    }

    private ulong Bits(long index) => Mix(_key + (((ulong)index + 1) * Golden));

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
