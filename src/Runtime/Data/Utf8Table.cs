using System;
using System.Text;

namespace ModelGen;

/// <summary>Numbers UTF-8 texts in the order in which they are first asked for: open addressing, at most half full, the bytes of all texts one after another.</summary>
internal sealed class Utf8Table
{
    private byte[] _bytes = new byte[256];

    // Where the text of a number ends; it starts where the one before it ends.
    private int[] _ends = new int[16];
    private uint[] _hashes = new uint[16];

    // Number + 1 of the text in each slot, 0 for a free one.
    private int[] _slots = new int[32];

    /// <summary>How many texts there are.</summary>
    public int Count { get; private set; }

    /// <summary>The text of a number.</summary>
    public ReadOnlySpan<byte> this[int number] => _bytes.AsSpan(Start(number).._ends[number]);

    /// <summary>Hash of the text of a number.</summary>
    public uint HashAt(int number) => _hashes[number];

    /// <summary>A hash for <see cref="Find"/> and <see cref="Add"/>; it is used while a file is read and stored nowhere.</summary>
    public static uint Hash(ReadOnlySpan<byte> text) => (uint)(Utf8Hash.Of(text) >> 32);

    /// <summary>Number of a text; -1 when it is not there.</summary>
    public int Find(ReadOnlySpan<byte> text, uint hash)
    {
        int mask = _slots.Length - 1;
        for (int slot = (int)hash & mask; _slots[slot] is > 0 and var taken; slot = (slot + 1) & mask)
        {
            if (_hashes[taken - 1] == hash && this[taken - 1].SequenceEqual(text))
            {
                return taken - 1;
            }
        }

        return -1;
    }

    /// <summary>Adds a text that is not there.</summary>
    /// <param name="text">The text.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="place">Source and column, for the message when there is no room left.</param>
    /// <exception cref="DataSetException">The texts have more bytes together than an array can hold.</exception>
    public int Add(ReadOnlySpan<byte> text, uint hash, string place)
    {
        int start = Start(Count);
        if (text.Length > Array.MaxLength - start || Count == Array.MaxLength / 4)
        {
            throw new DataSetException($"{place}: the distinct keys have more than {Array.MaxLength:N0} bytes together. Split the data into several sets, or filter rows while reading.");
        }

        if (2 * (Count + 1) > _slots.Length)
        {
            Grow();
        }

        if (start + text.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)long.Min(Array.MaxLength, long.Max(start + text.Length, 2L * _bytes.Length)));
        }

        text.CopyTo(_bytes.AsSpan(start));
        _ends[Count] = start + text.Length;
        _hashes[Count] = hash;
        Place(Count);
        return Count++;
    }

    /// <summary>All texts as strings, in order of their numbers.</summary>
    public string[] ToStrings()
    {
        string[] texts = new string[Count];
        for (int number = 0; number < texts.Length; number++)
        {
            texts[number] = Encoding.UTF8.GetString(this[number]);
        }

        return texts;
    }

    private int Start(int number) => number == 0 ? 0 : _ends[number - 1];

    private void Grow()
    {
        _slots = new int[2 * _slots.Length];
        Array.Resize(ref _ends, _slots.Length / 2);
        Array.Resize(ref _hashes, _slots.Length / 2);
        for (int number = 0; number < Count; number++)
        {
            Place(number);
        }
    }

    private void Place(int number)
    {
        int mask = _slots.Length - 1, slot = (int)_hashes[number] & mask;
        while (_slots[slot] != 0)
        {
            slot = (slot + 1) & mask;
        }

        _slots[slot] = number + 1;
    }
}
