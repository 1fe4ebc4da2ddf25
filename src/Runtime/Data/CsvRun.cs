namespace ModelGen;

/// <summary>The rows of a chunk in the columns of its file.</summary>
/// <param name="Index">Index of the chunk.</param>
/// <param name="Start">First row.</param>
/// <param name="Keys">Keys behind the tokens, one per categorical input.</param>
/// <param name="Bags">Tokens of the bags of every categorical input; null for single-valued ones.</param>
internal sealed record CsvRun(int Index, int Start, KeyTokens[] Keys, ColumnBuffer<int>?[] Bags)
{
    /// <summary>Number of rows.</summary>
    public int Rows { get; set; }
}
