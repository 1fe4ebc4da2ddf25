using System;
using System.Collections.Generic;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Codes of the keys of a column in order of first appearance, for the tokens of all threads that read it.</summary>
/// <param name="kind">Kind of the keys.</param>
/// <param name="place">Source and column, for messages.</param>
/// <param name="integers">Holds integer keys; it has none before and afterwards.</param>
internal sealed class TokenCodes(KeyKind kind, string place, IntegerCodes integers)
{
    private readonly Utf8Table _texts = new();

    // Code + 1 by the number that a thread gave a key, 0 for one that has no code yet.
    private readonly Dictionary<KeyTokens, int[]> _numbered = [];

    /// <summary>Writes the codes of the next tokens of the column, which all come from one thread.</summary>
    public void Translate(ReadOnlySpan<int> tokens, KeyTokens keys, Span<int> codes)
    {
        if (!_numbered.TryGetValue(keys, out int[]? numbered))
        {
            _numbered.Add(keys, numbered = new int[keys.Integers.Count + keys.Texts.Count]);
        }

        ReadOnlySpan<int> small = integers.Small;
        codes = codes[..tokens.Length];
        for (int i = 0; i < tokens.Length; i++)
        {
            int token = tokens[i];
            int code = token < 0 ? numbered[~token] : (uint)token < (uint)small.Length ? small[token] : 0;
            if (code == 0)
            {
                code = Meet(token, keys, numbered);
                small = integers.Small;
            }

            codes[i] = code - 1;
        }
    }

    /// <summary>The column; there are no keys left afterwards.</summary>
    public KeyColumn Column(int[] codes, int[]? offsets) =>
        kind == KeyKind.Text ? new KeyColumn(_texts.ToStrings(), codes, offsets) : new KeyColumn(integers.Take(), codes, offsets);

    // Code + 1 of a token met for the first time.
    private int Meet(int token, KeyTokens keys, int[] numbered)
    {
        if (token >= 0)
        {
            return integers.CodeOf(token) + 1;
        }

        int number = ~token;
        return numbered[number] = 1 + (kind == KeyKind.Text ? TextCode(keys.Texts, number) : integers.CodeOf(keys.Integers.Keys[number]));
    }

    private int TextCode(Utf8Table texts, int number)
    {
        uint hash = texts.HashAt(number);
        int code = _texts.Find(texts[number], hash);
        return code >= 0 ? code : _texts.Add(texts[number], hash, place);
    }
}
