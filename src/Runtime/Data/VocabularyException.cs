using System;

namespace ModelGen;

/// <summary>A vocabulary cannot be made from the data and the settings of its feature.</summary>
public sealed class VocabularyException : Exception
{
    /// <summary>Creates the exception.</summary>
    public VocabularyException(string message, string feature)
        : base(message) => Feature = feature;

    /// <summary>Name of the feature.</summary>
    public string Feature { get; }
}
