using System;

namespace ModelGen.Compiled;

/// <summary>Which shared vector each id of a clustered feature reads (z in the paper's code), and how many of the vectors are in use.</summary>
public sealed class Assignment
{
    /// <summary>Puts id i into cluster i modulo the initial number.</summary>
    /// <param name="ids">Number of ids, rows for unknown values included.</param>
    /// <param name="initial">Clusters in use at the start, at least 1.</param>
    /// <param name="capacity">Most clusters.</param>
    public Assignment(int ids, int initial, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(initial, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(initial, capacity);
        Clusters = new int[ids];
        Live = initial;
        Capacity = capacity;
        for (int id = 0; id < ids; id++)
        {
            Clusters[id] = id % initial;
        }
    }

    /// <summary>Cluster of every id, below <see cref="Live"/>.</summary>
    public int[] Clusters { get; }

    /// <summary>Clusters in use; they are the first rows of the table.</summary>
    public int Live { get; set; }

    /// <summary>Most clusters: the rows of the table.</summary>
    public int Capacity { get; }

    /// <summary>Number of ids of every cluster in use; together the number of ids.</summary>
    public int[] Sizes()
    {
        int[] sizes = new int[Live];
        foreach (int cluster in Clusters)
        {
            sizes[cluster]++;
        }

        return sizes;
    }

    /// <summary>The ids of a cluster, ascending.</summary>
    public int[] Members(int cluster)
    {
        int count = 0;
        foreach (int other in Clusters)
        {
            count += other == cluster ? 1 : 0;
        }

        int[] members = new int[count];
        for (int id = 0, at = 0; at < count; id++)
        {
            if (Clusters[id] == cluster)
            {
                members[at++] = id;
            }
        }

        return members;
    }

    /// <summary>Takes over another assignment of the same ids.</summary>
    public void CopyFrom(Assignment other)
    {
        other.Clusters.CopyTo(Clusters, 0);
        Live = other.Live;
    }
}
