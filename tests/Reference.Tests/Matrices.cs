using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Reference.Tests;

/// <summary>The little matrix arithmetic the properties are stated in.</summary>
internal static class Matrices
{
    public static double[,] Times(this double[,] a, double[,] b) =>
        Build(a.GetLength(0), b.GetLength(1), (r, c) => Enumerable.Range(0, a.GetLength(1)).Sum(k => a[r, k] * b[k, c]));

    public static double[,] Transposed(this double[,] a) => Build(a.GetLength(1), a.GetLength(0), (r, c) => a[c, r]);

    public static double[,] Plus(this double[,] a, double[,] b) => Build(a.GetLength(0), a.GetLength(1), (r, c) => a[r, c] + b[r, c]);

    public static double[,] Minus(this double[,] a, double[,] b) => a.Plus(b.Times(-1));

    public static double[,] Times(this double[,] a, double factor) => Build(a.GetLength(0), a.GetLength(1), (r, c) => a[r, c] * factor);

    public static double[,] Identity(int n) => Build(n, n, (r, c) => r == c ? 1 : 0);

    public static double[,] Random(Random random, int rows, int columns, double deviation) => Build(rows, columns, (_, _) => deviation * Samples.Normal(random));

    public static double MaxAbs(this double[,] a) => a.Cast<double>().Max(Math.Abs);

    public static IEnumerable<int> NonZeroRows(double[,] a) =>
        Enumerable.Range(0, a.GetLength(0)).Where(r => Enumerable.Range(0, a.GetLength(1)).Any(c => a[r, c] != 0));

    public static double[,] Build(int rows, int columns, Func<int, int, double> value)
    {
        double[,] result = new double[rows, columns];
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
            {
                result[r, c] = value(r, c);
            }
        }

        return result;
    }

    /// <summary>The inverse, by Gauss-Jordan elimination with row pivoting.</summary>
    public static double[,] Inverse(this double[,] a)
    {
        int n = a.GetLength(0);
        double[,] work = Build(n, 2 * n, (r, c) => c < n ? a[r, c] : c - n == r ? 1 : 0);
        for (int k = 0; k < n; k++)
        {
            int pivot = Enumerable.Range(k, n - k).MaxBy(r => Math.Abs(work[r, k]));
            for (int c = 0; c < 2 * n; c++)
            {
                (work[k, c], work[pivot, c]) = (work[pivot, c], work[k, c]);
            }

            double head = work[k, k];
            for (int c = 0; c < 2 * n; c++)
            {
                work[k, c] /= head;
            }

            for (int r = 0; r < n; r++)
            {
                double factor = work[r, k];
                for (int c = 0; r != k && c < 2 * n; c++)
                {
                    work[r, c] -= factor * work[k, c];
                }
            }
        }

        return Build(n, n, (r, c) => work[r, c + n]);
    }

    /// <summary>
    /// Singular values and the complete right factor of A = Y S V^T by one-sided Jacobi rotations of the columns: A V has
    /// orthogonal columns whose lengths are the singular values, zeros included when A has more columns than its rank.
    /// </summary>
    public static (double[] Values, double[,] V) RightSingular(double[,] a)
    {
        int m = a.GetLength(0), n = a.GetLength(1);
        double[,] w = (double[,])a.Clone(), v = Identity(n);
        double negligible = 1e-30 * Enumerable.Range(0, n).Sum(c => Dot(a, c, c));
        bool rotated = true;
        for (int sweep = 0; rotated && sweep < 60; sweep++)
        {
            rotated = false;
            for (int p = 0; p < n - 1; p++)
            {
                for (int q = p + 1; q < n; q++)
                {
                    double pp = Dot(w, p, p), qq = Dot(w, q, q), pq = Dot(w, p, q);
                    if (Math.Abs(pq) <= Math.Max(1e-15 * Math.Sqrt(pp * qq), negligible))
                    {
                        continue;
                    }

                    double zeta = (qq - pp) / (2 * pq);
                    double tangent = (zeta < 0 ? -1 : 1) / (Math.Abs(zeta) + Math.Sqrt(1 + (zeta * zeta)));
                    double cosine = 1 / Math.Sqrt(1 + (tangent * tangent));
                    Rotate(w, p, q, cosine, cosine * tangent);
                    Rotate(v, p, q, cosine, cosine * tangent);
                    rotated = true;
                }
            }
        }

        return ([.. Enumerable.Range(0, n).Select(c => Math.Sqrt(Dot(w, c, c)))], v);

        double Dot(double[,] x, int p, int q) => Enumerable.Range(0, m).Sum(r => x[r, p] * x[r, q]);
    }

    private static void Rotate(double[,] x, int p, int q, double cosine, double sine)
    {
        for (int r = 0; r < x.GetLength(0); r++)
        {
            (x[r, p], x[r, q]) = ((cosine * x[r, p]) - (sine * x[r, q]), (sine * x[r, p]) + (cosine * x[r, q]));
        }
    }
}
