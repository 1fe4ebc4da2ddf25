using System;
using System.Runtime.Intrinsics;
using System.Threading.Tasks;

namespace ModelGen.Compiled;

/// <summary>
/// Symmetric quantisation: code = round(x / s) clipped to -L .. L, value = code x s, L being 127 for 8 bits and 7 for 4. The scale s is the one of
/// 64 candidates with the least squared error (the largest of them when several are equal). The candidates fall in equal ratios from
/// max|x| / L, which clips nothing, to a tenth of it, which clips outliers in favour of the many small values. The result does not
/// depend on the number of threads or on the vector width of the machine.
/// </summary>
internal static class SymmetricQuantizer
{
    /// <summary>Candidates of the scale search.</summary>
    public const int Candidates = 64;

    /// <summary>Smallest candidate relative to the largest.</summary>
    public const double SmallestFactor = 0.1;

    /// <summary>Quantises a table of finite floats with one scale per row or one in all.</summary>
    public static CollapsedTable Quantize(CollapsedTable table, TableFormat format)
    {
        int limit = Limit(format.Bits);
        bool perRow = format.Scales == TableScales.PerRow;
        var scales = new NativeFloats(format.ScaleCount(table.Rows, table.Width));
        if (!perRow)
        {
            scales.First = BestTableScale(table, limit);
        }

        NativeFloats packed = TableQuantizer.Pack(table, format, (row, codes) =>
        {
            ReadOnlySpan<float> values = table.Values.Span(row * table.Width, table.Width);
            float scale = perRow ? scales.At(row) = BestRowScale(values, limit) : scales.First;
            for (int i = 0; i < values.Length; i++)
            {
                codes[i] = Code(values[i], scale, limit);
            }
        });
        return table.With(format, NativeFloats.Empty, packed, scales);
    }

    /// <summary>Largest code of a number of bits; the smallest is its negative.</summary>
    public static int Limit(int bits) => (1 << (bits - 1)) - 1;

    /// <summary>Candidate number <paramref name="candidate"/> for values whose largest magnitude is <paramref name="largest"/>.</summary>
    public static float CandidateScale(float largest, int limit, int candidate) =>
        (float)(largest / (double)limit * Math.Pow(SmallestFactor, candidate / (double)(Candidates - 1)));

    /// <summary>The code of a value; 0 when the scale is 0, which stands for a row of zeros.</summary>
    public static int Code(float value, float scale, int limit) =>
        scale == 0 ? 0 : (int)float.Clamp(float.Round(value / scale), -limit, limit);

    private static float BestRowScale(ReadOnlySpan<float> values, int limit)
    {
        float largest = Largest(values);
        (float scale, double least) = (0, double.PositiveInfinity);
        for (int candidate = 0; candidate < Candidates && largest > 0; candidate++)
        {
            float tried = CandidateScale(largest, limit, candidate);
            double error = tried > 0 ? SquaredError(values, tried, limit) : double.PositiveInfinity;
            if (error < least)
            {
                (scale, least) = (tried, error);
            }
        }

        return scale;
    }

    // The candidates are tried in parallel, each over the whole table in one order, so the sums are the same on any machine.
    private static float BestTableScale(CollapsedTable table, int limit)
    {
        float largest = 0;
        for (long row = 0; row < table.Rows; row++)
        {
            largest = float.Max(largest, Largest(table.Values.Span(row * table.Width, table.Width)));
        }

        var errors = new double[Candidates];
        Parallel.For(0, largest > 0 ? Candidates : 0, candidate =>
        {
            float tried = CandidateScale(largest, limit, candidate);
            double sum = tried > 0 ? 0 : double.PositiveInfinity;
            for (long row = 0; row < table.Rows && tried > 0; row++)
            {
                sum += SquaredError(table.Values.Span(row * table.Width, table.Width), tried, limit);
            }

            errors[candidate] = sum;
        });

        (float scale, double least) = (0, double.PositiveInfinity);
        for (int candidate = 0; candidate < Candidates && largest > 0; candidate++)
        {
            if (errors[candidate] < least)
            {
                (scale, least) = (CandidateScale(largest, limit, candidate), errors[candidate]);
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
    private static double SquaredError(ReadOnlySpan<float> values, float scale, int largestCode)
    {
        var low = Vector256<double>.Zero;
        var high = Vector256<double>.Zero;
        var limit = Vector256.Create((float)largestCode);
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
            double error = values[i] - (Code(values[i], scale, largestCode) * scale);
            sum += error * error;
        }

        return sum;
    }
}
