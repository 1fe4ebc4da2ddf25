using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen.Tests.Clusters;

/// <summary>Ratings of users with their own vectors and items that belong to one of eight clusters (section 7 of the digest of CEL).</summary>
internal static class PlantedRatings
{
    public const int Users = 400, Items = 300, Clusters = 8, Rank = 16;

    /// <summary>The planted cluster of an item.</summary>
    public static int ClusterOf(int item) => (int)((uint)item * 2654435769u >> 29);

    public static (DataSet<T> Training, DataSet<T> Test) Create<T>(double observed = 0.15, double noise = 0.1, int seed = 3)
        where T : class, IEmbeddingModel<T>
    {
        Random random = new(seed);
        double[][] users = [.. Enumerable.Range(0, Users).Select(_ => Vector())], clusters = [.. Enumerable.Range(0, Clusters).Select(_ => Vector())];
        DataSetBuilder builder = new(T.Schema, "planted ratings");
        List<bool> test = [];
        for (int user = 0; user < Users; user++)
        {
            for (int item = 0; item < Items; item++)
            {
                if (random.NextDouble() >= observed)
                {
                    continue;
                }

                double rating = users[user].Zip(clusters[ClusterOf(item)], (a, b) => a * b).Sum();
                double error = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                builder.AddLabel((float)(rating + (noise * error)));
                builder.AddKey(0, (long)user);
                builder.AddKey(1, (long)item);
                builder.EndExample();
                test.Add(random.Next(5) == 0);
            }
        }

        DataSet<T> all = DataSet<T>.FromBuilder(builder);
        return (all.Where(i => !test[i]), all.Where(i => test[i]));

        double[] Vector() => [.. Enumerable.Range(0, Rank).Select(_ => random.NextDouble())];
    }

    /// <summary>Share of the items that are in a learned cluster mostly of their planted one.</summary>
    public static double Purity(ModelState state, int table)
    {
        Vocabulary items = state.Vocabularies[state.Tables[table].Parameter.Feature];
        int[] clusters = state.Tables[table].Assignment!.Clusters;
        return Enumerable.Range(0, items.Count).GroupBy(id => clusters[id])
            .Sum(g => g.GroupBy(id => ClusterOf((int)items.IntegerKeys[id])).Max(p => p.Count())) / (double)items.Count;
    }
}
