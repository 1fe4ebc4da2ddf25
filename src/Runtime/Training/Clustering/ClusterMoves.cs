using System;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Moves ids between clusters without ever emptying one, and repairs clusters that serve nothing.</summary>
internal static class ClusterMoves
{
    // Streams of random numbers behind those of the start values, one per table.
    private const int KeepStream = 1 << 20;
    private const int DivisionStream = 1 << 21;

    /// <summary>
    /// Moves each id to its proposed cluster, in the order of the ids; an id stays with the chance <see cref="ClusterSchema.Keep"/>, and
    /// when its cluster would be empty otherwise. Returns the number of ids that moved.
    /// </summary>
    /// <param name="assignment">The clusters of the ids.</param>
    /// <param name="proposals">Best cluster of every id; -1 leaves the id where it is.</param>
    /// <param name="keep">Chance that an id keeps its cluster.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="table">Index of the table.</param>
    /// <param name="step">Step of the run, so that each reassignment draws other numbers.</param>
    public static int Apply(Assignment assignment, int[] proposals, float keep, ulong seed, int table, long step)
    {
        CounterRandom random = new(seed, KeepStream + table);
        int[] sizes = assignment.Sizes();
        int moved = 0;
        for (int id = 0; id < proposals.Length; id++)
        {
            (int from, int to) = (assignment.Clusters[id], proposals[id]);
            if (to < 0 || to == from || sizes[from] == 1 || random.Uniform((step * proposals.Length) + id) < keep)
            {
                continue;
            }

            assignment.Clusters[id] = to;
            sizes[from]--;
            sizes[to]++;
            moved++;
        }

        return moved;
    }

    /// <summary>Random projections of members: a random half leaves.</summary>
    public static double[] RandomProjections(int members, ulong seed, int table, long step)
    {
        CounterRandom random = new(seed, DivisionStream + table);
        return [.. Enumerable.Range(0, members).Select(i => random.Normal((step << 32) + i))];
    }

    /// <summary>
    /// Refills empty clusters with every second member of the largest one and a copy of its row, and gives clusters whose row is all zero,
    /// which no gradient of a clamped product can leave, the row of the largest one. Returns whether an id moved.
    /// </summary>
    public static bool Repair(Table table, OptimizerKind optimizer)
    {
        Assignment assignment = table.Assignment!;
        int width = table.Parameter.Width;
        bool moved = false;
        int[] sizes = assignment.Sizes();
        for (int cluster = 0; cluster < assignment.Live; cluster++)
        {
            int largest = Array.IndexOf(sizes, sizes.Max());
            bool dead = table.Values.Span((long)cluster * width, width).IndexOfAnyExcept(0f) < 0;
            if (sizes[cluster] > 0 && (!dead || largest == cluster || !table.Parameter.NonNegative))
            {
                continue;
            }

            ClusterDivider.CopyRow(table, optimizer, largest, cluster);
            if (sizes[cluster] > 0)
            {
                continue;
            }

            int[] members = assignment.Members(largest);
            for (int i = 1; i < members.Length; i += 2)
            {
                assignment.Clusters[members[i]] = cluster;
                sizes[largest]--;
                sizes[cluster]++;
                moved = true;
            }
        }

        return moved;
    }
}
