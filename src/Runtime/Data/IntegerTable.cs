using System;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Numbers integer keys in the order in which they are first asked for: open addressing, at most half full.</summary>
internal sealed class IntegerTable
{
    private long[] _keys = new long[16];

    // Number + 1 of the key in each slot, 0 for a free one.
    private (long Key, int Taken)[] _slots = new (long, int)[32];

    /// <summary>How many keys there are.</summary>
    public int Count { get; private set; }

    /// <summary>The keys in order of their numbers.</summary>
    public ReadOnlySpan<long> Keys => _keys.AsSpan(0, Count);

    /// <summary>Number of a key, a new one if it was not met yet.</summary>
    public int NumberOf(long key)
    {
        int mask = _slots.Length - 1;
        int slot = (int)KeyHash.Mix((ulong)key) & mask;
        for (; _slots[slot].Taken != 0; slot = (slot + 1) & mask)
        {
            if (_slots[slot].Key == key)
            {
                return _slots[slot].Taken - 1;
            }
        }

        return Add(key, slot);
    }

    private int Add(long key, int slot)
    {
        if (2 * (Count + 1) > _slots.Length)
        {
            Grow();
            slot = Free(key);
        }

        if (Count == _keys.Length)
        {
            Array.Resize(ref _keys, (int)long.Min(Array.MaxLength, 2L * Count));
        }

        _keys[Count] = key;
        _slots[slot] = (key, ++Count);
        return Count - 1;
    }

    private void Grow()
    {
        _slots = new (long, int)[checked(2 * _slots.Length)];
        for (int number = 0; number < Count; number++)
        {
            _slots[Free(_keys[number])] = (_keys[number], number + 1);
        }
    }

    private int Free(long key)
    {
        int mask = _slots.Length - 1, slot = (int)KeyHash.Mix((ulong)key) & mask;
        while (_slots[slot].Taken != 0)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }
}
