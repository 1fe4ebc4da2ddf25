using System;
using System.Runtime.Intrinsics;
using System.Threading.Tasks;

namespace ModelGen.Compiled;

/// <summary>
/// Symmetric 8-bit quantisation: code = round(x / s) clipped to -127 .. 127, value = code x s. The scale s is the one of 64 candidates
/// with the least squared error (the largest of them when several are equal). The candidates fall in equal ratios from max|x| / 127,
/// which clips nothing, to a tenth of it, which clips outliers in favour of the many small values. The result does not depend on the
/// number of threads or on the vector width of the machine.
/// </summary>
internal static class TableQuantizer
{
    /// <summary>Candidates of the scale search.</summary>
    public const int Candidates = 64;

    /// <summary>Smallest candidate relative to the largest.</summary>
    public const double SmallestFactor = 0.1;

    private const int LargestCode = 127;

    /// <summary>Quantises a table of floats with one scale per row or one in all.</summary>
    /// <exception cref="ArgumentException">A value is not finite.</exception>
    public static CollapsedTable Quantize(CollapsedTable table, TableFormat format)
    {
        CheckFinite(table);
        var codes = new NativeFloats((table.Rows * table.Width + sizeof(float) - 1) / sizeof(float));
        var scales = new NativeFloats(format == TableFormat.Int8PerRow ? table.Rows : 1);
        if (format == TableFormat.Int8PerTable)
        {
            scales.First = BestTableScale(table);
        }

        Parallel.For(0L, table.Rows, row =>
        {
            ReadOnlySpan<float> values = table.Values.Span(row * table.Width, table.Width);
            float scale = format == TableFormat.Int8PerRow ? scales.At(row) = BestRowScale(values) : scales.First;
            Span<sbyte> target = CollapsedTable.CodeRow(codes, row, table.Width);
            for (int i = 0; i < values.Length; i++)
            {
                target[i] = Code(values[i], scale);
            }
        });
        return new CollapsedTable(
            table.Name, table.Feature, table.Index, table.Modulus, table.Rows, table.Width, format, NativeFloats.Empty, codes, scales);
    }

    /// <summary>Decodes a table of signed bytes to floats.</summary>
    public static CollapsedTable Decode(CollapsedTable table)
    {
        var values = new NativeFloats(table.Rows * table.Width);
        Parallel.For(0L, table.Rows, row => table.Decode(row, values.Span(row * table.Width, table.Width)));
        return new CollapsedTable(table.Name, table.Feature, table.Index, table.Modulus, table.Rows, table.Width, values);
    }

    /// <summary>Candidate number <paramref name="candidate"/> for values whose largest magnitude is <paramref name="largest"/>.</summary>
    public static float CandidateScale(float largest, int candidate) =>
        (float)(largest / (double)LargestCode * Math.Pow(SmallestFactor, candidate / (double)(Candidates - 1)));

    /// <summary>The code of a value; 0 when the scale is 0, which stands for a row of zeros.</summary>
    public static sbyte Code(float value, float scale) =>
        scale == 0 ? (sbyte)0 : (sbyte)float.Clamp(float.Round(value / scale), -LargestCode, LargestCode);

    private static float BestRowScale(ReadOnlySpan<float> values)
    {
        float largest = Largest(values);
        (float scale, double least) = (0, double.PositiveInfinity);
        for (int candidate = 0; candidate < Candidates && largest > 0; candidate++)
        {
            float tried = CandidateScale(largest, candidate);
            double error = tried > 0 ? SquaredError(values, tried) : double.PositiveInfinity;
            if (error < least)
            {
                (scale, least) = (tried, error);
            }
        }

        return scale;
    }

    // The candidates are tried in parallel, each over the whole table in one order, so the sums are the same on any machine.
    private static float BestTableScale(CollapsedTable table)
    {
        float largest = 0;
        for (long row = 0; row < table.Rows; row++)
        {
            largest = float.Max(largest, Largest(table.Values.Span(row * table.Width, table.Width)));
        }

        var errors = new double[Candidates];
        Parallel.For(0, largest > 0 ? Candidates : 0, candidate =>
        {
            float tried = CandidateScale(largest, candidate);
            double sum = tried > 0 ? 0 : double.PositiveInfinity;
            for (long row = 0; row < table.Rows && tried > 0; row++)
            {
                sum += SquaredError(table.Values.Span(row * table.Width, table.Width), tried);
            }

            errors[candidate] = sum;
        });

        (float scale, double least) = (0, double.PositiveInfinity);
        for (int candidate = 0; candidate < Candidates && largest > 0; candidate++)
        {
            if (errors[candidate] < least)
            {
                (scale, least) = (CandidateScale(largest, candidate), errors[candidate]);
            }
        }

        return scale;
    }

    private static float Largest(ReadOnlySpan<float> values)
    {
        float largest = 0;
        foreach (float value in values)
        {
            largest = float.Max(largest, float.Abs(value));
        }

        return largest;
    }

    // Vector256 has the same meaning with and without hardware support, hence the same bits everywhere.
    private static double SquaredError(ReadOnlySpan<float> values, float scale)
    {
        var low = Vector256<double>.Zero;
        var high = Vector256<double>.Zero;
        var limit = Vector256.Create((float)LargestCode);
        int i = 0;
        for (; i <= values.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var value = Vector256.Create(values.Slice(i, Vector256<float>.Count));
            var code = Vector256.Min(Vector256.Max(Vector256.Round(value / scale), -limit), limit);
            var error = value - (code * scale);
            (Vector256<double> first, Vector256<double> second) = Vector256.Widen(error);
            low += first * first;
            high += second * second;
        }

        double sum = Vector256.Sum(low) + Vector256.Sum(high);
        for (; i < values.Length; i++)
        {
            double error = values[i] - (Code(values[i], scale) * scale);
            sum += error * error;
        }

        return sum;
    }

    private static void CheckFinite(CollapsedTable table)
    {
        for (long row = 0; row < table.Rows; row++)
        {
            foreach (float value in table.Values.Span(row * table.Width, table.Width))
            {
                if (!float.IsFinite(value))
                {
                    throw new ArgumentException($"Table '{table.Name}', row {row} holds {value}; only finite values can be quantised. The training diverged: use a smaller learning rate.");
                }
            }
        }
    }
}
