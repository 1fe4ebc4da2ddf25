using System.Collections.Generic;
using System.Runtime.Intrinsics;

namespace ModelGen.Kernels;

/// <summary>Floats of a vector.</summary>
public enum VectorWidth
{
    /// <summary>128 bits.</summary>
    Floats4 = 4,

    /// <summary>256 bits.</summary>
    Floats8 = 8,

    /// <summary>512 bits.</summary>
    Floats16 = 16,
}

/// <summary>The widths of this processor.</summary>
internal static class VectorWidths
{
    public static IEnumerable<VectorWidth> Here()
    {
        yield return VectorWidth.Floats4;
        if (Vector256.IsHardwareAccelerated)
        {
            yield return VectorWidth.Floats8;
        }

        if (Vector512.IsHardwareAccelerated)
        {
            yield return VectorWidth.Floats16;
        }
    }
}
