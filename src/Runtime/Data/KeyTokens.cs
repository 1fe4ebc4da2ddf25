using System;
using System.Text.Unicode;

namespace ModelGen;

/// <summary>
/// Stands for the keys of one input in the chunks that one thread reads. A token from 0 on is a small integer key itself, a negative one the
/// complement of a number that this thread gave the key.
/// </summary>
/// <param name="place">Source and column, for messages.</param>
internal sealed class KeyTokens(string place)
{
    /// <summary>Large integer keys by the numbers of this thread.</summary>
    public IntegerTable Integers { get; } = new();

    /// <summary>Text keys by the numbers of this thread.</summary>
    public Utf8Table Texts { get; } = new();

    /// <summary>Token of an integer key that is not negative.</summary>
    public int TokenOf(long key) => key < IntegerCodes.SmallKeys ? (int)key : ~Integers.NumberOf(key);

    /// <summary>Token of a text key. False when it is not valid UTF-8.</summary>
    public bool TryTokenOf(ReadOnlySpan<byte> key, out int token)
    {
        uint hash = Utf8Table.Hash(key);
        token = ~Texts.Find(key, hash);
        if (token < 0)
        {
            return true;
        }

        if (!Utf8.IsValid(key))
        {
            return false;
        }

        token = ~Texts.Add(key, hash, place);
        return true;
    }
}
