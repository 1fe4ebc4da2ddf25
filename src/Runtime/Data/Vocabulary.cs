using ModelGen.Compiled;

namespace ModelGen;

/// <summary>The known values of a categorical feature; the id of a value is its position.</summary>
public sealed class Vocabulary
{
    /// <summary>Creates a vocabulary from its keys; both are null for a feature with a fixed cardinality.</summary>
    public Vocabulary(CategoricalFeature feature, string[]? textKeys, long[]? integerKeys)
    {
        Feature = feature;
        TextKeys = textKeys;
        IntegerKeys = integerKeys;
    }

    /// <summary>The feature.</summary>
    public CategoricalFeature Feature { get; }

    /// <summary>Text keys in id order, or null.</summary>
    public string[]? TextKeys { get; }

    /// <summary>Integer keys in id order, or null.</summary>
    public long[]? IntegerKeys { get; }

    /// <summary>Known values.</summary>
    public int Count => TextKeys?.Length ?? IntegerKeys?.Length ?? (int)Feature.Cardinality;

    /// <summary>Known values and the rows kept for unknown ones.</summary>
    public long Rows => (long)Count + Feature.ExtraRows;
}
