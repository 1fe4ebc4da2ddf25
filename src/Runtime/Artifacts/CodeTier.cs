using System.Numerics;

namespace ModelGen.Compiled;

/// <summary>A range of rows whose codes have the same number of bits.</summary>
/// <param name="Rows">Number of rows, at least 0.</param>
/// <param name="Choices">Centroids that the rows may use, at least 2.</param>
public readonly record struct CodeTier(long Rows, int Choices)
{
    /// <summary>Bits of one code: log2 of the choices, rounded up.</summary>
    public int Bits => BitOperations.Log2((uint)Choices - 1) + 1;

    /// <summary>Bytes of the packed codes of the tier, rounded up to whole bytes.</summary>
    /// <param name="parts">Codes per row.</param>
    public long Bytes(int parts) => ((Rows * parts * Bits) + 7) / 8;
}
