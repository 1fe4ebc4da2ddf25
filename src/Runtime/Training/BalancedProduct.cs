using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelGen;

/// <summary>
/// Another pair of tables with the same inner products. For users p, items q and weights w, sum of w_k p_k q_k = l r with l = p T and
/// r = (w q) T^-T for every invertible T. This T makes the dimensions of both tables uncorrelated and as large on either side, with the singular values of
/// the matrix of all inner products as their sums of squares, and orders them so that the parts of a product quantiser have nearly equal
/// products of them: each part gets its share of what matters, however unequal dimensions are (Ge et al., Optimized Product
/// Quantization, 2013, section 3.2).
/// </summary>
internal sealed class BalancedProduct
{
    // Of the mean square, so that a direction that no vector has can be inverted.
    private const double Ridge = 1e-9;

    private readonly double[] _weights;
    private readonly double[,] _user;
    private readonly double[,] _item;

    /// <summary>Finds T.</summary>
    /// <param name="users">Vectors of the users.</param>
    /// <param name="items">Vectors of the items.</param>
    /// <param name="weights">Weights of the dimensions.</param>
    /// <param name="parts">Parts of the quantiser, a divisor of the dimensions.</param>
    public BalancedProduct(IEnumerable<float[]> users, IEnumerable<float[]> items, double[] weights, int parts)
    {
        int d = weights.Length;
        _weights = weights;
        double[,] factor = Cholesky(Moments(users, [.. weights.Select(_ => 1.0)])), second = Moments(items, weights);

        // With A = L L^T of the users and B of the items, L^T B L has the squared singular values of the product of the tables.
        double[,] inner = Multiply(Multiply(Transpose(factor), second), factor);
        (double[] values, double[,] vectors) = Eigen(inner);
        double[] singular = [.. values.Select(v => Math.Sqrt(Math.Max(v, values.Max() * Ridge)))];
        int[] order = Allocate(singular, parts);
        (_user, _item) = (new double[d, d], new double[d, d]);
        for (int column = 0; column < d; column++)
        {
            (int from, double root) = (order[column], Math.Sqrt(singular[order[column]]));
            for (int row = d - 1; row >= 0; row--)
            {
                // L^T x = u by substitution from below, and L u.
                double sum = vectors[row, from] * root;
                for (int k = row + 1; k < d; k++)
                {
                    sum -= factor[k, row] * _user[k, column];
                }

                _user[row, column] = sum / factor[row, row];
                _item[row, column] = Enumerable.Range(0, row + 1).Sum(k => factor[row, k] * vectors[k, from]) / root;
            }
        }
    }

    /// <summary>The new vector of a user.</summary>
    public float[] User(float[] vector) => Times([.. vector.Select(v => (double)v)], _user);

    /// <summary>The new vector of an item.</summary>
    public float[] Item(float[] vector) => Times([.. vector.Select((v, k) => v * _weights[k])], _item);

    /// <summary>
    /// The dimensions part by part: from the largest on, each goes to the part with the least product so far that has room; the first of each
    /// part are the largest ones.
    /// </summary>
    internal static int[] Allocate(double[] sizes, int parts)
    {
        List<int>[] members = [.. Enumerable.Range(0, parts).Select(_ => new List<int>())];
        double[] products = new double[parts];
        foreach (int k in Enumerable.Range(0, sizes.Length).OrderByDescending(k => sizes[k]))
        {
            int part = Enumerable.Range(0, parts).Where(p => members[p].Count < sizes.Length / parts).MinBy(p => (members[p].Count == 0 ? 0 : 1, products[p]));
            members[part].Add(k);
            products[part] += Math.Log(sizes[k] / sizes.Max());
        }

        return [.. members.SelectMany(m => m)];
    }

    private static double[,] Moments(IEnumerable<float[]> vectors, double[] weights)
    {
        int d = weights.Length;
        double[,] result = new double[d, d];
        foreach (float[] vector in vectors)
        {
            for (int i = 0; i < d; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    result[i, j] += vector[i] * weights[i] * vector[j] * weights[j];
                }
            }
        }

        double mean = Enumerable.Range(0, d).Average(i => result[i, i]);
        for (int i = 0; i < d; i++)
        {
            result[i, i] += Ridge * (mean > 0 ? mean : 1);
            for (int j = 0; j < i; j++)
            {
                result[j, i] = result[i, j];
            }
        }

        return result;
    }

    // The lower factor L of a positive definite L L^T.
    private static double[,] Cholesky(double[,] matrix)
    {
        int d = matrix.GetLength(0);
        double[,] lower = new double[d, d];
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = matrix[i, j];
                for (int k = 0; k < j; k++)
                {
                    sum -= lower[i, k] * lower[j, k];
                }

                lower[i, j] = i == j ? Math.Sqrt(sum) : sum / lower[j, j];
            }
        }

        return lower;
    }

    // Eigenvalues and, in columns, eigenvectors of a symmetric matrix by Jacobi rotations; the largest component of each vector is positive.
    private static (double[] Values, double[,] Vectors) Eigen(double[,] matrix)
    {
        int d = matrix.GetLength(0);
        double[,] a = (double[,])matrix.Clone(), v = new double[d, d];
        for (int i = 0; i < d; i++)
        {
            v[i, i] = 1;
        }

        for (int sweep = 0; sweep < 60 && Off(a) > 0; sweep++)
        {
            for (int p = 0; p < d; p++)
            {
                for (int q = p + 1; q < d; q++)
                {
                    Rotate(a, v, p, q);
                }
            }
        }

        for (int column = 0; column < d; column++)
        {
            int largest = Enumerable.Range(0, d).MaxBy(row => Math.Abs(v[row, column]));
            double sign = Math.Sign(v[largest, column]);
            for (int row = 0; row < d; row++)
            {
                v[row, column] *= sign;
            }
        }

        return ([.. Enumerable.Range(0, d).Select(i => a[i, i])], v);
    }

    // What is left beside the diagonal, nothing when it is lost in the rounding of the diagonal.
    private static double Off(double[,] a)
    {
        (double off, double diagonal) = (0, 0);
        for (int i = 0; i < a.GetLength(0); i++)
        {
            diagonal += a[i, i] * a[i, i];
            for (int j = 0; j < i; j++)
            {
                off += a[i, j] * a[i, j];
            }
        }

        return off > 1e-30 * diagonal ? off : 0;
    }

    private static void Rotate(double[,] a, double[,] v, int p, int q)
    {
        if (a[p, q] == 0)
        {
            return;
        }

        double theta = (a[q, q] - a[p, p]) / (2 * a[p, q]);
        double t = (theta < 0 ? -1 : 1) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1)), c = 1 / Math.Sqrt((t * t) + 1), s = t * c;
        for (int k = 0; k < a.GetLength(0); k++)
        {
            (a[k, p], a[k, q]) = ((c * a[k, p]) - (s * a[k, q]), (s * a[k, p]) + (c * a[k, q]));
            (v[k, p], v[k, q]) = ((c * v[k, p]) - (s * v[k, q]), (s * v[k, p]) + (c * v[k, q]));
        }

        for (int k = 0; k < a.GetLength(0); k++)
        {
            (a[p, k], a[q, k]) = ((c * a[p, k]) - (s * a[q, k]), (s * a[p, k]) + (c * a[q, k]));
        }
    }

    private static double[,] Transpose(double[,] a)
    {
        double[,] result = new double[a.GetLength(1), a.GetLength(0)];
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int j = 0; j < a.GetLength(1); j++)
            {
                result[j, i] = a[i, j];
            }
        }

        return result;
    }

    private static double[,] Multiply(double[,] a, double[,] b)
    {
        double[,] result = new double[a.GetLength(0), b.GetLength(1)];
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int k = 0; k < b.GetLength(0); k++)
            {
                for (int j = 0; j < b.GetLength(1); j++)
                {
                    result[i, j] += a[i, k] * b[k, j];
                }
            }
        }

        return result;
    }

    private static float[] Times(double[] vector, double[,] matrix)
    {
        double[] result = new double[matrix.GetLength(1)];
        for (int i = 0; i < vector.Length; i++)
        {
            for (int j = 0; j < result.Length; j++)
            {
                result[j] += vector[i] * matrix[i, j];
            }
        }

        return [.. result.Select(v => (float)v)];
    }
}
