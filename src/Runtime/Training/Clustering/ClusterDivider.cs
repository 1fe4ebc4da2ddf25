using System;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Divides the members of a cluster in two and gives the second part a row of its own.</summary>
internal static class ClusterDivider
{
    /// <summary>
    /// The members that leave, by their projections: those below zero, or, when that puts fewer than 2 % (at least one) on a side, those
    /// below the median; when that separates none because the projections are equal, the second half.
    /// </summary>
    /// <param name="members">At least two ids.</param>
    /// <param name="projections">Projection of each.</param>
    public static int[] Leaving(int[] members, double[] projections)
    {
        int below = projections.Count(p => p < 0);
        double least = Math.Max(1, 0.02 * members.Length);
        double threshold = Math.Min(below, members.Length - below) < least ? Median(projections) : 0;
        int[] leaving = [.. members.Where((_, i) => projections[i] < threshold)];
        return leaving.Length > 0 ? leaving : members[((members.Length + 1) / 2)..];
    }

    /// <summary>
    /// Moves members of a cluster to a new one, whose row copies the old one's, so that no prediction changes. It takes over how far the
    /// row has been stepped on (second moments, sums of squares) and no momentum.
    /// </summary>
    public static void Split(Table table, OptimizerKind optimizer, int cluster, ReadOnlySpan<int> leaving)
    {
        Assignment assignment = table.Assignment!;
        int child = assignment.Live++;
        foreach (int id in leaving)
        {
            assignment.Clusters[id] = child;
        }

        CopyRow(table, optimizer, cluster, child);
    }

    /// <summary>Copies a row with its optimiser state, the first moment being zero.</summary>
    public static void CopyRow(Table table, OptimizerKind optimizer, int from, int to)
    {
        Copy(table.Values, table.Parameter.Width);
        for (int s = 0; s < table.State.Length; s++)
        {
            int width = (int)(table.State[s].Length / table.Rows);
            if (s == 0 && optimizer is OptimizerKind.Adam or OptimizerKind.NAdam)
            {
                table.State[s].Span((long)to * width, width).Clear();
            }
            else
            {
                Copy(table.State[s], width);
            }
        }

        void Copy(NativeFloats values, int width) => values.Span((long)from * width, width).CopyTo(values.Span((long)to * width, width));
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int half = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
