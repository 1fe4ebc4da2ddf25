using System;
using System.Collections.Generic;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Collects one categorical column: numbers its keys in order of first appearance and stores a code per position.</summary>
internal sealed class KeyColumnBuilder
{
    private readonly Dictionary<string, int>? _text;
    private readonly IntegerCodes? _integers;
    private readonly ColumnBuffer<int> _codes;
    private readonly ColumnBuffer<int>? _offsets;

    public KeyColumnBuilder(CategoricalFeature feature, string source, int limit)
    {
        string place = $"{source}, column '{feature.Column}'";
        _codes = new ColumnBuffer<int>(place, limit);
        if (feature.KeyKind == KeyKind.Text)
        {
            _text = new Dictionary<string, int>(StringComparer.Ordinal);
        }
        else
        {
            _integers = new IntegerCodes(place, limit);
        }

        if (feature.IsBag)
        {
            _offsets = new ColumnBuffer<int>(place, limit);
            _offsets.Add(0);
        }
    }

    /// <summary>Appends a position with a text key.</summary>
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
    public void Add(long key) => _codes.Add(_integers!.CodeOf(key));

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
