using System;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>How much training data ids and their clusters have.</summary>
internal static class ClusterData
{
    /// <summary>Training positions of every id of a feature, rows for unknown values included.</summary>
    public static int[] Count(DataSet data, int feature, Vocabulary vocabulary)
    {
        int[] map = vocabulary.Map(data.Categoricals[feature]);
        int[] counts = new int[checked((int)vocabulary.Rows)];
        foreach (int code in data.Categoricals[feature].Codes)
        {
            if (map[code] >= 0)
            {
                counts[map[code]]++;
            }
        }

        return counts;
    }

    /// <summary>Sum of a quantity over the ids of every cluster.</summary>
    public static double[] Sum(Assignment assignment, Func<int, double> quantity)
    {
        double[] sums = new double[assignment.Live];
        for (int id = 0; id < assignment.Clusters.Length; id++)
        {
            sums[assignment.Clusters[id]] += quantity(id);
        }

        return sums;
    }

    /// <summary>
    /// The cluster with the greatest value among those that can be divided, which have at least two ids with data; -1 when there is none.
    /// </summary>
    public static int Choose(Assignment assignment, int[] counts, ReadOnlySpan<double> values)
    {
        double[] divisible = Sum(assignment, id => counts[id] > 0 ? 1 : 0);
        int best = -1;
        for (int cluster = 0; cluster < assignment.Live; cluster++)
        {
            best = divisible[cluster] >= 2 && (best < 0 || values[cluster] > values[best]) ? cluster : best;
        }

        return best;
    }

    /// <summary>Puts the ids without data into the cluster with the most: what is known of an unknown id.</summary>
    public static void PlaceIdle(Assignment assignment, int[] counts)
    {
        double[] data = Sum(assignment, id => counts[id]);
        int[] sizes = assignment.Sizes();
        int most = 0;
        for (int cluster = 1; cluster < data.Length; cluster++)
        {
            most = data[cluster] > data[most] ? cluster : most;
        }

        for (int id = 0; id < counts.Length; id++)
        {
            ref int cluster = ref assignment.Clusters[id];
            if (counts[id] == 0 && cluster != most && sizes[cluster] > 1)
            {
                sizes[cluster]--;
                sizes[most]++;
                cluster = most;
            }
        }
    }
}
