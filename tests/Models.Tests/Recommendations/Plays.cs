using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen.Tests.Recommendations;

/// <summary>Plays with a planted taste: users and items have one of four tastes, and most plays are of the user's own.</summary>
internal static class Plays
{
    public const int Users = 60;
    public const int Items = 48;

    /// <summary>Twelve distinct items per user, in the order of time.</summary>
    public static DataSet<T> Create<T>(int seed = 3)
        where T : class, IEmbeddingModel<T>, IPlay, new() => DataSet<T>.FromExamples(Pairs(seed).Select((p, i) => Play<T>(p.User, p.Item, i)));

    /// <summary>A play of an item by its number.</summary>
    public static T Play<T>(int user, int item, long time)
        where T : IPlay, new() => new() { User = user, Item = Key(item), Time = time };

    /// <summary>Key of an item; not only ASCII.</summary>
    public static string Key(int item) => item % 5 == 0 ? $"песня {item}" : $"song {item}";

    /// <summary>Users and items by number.</summary>
    public static List<(int User, int Item)> Pairs(int seed)
    {
        Random random = new(seed);
        List<(int, int)> pairs = [];
        for (int user = 0; user < Users; user++)
        {
            HashSet<int> met = [];
            while (met.Count < 12)
            {
                int item = (int)(Items * Math.Pow(random.NextDouble(), 1.3));
                item = random.Next(10) < 9 ? item - (item % 4) + (user % 4) : item;
                if (met.Add(Math.Min(item, Items - 1)))
                {
                    pairs.Add((user, Math.Min(item, Items - 1)));
                }
            }
        }

        return [.. pairs.OrderBy(_ => random.Next())];
    }
}
