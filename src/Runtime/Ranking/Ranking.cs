using System.Threading;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Measures the lists of a model, whichever form it is in.</summary>
internal static class Ranking
{
    /// <summary>Measures a task with a scorer of its queries.</summary>
    /// <param name="task">Users, items to find and histories.</param>
    /// <param name="options">How to measure.</param>
    /// <param name="team">Threads.</param>
    /// <param name="scorer">The model over the queries of the task, with a lane for every thread.</param>
    /// <param name="token">Stops between two chunks of queries.</param>
    public static RankingEvaluation Evaluate<TModel>(RankingTask<TModel> task, RankingOptions options, WorkerTeam team, IQueryScorer scorer, CancellationToken token = default)
        where TModel : class, IEmbeddingModel<TModel>
    {
        RankingMeter meter = RankingRun.Measure(scorer, task.HeldOut, task.Histories, task.Ineligible, options.Cutoffs, team, token);
        return new RankingEvaluation
        {
            Users = meter.Users,
            HeldOut = meter.HeldOut,
            Items = scorer.Items - task.Ineligible.Length,
            LeftOutUsers = task.LeftOutUsers,
            UnknownItems = task.UnknownItems,
            MetBefore = task.MetBefore,
            Cutoffs = meter.Means(),
        };
    }
}
