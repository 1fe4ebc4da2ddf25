using System;
using System.Threading.Tasks;

namespace ModelGen.Compiled;

/// <summary>Turns a table of floats into another format and back. The result does not depend on the number of threads or on the machine.</summary>
internal static class TableQuantizer
{
    /// <summary>Rows that are packed together: a multiple of 8, so that every block begins at a whole byte.</summary>
    public const int BlockRows = 1024;

    /// <summary>Largest 16-bit float.</summary>
    private const float LargestHalf = 65504;

    /// <summary>A table of floats in another format.</summary>
    /// <exception cref="ArgumentException">A value is not finite, or too large for 16-bit floats.</exception>
    public static CollapsedTable Quantize(CollapsedTable table, TableFormat format)
    {
        CheckFinite(table);
        return format.Scales switch
        {
            TableScales.None => ToHalf(table),
            TableScales.RangePerDimension => UniformQuantizer.Quantize(table, format),
            _ => SymmetricQuantizer.Quantize(table, format),
        };
    }

    /// <summary>Decodes a table to floats.</summary>
    public static CollapsedTable Decode(CollapsedTable table)
    {
        var values = new NativeFloats(table.Rows * table.Width);
        Parallel.For(0L, table.Rows, row => table.Decode(row, values.Span(row * table.Width, table.Width)));
        return table.With(TableFormat.Float32, values, NativeFloats.Empty, NativeFloats.Empty);
    }

    /// <summary>Packs the codes of all rows, read in blocks side by side.</summary>
    /// <param name="table">Shape of the table.</param>
    /// <param name="format">The format; the low <see cref="TableFormat.Bits"/> of every code are kept.</param>
    /// <param name="read">Writes the codes of a row.</param>
    public static NativeFloats Pack(CollapsedTable table, TableFormat format, Action<long, int[]> read)
    {
        NativeFloats packed = PackedBits.Allocate(format.ValueBytes(table.Rows, table.Width));
        uint mask = (1u << format.Bits) - 1;
        Parallel.For(0, (table.Rows + BlockRows - 1) / BlockRows, block =>
        {
            int[] codes = new int[table.Width];
            long bit = block * BlockRows * table.Width * format.Bits;
            for (long row = block * BlockRows; row < Math.Min(table.Rows, (block + 1) * BlockRows); row++)
            {
                read(row, codes);
                foreach (int code in codes)
                {
                    PackedBits.Write(packed, bit, (uint)code & mask);
                    bit += format.Bits;
                }
            }
        });
        return packed;
    }

    /// <summary>Refuses a value that 16-bit floats do not hold.</summary>
    /// <exception cref="ArgumentException">The value is too large.</exception>
    public static Half ToHalf(float value, string where) => float.Abs(value) <= LargestHalf
        ? (Half)value
        : throw new ArgumentException($"{where} holds {value}; {TableFormat.Float16} reaches to {LargestHalf:N0}. Keep {TableFormat.Float32}, or train with a smaller learning rate.");

    private static CollapsedTable ToHalf(CollapsedTable table)
    {
        NativeFloats packed = PackedBits.Allocate(TableFormat.Float16.ValueBytes(table.Rows, table.Width));
        for (long i = 0; i < table.Rows * table.Width; i++)
        {
            CollapsedTable.HalfAt(packed, i) = float.Abs(table.Values.At(i)) <= LargestHalf
                ? (Half)table.Values.At(i)
                : ToHalf(table.Values.At(i), $"Table '{table.Name}', row {i / table.Width}");
        }

        return table.With(TableFormat.Float16, NativeFloats.Empty, packed, NativeFloats.Empty);
    }

    private static void CheckFinite(CollapsedTable table)
    {
        for (long row = 0; row < table.Rows; row++)
        {
            foreach (float value in table.Values.Span(row * table.Width, table.Width))
            {
                if (!float.IsFinite(value))
                {
                    throw new ArgumentException($"Table '{table.Name}', row {row} holds {value}; only finite values can be quantised. The training diverged: use a smaller learning rate.");
                }
            }
        }
    }
}
