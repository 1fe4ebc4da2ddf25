using System;

namespace ModelGen;

/// <summary>
/// How the values of a served table are stored: in floats, or in whole numbers of a few bits with the scales that turn them back.
/// There is one instance of each format, so <c>==</c> compares.
/// </summary>
public sealed class TableFormat
{
    /// <summary>Most bits of <see cref="Uniform"/>.</summary>
    public const int MaximumBits = 8;

    private static readonly TableFormat[] s_uniform = new TableFormat[MaximumBits];

    static TableFormat()
    {
        for (int bits = 1; bits <= MaximumBits; bits++)
        {
            s_uniform[bits - 1] = new TableFormat($"Uniform{bits}", bits, TableScales.RangePerDimension);
        }
    }

    private TableFormat(string name, int bits, TableScales scales)
    {
        Name = name;
        Bits = bits;
        Scales = scales;
    }

    /// <summary>32-bit floating point: 4 n d bytes for n rows of width d.</summary>
    public static TableFormat Float32 { get; } = new(nameof(Float32), 32, TableScales.None);

    /// <summary>16-bit floating point, rounded to nearest: 2 n d bytes. Values beyond 65,504 are refused.</summary>
    public static TableFormat Float16 { get; } = new(nameof(Float16), 16, TableScales.None);

    /// <summary>Whole numbers from -127 to 127 and one 32-bit scale per row, value = code x scale: n d + 4 n bytes.</summary>
    public static TableFormat Int8PerRow { get; } = new(nameof(Int8PerRow), 8, TableScales.PerRow);

    /// <summary>Whole numbers from -127 to 127 and one 32-bit scale for the whole table, value = code x scale: n d + 4 bytes.</summary>
    public static TableFormat Int8PerTable { get; } = new(nameof(Int8PerTable), 8, TableScales.PerTable);

    /// <summary>Whole numbers from -7 to 7, two in a byte, and one 32-bit scale per row, value = code x scale: ceil(n d / 2) + 4 n bytes.</summary>
    public static TableFormat Int4PerRow { get; } = new(nameof(Int4PerRow), 4, TableScales.PerRow);

    /// <summary>Name in files and messages, such as "Int8PerRow" or "Uniform4".</summary>
    public string Name { get; }

    /// <summary>Bits of one value, without the scales.</summary>
    public int Bits { get; }

    /// <summary>What turns the stored numbers back into values.</summary>
    internal TableScales Scales { get; }

    /// <summary>
    /// The scalar quantisation that the MGQE paper compares with (SQ, section 4): the range of every dimension, from its least to its greatest
    /// value in the table, is cut into 2^bits equal buckets; a value is stored as the number of its bucket and served as the
    /// bucket's centre. Takes ceil(n d bits / 8) + 8 d bytes.
    /// </summary>
    /// <param name="bits">Bits of one value, 1 to 8.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of bits is out of range.</exception>
    public static TableFormat Uniform(int bits) => bits is >= 1 and <= MaximumBits
        ? s_uniform[bits - 1]
        : throw new ArgumentOutOfRangeException(nameof(bits), bits, $"{bits} bits per value are not possible; uniform quantisation takes 1 to {MaximumBits}.");

    /// <summary>Bytes of a table in this format: its values, packed without gaps and rounded up to whole bytes, and its scales.</summary>
    /// <param name="rows">Number of rows n, at least 0.</param>
    /// <param name="width">Values per row d, at least 1.</param>
    public long Bytes(long rows, int width) => ValueBytes(rows, width) + sizeof(float) * ScaleCount(rows, width);

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Bytes of the values alone.</summary>
    internal long ValueBytes(long rows, int width) => ((checked(rows * width) * Bits) + 7) / 8;

    /// <summary>Number of 32-bit scales.</summary>
    internal long ScaleCount(long rows, int width) => Scales switch
    {
        TableScales.PerRow => rows,
        TableScales.PerTable => 1,
        TableScales.RangePerDimension => 2L * width,
        _ => 0,
    };

    /// <summary>The format of this name.</summary>
    internal static bool TryParse(string name, out TableFormat format)
    {
        foreach (TableFormat candidate in (ReadOnlySpan<TableFormat>)[Float32, Float16, Int8PerRow, Int8PerTable, Int4PerRow, .. s_uniform])
        {
            if (candidate.Name == name)
            {
                format = candidate;
                return true;
            }
        }

        format = Float32;
        return false;
    }
}
