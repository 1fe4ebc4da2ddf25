using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>The known values of a categorical feature, numbered by descending frequency.</summary>
public sealed class Vocabulary
{
    private readonly CategoricalFeature _feature;
    private readonly Dictionary<string, int>? _text;
    private readonly Dictionary<long, int>? _integers;

    /// <summary>Creates a vocabulary from keys in id order.</summary>
    public Vocabulary(CategoricalFeature feature, string[]? textKeys, long[]? integerKeys)
    {
        _feature = feature;
        TextKeys = textKeys;
        IntegerKeys = integerKeys;
        _text = textKeys?.Select((k, i) => (k, i)).ToDictionary(p => p.k, p => p.i, StringComparer.Ordinal);
        _integers = integerKeys?.Select((k, i) => (k, i)).ToDictionary(p => p.k, p => p.i);
        Counts = new long[Count];
    }

    /// <summary>The feature.</summary>
    public CategoricalFeature Feature => _feature;

    /// <summary>Number of known values.</summary>
    public int Count => TextKeys?.Length ?? IntegerKeys?.Length ?? (int)_feature.Cardinality;

    /// <summary>Known values and extra rows.</summary>
    public long Rows => Count + _feature.ExtraRows;

    /// <summary>Training counts per id.</summary>
    public long[] Counts { get; internal set; }

    /// <summary>Text keys in id order.</summary>
    public string[]? TextKeys { get; }

    /// <summary>Integer keys in id order.</summary>
    public long[]? IntegerKeys { get; }

    /// <summary>Builds the vocabulary of a training column.</summary>
    public static Vocabulary Build(CategoricalFeature feature, KeyColumn column)
    {
        int distinct = column.TextKeys?.Length ?? column.IntegerKeys!.Length;
        long[] counts = new long[distinct];
        foreach (int code in column.Codes)
        {
            counts[code]++;
        }

        int[] order = [.. Enumerable.Range(0, distinct).Where(c => counts[c] >= feature.MinCount).OrderByDescending(c => counts[c]).ThenBy(c => c)];
        return new Vocabulary(
            feature,
            column.TextKeys is { } text ? [.. order.Select(c => text[c])] : null,
            column.IntegerKeys is { } integers ? [.. order.Select(c => integers[c])] : null)
        {
            Counts = [.. order.Select(c => counts[c])],
        };
    }

    /// <summary>Id of every distinct key of a column; -1 is the zero vector.</summary>
    public int[] Map(KeyColumn column) => column.TextKeys is { } text
        ? [.. text.Select(k => _text!.TryGetValue(k, out int id) ? id : Unknown(k))]
        : [.. column.IntegerKeys!.Select(k => _integers!.TryGetValue(k, out int id) ? id : Unknown(k))];

    private int Unknown(object key) => _feature.OutOfVocabulary switch
    {
        OutOfVocabulary.Error => throw new InvalidDataException($"{_feature.Name}: unknown value '{key}'."),
        OutOfVocabulary.Zero => -1,
        _ => Count,
    };
}
