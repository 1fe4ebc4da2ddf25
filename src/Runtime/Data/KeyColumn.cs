namespace ModelGen;

/// <summary>One categorical column: its distinct keys and, per position, the code (index) of the key.</summary>
public sealed class KeyColumn
{
    /// <summary>Distinct text keys, or null for an integer column.</summary>
    public string[]? TextKeys { get; init; }

    /// <summary>Distinct integer keys, or null for a text column.</summary>
    public long[]? IntegerKeys { get; init; }

    /// <summary>Code of every position.</summary>
    public required int[] Codes { get; init; }

    /// <summary>For bags: positions of example i are [Offsets[i], Offsets[i + 1]); null for single values.</summary>
    public int[]? Offsets { get; init; }
}
