namespace ModelGen;

/// <summary>The columns of a source do not fit the model: one is missing, appears twice, or is not wanted.</summary>
public sealed class ColumnException : DataSetException
{
    /// <summary>Creates the exception.</summary>
    public ColumnException(string message, string column)
        : base(message) => Column = column;

    /// <summary>Name of the column in question.</summary>
    public string Column { get; }
}
