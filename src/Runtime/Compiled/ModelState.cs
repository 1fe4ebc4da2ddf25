using System;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace ModelGen.Compiled;

/// <summary>All that a trained model is: parameters, optimiser state, vocabularies and the scaling of numeric inputs.</summary>
public sealed class ModelState
{
    /// <summary>Creates a state from its parts.</summary>
    public ModelState(
        ModelSchema schema, Table[] tables, NativeFloats dense, NativeFloats[] denseState, NativeFloats transposed,
        ImmutableArray<Vocabulary> vocabularies, ImmutableArray<NumericScaling> scalings)
    {
        Schema = schema;
        Tables = tables;
        Dense = dense;
        DenseState = denseState;
        Transposed = transposed;
        Vocabularies = vocabularies;
        Scalings = scalings;
    }

    /// <summary>The compile-time description.</summary>
    public ModelSchema Schema { get; }

    /// <summary>The tables, in schema order.</summary>
    public Table[] Tables { get; }

    /// <summary>The dense arena.</summary>
    public NativeFloats Dense { get; }

    /// <summary>Optimiser state of the dense arena, same layout.</summary>
    public NativeFloats[] DenseState { get; }

    /// <summary>Transposed copies of the weights that the backward pass multiplies by.</summary>
    public NativeFloats Transposed { get; }

    /// <summary>Vocabulary of every categorical feature.</summary>
    public ImmutableArray<Vocabulary> Vocabularies { get; }

    /// <summary>Scaling of every numeric input.</summary>
    public ImmutableArray<NumericScaling> Scalings { get; }

    /// <summary>Optimiser steps taken so far.</summary>
    public long Steps { get; set; }

    /// <summary>The dense parameter of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public DenseParameter FindDense(string name)
    {
        foreach (DenseParameter parameter in Schema.Dense)
        {
            if (parameter.Name == name)
            {
                return parameter;
            }
        }

        throw new ArgumentException($"Model {Schema.Name} has no dense parameter {name}.", nameof(name));
    }

    /// <summary>Copies all dense parameters into their transposed copies.</summary>
    public void RefreshTransposed()
    {
        foreach (DenseParameter parameter in Schema.Dense)
        {
            RefreshTransposed(parameter, 0, parameter.Rows);
        }
    }

    /// <summary>Copies rows [firstRow, endRow) of a dense parameter into its transposed copy; does nothing when it has none.</summary>
    public void RefreshTransposed(DenseParameter parameter, int firstRow, int endRow)
    {
        if (parameter.TransposedOffset < 0)
        {
            return;
        }

        // Squares of 16 keep both sides in cache.
        endRow = Math.Min(endRow, parameter.Rows);
        for (int r0 = firstRow; r0 < endRow; r0 += 16)
        {
            int r1 = Math.Min(r0 + 16, endRow);
            for (int c = 0; c < parameter.Columns; c++)
            {
                ref float target = ref Transposed.At(parameter.TransposedOffset + ((long)c * parameter.TransposedStride));
                ref float source = ref Dense.At(parameter.Offset + c);
                for (int r = r0; r < r1; r++)
                {
                    Unsafe.Add(ref target, r) = Unsafe.Add(ref source, r * parameter.Stride);
                }
            }
        }
    }
}

/// <summary>A table with its optimiser state.</summary>
public sealed class Table
{
    /// <summary>Creates a table.</summary>
    public Table(TableParameter parameter, long rows, NativeFloats values, NativeFloats[] state, Assignment? assignment = null)
    {
        Assignment = assignment;
        Parameter = parameter;
        Rows = rows;
        Values = values;
        State = state;
    }

    /// <summary>Compile-time description.</summary>
    public TableParameter Parameter { get; }

    /// <summary>Number of rows.</summary>
    public long Rows { get; }

    /// <summary>Rows x Width values, row-major without padding.</summary>
    public NativeFloats Values { get; }

    /// <summary>The cluster of every id; null when the row of an id is not learned.</summary>
    public Assignment? Assignment { get; }

    /// <summary>Optimiser state, one buffer per state of the rule.</summary>
    public NativeFloats[] State { get; }
}

/// <summary>Mean and scale of a numeric input, measured on the training split.</summary>
/// <param name="Mean">Subtracted from the value.</param>
/// <param name="InverseDeviation">Multiplies the difference; 0 for a constant column.</param>
public readonly record struct NumericScaling(float Mean, float InverseDeviation);
