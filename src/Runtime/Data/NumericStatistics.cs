using System;

namespace ModelGen.Compiled;

/// <summary>Measures and applies the transforms of numeric inputs. Inference code repeats <see cref="Apply"/> in the same float operations.</summary>
public static class NumericStatistics
{
    /// <summary>
    /// The scaling of a column: under <see cref="Transform.Standardize"/> its mean and 1 / population standard deviation, summed in
    /// double precision in column order, with 0 as the inverse for a constant column; (0, 1) under the other transforms.
    /// </summary>
    /// <param name="column">Untransformed finite values of the training split.</param>
    /// <param name="transform">Transform of the input.</param>
    public static NumericScaling Compute(ReadOnlySpan<float> column, Transform transform)
    {
        if (transform != Transform.Standardize)
        {
            return new NumericScaling(0, 1);
        }

        if (column.IsEmpty)
        {
            throw new ArgumentException("A column without values has no mean.", nameof(column));
        }

        double sum = 0;
        bool constant = true;
        foreach (float x in column)
        {
            sum += x;
            constant &= x == column[0];
        }

        // The test for a constant column is on the values: its computed deviation may differ from zero by rounding.
        if (constant)
        {
            return new NumericScaling(column[0], 0);
        }

        double mean = sum / column.Length;
        double squares = 0;
        foreach (float x in column)
        {
            squares += (x - mean) * (x - mean);
        }

        float inverse = (float)(1 / Math.Sqrt(squares / column.Length));
        return new NumericScaling((float)mean, float.IsFinite(inverse) ? inverse : 0);
    }

    /// <summary>
    /// Transforms one value: unchanged; log(1 + max(x, 0)); or (x - Mean) * InverseDeviation.
    /// </summary>
    public static float Apply(Transform transform, NumericScaling scaling, float value) => transform switch
    {
        Transform.Log1p => MathF.Log(1f + MathF.Max(value, 0f)),
        Transform.Standardize => (value - scaling.Mean) * scaling.InverseDeviation,
        _ => value,
    };
}
