using System;
using System.Collections.Immutable;
using System.Globalization;
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
    private readonly string _rowWord;
    private readonly bool _byColumn;
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
        _rowWord = rowWord;
        _byColumn = byColumn;
        _labels = new ColumnBuffer<float>(source, limit);
        _timestamps = schema.Timestamp is { } time ? new ColumnBuffer<long>($"{source}, column '{time.Column}'", limit) : null;
        _numerics = [.. schema.Numerics.Select(f => new ColumnBuffer<float>($"{source}, column '{f.Column}'", limit))];
        _keys = [.. schema.Categoricals.Select(f => new KeyColumnBuilder(f, source, limit))];
        _valuesPerExample = (_timestamps is null ? 0 : 1) + _numerics.Length + _keys.Length;
    }

    /// <summary>Name of the source.</summary>
    public string Source { get; }

    /// <summary>Number of complete examples.</summary>
    public int Count { get; private set; }

    /// <summary>Whether there are labels; without them the builder holds a part of the columns only.</summary>
    internal bool HasLabels { get; init; } = true;

    /// <summary>1-based line, row or example of the source that is being added, for messages.</summary>
    internal long Row { get; set; } = 1;

    /// <summary>Adds the label.</summary>
    /// <exception cref="InvalidValueException">It is not finite, or neither 0 nor 1 under binary cross-entropy.</exception>
    public void AddLabel(float value)
    {
        if (!float.IsFinite(value))
        {
            throw Invalid(LabelName, $"the label is {Text(value)}; labels must be finite numbers.");
        }

        if (_schema.Loss == Loss.BinaryCrossEntropy && value != 0 && value != 1)
        {
            throw Invalid(LabelName, $"the label is {Text(value)}, but binary cross-entropy needs 0 or 1. Convert the labels, or train with Loss.MeanSquaredError.");
        }

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
        if (_schema.Timestamp!.Kind == TimestampKind.Real)
        {
            AddTimestamp((double)value);
            return;
        }

        _timestamps!.Add(value);
        _values++;
    }

    /// <summary>Adds a timestamp in floating point, as the integer that has the same order among all numbers.</summary>
    /// <exception cref="InvalidValueException">It is NaN or infinite.</exception>
    public void AddTimestamp(double value)
    {
        if (!double.IsFinite(value))
        {
            throw Invalid(TimestampName, string.Create(CultureInfo.InvariantCulture, $"the timestamp is {value}; timestamps must be finite numbers."));
        }

        // The bits of positive numbers are ordered as the numbers are, those of negative ones the other way round.
        long bits = BitConverter.DoubleToInt64Bits(value + 0.0);
        _timestamps!.Add(bits >= 0 ? bits : long.MinValue - bits);
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
        if (!float.IsFinite(value))
        {
            throw Invalid(NumericName(feature), $"the value is {Text(value)}; numeric inputs must be finite 32-bit numbers. Replace such values, or leave the {_rowWord} out.");
        }

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
        CheckKey(feature, key);
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
        CheckKey(feature, key);
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
        if (HasLabels && _schema.IsImplicit)
        {
            AddLabel(1);
        }

        int expected = _valuesPerExample + (HasLabels ? 1 : 0);
        if (_values != expected || _openBag >= 0)
        {
            throw new InvalidOperationException($"An example of {_schema.Name} has {expected} inputs (label included), {_values} were added.");
        }

        _values = 0;
        Count++;
        Row++;
    }

    /// <summary>Adds a text key that is not a string yet.</summary>
    internal void AddTextKey(int feature, ReadOnlySpan<char> key)
    {
        _keys[feature].Add(key);
        _values++;
    }

    /// <summary>Adds a text key that is not a string yet to the open bag; empty text is dropped.</summary>
    internal void AddTextToBag(int feature, ReadOnlySpan<char> key)
    {
        if (!key.IsEmpty)
        {
            _keys[feature].Add(key);
        }
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

    /// <summary>Name by which messages call the label.</summary>
    internal string LabelName => _schema.LabelColumn ?? "label";

    /// <summary>The timestamp of the model, if it has one.</summary>
    internal TimestampFeature? Timestamp => _schema.Timestamp;

    /// <summary>Name by which messages call the timestamp.</summary>
    internal string TimestampName => _byColumn ? _schema.Timestamp!.Column : _schema.Timestamp!.Name;

    /// <summary>Name by which messages call a numeric input.</summary>
    internal string NumericName(int feature) => _byColumn ? _schema.Numerics[feature].Column : _schema.Numerics[feature].Name;

    /// <summary>Name by which messages call a categorical input.</summary>
    internal string CategoricalName(int feature) => _byColumn ? _schema.Categoricals[feature].Column : _schema.Categoricals[feature].Name;

    /// <summary>The error of a value at the current row.</summary>
    internal InvalidValueException Invalid(string name, string problem) =>
        new($"{Source}, {_rowWord} {Row}, {(_byColumn ? "column" : "property")} '{name}': {problem}", Row, name);

    private void CheckKey(int feature, long key)
    {
        CategoricalFeature f = _schema.Categoricals[feature];
        if (key < 0)
        {
            throw Invalid(CategoricalName(feature), $"the key of {f.Name} is {key}; negative ids are refused. Use text keys, or add an offset so that ids start at 0.");
        }

        if (f.Cardinality > 0 && key >= f.Cardinality && f.OutOfVocabulary == OutOfVocabulary.Error)
        {
            throw Invalid(
                CategoricalName(feature),
                $"the key of {f.Name} is {key}, outside 0 to {f.Cardinality - 1} (Cardinality = {f.Cardinality}). Raise Cardinality, or choose another OutOfVocabulary policy.");
        }
    }

    private static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);
}
