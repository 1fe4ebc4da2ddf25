using System;
using System.Globalization;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Which values the inputs of a model accept, and the errors of the others in the words of the source.</summary>
/// <param name="schema">The model.</param>
/// <param name="source">Name of the source, such as a file name.</param>
/// <param name="rowWord">What the source calls an example: line, row or example.</param>
/// <param name="byColumn">Whether inputs are called by their columns instead of their properties.</param>
/// <param name="row">1-based line, row or example of the value; asked for only when there is an error.</param>
internal sealed class ValueChecks(ModelSchema schema, string source, string rowWord, bool byColumn, Func<long> row)
{
    /// <summary>The timestamp of the model, if it has one.</summary>
    public TimestampFeature? Timestamp => schema.Timestamp;

    /// <summary>Name by which messages call the label.</summary>
    public string LabelName => schema.LabelColumn ?? "label";

    /// <summary>Name by which messages call the timestamp.</summary>
    public string TimestampName => byColumn ? schema.Timestamp!.Column : schema.Timestamp!.Name;

    /// <summary>Name by which messages call a numeric input.</summary>
    public string NumericName(int feature) => byColumn ? schema.Numerics[feature].Column : schema.Numerics[feature].Name;

    /// <summary>Name by which messages call a categorical input.</summary>
    public string CategoricalName(int feature) => byColumn ? schema.Categoricals[feature].Column : schema.Categoricals[feature].Name;

    /// <summary>The error of a value at the current row.</summary>
    public InvalidValueException Invalid(string name, string problem)
    {
        long at = row();
        return new InvalidValueException($"{source}, {rowWord} {at}, {(byColumn ? "column" : "property")} '{name}': {problem}", at, name);
    }

    /// <summary>Refuses a label that is not finite, or neither 0 nor 1 under binary cross-entropy.</summary>
    public void Label(float value)
    {
        if (!float.IsFinite(value))
        {
            throw Invalid(LabelName, $"the label is {Text(value)}; labels must be finite numbers.");
        }

        if (schema.Loss == Loss.BinaryCrossEntropy && value != 0 && value != 1)
        {
            throw Invalid(LabelName, $"the label is {Text(value)}, but binary cross-entropy needs 0 or 1. Convert the labels, or train with Loss.MeanSquaredError.");
        }
    }

    /// <summary>Refuses the value of a numeric input that is not finite.</summary>
    public void Numeric(int feature, float value)
    {
        if (!float.IsFinite(value))
        {
            throw Invalid(NumericName(feature), $"the value is {Text(value)}; numeric inputs must be finite 32-bit numbers. Replace such values, or leave the {rowWord} out.");
        }
    }

    /// <summary>Keys below this number are accepted by <see cref="Key"/>.</summary>
    public long KeyLimit(int feature) =>
        schema.Categoricals[feature] is { Cardinality: > 0 and var cardinality, OutOfVocabulary: OutOfVocabulary.Error } ? cardinality : long.MaxValue;

    /// <summary>Refuses an integer key that is negative, or outside a fixed cardinality under <see cref="OutOfVocabulary.Error"/>.</summary>
    public void Key(int feature, long key)
    {
        CategoricalFeature f = schema.Categoricals[feature];
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

    /// <summary>An integer timestamp as it is stored.</summary>
    public long Ordered(long value) => schema.Timestamp!.Kind == TimestampKind.Real ? Ordered((double)value) : value;

    /// <summary>A timestamp in floating point as the integer that has the same order among all numbers.</summary>
    /// <exception cref="InvalidValueException">It is NaN or infinite.</exception>
    public long Ordered(double value)
    {
        if (!double.IsFinite(value))
        {
            throw Invalid(TimestampName, string.Create(CultureInfo.InvariantCulture, $"the timestamp is {value}; timestamps must be finite numbers."));
        }

        // The bits of positive numbers are ordered as the numbers are, those of negative ones the other way round.
        long bits = BitConverter.DoubleToInt64Bits(value + 0.0);
        return bits >= 0 ? bits : long.MinValue - bits;
    }

    private static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);
}
