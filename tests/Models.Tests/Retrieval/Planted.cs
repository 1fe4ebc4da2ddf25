using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Tests.Retrieval;

/// <summary>Pairs of users and items with planted topics: a user likes a few topics, an item belongs to one or two.</summary>
internal static class Planted
{
    public static IEnumerable<(int User, int Item)> Pairs(int users, int items, int topics, int seed)
    {
        var random = new Random(seed);
        List<int>[] lists = [.. Enumerable.Range(0, topics).Select(_ => new List<int>())];
        for (int item = 0; item < items; item++)
        {
            lists[item % topics].Add(item);
            if (random.Next(3) == 0)
            {
                lists[random.Next(topics)].Add(item);
            }
        }

        for (int user = 0; user < users; user++)
        {
            int[] liked = [random.Next(topics), random.Next(topics)];
            HashSet<int> met = [];
            for (int i = 0; i < 12; i++)
            {
                List<int> list = lists[liked[random.Next(2)]];
                met.Add(random.Next(8) == 0 ? random.Next(items) : list[random.Next(list.Count)]);
            }

            foreach (int item in met)
            {
                yield return (user, item);
            }
        }
    }

    public static DataSet<T> Of<T>(Func<int, int, T> example, int users = 300, int items = 60, int topics = 6, int seed = 1)
        where T : class, ModelGen.Compiled.IModel<T> => DataSet<T>.FromExamples(Pairs(users, items, topics, seed).Select(p => example(p.User, p.Item)));
}
