using System;
using System.Globalization;

namespace ModelGen;

/// <summary>Integer keys written as text.</summary>
internal static class KeyText
{
    /// <summary>Parses an integer, or true or false (1 or 0) in any case, as the key of a categorical input.</summary>
    /// <exception cref="InvalidValueException">The text is none of these.</exception>
    public static long Parse(ValueChecks checks, int feature, ReadOnlySpan<char> text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long key))
        {
            return key;
        }

        if (text.Equals("true", StringComparison.OrdinalIgnoreCase))
        {
            return 1;
        }

        if (text.Equals("false", StringComparison.OrdinalIgnoreCase))
        {
            return 0;
        }

        string problem = text.IsEmpty
            ? "the field is empty where an integer key is needed. Fill in missing values, or make the property a string."
            : $"'{text}' is not a 64-bit integer, true or false. Make the property a string to use text keys.";
        throw checks.Invalid(checks.CategoricalName(feature), problem);
    }
}
