using ModelGen.Compiled;

namespace ModelGen;

/// <summary>The transposed copies of dense parameters, which the backward pass multiplies by.</summary>
internal static class TransposedCopies
{
    /// <summary>Computes all copies from the dense arena.</summary>
    public static void Refresh(ModelState state)
    {
        foreach (DenseParameter parameter in state.Schema.Dense)
        {
            if (parameter.TransposedOffset < 0)
            {
                continue;
            }

            for (int r = 0; r < parameter.Rows; r++)
            {
                for (int c = 0; c < parameter.Columns; c++)
                {
                    state.Transposed.At(parameter.TransposedOffset + ((long)c * parameter.TransposedStride) + r) =
                        state.Dense.At(parameter.Offset + ((long)r * parameter.Stride) + c);
                }
            }
        }
    }
}
