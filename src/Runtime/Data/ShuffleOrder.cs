using System;

namespace ModelGen.Compiled;

/// <summary>
/// The order in which an epoch visits the examples. It is part of the reproducibility contract and does not change between versions:
/// with mix(x) the splitmix64 finaliser including its increment (<see cref="KeyHash.Mix"/>) and key = mix(mix(seed) ^ epoch)
/// (the epoch sign-extended to 64 bits), the Fisher-Yates step for i = count-1 down to 1 swaps positions i and
/// j = high 64 bits of (mix(key + i) * (i + 1)), starting from the identity. Step i depends on no earlier draw.
/// It says which examples make a batch; inside a batch they are put in the order of their ids of the input with the most rows.
/// </summary>
public static class ShuffleOrder
{
    /// <summary>The epoch number that random splits use; no training epoch has it.</summary>
    internal const int SplitEpoch = -1;

    /// <summary>A permutation of 0 .. count-1.</summary>
    /// <param name="count">Number of examples.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="epoch">Epoch, from 0.</param>
    public static int[] Create(int count, ulong seed, int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        int[] order = new int[count];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        ulong key = KeyHash.Mix(KeyHash.Mix(seed) ^ (ulong)(long)epoch);
        for (int i = count - 1; i > 0; i--)
        {
            int j = (int)Math.BigMul(KeyHash.Mix(key + (ulong)i), (ulong)i + 1, out _);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }
}
