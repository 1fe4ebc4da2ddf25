using System;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen.Tests.Retrieval;

/// <summary>Item rows with random supports and values, and random histories.</summary>
internal static class RandomRows
{
    /// <summary>Rows of a model of which each keeps a number of entries; all when <paramref name="kept"/> is null.</summary>
    public static SparseRows Create(ModelSchema schema, int items, int? kept, bool wide, int seed)
    {
        int width = schema.Tables[0].Width;
        var random = new Random(seed);
        SparseRows rows = new(items, width, kept is { } k ? [.. Enumerable.Repeat(k, items)] : null, schema.Optimizer.DenseStates, wide);
        for (int row = 0; row < items; row++)
        {
            int[] columns = kept is { } count ? [.. Enumerable.Range(0, width).OrderBy(_ => random.Next()).Take(count).Order()] : [.. Enumerable.Range(0, width)];
            for (int j = 0; j < columns.Length; j++)
            {
                if (kept is not null)
                {
                    rows.Indices[rows.Start(row) + j] = columns[j];
                }

                rows.Values.At(rows.Start(row) + j) = (float)((2 * random.NextDouble()) - 1);
            }
        }

        return rows;
    }

    /// <summary>Histories of up to ten distinct items, of which the first are the most popular.</summary>
    public static int[][] Histories(int users, int items, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, users).Select(_ =>
            Enumerable.Range(0, 2 + random.Next(9)).Select(_ => (int)(items * Math.Pow(random.NextDouble(), 2))).Distinct().Order().ToArray())];
    }

    /// <summary>The histories as a matrix.</summary>
    public static InteractionMatrix Matrix(int[][] histories, int items) =>
        InteractionMatrix.From(histories.Length, items, [.. histories.SelectMany((h, u) => h.Select(_ => u))], [.. histories.SelectMany(h => h)]);
}
