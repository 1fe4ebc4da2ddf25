using System;

namespace ModelGen;

/// <summary>Draws from a discrete distribution in constant time by the alias method: each column holds an outcome and what fills it up.</summary>
internal sealed class AliasTable
{
    private readonly uint[] _thresholds;
    private readonly int[] _aliases;
    private readonly bool[] _drawn;

    /// <summary>Prepares a distribution in proportion to weights, none negative and at least one positive.</summary>
    public AliasTable(ReadOnlySpan<double> weights)
    {
        int count = weights.Length;
        double total = 0;
        foreach (double weight in weights)
        {
            total += weight;
        }

        _thresholds = new uint[count];
        _aliases = new int[count];
        _drawn = new bool[count];
        double[] scaled = new double[count];
        int[] work = new int[count];
        int small = 0, large = count;
        for (int i = 0; i < count; i++)
        {
            scaled[i] = weights[i] * count / total;
            _drawn[i] = weights[i] > 0;
            work[scaled[i] < 1 ? small++ : --large] = i;
        }

        // Columns below one are filled up by columns above one, which thereby shrink and may fall below one themselves.
        while (small > 0 && large < count)
        {
            int low = work[--small], high = work[large];
            _thresholds[low] = (uint)(scaled[low] * uint.MaxValue);
            _aliases[low] = high;
            scaled[high] -= 1 - scaled[low];
            if (scaled[high] < 1)
            {
                large++;
                work[small++] = high;
            }
        }

        // What is left is one up to rounding; an outcome of weight zero is never left, since a heavier one always fills it up before.
        while (small > 0)
        {
            Fill(work[--small]);
        }

        for (; large < count; large++)
        {
            Fill(work[large]);
        }
    }

    /// <summary>The outcome of 64 random bits.</summary>
    public int Draw(ulong bits)
    {
        int column = (int)(((bits >> 32) * (ulong)_thresholds.Length) >> 32);
        return (uint)bits < _thresholds[column] ? column : _aliases[column];
    }

    /// <summary>Whether an outcome has a positive weight.</summary>
    public bool IsDrawn(int outcome) => _drawn[outcome];

    private void Fill(int column)
    {
        _thresholds[column] = uint.MaxValue;
        _aliases[column] = column;
    }
}
