using System;
using System.Collections.Generic;
using System.Globalization;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// The ids of one categorical feature: known keys are 0 .. <see cref="Count"/>-1 by descending count in the training split (ties by
/// first appearance), extra rows for unknown keys follow. With a fixed cardinality there are no keys, an integer is its own id.
/// Immutable, and safe to use from several threads.
/// </summary>
public sealed class Vocabulary
{
    private readonly Dictionary<string, int>? _text;
    private readonly Dictionary<long, int>? _integers;

    /// <summary>A vocabulary of saved text keys, in id order.</summary>
    /// <param name="feature">The feature, with text keys.</param>
    /// <param name="keys">Distinct keys in id order.</param>
    /// <param name="counts">Training count of every id, or null when they are not known.</param>
    /// <param name="unknownCount">Training positions whose key is unknown.</param>
    /// <exception cref="VocabularyException">The keys do not fit the feature.</exception>
    public Vocabulary(CategoricalFeature feature, string[] keys, long[]? counts = null, long unknownCount = 0)
        : this(feature, KeyKind.Text, keys, [], counts, unknownCount)
    {
        _text = new Dictionary<string, int>(keys.Length, StringComparer.Ordinal);
        for (int id = 0; id < keys.Length; id++)
        {
            if (!_text.TryAdd(keys[id], id))
            {
                throw Twice(keys[id]);
            }
        }
    }

    /// <summary>A vocabulary of saved integer keys, in id order; with a fixed cardinality the keys must be empty.</summary>
    /// <param name="feature">The feature, with integer keys.</param>
    /// <param name="keys">Distinct keys in id order.</param>
    /// <param name="counts">Training count of every id, or null when they are not known.</param>
    /// <param name="unknownCount">Training positions whose key is unknown.</param>
    /// <exception cref="VocabularyException">The keys do not fit the feature.</exception>
    public Vocabulary(CategoricalFeature feature, long[] keys, long[]? counts = null, long unknownCount = 0)
        : this(feature, KeyKind.Integer, [], keys, counts, unknownCount)
    {
        if (feature.Cardinality > 0)
        {
            return;
        }

        _integers = new Dictionary<long, int>(keys.Length);
        for (int id = 0; id < keys.Length; id++)
        {
            if (!_integers.TryAdd(keys[id], id))
            {
                throw Twice(keys[id].ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    private Vocabulary(CategoricalFeature feature, KeyKind kind, string[] textKeys, long[] integerKeys, long[]? counts, long unknownCount)
    {
        Feature = feature;
        TextKeys = textKeys;
        IntegerKeys = integerKeys;
        int keys = textKeys.Length + integerKeys.Length;
        if (kind != feature.KeyKind)
        {
            throw new VocabularyException($"Feature '{feature.Name}' has {feature.KeyKind} keys, the vocabulary has {kind} keys.", feature.Name);
        }

        if (feature.Cardinality > 0 && keys > 0)
        {
            throw new VocabularyException($"Feature '{feature.Name}' has a fixed cardinality and keeps no keys, the vocabulary has {keys:N0}.", feature.Name);
        }

        long ids = feature.Cardinality > 0 ? feature.Cardinality : keys;
        Rows = ids + feature.ExtraRows;
        if (Rows > Array.MaxLength)
        {
            throw new VocabularyException(
                $"Feature '{feature.Name}' has {Rows:N0} ids; at most {Array.MaxLength:N0} are possible. Lower Cardinality or Buckets, or raise MinCount.", feature.Name);
        }

        if (Rows == 0)
        {
            throw new VocabularyException(
                $"Feature '{feature.Name}' has no ids: no key occurs at least MinCount = {feature.MinCount} times in the training split. "
                + "Lower MinCount, or set OutOfVocabulary to SharedRow.",
                feature.Name);
        }

        Count = (int)ids;
        Counts = counts ?? [];
        UnknownCount = unknownCount;
        if (counts is not null && counts.Length != Count)
        {
            throw new VocabularyException($"Feature '{feature.Name}' has {Count:N0} ids but {counts.Length:N0} counts.", feature.Name);
        }
    }

    /// <summary>The key of an id as text; under a fixed cardinality the id itself.</summary>
    internal string KeyText(int id) => TextKeys.Length > 0 ? TextKeys[id] : (IntegerKeys.Length > 0 ? IntegerKeys[id] : id).ToString(CultureInfo.InvariantCulture);

    /// <summary>The feature.</summary>
    public CategoricalFeature Feature { get; }

    /// <summary>Number of ids without the extra rows.</summary>
    public int Count { get; }

    /// <summary>Number of ids with the extra rows for unknown keys, at least 1.</summary>
    public long Rows { get; }

    /// <summary>Text keys in id order; empty for integers.</summary>
    public string[] TextKeys { get; }

    /// <summary>Integer keys in id order; empty for text and with a fixed cardinality.</summary>
    public long[] IntegerKeys { get; }

    /// <summary>Occurrences of every id (extra rows left out) in the training split; empty when loaded without counts.</summary>
    public long[] Counts { get; }

    /// <summary>Positions of the training split whose key is unknown.</summary>
    public long UnknownCount { get; }

    /// <summary>Counts the keys of the training split and numbers those that occur often enough.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="column">Its column in the training split; keys at no position of it are not counted.</param>
    /// <exception cref="VocabularyException">There would be no ids, too many, or unknown keys in training under <see cref="OutOfVocabulary.Error"/>.</exception>
    public static Vocabulary Build(CategoricalFeature feature, KeyColumn column)
    {
        ArgumentNullException.ThrowIfNull(feature);
        ArgumentNullException.ThrowIfNull(column);
        return feature.Cardinality > 0 ? BuildFixed(feature, column) : VocabularyCounting.Build(feature, column);
    }

    /// <summary>
    /// Id of a text key. An unknown key gives <see cref="Count"/> under SharedRow, Count + its bucket (<see cref="KeyHash"/>) under
    /// HashedBucket and -1 (the zero vector) under Zero.
    /// </summary>
    /// <exception cref="UnknownKeyException">The key is unknown and the policy is <see cref="OutOfVocabulary.Error"/>.</exception>
    public int Find(string key)
    {
        int id = FindOrUnknown(key);
        return id != Unknown ? id : throw UnknownKey(key);
    }

    /// <summary>Id of an integer key; unknown keys as in <see cref="Find(string)"/>.</summary>
    /// <exception cref="UnknownKeyException">The key is unknown and the policy is <see cref="OutOfVocabulary.Error"/>.</exception>
    public int Find(long key)
    {
        int id = FindOrUnknown(key);
        return id != Unknown ? id : throw UnknownKey(key.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Ids of the known ones among some text keys, each once, in their order.</summary>
    internal int[] Known(IEnumerable<string> keys) => Distinct(keys, FindOrUnknown);

    /// <summary>Ids of the known ones among some integer keys, each once, in their order.</summary>
    internal int[] Known(IEnumerable<long> keys) => Distinct(keys, FindOrUnknown);

    /// <summary>
    /// Id of every local code of a column, by the rules of <see cref="Find(string)"/>. A key that occurs at no position (subsets of a
    /// data set share their keys) never is an error; under <see cref="OutOfVocabulary.Error"/> it maps to -1.
    /// </summary>
    /// <exception cref="UnknownKeyException">A key that occurs is unknown and the policy is <see cref="OutOfVocabulary.Error"/>.</exception>
    public int[] Map(KeyColumn column)
    {
        ArgumentNullException.ThrowIfNull(column);
        int[] map = MapAccepted(column);
        if (map.AsSpan().Contains(Unknown))
        {
            foreach (int code in column.Codes)
            {
                if (map[code] == Unknown)
                {
                    throw UnknownKey(column.KeyText(code));
                }
            }

            map.AsSpan().Replace(Unknown, -1);
        }

        return map;
    }

    /// <summary>Id of every local code of a column, -1 for a key that is not known whatever the policy.</summary>
    internal int[] MapKnown(KeyColumn column)
    {
        int[] map = MapAccepted(column);
        for (int code = 0; code < map.Length; code++)
        {
            map[code] = (uint)map[code] < (uint)Count ? map[code] : -1;
        }

        return map;
    }

    /// <summary>As <see cref="Map"/>, but with <see cref="Unknown"/> for a key that the policy refuses.</summary>
    internal int[] MapAccepted(KeyColumn column)
    {
        CheckKind(Feature, column);
        int[] map = new int[column.KeyCount];
        for (int code = 0; code < map.Length; code++)
        {
            map[code] = column.Kind == KeyKind.Text ? FindOrUnknown(column.TextKeys[code]) : FindOrUnknown(column.IntegerKeys[code]);
        }

        return map;
    }

    internal static void CheckKind(CategoricalFeature feature, KeyColumn column)
    {
        if (column.Kind != feature.KeyKind)
        {
            throw new ArgumentException($"Feature '{feature.Name}' has {feature.KeyKind} keys, the column has {column.Kind} keys.", nameof(column));
        }
    }

    /// <summary>What the policy Error gives instead of an id.</summary>
    internal const int Unknown = int.MinValue;

    private static Vocabulary BuildFixed(CategoricalFeature feature, KeyColumn column)
    {
        CheckKind(feature, column);
        Vocabulary ids = new(feature, Array.Empty<long>());
        int[] map = ids.Map(column);
        long[] counts = new long[ids.Count];
        long unknown = 0;
        foreach (int code in column.Codes)
        {
            if ((uint)map[code] < (uint)counts.Length)
            {
                counts[map[code]]++;
            }
            else
            {
                unknown++;
            }
        }

        return new Vocabulary(feature, Array.Empty<long>(), counts, unknown);
    }

    /// <summary>As <see cref="Find(string)"/>, but an unknown key gives a negative number under every policy without rows of its own.</summary>
    internal int FindOrUnknown(string key) => _text switch
    {
        null => throw new InvalidOperationException($"Feature '{Feature.Name}' has integer keys; '{key}' is text."),
        _ when _text.TryGetValue(key, out int id) => id,
        _ => Feature.OutOfVocabulary == OutOfVocabulary.HashedBucket ? Count + KeyHash.Bucket(key, Feature.Buckets) : ByPolicy(),
    };

    /// <summary>As <see cref="Find(long)"/>, but an unknown key gives a negative number under every policy without rows of its own.</summary>
    internal int FindOrUnknown(long key)
    {
        if (_text is not null)
        {
            throw new InvalidOperationException($"Feature '{Feature.Name}' has text keys; {key} is an integer.");
        }

        if (_integers is null)
        {
            if ((ulong)key < (ulong)Count)
            {
                return (int)key;
            }
        }
        else if (_integers.TryGetValue(key, out int id))
        {
            return id;
        }

        return Feature.OutOfVocabulary == OutOfVocabulary.HashedBucket ? Count + KeyHash.Bucket(key, Feature.Buckets) : ByPolicy();
    }

    private int[] Distinct<TKey>(IEnumerable<TKey> keys, Func<TKey, int> find)
    {
        List<int> ids = [];
        HashSet<int> seen = [];
        foreach (TKey key in keys)
        {
            int id = find(key);
            if ((uint)id < (uint)Count && seen.Add(id))
            {
                ids.Add(id);
            }
        }

        return [.. ids];
    }

    private int ByPolicy() => Feature.OutOfVocabulary switch
    {
        OutOfVocabulary.SharedRow => Count,
        OutOfVocabulary.Zero => -1,
        _ => Unknown,
    };

    private UnknownKeyException UnknownKey(string key) => new(
        Feature.Name, key,
        Feature.Cardinality > 0 ? $"the integers from 0 to {Count - 1}" : $"the {Count:N0} keys that occur at least {Feature.MinCount} times in the training split");

    private VocabularyException Twice(string key) =>
        new($"Feature '{Feature.Name}': the key '{key}' is in the vocabulary twice. The saved vocabulary is damaged.", Feature.Name);
}
