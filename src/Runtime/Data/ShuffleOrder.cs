using System;

namespace ModelGen;

/// <summary>The order in which an epoch visits the examples.</summary>
public static class ShuffleOrder
{
    /// <summary>A permutation that depends on the seed and the epoch only.</summary>
    public static int[] Create(int count, ulong seed, int epoch)
    {
        int[] order = new int[count];
        for (int i = 0; i < count; i++)
        {
            order[i] = i;
        }

        ulong state = seed * 0x9E3779B97F4A7C15UL + (ulong)epoch * 0xBF58476D1CE4E5B9UL;
        for (int i = count - 1; i > 0; i--)
        {
            state = state * 6364136223846793005UL + 1442695040888963407UL;
            int j = (int)((state >> 33) % (ulong)(i + 1));
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }
}
