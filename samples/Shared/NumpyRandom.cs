using System;
using System.Numerics;

namespace ModelGen.Samples;

/// <summary>
/// The random numbers of <c>numpy.random.default_rng(seed)</c>: PCG64 (XSL-RR) seeded by a SeedSequence. Comparisons with results that
/// were made in Python draw their splits from it, so that both sides see the same rows.
/// </summary>
public sealed class NumpyRandom
{
    private static readonly UInt128 s_multiplier = new(0x2360ED051FC65DA4, 0x4385DF649FCCF645);

    private readonly UInt128 _increment;
    private UInt128 _state;

    /// <summary>Starts the stream of a seed.</summary>
    /// <param name="seed">The seed as given to default_rng.</param>
    public NumpyRandom(uint seed)
    {
        Span<ulong> words = stackalloc ulong[4];
        SeedSequence(seed, words);
        _increment = (new UInt128(words[2], words[3]) << 1) | UInt128.One;
        Step();
        _state += new UInt128(words[0], words[1]);
        Step();
    }

    /// <summary>The next number of <c>random()</c>: uniform in [0, 1) with 53 bits.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    private ulong Next()
    {
        Step();
        return BitOperations.RotateRight((ulong)(_state >> 64) ^ (ulong)_state, (int)(_state >> 122));
    }

    private void Step() => _state = (_state * s_multiplier) + _increment;

    // NumPy's SeedSequence for one word of entropy: a pool of four words, mixed, then hashed out into the state.
    private static void SeedSequence(uint entropy, Span<ulong> words)
    {
        uint constant = 0x43b0d7e5;
        Span<uint> pool = stackalloc uint[4];
        for (int i = 0; i < pool.Length; i++)
        {
            pool[i] = Hash(i == 0 ? entropy : 0, ref constant, 0x931e8875);
        }

        for (int source = 0; source < pool.Length; source++)
        {
            for (int target = 0; target < pool.Length; target++)
            {
                if (source != target)
                {
                    uint mixed = unchecked((pool[target] * 0xca01f9dd) - (Hash(pool[source], ref constant, 0x931e8875) * 0x4973f715));
                    pool[target] = mixed ^ (mixed >> 16);
                }
            }
        }

        constant = 0x8b51f9dd;
        for (int i = 0; i < words.Length; i++)
        {
            uint low = Hash(pool[2 * i % pool.Length], ref constant, 0x58f38ded);
            words[i] = low | ((ulong)Hash(pool[((2 * i) + 1) % pool.Length], ref constant, 0x58f38ded) << 32);
        }
    }

    private static uint Hash(uint value, ref uint constant, uint multiplier)
    {
        value ^= constant;
        constant = unchecked(constant * multiplier);
        value = unchecked(value * constant);
        return value ^ (value >> 16);
    }
}
