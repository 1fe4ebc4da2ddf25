using System;

namespace ModelGen;

/// <summary>
/// Data cannot be turned into a data set: the source is empty, malformed or too large. Its message names the source, the place
/// and the remedy. More specific kinds derive from it.
/// </summary>
public class DataSetException : Exception
{
    /// <summary>Creates the exception.</summary>
    public DataSetException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the failure that caused it.</summary>
    public DataSetException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
