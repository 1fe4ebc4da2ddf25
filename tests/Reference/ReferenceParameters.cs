using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Reference;

/// <summary>Named matrices in double precision: the parameters of a model, trained or served.</summary>
public sealed class ReferenceParameters
{
    private readonly Dictionary<string, double[,]> _values;

    /// <summary>Creates zero matrices for parameters.</summary>
    /// <param name="declared">The parameters.</param>
    /// <param name="idsOf">Number of ids of a feature by its name.</param>
    public ReferenceParameters(IEnumerable<IrParameter> declared, Func<string, int> idsOf) =>
        _values = declared.ToDictionary(p => p.Name, p => new double[p.RowsFor(p.Feature is null ? 0 : idsOf(p.Feature)), p.Columns]);

    private ReferenceParameters(Dictionary<string, double[,]> values) => _values = values;

    /// <summary>Names of the parameters in declaration order.</summary>
    public IReadOnlyCollection<string> Names => _values.Keys;

    /// <summary>The matrix of a parameter. Writing into it changes the model; setting it copies.</summary>
    /// <exception cref="ArgumentException">No parameter has this name, or a new matrix has another shape.</exception>
    public double[,] this[string name]
    {
        get => _values.TryGetValue(name, out double[,]? matrix)
            ? matrix
            : throw new ArgumentException($"There is no parameter '{name}'. Known: {string.Join(", ", _values.Keys)}.", nameof(name));
        set
        {
            double[,] old = this[name];
            if (old.GetLength(0) != value.GetLength(0) || old.GetLength(1) != value.GetLength(1))
            {
                throw new ArgumentException(
                    $"'{name}' is {old.GetLength(0)} x {old.GetLength(1)}, not {value.GetLength(0)} x {value.GetLength(1)}.", nameof(value));
            }

            _values[name] = (double[,])value.Clone();
        }
    }

    /// <summary>Copies floats into a parameter.</summary>
    /// <param name="name">Parameter.</param>
    /// <param name="values">Row-major values.</param>
    /// <param name="stride">Floats from one row to the next; 0 means the number of columns.</param>
    /// <exception cref="ArgumentException">The name is unknown or there are too few values.</exception>
    public void Set(string name, ReadOnlySpan<float> values, int stride = 0)
    {
        double[,] matrix = this[name];
        stride = Stride(name, matrix, values.Length, stride);
        for (int r = 0; r < matrix.GetLength(0); r++)
        {
            for (int c = 0; c < matrix.GetLength(1); c++)
            {
                matrix[r, c] = values[(r * stride) + c];
            }
        }
    }

    /// <summary>The greatest absolute difference between a parameter and floats of the same logical shape; NaN if any value is NaN.</summary>
    /// <inheritdoc cref="Set" path="/param"/>
    /// <exception cref="ArgumentException">The name is unknown or there are too few values.</exception>
    public double MaxDifference(string name, ReadOnlySpan<float> values, int stride = 0)
    {
        double[,] matrix = this[name];
        stride = Stride(name, matrix, values.Length, stride);
        double worst = 0;
        for (int r = 0; r < matrix.GetLength(0); r++)
        {
            for (int c = 0; c < matrix.GetLength(1); c++)
            {
                worst = Math.Max(worst, Math.Abs(matrix[r, c] - values[(r * stride) + c]));
            }
        }

        return worst;
    }

    /// <summary>A parameter rounded to floats, row-major without padding.</summary>
    /// <exception cref="ArgumentException">The name is unknown.</exception>
    public float[] ToFloats(string name) => [.. this[name].Cast<double>().Select(v => (float)v)];

    /// <summary>A deep copy.</summary>
    public ReferenceParameters Clone() => new(_values.ToDictionary(p => p.Key, p => (double[,])p.Value.Clone()));

    private static int Stride(string name, double[,] matrix, int length, int stride)
    {
        int rows = matrix.GetLength(0), columns = matrix.GetLength(1);
        stride = stride == 0 ? columns : stride;
        if (stride < columns || (rows > 0 && length < ((rows - 1) * stride) + columns))
        {
            throw new ArgumentException($"'{name}' is {rows} x {columns}; {length} floats with a stride of {stride} do not hold it.");
        }

        return stride;
    }
}
