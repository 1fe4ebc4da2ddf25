using System;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// The values of one categorical input over a data set: the distinct keys once, and for every position the index of its key
/// (its local code). A small map from local code to model id then serves all positions, so no second copy of the data is made.
/// Subsets of a data set share their keys; a key may therefore occur at no position of a subset. The arrays must not be written to.
/// </summary>
public sealed class KeyColumn
{
    private readonly long _keyBytes;

    /// <summary>A column of text keys.</summary>
    /// <param name="keys">Distinct keys in order of first appearance.</param>
    /// <param name="codes">Index into <paramref name="keys"/> of every position.</param>
    /// <param name="offsets">For bags: positions of example i are [offsets[i], offsets[i + 1]); null for single values.</param>
    public KeyColumn(string[] keys, int[] codes, int[]? offsets = null)
        : this(KeyKind.Text, keys, [], codes, offsets, TextBytes(keys))
    {
    }

    /// <summary>A column of integer keys.</summary>
    /// <param name="keys">Distinct keys in order of first appearance, none negative.</param>
    /// <param name="codes">Index into <paramref name="keys"/> of every position.</param>
    /// <param name="offsets">For bags: positions of example i are [offsets[i], offsets[i + 1]); null for single values.</param>
    public KeyColumn(long[] keys, int[] codes, int[]? offsets = null)
        : this(KeyKind.Integer, [], keys, codes, offsets, (long)keys.Length * sizeof(long))
    {
    }

    private KeyColumn(KeyKind kind, string[] textKeys, long[] integerKeys, int[] codes, int[]? offsets, long keyBytes)
    {
        Kind = kind;
        TextKeys = textKeys;
        IntegerKeys = integerKeys;
        Codes = codes;
        Offsets = offsets;
        _keyBytes = keyBytes;
    }

    /// <summary>Text or integer keys.</summary>
    public KeyKind Kind { get; }

    /// <summary>The distinct keys of a text column in order of first appearance; empty for integers.</summary>
    public string[] TextKeys { get; }

    /// <summary>The distinct keys of an integer column in order of first appearance; empty for text.</summary>
    public long[] IntegerKeys { get; }

    /// <summary>Number of distinct keys.</summary>
    public int KeyCount => Kind == KeyKind.Text ? TextKeys.Length : IntegerKeys.Length;

    /// <summary>Local code of every position: an index into the keys.</summary>
    public int[] Codes { get; }

    /// <summary>For bags: positions of example i are [Offsets[i], Offsets[i + 1]), one entry more than examples. Null for single values.</summary>
    public int[]? Offsets { get; }

    /// <summary>Bytes held: codes, offsets and keys (which subsets share).</summary>
    public long Bytes => ((long)Codes.Length + (Offsets?.Length ?? 0)) * sizeof(int) + _keyBytes;

    /// <summary>Text of the key behind a local code, for messages.</summary>
    public string KeyText(int code) =>
        Kind == KeyKind.Text ? TextKeys[code] : IntegerKeys[code].ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The column restricted to some examples, in their order; the keys are shared.</summary>
    internal KeyColumn Select(ReadOnlySpan<int> examples)
    {
        if (Offsets is null)
        {
            int[] codes = new int[examples.Length];
            for (int i = 0; i < codes.Length; i++)
            {
                codes[i] = Codes[examples[i]];
            }

            return new KeyColumn(Kind, TextKeys, IntegerKeys, codes, null, _keyBytes);
        }

        long positions = 0;
        foreach (int example in examples)
        {
            positions += Offsets[example + 1] - Offsets[example];
        }

        if (positions > Array.MaxLength)
        {
            throw new DataSetException($"The selected examples hold {positions:N0} values in one bag column; at most {Array.MaxLength:N0} are possible. Select fewer examples.");
        }

        int[] bagCodes = new int[positions];
        int[] offsets = new int[examples.Length + 1];
        for (int i = 0; i < examples.Length; i++)
        {
            ReadOnlySpan<int> bag = Codes.AsSpan(Offsets[examples[i]]..Offsets[examples[i] + 1]);
            bag.CopyTo(bagCodes.AsSpan(offsets[i]));
            offsets[i + 1] = offsets[i] + bag.Length;
        }

        return new KeyColumn(Kind, TextKeys, IntegerKeys, bagCodes, offsets, _keyBytes);
    }

    /// <summary>Bytes of an array of strings: a reference each, and an object of 22 bytes plus two per character, in steps of 8.</summary>
    private static long TextBytes(string[] keys)
    {
        long bytes = 0;
        foreach (string key in keys)
        {
            bytes += 8 + ((22 + 2L * key.Length + 7) & ~7L);
        }

        return bytes;
    }
}
