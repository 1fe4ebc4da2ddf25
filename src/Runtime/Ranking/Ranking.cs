using System.Threading;
using ModelGen.Compiled;
using ModelGen.Cuda;

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
        where TModel : class, IEmbeddingModel<TModel> =>
        Report(task, RankingRun.Measure(scorer, task.HeldOut, task.Histories, task.Ineligible, options.Cutoffs, team, token));

    /// <summary>Measures a task on a device.</summary>
    /// <param name="task">Users, items to find and histories.</param>
    /// <param name="options">How to measure.</param>
    /// <param name="device">The device, which is disposed.</param>
    /// <param name="scorer">The model over the queries of the task, which is disposed.</param>
    public static RankingEvaluation Evaluate<TModel>(RankingTask<TModel> task, RankingOptions options, CudaDevice device, IDeviceScorer scorer)
        where TModel : class, IEmbeddingModel<TModel>
    {
        using DeviceRanker ranker = new(device, scorer);
        return Report(task, ranker.Measure(task.HeldOut, task.Histories, task.Ineligible, options.Cutoffs));
    }

    private static RankingEvaluation Report<TModel>(RankingTask<TModel> task, RankingMeter meter)
        where TModel : class, IEmbeddingModel<TModel> => new()
        {
            Users = meter.Users,
            HeldOut = meter.HeldOut,
            Items = task.HeldOut.Items - task.Ineligible.Length,
            LeftOutUsers = task.LeftOutUsers,
            UnknownItems = task.UnknownItems,
            MetBefore = task.MetBefore,
            Cutoffs = meter.Means(),
        };
}
