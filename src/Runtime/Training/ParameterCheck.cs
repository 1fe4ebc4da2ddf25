using System;
using System.Numerics;
using System.Runtime.InteropServices;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Finds parameters that are no longer finite, which the loss shows only one step later.</summary>
internal static class ParameterCheck
{
    private const int Piece = 1 << 20;

    /// <summary>Name of the first parameter that holds an infinity or not-a-number; null when all are finite.</summary>
    public static string? FirstNonFinite(ModelState state)
    {
        foreach (Table table in state.Tables)
        {
            if (!IsFinite(table.Values, 0, table.Values.Length))
            {
                return table.Parameter.Name;
            }
        }

        foreach (DenseParameter parameter in state.Schema.Dense)
        {
            if (!IsFinite(state.Dense, parameter.Offset, parameter.Floats))
            {
                return parameter.Name;
            }
        }

        return null;
    }

    private static bool IsFinite(NativeFloats values, long start, long length)
    {
        for (long end = start + length; start < end; start += Piece)
        {
            if (!IsFinite(values.Span(start, (int)long.Min(Piece, end - start))))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsFinite(ReadOnlySpan<float> values)
    {
        // x - x is zero for a finite x and not-a-number otherwise, and not-a-number survives every addition.
        Vector<float> sum = Vector<float>.Zero;
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        foreach (Vector<float> vector in vectors)
        {
            sum += vector - vector;
        }

        float total = Vector.Sum(sum);
        foreach (float value in values[(vectors.Length * Vector<float>.Count)..])
        {
            total += value - value;
        }

        return total == 0;
    }
}
