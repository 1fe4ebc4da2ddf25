using System;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelGen.Compiled;

/// <summary>
/// Numbers the distinct values among many in ascending order, by a bit per possible value and a bit per word of those. A value costs two
/// marks and one count of bits, whatever the number of possible values; the words in use are found without looking at the others.
/// </summary>
internal sealed class DistinctIds
{
    private ulong[] _bits = [];
    private ulong[] _words = [];
    private int[] _before = [];

    /// <summary>Bytes that numbering values below <paramref name="values"/> takes.</summary>
    public static long Bytes(long values) => (values / 8) + (values / 16) + (values / 512);

    /// <summary>Prepares for values from 0 to below <paramref name="values"/>.</summary>
    public void Reserve(long values)
    {
        int words = checked((int)((values + 63) / 64));
        if (_bits.Length < words)
        {
            _bits = new ulong[words];
            _before = new int[words];
            _words = new ulong[(words + 63) / 64];
        }
    }

    /// <summary>Marks a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int value)
    {
        _bits[value >> 6] |= 1UL << value;
        _words[value >> 12] |= 1UL << (value >> 6);
    }

    /// <summary>Writes the marked values in ascending order and returns their number.</summary>
    public int Number(Span<int> distinct)
    {
        int count = 0;
        for (int w = 0; w < _words.Length; w++)
        {
            for (ulong words = _words[w]; words != 0; words &= words - 1)
            {
                int word = (w << 6) + BitOperations.TrailingZeroCount(words);
                _before[word] = count;
                for (ulong bits = _bits[word]; bits != 0; bits &= bits - 1)
                {
                    distinct[count++] = (word << 6) + BitOperations.TrailingZeroCount(bits);
                }
            }
        }

        return count;
    }

    /// <summary>The number of a marked value, 0 for the least.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int NumberOf(int value) => _before[value >> 6] + BitOperations.PopCount(_bits[value >> 6] & ((1UL << value) - 1));

    /// <summary>Removes all marks, given the marked values.</summary>
    public void Clear(ReadOnlySpan<int> distinct)
    {
        foreach (int value in distinct)
        {
            _bits[value >> 6] = 0;
            _words[value >> 12] = 0;
        }
    }
}
