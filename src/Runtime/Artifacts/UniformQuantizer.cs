using System;

namespace ModelGen.Compiled;

/// <summary>
/// Scalar quantisation per dimension, the SQ baseline of the MGQE paper: [min, max] of each dimension over the table is cut into 2^b equal
/// buckets; a value is stored as its bucket and served as the bucket's centre, so it moves by half a bucket at most.
/// </summary>
internal static class UniformQuantizer
{
    /// <summary>Quantises a table of finite floats.</summary>
    public static CollapsedTable Quantize(CollapsedTable table, TableFormat format)
    {
        NativeFloats ranges = Ranges(table);
        int width = table.Width;
        NativeFloats packed = TableQuantizer.Pack(table, format, (row, codes) =>
        {
            for (int i = 0; i < codes.Length; i++)
            {
                codes[i] = Code(table.Values.At((row * width) + i), ranges.At(i), ranges.At(width + i), format.Bits);
            }
        });
        return table.With(format, NativeFloats.Empty, packed, ranges);
    }

    /// <summary>The bucket of a value, 0 to 2^bits - 1; the greatest value belongs to the last one.</summary>
    public static int Code(float value, float least, float greatest, int bits)
    {
        double range = (double)greatest - least;
        double bucket = range > 0 ? ((double)value - least) / range * (1 << bits) : 0;
        return Math.Clamp((int)bucket, 0, (1 << bits) - 1);
    }

    /// <summary>The centre of a bucket. All served forms compute it like this, in 32-bit floats.</summary>
    public static float Centre(int code, float least, float greatest, int bits)
    {
        float step = Step(least, greatest, bits);
        return (code * step) + First(least, step);
    }

    /// <summary>Size of a bucket.</summary>
    public static float Step(float least, float greatest, int bits) => (float)(((double)greatest - least) / (1 << bits));

    /// <summary>Centre of the first bucket.</summary>
    public static float First(float least, float step) => least + (step / 2);

    private static NativeFloats Ranges(CollapsedTable table)
    {
        int width = table.Width;
        var ranges = new NativeFloats(2L * width);
        Span<float> least = ranges.Span(0, width), greatest = ranges.Span(width, width);
        for (long row = 0; row < table.Rows; row++)
        {
            ReadOnlySpan<float> values = table.Values.Span(row * width, width);
            for (int i = 0; i < values.Length; i++)
            {
                least[i] = row == 0 ? values[i] : float.Min(least[i], values[i]);
                greatest[i] = row == 0 ? values[i] : float.Max(greatest[i], values[i]);
            }
        }

        return ranges;
    }
}
