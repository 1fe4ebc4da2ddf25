using System;

namespace ModelGen;

/// <summary>A key is not in the vocabulary of a feature whose policy is <see cref="OutOfVocabulary.Error"/>.</summary>
public sealed class UnknownKeyException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="feature">Name of the feature.</param>
    /// <param name="key">The unknown key.</param>
    /// <param name="known">What the feature knows, for the message, such as "an integer from 0 to 99".</param>
    public UnknownKeyException(string feature, string key, string known)
        : base($"Feature '{feature}' has no row for the key '{key}'; it knows {known}. "
            + "Set OutOfVocabulary of the feature to SharedRow, HashedBucket or Zero to accept unknown keys, or leave the example out.")
    {
        Feature = feature;
        Key = key;
    }

    /// <summary>Name of the feature.</summary>
    public string Feature { get; }

    /// <summary>The unknown key.</summary>
    public string Key { get; }
}
