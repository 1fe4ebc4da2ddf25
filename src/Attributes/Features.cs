using System;

namespace ModelGen;

/// <summary>
/// The property to predict: <see cref="bool"/>, an integer or a floating-point number. Exactly one per model; a model with a
/// <see cref="UserAttribute"/> and an <see cref="ItemAttribute"/> may leave it out, every row then being a positive pair.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LabelAttribute : Attribute
{
    /// <summary>Column name in CSV files and data readers; the property name by default (case is ignored).</summary>
    public string? Column { get; set; }
}

/// <summary>A numeric input: <see cref="float"/>, <see cref="double"/> or an integer property. NaN and infinity are refused.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NumericAttribute : Attribute
{
    /// <summary>Column name in CSV files and data readers; the property name by default (case is ignored).</summary>
    public string? Column { get; set; }

    /// <summary>Transform applied before the first layer; none by default.</summary>
    public Transform Transform { get; set; } = Transform.None;
}

/// <summary>Transform of a numeric input. It travels with the model into every artefact.</summary>
public enum Transform
{
    /// <summary>The value as it is.</summary>
    None,

    /// <summary>log(1 + max(x, 0)): negatives are set to zero first.</summary>
    Log1p,

    /// <summary>(x - mean) / standard deviation, both measured on the training split; a constant column becomes 0.</summary>
    Standardize,
}

/// <summary>
/// A categorical input looked up in an embedding table: string, integer, bool or enum, or an array or list of them (a bag).
/// Ids are numbered by descending frequency in the training split.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public class CategoricalAttribute : Attribute
{
    /// <summary>Column name in CSV files and data readers; the property name by default (case is ignored).</summary>
    public string? Column { get; set; }

    /// <summary>What happens to a value that is not in the vocabulary; an error by default, never a silent zero.</summary>
    public OutOfVocabulary OutOfVocabulary { get; set; } = OutOfVocabulary.Error;

    /// <summary>Values seen fewer times than this in the training split are left out of the vocabulary. At least 1.</summary>
    public int MinCount { get; set; } = 1;

    /// <summary>For integers: ids are 0 .. Cardinality-1 and no vocabulary is kept. 0 (default) builds a vocabulary.</summary>
    public long Cardinality { get; set; }

    /// <summary>Extra rows for <see cref="OutOfVocabulary.HashedBucket"/>; 1,024 by default.</summary>
    public int Buckets { get; set; } = 1024;

    /// <summary>How the vectors of a bag are combined; <see cref="Pooling.Mean"/> by default. An empty bag gives zero.</summary>
    public Pooling Pooling { get; set; } = Pooling.Mean;

    /// <summary>Separator of the values of a bag inside one text cell; '|' by default.</summary>
    public char Separator { get; set; } = '|';
}

/// <summary>The categorical input that says who acts: at most one per model, one value per row. It has all options of <see cref="CategoricalAttribute"/>.</summary>
public sealed class UserAttribute : CategoricalAttribute;

/// <summary>
/// The categorical input that says what is recommended, rated or retrieved: at most one per model, one value per row. It has all options
/// of <see cref="CategoricalAttribute"/>.
/// </summary>
public sealed class ItemAttribute : CategoricalAttribute;

/// <summary>
/// When a row happened: <see cref="int"/>, <see cref="long"/>, <see cref="float"/>, <see cref="double"/>, <see cref="DateTime"/> or
/// <see cref="DateTimeOffset"/>; at most one per model. It orders the rows for splits by time and is no input of the model.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TimestampAttribute : Attribute
{
    /// <summary>Column name in CSV files and data readers; the property name by default (case is ignored).</summary>
    public string? Column { get; set; }
}

/// <summary>How the vectors of a bag are combined into one.</summary>
public enum Pooling
{
    /// <summary>The sum of the vectors.</summary>
    Sum,

    /// <summary>The mean of the vectors of the known values.</summary>
    Mean,
}

/// <summary>What happens to a categorical value that is not in the vocabulary.</summary>
public enum OutOfVocabulary
{
    /// <summary>Reading, training or scoring stops with an error that names the feature and the value.</summary>
    Error,

    /// <summary>All unknown values share one extra row, trained on the values below <c>MinCount</c>; it starts at zero.</summary>
    SharedRow,

    /// <summary>The value is hashed into one of <c>Buckets</c> extra rows.</summary>
    HashedBucket,

    /// <summary>The vector is zero and is not trained; inside a bag the value is dropped.</summary>
    Zero,
}
