using System;
using System.Collections.Immutable;
using System.Threading;

namespace ModelGen;

/// <summary>
/// Scores and measures queries block by block on a team: the scores of a block live only until it is measured. Blocks are cut by index
/// and their sums added in order, so the result does not depend on the threads.
/// </summary>
internal sealed class RankingRun : ITeamWork
{
    /// <summary>Queries of a block.</summary>
    public const int BlockQueries = 8;

    /// <summary>Queries prepared at a time.</summary>
    public const int ChunkQueries = 2048;

    private readonly IQueryScorer _scorer;
    private readonly InteractionMatrix _heldOut;
    private readonly InteractionMatrix _histories;
    private readonly int[] _ineligible;
    private readonly ImmutableArray<int> _cutoffs;
    private readonly float[][] _scores;
    private readonly RankingMeter[] _meters;
    private int _first;
    private int _end;
    private int _nextBlock;

    private RankingRun(IQueryScorer scorer, InteractionMatrix heldOut, InteractionMatrix histories, int[] ineligible, ImmutableArray<int> cutoffs, int lanes)
    {
        _scorer = scorer;
        _heldOut = heldOut;
        _histories = histories;
        _ineligible = ineligible;
        _cutoffs = cutoffs;
        _scores = new float[lanes][];
        _meters = new RankingMeter[(ChunkQueries + BlockQueries - 1) / BlockQueries];
    }

    /// <summary>Measures the lists of all queries.</summary>
    /// <param name="scorer">The model, with a lane for every thread of the team.</param>
    /// <param name="heldOut">The items to find: one row per query, none of them empty or met by a history.</param>
    /// <param name="histories">The items that are no candidates: one row per query.</param>
    /// <param name="ineligible">Items that are no candidates of any query.</param>
    /// <param name="cutoffs">Lengths of the lists.</param>
    /// <param name="team">Threads that share the work.</param>
    /// <param name="token">Stops between two chunks of queries.</param>
    public static RankingMeter Measure(
        IQueryScorer scorer, InteractionMatrix heldOut, InteractionMatrix histories, int[] ineligible, ImmutableArray<int> cutoffs, WorkerTeam team, CancellationToken token = default)
    {
        RankingRun run = new(scorer, heldOut, histories, ineligible, cutoffs, team.Size);
        RankingMeter total = new(cutoffs);
        for (run._first = 0; run._first < heldOut.Users; run._first = run._end)
        {
            token.ThrowIfCancellationRequested();
            run._end = int.Min(heldOut.Users, run._first + ChunkQueries);
            scorer.Prepare(run._first, run._end - run._first);
            run._nextBlock = -1;
            team.Run(team.Size, run);
            for (int block = 0; block < run.Blocks; block++)
            {
                total.Add(run._meters[block]);
            }
        }

        return total;
    }

    private int Blocks => (_end - _first + BlockQueries - 1) / BlockQueries;

    /// <inheritdoc/>
    public void Execute(int item)
    {
        float[] scores = _scores[item] ??= GC.AllocateUninitializedArray<float>(checked(BlockQueries * _scorer.Items));
        for (int block = Interlocked.Increment(ref _nextBlock); block < Blocks; block = Interlocked.Increment(ref _nextBlock))
        {
            int first = _first + (block * BlockQueries), count = int.Min(BlockQueries, _end - first);
            _scorer.Score(item, first, count, scores.AsSpan(0, count * _scorer.Items));
            RankingMeter meter = _meters[block] = new RankingMeter(_cutoffs);
            for (int q = 0; q < count; q++)
            {
                Span<float> own = scores.AsSpan(q * _scorer.Items, _scorer.Items);
                foreach (int other in _ineligible)
                {
                    own[other] = float.MinValue;
                }

                meter.Add(own, _heldOut.History(first + q), _histories.History(first + q));
            }
        }
    }
}
