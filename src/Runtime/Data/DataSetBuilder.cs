using System;
using System.Collections.Immutable;
using System.Linq;

namespace ModelGen.Compiled;

/// <summary>
/// Collects examples into columns. The generated <c>Append</c> calls it once per example: the label, the timestamp, every numeric input, then
/// every categorical input, in declaration order, and <see cref="EndExample"/> last. Without a label every example is a positive. All values are checked here, so that every
/// source gives the same errors. After an exception the builder holds half an example and must be dropped.
/// </summary>
public sealed class DataSetBuilder
{
    private readonly ModelSchema _schema;
    private readonly ColumnBuffer<float> _labels;
    private readonly ColumnBuffer<long>? _timestamps;
    private readonly ColumnBuffer<float>[] _numerics;
    private readonly KeyColumnBuilder[] _keys;
    private readonly int _valuesPerExample;
    private int _values;
    private int _openBag = -1;

    /// <summary>Creates an empty builder.</summary>
    /// <param name="schema">The model whose inputs are collected.</param>
    /// <param name="source">Name of the source for messages, such as a file name.</param>
    public DataSetBuilder(ModelSchema schema, string source)
        : this(schema, source, "example", byColumn: false, Array.MaxLength)
    {
    }

    /// <summary>A builder whose messages speak of lines or rows and of columns instead of examples and properties.</summary>
    internal DataSetBuilder(ModelSchema schema, string source, string rowWord, bool byColumn, int limit)
    {
        _schema = schema;
        Source = source;
        Checks = new ValueChecks(schema, source, rowWord, byColumn, () => Row);
        _labels = new ColumnBuffer<float>(source, limit);
        _timestamps = schema.Timestamp is { } time ? new ColumnBuffer<long>($"{source}, column '{time.Column}'", limit) : null;
        _numerics = [.. schema.Numerics.Select(f => new ColumnBuffer<float>($"{source}, column '{f.Column}'", limit))];
        _keys = [.. schema.Categoricals.Select(f => new KeyColumnBuilder(f, source, limit))];
        _valuesPerExample = 1 + (_timestamps is null ? 0 : 1) + _numerics.Length + _keys.Length;
    }

    /// <summary>Name of the source.</summary>
    public string Source { get; }

    /// <summary>Number of complete examples.</summary>
    public int Count { get; private set; }

    /// <summary>Which values are accepted.</summary>
    internal ValueChecks Checks { get; }

    /// <summary>1-based line, row or example of the source that is being added, for messages.</summary>
    internal long Row { get; set; } = 1;

    /// <summary>Adds the label.</summary>
    /// <exception cref="InvalidValueException">It is not finite, or neither 0 nor 1 under binary cross-entropy.</exception>
    public void AddLabel(float value)
    {
        Checks.Label(value);
        _labels.Add(value);
        _values++;
    }

    /// <summary>Adds the label as 0 (false) or 1 (true).</summary>
    public void AddLabel(bool value) => AddLabel(value ? 1f : 0f);

    /// <summary>Adds a timestamp where one is needed but never read.</summary>
    internal void AddAnyTimestamp()
    {
        _timestamps!.Add(0);
        _values++;
    }

    /// <summary>Adds the timestamp as it is.</summary>
    public void AddTimestamp(long value)
    {
        _timestamps!.Add(Checks.Ordered(value));
        _values++;
    }

    /// <summary>Adds a timestamp in floating point, as the integer that has the same order among all numbers.</summary>
    /// <exception cref="InvalidValueException">It is NaN or infinite.</exception>
    public void AddTimestamp(double value)
    {
        _timestamps!.Add(Checks.Ordered(value));
        _values++;
    }

    /// <summary>Adds a timestamp written as text.</summary>
    /// <exception cref="InvalidValueException">The text is no timestamp of the model's kind.</exception>
    internal void AddTimestampText(ReadOnlySpan<char> text)
    {
        _timestamps!.Add(TimestampText.Parse(Checks, text));
        _values++;
    }

    /// <summary>Adds a timestamp as its ticks of 100 ns in universal time; a date of unspecified kind is taken as universal.</summary>
    public void AddTimestamp(DateTime value)
    {
        _timestamps!.Add((value.Kind == DateTimeKind.Local ? value.ToUniversalTime() : value).Ticks);
        _values++;
    }

    /// <summary>Adds a timestamp as its ticks of 100 ns in universal time.</summary>
    public void AddTimestamp(DateTimeOffset value)
    {
        _timestamps!.Add(value.UtcTicks);
        _values++;
    }

    /// <summary>Adds the value of a numeric input, untransformed.</summary>
    /// <exception cref="InvalidValueException">It is NaN or infinite.</exception>
    public void AddNumeric(int feature, float value)
    {
        Checks.Numeric(feature, value);
        _numerics[feature].Add(value);
        _values++;
    }

    /// <summary>Adds the text key of a single-valued input; null is the empty text.</summary>
    public void AddKey(int feature, string? key)
    {
        _keys[feature].Add(key ?? "");
        _values++;
    }

    /// <summary>Adds the integer key of a single-valued input; bool properties use 0 and 1.</summary>
    /// <exception cref="InvalidValueException">The key is negative, or outside a fixed cardinality under <see cref="OutOfVocabulary.Error"/>.</exception>
    public void AddKey(int feature, long key)
    {
        Checks.Key(feature, key);
        _keys[feature].Add(key);
        _values++;
    }

    /// <summary>Starts the bag of a feature; <see cref="EndBag"/> must follow before any other input.</summary>
    public void BeginBag(int feature)
    {
        if (_openBag >= 0)
        {
            throw new InvalidOperationException($"The bag of {_schema.Categoricals[_openBag].Name} is still open; call EndBag first.");
        }

        _openBag = feature;
    }

    /// <summary>Adds a text key to the open bag. Null and empty text are dropped: a bag has no empty members.</summary>
    public void AddToBag(int feature, string? key)
    {
        if (!string.IsNullOrEmpty(key))
        {
            _keys[feature].Add(key);
        }
    }

    /// <summary>Adds an integer key to the open bag.</summary>
    /// <exception cref="InvalidValueException">The key is negative, or outside a fixed cardinality under <see cref="OutOfVocabulary.Error"/>.</exception>
    public void AddToBag(int feature, long key)
    {
        Checks.Key(feature, key);
        _keys[feature].Add(key);
    }

    /// <summary>Ends the bag of a feature; without members it is an empty bag, whose vector is zero.</summary>
    public void EndBag(int feature)
    {
        if (_openBag != feature)
        {
            throw new InvalidOperationException($"EndBag without BeginBag for {_schema.Categoricals[feature].Name}.");
        }

        _openBag = -1;
        _keys[feature].EndBag();
        _values++;
    }

    /// <summary>Completes an example.</summary>
    /// <exception cref="InvalidOperationException">An input was left out or added twice, or a bag is still open.</exception>
    public void EndExample()
    {
        if (_schema.IsImplicit)
        {
            AddLabel(1);
        }

        if (_values != _valuesPerExample || _openBag >= 0)
        {
            throw new InvalidOperationException($"An example of {_schema.Name} has {_valuesPerExample} inputs (label included), {_values} were added.");
        }

        _values = 0;
        Count++;
        Row++;
    }

    /// <summary>The finished columns; the builder is empty afterwards.</summary>
    /// <exception cref="DataSetException">There is no example.</exception>
    internal DataColumns Finish(ImmutableArray<string> ignoredColumns, string reasonWhenEmpty)
    {
        if (Count == 0)
        {
            throw new DataSetException($"{Source}: {reasonWhenEmpty} At least one example is needed.");
        }

        return new DataColumns(
            Source, _labels.Take(), [.. _numerics.Select(n => n.Take())], [.. _keys.Select(k => k.Finish())], ignoredColumns)
        {
            Timestamps = _timestamps?.Take(),
        };
    }
}
