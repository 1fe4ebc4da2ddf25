using System;
using System.Collections.Generic;
using System.Numerics;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Collects one categorical column: numbers its keys in order of first appearance and stores a code per position.</summary>
internal sealed class KeyColumnBuilder
{
    private const int SmallKeys = 1 << 18;

    private readonly Dictionary<string, int>? _text;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _textLookup;
    private readonly ColumnBuffer<long>? _integers;
    private readonly ColumnBuffer<int> _codes;

    // Code + 1 of integer keys below a limit, 0 for one not met yet: most ids are small, and a look here is cheaper than one in the dictionary,
    // which holds the codes of the others.
    private int[] _small = [];
    private readonly Dictionary<long, int> _large = [];
    private readonly ColumnBuffer<int>? _offsets;

    public KeyColumnBuilder(CategoricalFeature feature, string source, int limit)
    {
        string place = $"{source}, column '{feature.Column}'";
        _codes = new ColumnBuffer<int>(place, limit);
        if (feature.KeyKind == KeyKind.Text)
        {
            _text = new Dictionary<string, int>(StringComparer.Ordinal);
            _textLookup = _text.GetAlternateLookup<ReadOnlySpan<char>>();
        }
        else
        {
            _integers = new ColumnBuffer<long>(place, limit);
        }

        if (feature.IsBag)
        {
            _offsets = new ColumnBuffer<int>(place, limit);
            _offsets.Add(0);
        }
    }

    /// <summary>Appends a position with a text key; a string is made only for a key not seen before.</summary>
    public void Add(ReadOnlySpan<char> key)
    {
        if (!_textLookup.TryGetValue(key, out int code))
        {
            code = _text!.Count;
            _text.Add(key.ToString(), code);
        }

        _codes.Add(code);
    }

    /// <summary>Appends a position with a text key that exists as a string already.</summary>
    public void Add(string key)
    {
        if (!_text!.TryGetValue(key, out int code))
        {
            code = _text.Count;
            _text.Add(key, code);
        }

        _codes.Add(code);
    }

    /// <summary>Appends a position with an integer key.</summary>
    public void Add(long key)
    {
        int code = (ulong)key < (ulong)_small.Length ? _small[key] - 1 : -1;
        _codes.Add(code >= 0 ? code : CodeOf(key));
    }

    // The code of a key that is large or was not met yet.
    private int CodeOf(long key)
    {
        int code = _integers!.Count;
        if ((ulong)key < SmallKeys)
        {
            if (key >= _small.Length)
            {
                Array.Resize(ref _small, (int)BitOperations.RoundUpToPowerOf2((uint)key + 1));
            }

            _small[key] = code + 1;
        }
        else if (!_large.TryAdd(key, code))
        {
            return _large[key];
        }

        _integers.Add(key);
        return code;
    }

    /// <summary>Ends the bag of the current example.</summary>
    public void EndBag() => _offsets!.Add(_codes.Count);

    /// <summary>The finished column.</summary>
    public KeyColumn Finish()
    {
        int[] codes = _codes.Take();
        int[]? offsets = _offsets?.Take();
        if (_text is not null)
        {
            string[] keys = new string[_text.Count];
            foreach ((string key, int code) in _text)
            {
                keys[code] = key;
            }

            return new KeyColumn(keys, codes, offsets);
        }

        return new KeyColumn(_integers!.Take(), codes, offsets);
    }
}
