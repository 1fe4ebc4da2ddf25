using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelGen.Compiled;

/// <summary>Losses of one tile and their gradients; scores are contiguous floats, one per example.</summary>
public static class Losses
{
    // Eight at a time in double precision; on processors with shorter vectors the same operations in two or four parts.
    private const int Block = 8;

    /// <summary>Sum of the binary cross-entropies of logits, natural logarithm, in the form that cannot overflow.</summary>
    public static double Logistic(float[] labels, int first, int count, ref float score)
    {
        Vector512<double> sums = Vector512<double>.Zero;
        int i = 0;
        for (; i + Block <= count; i += Block)
        {
            Vector512<double> s = Widen(ref Unsafe.Add(ref score, i)), y = Widen(ref labels[first + i]);
            Vector512<double> rest = Vector512.Log(Vector512<double>.One + Vector512.Exp(-Vector512.Abs(s)));
            sums += Vector512.Max(s, Vector512<double>.Zero) - (y * s) + rest;
        }

        double sum = Vector512.Sum(sums);
        for (; i < count; i++)
        {
            sum += LogisticLoss.Compute(Unsafe.Add(ref score, i), labels[first + i]);
        }

        return sum;
    }

    /// <summary>gradient = (sigmoid(score) - label) x scale; zero for the rows past <paramref name="count"/>.</summary>
    public static void LogisticGradient(float[] labels, int first, int count, int rows, float scale, ref float score, ref float gradient)
    {
        int i = 0;
        for (; i + Block <= count; i += Block)
        {
            Vector512<double> s = Widen(ref Unsafe.Add(ref score, i)), y = Widen(ref labels[first + i]);
            Vector512<double> slope = ((Vector512<double>.One / (Vector512<double>.One + Vector512.Exp(-s))) - y) * (double)scale;
            Vector256.Narrow(slope.GetLower(), slope.GetUpper()).StoreUnsafe(ref Unsafe.Add(ref gradient, i));
        }

        for (; i < rows; i++)
        {
            Unsafe.Add(ref gradient, i) = i < count ? (float)(((1 / (1 + Math.Exp(-(double)Unsafe.Add(ref score, i)))) - labels[first + i]) * scale) : 0;
        }
    }

    /// <summary>Sum of the squared errors.</summary>
    public static double Squared(float[] labels, int first, int count, ref float score)
    {
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            double error = Unsafe.Add(ref score, i) - labels[first + i];
            sum += error * error;
        }

        return sum;
    }

    /// <summary>gradient = 2 (score - label) x scale; zero for the rows past <paramref name="count"/>.</summary>
    public static void SquaredGradient(float[] labels, int first, int count, int rows, float scale, ref float score, ref float gradient)
    {
        for (int i = 0; i < rows; i++)
        {
            Unsafe.Add(ref gradient, i) = i < count ? 2 * (Unsafe.Add(ref score, i) - labels[first + i]) * scale : 0;
        }
    }

    /// <summary>
    /// Bayesian personalised ranking, -log sigmoid(s+ - s-) per pair: example 2i is the positive, 2i + 1 its negative. The sum counts a
    /// pair for both of its examples, so that the mean over the examples is the mean over the pairs.
    /// </summary>
    public static double Ranking(int count, ref float score)
    {
        double sum = 0;
        for (int i = 0; i + 1 < count; i += 2)
        {
            sum += 2 * LogisticLoss.Compute(Unsafe.Add(ref score, i) - (double)Unsafe.Add(ref score, i + 1), 1);
        }

        return sum;
    }

    /// <summary>The gradient of <see cref="Ranking"/>: -+2 sigmoid(s- - s+) x scale; zero for the rows past <paramref name="count"/>.</summary>
    public static void RankingGradient(int count, int rows, float scale, ref float score, ref float gradient)
    {
        for (int i = 0; i < rows; i += 2)
        {
            double difference = Unsafe.Add(ref score, i) - (double)Unsafe.Add(ref score, i + 1);
            float slope = i + 1 < count ? (float)(2 / (1 + Math.Exp(difference)) * scale) : 0;
            Unsafe.Add(ref gradient, i) = -slope;
            Unsafe.Add(ref gradient, i + 1) = slope;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Widen(ref float source)
    {
        (Vector256<double> lower, Vector256<double> upper) = Vector256.Widen(Vector256.LoadUnsafe(ref source));
        return Vector512.Create(lower, upper);
    }
}
