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

    /// <summary>Name in files.</summary>
    public string Name { get; }

    /// <summary>Rows (inputs of a layer).</summary>
    public int Rows { get; }

    /// <summary>Columns (outputs of a layer).</summary>
    public int Columns { get; }

    /// <summary>The values, row-major without padding.</summary>
    public float[] Values { get; }

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
}
