using System.Numerics;

namespace ModelGen.Compiled;

/// <summary>A range of rows whose codes have the same number of bits.</summary>
/// <param name="Rows">Number of rows, at least 0.</param>
/// <param name="Choices">Centroids that the rows may use, at least 2.</param>
/// <param name="First">The first of these centroids; 0 where the tiers share the first centroids of one codebook.</param>
/// <param name="Repeat">Neighbouring parts that share one stored code; 1 unless the tier has fewer parts than another.</param>
public readonly record struct CodeTier(long Rows, int Choices, int First = 0, int Repeat = 1)
{
    /// <summary>Bits of one code: log2 of the choices, rounded up.</summary>
    public int Bits => BitOperations.Log2((uint)Choices - 1) + 1;

    /// <summary>Bytes of the packed codes of the tier, rounded up to whole bytes.</summary>
    /// <param name="parts">Parts of the vectors; one code is stored for <see cref="Repeat"/> of them.</param>
    public long Bytes(int parts) => ((Rows * (parts / Repeat) * Bits) + 7) / 8;
}
