namespace ModelGen;

/// <summary>A single value of a source is not allowed: unparsable, not finite, or outside the range of its column.</summary>
public sealed class InvalidValueException : DataSetException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">Full message.</param>
    /// <param name="row">1-based line (files), row (data readers) or example (objects) of the source.</param>
    /// <param name="column">Column or property that holds the value.</param>
    public InvalidValueException(string message, long row, string column)
        : base(message)
    {
        Row = row;
        Column = column;
    }

    /// <summary>1-based line (files), row (data readers) or example (objects) of the source.</summary>
    public long Row { get; }

    /// <summary>Column or property that holds the value.</summary>
    public string Column { get; }
}
