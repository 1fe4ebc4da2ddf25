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

    [ThreadStatic]
    private static NativeFloats? t_aligned;

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

    /// <summary>Floats at the start of a cache line, of any content, valid until the next call on the same thread.</summary>
    /// <param name="length">Number of floats, at least 1.</param>
    public static ref float Aligned(int length)
    {
        if (t_aligned is null || t_aligned.Length < length)
        {
            t_aligned = new NativeFloats(length);
        }

        return ref t_aligned.First;
    }
}
