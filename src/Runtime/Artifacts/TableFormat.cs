namespace ModelGen.Compiled;

/// <summary>How the values of a collapsed table are stored.</summary>
public enum TableFormat
{
    /// <summary>32-bit floating point.</summary>
    Float32,

    /// <summary>Signed bytes from -127 to 127, one 32-bit scale per row: value = code x scale.</summary>
    Int8PerRow,

    /// <summary>Signed bytes from -127 to 127, one 32-bit scale for the whole table: value = code x scale.</summary>
    Int8PerTable,
}
