using System;
using System.Numerics;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Item rows of unit length as floats: of every row the kept entries in ascending column order, or all of them. What a trained retrieval
/// model is, before its values are shortened for serving.
/// </summary>
public sealed class UnitRows
{
    private readonly long[] _starts;
    private readonly int[] _indices;
    private readonly NativeFloats _values;

    internal UnitRows(int dimension, long[] starts, int[] indices, NativeFloats values)
    {
        Dimension = dimension;
        _starts = starts;
        _indices = indices;
        _values = values;
    }

    /// <summary>Number of rows: items.</summary>
    public int Rows => _starts.Length - 1;

    /// <summary>Width r of a row.</summary>
    public int Dimension { get; }

    /// <summary>Whether rows are dense: every entry is kept.</summary>
    public bool IsFull => _indices.Length == 0;

    /// <summary>Entries in all.</summary>
    public long Count => _starts[^1];

    /// <summary>First entry of every row, and the number of entries.</summary>
    internal ReadOnlySpan<long> Starts => _starts;

    /// <summary>Columns of all entries; empty when rows are dense.</summary>
    internal ReadOnlySpan<int> Indices => _indices;

    /// <summary>Values of all entries.</summary>
    internal NativeFloats Entries => _values;

    /// <summary>Kept entries of a row.</summary>
    public int CountOf(int row) => (int)(_starts[row + 1] - _starts[row]);

    /// <summary>The columns of a row's kept entries, ascending; empty when rows are dense.</summary>
    public ReadOnlySpan<int> Columns(int row) => IsFull ? default : _indices.AsSpan((int)_starts[row], CountOf(row));

    /// <summary>The values of a row's kept entries.</summary>
    public ReadOnlySpan<float> Values(int row) => _values.Span(_starts[row], CountOf(row));

    /// <summary>The sum of some rows: the vector of a user who has these items, each counted as often as it is named.</summary>
    /// <param name="history">Items, 0 to <see cref="Rows"/> - 1 each.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    public float[] Sum(ReadOnlySpan<int> history)
    {
        float[] sum = new float[Dimension];
        foreach (int item in history)
        {
            if ((uint)item >= (uint)Rows)
            {
                throw new ArgumentOutOfRangeException(nameof(history), item, $"Item {item} does not exist; the model has items 0 to {Rows - 1}.");
            }

            ReadOnlySpan<float> values = Values(item);
            ReadOnlySpan<int> columns = Columns(item);
            for (int j = 0; j < values.Length; j++)
            {
                sum[IsFull ? j : columns[j]] += values[j];
            }
        }

        return sum;
    }

    /// <summary>Inner products of a vector and every row.</summary>
    /// <param name="vector">A vector of <see cref="Dimension"/> values.</param>
    /// <param name="scores">One score per row.</param>
    public void Score(ReadOnlySpan<float> vector, Span<float> scores)
    {
        for (int row = 0; row < Rows; row++)
        {
            ReadOnlySpan<float> values = Values(row);
            if (IsFull)
            {
                scores[row] = Dot(values, vector);
                continue;
            }

            ReadOnlySpan<int> columns = Columns(row);
            float sum = 0;
            for (int j = 0; j < values.Length; j++)
            {
                sum += values[j] * vector[columns[j]];
            }

            scores[row] = sum;
        }
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Vector<float> sum = Vector<float>.Zero;
        int j = 0;
        for (; j + Vector<float>.Count <= a.Length; j += Vector<float>.Count)
        {
            sum += new Vector<float>(a[j..]) * new Vector<float>(b[j..]);
        }

        float result = Vector.Sum(sum);
        for (; j < a.Length; j++)
        {
            result += a[j] * b[j];
        }

        return result;
    }

    /// <summary>The rows of a run, without padding.</summary>
    internal static UnitRows From(SparseRows rows)
    {
        long[] starts = new long[rows.Rows + 1];
        for (int row = 0; row < rows.Rows; row++)
        {
            starts[row + 1] = starts[row] + rows.Count(row);
        }

        NativeFloats values = new(starts[^1]);
        int[] indices = rows.IsFull ? [] : new int[starts[^1]];
        for (int row = 0; row < rows.Rows; row++)
        {
            rows.Unit.Span(rows.Start(row), rows.Count(row)).CopyTo(values.Span(starts[row], rows.Count(row)));
            if (!rows.IsFull)
            {
                rows.Indices.AsSpan((int)rows.Start(row), rows.Count(row)).CopyTo(indices.AsSpan((int)starts[row]));
            }
        }

        return new UnitRows(rows.Dimension, starts, indices, values);
    }
}
