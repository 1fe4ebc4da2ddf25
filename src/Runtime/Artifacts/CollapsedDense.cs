using System;

namespace ModelGen.Compiled;

/// <summary>A dense parameter of a collapsed model: a Rows x Columns matrix, row-major without padding.</summary>
public sealed class CollapsedDense
{
    /// <summary>Creates a parameter over its values; the array is kept, not copied.</summary>
    /// <param name="name">Name in files, such as "Top0.W"; without white space.</param>
    /// <param name="rows">Rows (inputs of a layer), at least 0.</param>
    /// <param name="columns">Columns (outputs of a layer), at least 0.</param>
    /// <param name="values">Rows x columns values.</param>
    /// <exception cref="ArgumentException">The number of values does not fit, or the name is empty or has white space.</exception>
    public CollapsedDense(string name, int rows, int columns, float[] values)
    {
        CollapsedTable.CheckName(name);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if (values.Length != (long)rows * columns)
        {
            throw new ArgumentException($"Parameter '{name}' is {rows} x {columns}, but {values.Length} values are given.", nameof(values));
        }

        Name = name;
        Rows = rows;
        Columns = columns;
        Values = values;
    }

    private CollapsedDense(string name, int rows, int columns, float[] values, TableFormat format)
        : this(name, rows, columns, values) => Format = format;

    /// <summary>Name in files.</summary>
    public string Name { get; }

    /// <summary>How files store the values: <see cref="TableFormat.Float32"/> or, for codebooks, <see cref="TableFormat.Float16"/>.</summary>
    public TableFormat Format { get; } = TableFormat.Float32;

    /// <summary>Bytes of the values in this format.</summary>
    public long Bytes => Format.Bytes(Rows, Columns);

    /// <summary>Rows (inputs of a layer).</summary>
    public int Rows { get; }

    /// <summary>Columns (outputs of a layer).</summary>
    public int Columns { get; }

    /// <summary>The values, row-major without padding; under <see cref="TableFormat.Float16"/> each is a 16-bit float.</summary>
    public float[] Values { get; }

    /// <summary>The values as files hold them.</summary>
    internal TensorContent Content => Format == TableFormat.Float16
        ? TensorContent.From<Half>(Array.ConvertAll(Values, value => (Half)value))
        : TensorContent.From<float>(Values);
    /// <summary>Copies a table of shared vectors.</summary>
    public static CollapsedDense From(Table table)
    {
        var values = new float[table.Rows * table.Parameter.Width];
        table.Values.Span(0, values.Length).CopyTo(values);
        return new CollapsedDense(table.Parameter.Name, (int)table.Rows, table.Parameter.Width, values);
    }

    /// <summary>Copies a parameter out of the dense arena of a trained model, without its padding.</summary>
    public static CollapsedDense From(DenseParameter parameter, NativeFloats arena)
    {
        var values = new float[(long)parameter.Rows * parameter.Columns];
        for (int row = 0; row < parameter.Rows; row++)
        {
            arena.Span(parameter.Offset + (long)row * parameter.Stride, parameter.Columns)
                .CopyTo(values.AsSpan(row * parameter.Columns, parameter.Columns));
        }

        return new CollapsedDense(parameter.Name, parameter.Rows, parameter.Columns, values);
    }

    /// <summary>The parameter in 16-bit floats, rounded to nearest, or in 32-bit ones.</summary>
    /// <exception cref="ArgumentException">A value is too large for 16-bit floats.</exception>
    internal CollapsedDense With(TableFormat format) => format == TableFormat.Float16
        ? new(Name, Rows, Columns, Array.ConvertAll(Values, value => (float)TableQuantizer.ToHalf(value, $"Parameter '{Name}'")), format)
        : new(Name, Rows, Columns, Values, TableFormat.Float32);

    /// <summary>A parameter in 16-bit floats.</summary>
    internal static CollapsedDense FromHalf(string name, int rows, int columns, Half[] values) =>
        new(name, rows, columns, Array.ConvertAll(values, value => (float)value), TableFormat.Float16);
}
