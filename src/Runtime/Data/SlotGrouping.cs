using System;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelGen.Compiled;

/// <summary>
/// Numbers distinct non-negative values in order of first appearance by an open-addressing hash table with linear probing.
/// The table is at most half full, so a lookup costs a few steps, and it is cleared for every use.
/// </summary>
internal struct SlotGrouping
{
    private int[] _table;
    private int _shift;

    /// <summary>Prepares for up to <paramref name="values"/> values.</summary>
    public void Reset(long values)
    {
        int bits = BitOperations.Log2((ulong)long.Max(values, 8)) + 2;
        if (bits > 30)
        {
            throw new InvalidOperationException($"A batch with {values:N0} ids in one feature is too large. Use a smaller batch.");
        }

        int size = 1 << bits;
        if (_table is null || _table.Length < size)
        {
            _table = new int[size];
        }
        else
        {
            Array.Clear(_table, 0, size);
        }

        _shift = 32 - bits;
    }

    /// <summary>
    /// The number of a value among <paramref name="distinct"/>, whose first entry is not a value. A new value gets the number
    /// <paramref name="count"/> and is stored there.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Add(int value, int[] distinct, ref int count)
    {
        int[] table = _table;
        int mask = (int)(uint.MaxValue >> _shift);
        int at = (int)((uint)value * 2654435769u >> _shift);
        while (true)
        {
            int slot = table[at];
            if (slot == 0)
            {
                table[at] = count;
                distinct[count] = value;
                return count++;
            }

            if (distinct[slot] == value)
            {
                return slot;
            }

            at = (at + 1) & mask;
        }
    }
}
