using System.Linq;

namespace ModelGen.Reference;

/// <summary>The arithmetic of the operations on single vectors, written as their definitions.</summary>
internal static class Vectors
{
    /// <summary>x M.</summary>
    public static double[] Times(double[] x, double[,] m) =>
        [.. Enumerable.Range(0, m.GetLength(1)).Select(c => Enumerable.Range(0, m.GetLength(0)).Sum(r => x[r] * m[r, c]))];

    /// <summary>g M^T.</summary>
    public static double[] TimesTransposed(double[] g, double[,] m) =>
        [.. Enumerable.Range(0, m.GetLength(0)).Select(r => Enumerable.Range(0, m.GetLength(1)).Sum(c => g[c] * m[r, c]))];

    public static double[] Row(double[,] m, int row) => [.. Enumerable.Range(0, m.GetLength(1)).Select(c => m[row, c])];

    public static double[] Plus(double[] a, double[] b) => [.. a.Select((v, i) => v + b[i])];

    public static double[] Multiply(double[] a, double[] b) => [.. a.Select((v, i) => v * b[i])];

    public static double[] Scale(double[] a, double factor) => [.. a.Select(v => v * factor)];

    /// <summary>The inner products of the pairs (0,1), (0,2), ... of a stack.</summary>
    public static double[] Pairs(double[] stack, int vectors)
    {
        int width = stack.Length / vectors;
        return
        [
            .. from i in Enumerable.Range(0, vectors)
               from j in Enumerable.Range(0, vectors)
               where i < j
               select Enumerable.Range(0, width).Sum(n => stack[(i * width) + n] * stack[(j * width) + n]),
        ];
    }

    /// <summary>Each pair's gradient times the other vector of the pair.</summary>
    public static double[] PairsGradient(double[] g, double[] stack, int vectors)
    {
        int width = stack.Length / vectors, pair = 0;
        double[] result = new double[stack.Length];
        for (int i = 0; i < vectors; i++)
        {
            for (int j = i + 1; j < vectors; j++, pair++)
            {
                for (int n = 0; n < width; n++)
                {
                    result[(i * width) + n] += g[pair] * stack[(j * width) + n];
                    result[(j * width) + n] += g[pair] * stack[(i * width) + n];
                }
            }
        }

        return result;
    }

    /// <summary>The gradient of the sum of all pairs: g times the sum of the other vectors.</summary>
    public static double[] FmGradient(double g, double[] stack, int vectors)
    {
        int width = stack.Length / vectors;
        return
        [
            .. Enumerable.Range(0, stack.Length).Select(at =>
                g * Enumerable.Range(0, vectors).Where(i => i != at / width).Sum(i => stack[(i * width) + (at % width)])),
        ];
    }

    /// <summary>Adds the outer product of x and g to a matrix.</summary>
    public static void AddOuter(double[,] target, double[] x, double[] g)
    {
        for (int r = 0; r < x.Length; r++)
        {
            for (int c = 0; c < g.Length; c++)
            {
                target[r, c] += x[r] * g[c];
            }
        }
    }

    /// <summary>Adds a vector to one row of a matrix.</summary>
    public static void AddRow(double[,] target, int row, double[] g)
    {
        for (int c = 0; c < g.Length; c++)
        {
            target[row, c] += g[c];
        }
    }
}
