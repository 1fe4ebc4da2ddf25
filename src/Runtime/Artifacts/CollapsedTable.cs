using System;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

namespace ModelGen.Compiled;

/// <summary>A table of a collapsed model: Rows x Width values, in floats or in one of the smaller forms of <see cref="TableFormat"/>.</summary>
public sealed class CollapsedTable
{
    private const int ProductRows = 1024;

    /// <summary>Creates a table over its values in 32-bit floating point; the block is kept, not copied.</summary>
    /// <param name="name">Name in files, such as "User.E"; without white space.</param>
    /// <param name="feature">Index of the categorical feature in the schema.</param>
    /// <param name="index">Which row an id reads.</param>
    /// <param name="modulus">Modulus of a quotient or remainder, at least 1; 0 for identity.</param>
    /// <param name="rows">Number of rows, at least 0.</param>
    /// <param name="width">Values per row, at least 1.</param>
    /// <param name="values">Rows x width values, row-major without padding.</param>
    /// <exception cref="ArgumentException">The number of values does not fit, or the name is empty or has white space.</exception>
    public CollapsedTable(string name, int feature, RowIndex index, int modulus, long rows, int width, NativeFloats values)
        : this(name, feature, index, modulus, rows, width, TableFormat.Float32, values, NativeFloats.Empty, NativeFloats.Empty)
    {
    }

    internal CollapsedTable(
        string name, int feature, RowIndex index, int modulus, long rows, int width, TableFormat format,
        NativeFloats values, NativeFloats packed, NativeFloats scales)
    {
        CheckName(name);
        ArgumentOutOfRangeException.ThrowIfNegative(feature);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (index == RowIndex.Identity ? modulus != 0 : modulus < 1)
        {
            throw new ArgumentException($"Table '{name}': modulus {modulus} does not fit the index {index}.", nameof(modulus));
        }

        if (format == TableFormat.Float32 && values.Length != rows * width)
        {
            throw new ArgumentException($"Table '{name}' is {rows} x {width}, but {values.Length} values are given.", nameof(values));
        }

        Name = name;
        Feature = feature;
        Index = index;
        Modulus = modulus;
        Rows = rows;
        Width = width;
        Format = format;
        Values = values;
        Packed = packed;
        Scales = scales;
    }

    /// <summary>Name in files, such as "User.E".</summary>
    public string Name { get; }

    /// <summary>Name of the tensor of its scales in files, such as "User.E.scale", or "User.E.range" for the ranges of the dimensions.</summary>
    public string ScaleName => Name + (Format.Scales == TableScales.RangePerDimension ? ".range" : ".scale");

    /// <summary>Index of the categorical feature in the schema.</summary>
    public int Feature { get; }

    /// <summary>Which row an id reads.</summary>
    public RowIndex Index { get; }

    /// <summary>Modulus of a quotient or remainder; 0 for identity.</summary>
    public int Modulus { get; }

    /// <summary>Number of rows.</summary>
    public long Rows { get; }

    /// <summary>Values per row.</summary>
    public int Width { get; }

    /// <summary>How the values are stored.</summary>
    public TableFormat Format { get; }

    /// <summary>The values under <see cref="TableFormat.Float32"/>, row-major without padding; empty otherwise.</summary>
    public NativeFloats Values { get; }

    /// <summary>
    /// The scales: one per row, one in all, or for <see cref="TableFormat.Uniform"/> the least value of every dimension and then the
    /// greatest of every dimension; none under the formats of floats.
    /// </summary>
    public NativeFloats Scales { get; }

    /// <summary>Bytes of the values and the scales.</summary>
    public long Bytes => Format.Bytes(Rows, Width);

    /// <summary>
    /// The stored numbers of every format but <see cref="TableFormat.Float32"/>: row-major without gaps, <see cref="TableFormat.Bits"/> each;
    /// whole numbers as <see cref="PackedBits"/> says, negative ones in two's complement.
    /// </summary>
    internal NativeFloats Packed { get; }

    /// <summary>Copies a table of a trained model as it is.</summary>
    public static CollapsedTable From(Table table)
    {
        var values = new NativeFloats(table.Values.Length);
        values.CopyFrom(table.Values);
        TableParameter parameter = table.Parameter;
        return new CollapsedTable(parameter.Name, parameter.Feature, parameter.Index, parameter.Modulus, table.Rows, parameter.Width, values);
    }

    /// <summary>The product E = T P of a table and a dense factor, each element summed in double precision.</summary>
    /// <param name="name">Name of the product.</param>
    /// <param name="table">T, rows x k.</param>
    /// <param name="factor">P, k x d.</param>
    /// <param name="arena">The dense arena that P lies in.</param>
    public static CollapsedTable Product(string name, Table table, DenseParameter factor, NativeFloats arena)
    {
        (int inner, int width) = (factor.Rows, factor.Columns);
        double[] p = new double[inner * width];
        for (int k = 0; k < inner; k++)
        {
            for (int d = 0; d < width; d++)
            {
                p[(k * width) + d] = arena.At(factor.Offset + ((long)k * factor.Stride) + d);
            }
        }

        var values = new NativeFloats(table.Rows * width);
        Parallel.For(0, (table.Rows + ProductRows - 1) / ProductRows, block =>
        {
            double[] sums = new double[width];
            for (long row = block * ProductRows; row < Math.Min(table.Rows, (block + 1) * ProductRows); row++)
            {
                Array.Clear(sums);
                for (int k = 0; k < inner; k++)
                {
                    double t = table.Values.At((row * inner) + k);
                    for (int d = 0; d < width; d++)
                    {
                        sums[d] += t * p[(k * width) + d];
                    }
                }

                for (int d = 0; d < width; d++)
                {
                    values.At((row * width) + d) = (float)sums[d];
                }
            }
        });
        TableParameter parameter = table.Parameter;
        return new CollapsedTable(name, parameter.Feature, parameter.Index, parameter.Modulus, table.Rows, width, values);
    }

    /// <summary>Reads the whole numbers that one row is stored as: around zero with scales, from 0 on with ranges.</summary>
    /// <param name="row">The row.</param>
    /// <param name="destination">At least <see cref="Width"/> numbers.</param>
    /// <exception cref="InvalidOperationException">The table is stored in floats.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public void ReadCodes(long row, Span<int> destination)
    {
        if (Format.Scales == TableScales.None)
        {
            throw new InvalidOperationException($"Table '{Name}' is stored as {Format} and has no codes.");
        }

        long bit = CheckRow(row) * Width * Format.Bits;
        int sign = Format.Scales == TableScales.RangePerDimension ? 0 : 1 << (Format.Bits - 1);
        for (int i = 0; i < Width; i++, bit += Format.Bits)
        {
            destination[i] = (PackedBits.Read(Packed, bit, Format.Bits) ^ sign) - sign;
        }
    }

    /// <summary>Writes the values of one row, whatever the format.</summary>
    /// <param name="row">The row.</param>
    /// <param name="destination">At least <see cref="Width"/> floats.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public void Decode(long row, Span<float> destination)
    {
        CheckRow(row);
        if (Format == TableFormat.Float32)
        {
            Values.Span(row * Width, Width).CopyTo(destination);
            return;
        }

        if (Format == TableFormat.Float16)
        {
            for (int i = 0; i < Width; i++)
            {
                destination[i] = (float)HalfAt(Packed, (row * Width) + i);
            }

            return;
        }

        int[] codes = new int[Width];
        ReadCodes(row, codes);
        if (Format.Scales == TableScales.RangePerDimension)
        {
            for (int i = 0; i < codes.Length; i++)
            {
                destination[i] = UniformQuantizer.Centre(codes[i], Scales.At(i), Scales.At(Width + i), Format.Bits);
            }

            return;
        }

        float scale = Scales.At(Format.Scales == TableScales.PerRow ? row : 0);
        for (int i = 0; i < codes.Length; i++)
        {
            destination[i] = codes[i] * scale;
        }
    }

    /// <summary>Rows of a table for a number of ids.</summary>
    internal static long RowsFor(RowIndex index, int modulus, long ids) => index switch
    {
        RowIndex.Quotient => (ids + modulus - 1) / modulus,
        RowIndex.Remainder => long.Min(ids, modulus),
        _ => ids,
    };

    /// <summary>A 16-bit float of a block that is counted in 32-bit ones.</summary>
    internal static ref Half HalfAt(NativeFloats block, long index) => ref Unsafe.Add(ref Unsafe.As<float, Half>(ref block.First), (nint)index);

    /// <summary>The same table in another format.</summary>
    internal CollapsedTable With(TableFormat format, NativeFloats values, NativeFloats packed, NativeFloats scales) =>
        new(Name, Feature, Index, Modulus, Rows, Width, format, values, packed, scales);

    /// <summary>Refuses a name that could not be listed in the metadata of a file.</summary>
    internal static void CheckName(string name)
    {
        if (string.IsNullOrEmpty(name) || name.Any(char.IsWhiteSpace))
        {
            throw new ArgumentException($"'{name}' cannot name a parameter: a name is not empty and has no white space.", nameof(name));
        }
    }

    private long CheckRow(long row) =>
        (ulong)row < (ulong)Rows ? row : throw new ArgumentOutOfRangeException(nameof(row), $"Table '{Name}' has {Rows} rows; row {row} does not exist.");
}
