using System;
using System.Numerics;

namespace ModelGen;

/// <summary>
/// Codes of integer keys in order of first appearance. Most ids are small, and a look into an array is cheaper than one into a table,
/// which holds the codes of the others.
/// </summary>
/// <param name="place">Source and column, for the message when there are too many keys.</param>
/// <param name="limit">Most keys.</param>
internal sealed class IntegerCodes(string place, int limit)
{
    /// <summary>Keys below this number are looked up in an array.</summary>
    public const int SmallKeys = 1 << 18;

    private readonly ColumnBuffer<long> _keys = new(place, limit);
    private IntegerTable _large = new();

    // The number of a key in the table of large keys is its order among them; this is its code.
    private readonly ColumnBuffer<int> _largeCodes = new(place, limit);
    private int[] _small = [];

    /// <summary>Code + 1 of every small key met, 0 for the others; replaced by a longer array when a key does not fit.</summary>
    public ReadOnlySpan<int> Small => _small;

    /// <summary>Code of a key, a new one if it was not met yet.</summary>
    public int CodeOf(long key)
    {
        if ((ulong)key >= SmallKeys)
        {
            return LargeCode(key);
        }

        if (key >= _small.Length)
        {
            Array.Resize(ref _small, (int)BitOperations.RoundUpToPowerOf2((uint)key + 1));
        }

        ref int code = ref _small[key];
        if (code == 0)
        {
            _keys.Add(key);
            code = _keys.Count;
        }

        return code - 1;
    }

    /// <summary>The keys in order of their codes. None are left afterwards, but the memory is kept for another column.</summary>
    public long[] Take()
    {
        long[] keys = _keys.Items.ToArray();
        foreach (long key in keys)
        {
            if (key < SmallKeys)
            {
                _small[key] = 0;
            }
        }

        _keys.Clear();
        if (_large.Count > 0)
        {
            _large = new IntegerTable();
            _largeCodes.Clear();
        }

        return keys;
    }

    private int LargeCode(long key)
    {
        int number = _large.NumberOf(key);
        if (number == _largeCodes.Count)
        {
            _largeCodes.Add(_keys.Count);
            _keys.Add(key);
        }

        return _largeCodes[number];
    }
}
