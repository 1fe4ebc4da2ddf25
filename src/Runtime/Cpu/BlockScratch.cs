using System;

namespace ModelGen.Compiled;

/// <summary>
/// Working memory for one block of id-level values. It belongs to the thread and is reused, because a block of wide rows
/// does not fit on the stack; a step allocates nothing once every thread has seen the largest block.
/// </summary>
public static class BlockScratch
{
    [ThreadStatic]
    private static float[]? t_floats;

    /// <summary>Zeroed floats, valid until the next call on the same thread.</summary>
    /// <param name="length">Number of floats, at least 1.</param>
    public static Span<float> Clear(int length)
    {
        if (t_floats is null || t_floats.Length < length)
        {
            t_floats = new float[length];
            return t_floats;
        }

        Span<float> scratch = t_floats.AsSpan(0, length);
        scratch.Clear();
        return scratch;
    }
}
