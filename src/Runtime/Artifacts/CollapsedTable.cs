using System;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading.Tasks;

namespace ModelGen.Compiled;

/// <summary>A table of a collapsed model: Rows x Width values, in floats or in signed bytes with scales.</summary>
public sealed class CollapsedTable
{
    private const int ProductRows = 1024;

    private readonly NativeFloats _codes;

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
        NativeFloats values, NativeFloats codes, NativeFloats scales)
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
        _codes = codes;
        Scales = scales;
    }

    /// <summary>Name in files, such as "User.E".</summary>
    public string Name { get; }

    /// <summary>Name of the tensor of its scales in files, such as "User.E.scale".</summary>
    public string ScaleName => Name + ".scale";

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

    /// <summary>The scales: one per row, one in all, or none under <see cref="TableFormat.Float32"/>.</summary>
    public NativeFloats Scales { get; }

    /// <summary>Bytes of the values and the scales.</summary>
    public long Bytes => Rows * Width * (Format == TableFormat.Float32 ? sizeof(float) : sizeof(sbyte)) + Scales.Length * sizeof(float);

    /// <summary>The codes, packed four to a float.</summary>
    internal NativeFloats CodeStorage => _codes;

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

    /// <summary>The codes of one row.</summary>
    /// <exception cref="InvalidOperationException">The table is stored in floats.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<sbyte> Codes(long row)
    {
        if (Format == TableFormat.Float32)
        {
            throw new InvalidOperationException($"Table '{Name}' is stored in floats and has no codes.");
        }

        CheckRow(row);
        return CodeRow(_codes, row, Width);
    }

    /// <summary>Scale of one row; 1 under <see cref="TableFormat.Float32"/>.</summary>
    public float Scale(long row) => Format switch
    {
        TableFormat.Int8PerRow => Scales.At(CheckRow(row)),
        TableFormat.Int8PerTable => Scales.First,
        _ => 1,
    };

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

        float scale = Scale(row);
        ReadOnlySpan<sbyte> codes = Codes(row);
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

    /// <summary>One row of a block that packs codes four to a float.</summary>
    internal static Span<sbyte> CodeRow(NativeFloats storage, long row, int width)
    {
        long start = row * width;
        int skip = (int)(start % sizeof(float));
        Span<float> floats = storage.Span(start / sizeof(float), (skip + width + sizeof(float) - 1) / sizeof(float));
        return MemoryMarshal.Cast<float, sbyte>(floats).Slice(skip, width);
    }

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
