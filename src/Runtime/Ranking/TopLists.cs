using System;

namespace ModelGen;

/// <summary>The best items of many queries, a block of queries at a time on a team.</summary>
internal sealed class TopLists : ITeamWork
{
    private readonly IQueryScorer _scorer;
    private readonly InteractionMatrix _histories;
    private readonly int[] _ineligible;
    private readonly int _length;
    private readonly int _lanes;
    private readonly int[] _items;
    private readonly float[] _best;

    private TopLists(IQueryScorer scorer, InteractionMatrix histories, int[] ineligible, int length, int lanes)
    {
        (_scorer, _histories, _ineligible, _length, _lanes) = (scorer, histories, ineligible, length, lanes);
        (_items, _best) = (new int[histories.Users * length], new float[histories.Users * length]);
        Array.Fill(_items, -1);
    }

    /// <summary>The best items of all queries, best first, of equal scores the lower id first; -1 behind the last candidate.</summary>
    /// <param name="scorer">The model, with a lane for every thread of the team.</param>
    /// <param name="histories">The items that are no candidates: one row per query.</param>
    /// <param name="ineligible">Items that are no candidates of any query, ascending.</param>
    /// <param name="length">Length of the lists.</param>
    /// <param name="team">Threads that share the work.</param>
    public static (int[] Items, float[] Scores) Find(IQueryScorer scorer, InteractionMatrix histories, int[] ineligible, int length, WorkerTeam team)
    {
        TopLists lists = new(scorer, histories, ineligible, length, team.Size);
        scorer.Prepare(0, histories.Users);
        team.Run(team.Size, lists);
        return (lists._items, lists._best);
    }

    /// <inheritdoc/>
    public void Execute(int item)
    {
        const int Block = RankingRun.BlockQueries;
        int items = _scorer.Items;
        float[] scores = new float[Block * items];
        for (int first = item * Block; first < _histories.Users; first += _lanes * Block)
        {
            int count = int.Min(Block, _histories.Users - first);
            _scorer.Score(item, first, count, scores.AsSpan(0, count * items));
            for (int q = 0; q < count; q++)
            {
                int at = (first + q) * _length;
                int[] excluded = [.. _histories.History(first + q), .. _ineligible];
                TopItems.Find(scores.AsSpan(q * items, items), excluded, _items.AsSpan(at, _length), _best.AsSpan(at, _length));
            }
        }
    }
}
