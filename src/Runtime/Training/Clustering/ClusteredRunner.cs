using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Steps in batches with what the clusters of the model's features ask for before and after them.</summary>
/// <typeparam name="TModel">The user's class.</typeparam>
internal sealed class ClusteredRunner<TModel> : IStepRunner
    where TModel : class, IEmbeddingModel<TModel>
{
    private readonly ModelState _state;
    private readonly IBatchRunner _steps;
    private readonly BatchClusters<TModel>[] _clusters;

    /// <summary>Prepares the clusters of all features that have them.</summary>
    public ClusteredRunner(ModelState state, IBatchRunner steps, BatchLoader loader, DataSet data, WorkerTeam team, ulong seed, IdleSplits? stop)
    {
        (_state, _steps) = (state, steps);
        int[] turns = ClusterCalendar.Turns(state.Schema);
        int clustered = turns.Count(turn => turn >= 0);
        ClusterSample<TModel> sample = new(state, loader, team);
        _clusters = [.. Enumerable.Range(0, state.Tables.Length)
            .Where(t => state.Tables[t].Assignment is not null)
            .OrderBy(t => turns[state.Tables[t].Parameter.Feature])
            .Select(t => (Table: t, Feature: state.Tables[t].Parameter.Feature))
            .Select(t => new BatchClusters<TModel>(
                state, t.Table, data, sample, new ClusterCalendar(state.Schema.Categoricals[t.Feature].Clusters!, turns[t.Feature], clustered), seed, stop))];
    }

    /// <inheritdoc/>
    public void Prepare(int[] order, int start, int count, int epoch = 0) => _steps.Prepare(order, start, count, epoch);

    /// <inheritdoc/>
    public double Step(OptimizerStep optimizer, int nextStart, int nextCount)
    {
        long number = _state.Steps;
        foreach (BatchClusters<TModel> clusters in _clusters)
        {
            if (clusters.SplitsBefore(number))
            {
                _steps.Download();
                bool moved = clusters.BeforeStep(number);
                _steps.Upload();
                if (moved)
                {
                    _steps.Regroup(clusters.Feature);
                }
            }
        }

        double loss = _steps.Step(optimizer, nextStart, nextCount);
        foreach (BatchClusters<TModel> clusters in _clusters)
        {
            if (double.IsFinite(loss) && clusters.ReassignsAfter(number))
            {
                _steps.Download();
                bool moved = clusters.AfterStep(number);
                _steps.Upload();
                if (moved && nextCount > 0)
                {
                    _steps.Regroup(clusters.Feature);
                }
            }
        }

        return loss;
    }
    /// <inheritdoc/>
    public void Download() => _steps.Download();

    /// <inheritdoc/>
    public void Upload() => _steps.Upload();

    /// <inheritdoc/>
    public string? FindFault() => _steps.FindFault();
}
