using System;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen.Tests.Clusters;

/// <summary>A factorisation that is stepped by hand on all ratings at once.</summary>
internal sealed class FullBatchSession<T> : IDisposable
    where T : class, IEmbeddingModel<T>
{
    private readonly WorkerTeam _team;
    private readonly FactorizationRunner _runner;
    private readonly OptimizerSchedule _schedule = new(T.Schema.Optimizer, new TrainingOptions(), totalSteps: 1);

    public FullBatchSession(DataSet<T> data, ulong seed = 1, int threads = 2)
    {
        Data = data;
        _team = new WorkerTeam(threads);
        State = ParameterFactory.Allocate(T.Schema, ModelTrainer.BuildVocabularies(T.Schema, data), ModelTrainer.BuildScalings(T.Schema, data), optimizerState: true);
        ParameterFactory.Start(State, seed, null, _team, data.Labels.Average(label => (double)label));
        _runner = new FactorizationRunner(State, T.Factorization!, data, _team, seed, stop: null);
    }

    public DataSet<T> Data { get; }

    public ModelState State { get; }

    public TrainedModel<T> Model => new(State, [], 0);

    public double Loss => Model.Evaluate(Data).Mse * Data.Count;

    /// <summary>The clusters of one table, with the data as they are.</summary>
    public FactorClusters Clusters(int table, int other)
    {
        (FactorSide own, FactorSide rest) = Sides(table, other);
        return new FactorClusters(State, T.Factorization!, own, rest, new ClusterCalendar(own.Feature.Clusters!, 0, 1), _team, 1, null);
    }

    /// <summary>Two tables with the data as they are.</summary>
    public (FactorSide Own, FactorSide Other) Sides(int table, int other)
    {
        (RatingLists users, RatingLists items) = RatingLists.Create(Data, State, State.Tables[T.Factorization!.UserTable].Parameter.Feature, State.Tables[T.Factorization.ItemTable].Parameter.Feature);
        RatingLists Of(int t) => t == T.Factorization!.UserTable ? users : items;
        FactorSide Side(int t) => new(State, T.Factorization!, t, Of(t));
        (FactorSide own, FactorSide rest) = (Side(table), Side(other));
        for (int block = 0; block < own.Biases?.Blocks; block++)
        {
            own.Biases!.Refresh(block, rest.Biases!);
        }

        return (own, rest);
    }

    public double Step()
    {
        double loss = _runner.Step(_schedule.At(State.Steps + 1), 0, 0);
        State.Steps++;
        return loss;
    }

    public void Dispose() => _team.Dispose();
}
