using System;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Measures numeric columns.</summary>
public static class NumericStatistics
{
    /// <summary>Mean and inverse deviation of a column under its transform.</summary>
    public static NumericScaling Compute(float[] column, Transform transform)
    {
        if (transform != Transform.Standardize)
        {
            return new NumericScaling(0, 1);
        }

        double mean = column.Average(v => (double)v);
        double variance = column.Average(v => (v - mean) * (v - mean));
        return new NumericScaling((float)mean, variance > 0 ? (float)(1 / Math.Sqrt(variance)) : 0);
    }
}
