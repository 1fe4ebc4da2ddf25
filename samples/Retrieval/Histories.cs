using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace ModelGen.Retrieval;

/// <summary>The distinct pairs of the users with at least five of them, by user and within a user by item.</summary>
internal sealed class Histories
{
    /// <summary>Pairs that a user needs to stay.</summary>
    public const int LeastPairs = 5;

    private readonly Dictionary<int, Range> _ranges = [];

    /// <summary>Sorts pairs and drops repeated ones, then, in one pass, users with too few.</summary>
    /// <exception cref="InvalidDataException">No user is left.</exception>
    public Histories(IEnumerable<Interaction> interactions)
    {
        List<Interaction> pairs = [];
        int users = 0;
        foreach (IGrouping<int, Interaction> history in interactions.GroupBy(i => i.User).OrderBy(g => g.Key))
        {
            users++;
            Interaction[] items = [.. history.OrderBy(i => i.Item).DistinctBy(i => i.Item)];
            if (items.Length >= LeastPairs)
            {
                _ranges[history.Key] = pairs.Count..(pairs.Count + items.Length);
                pairs.AddRange(items);
            }
        }

        Pairs = pairs.Count > 0
            ? pairs
            : throw new InvalidDataException($"None of the {users:N0} users has {LeastPairs} different items, which a user needs so that some can be told and some be found.");
    }

    /// <summary>The pairs.</summary>
    public IReadOnlyList<Interaction> Pairs { get; }

    /// <summary>Number of users.</summary>
    public int Users => _ranges.Count;

    /// <summary>Where the pairs of a user lie; null for one that is not there.</summary>
    public Range? this[int user] => _ranges.TryGetValue(user, out Range range) ? range : null;
}
