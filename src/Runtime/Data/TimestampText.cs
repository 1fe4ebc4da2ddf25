using System;
using System.Globalization;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Timestamps written as text.</summary>
internal static class TimestampText
{
    /// <summary>
    /// The stored form of an integer, a number or an ISO 8601 date, whichever the model's timestamp is made of. A date without an offset is taken as UTC.
    /// </summary>
    /// <exception cref="InvalidValueException">The text is something else.</exception>
    public static long Parse(ValueChecks checks, ReadOnlySpan<char> text)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        switch (checks.Timestamp!.Kind)
        {
            case TimestampKind.Integer when long.TryParse(text, NumberStyles.AllowLeadingSign, culture, out long integer):
                return integer;
            case TimestampKind.Real when double.TryParse(text, NumberStyles.Float, culture, out double number):
                return checks.Ordered(number);
            case TimestampKind.Date when DateTimeOffset.TryParse(text, culture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces, out DateTimeOffset date):
                return date.UtcTicks;
            case var kind:
                string expected = kind switch
                {
                    TimestampKind.Integer => "a 64-bit integer",
                    TimestampKind.Real => "a number",
                    _ => "a date such as 2024-05-31T17:45:00Z",
                };
                throw checks.Invalid(
                    checks.TimestampName,
                    text.IsEmpty
                        ? $"the field is empty where {expected} is needed. Fill in missing timestamps, or leave the row out."
                        : $"'{text}' is not {expected}. Change the type of the [Timestamp] property, or the column it reads.");
        }
    }
}
