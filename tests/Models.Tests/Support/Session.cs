using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen.Tests.Support;

/// <summary>A model that is trained batch by batch, the batches being chosen by the test.</summary>
internal sealed class Session<T> : IDisposable
    where T : class, IEmbeddingModel<T>
{
    private readonly WorkerTeam _team;
    private readonly StepRunner<T> _runner;
    private readonly OptimizerSchedule _schedule = new(T.Schema.Optimizer, new TrainingOptions(), totalSteps: 1);

    public Session(DataSet<T> data, int capacity, ulong seed = 1, int threads = 2)
    {
        Data = data;
        _team = new WorkerTeam(threads);
        var vocabularies = ModelTrainer.BuildVocabularies(T.Schema, data);
        State = ParameterFactory.Allocate(T.Schema, vocabularies, ModelTrainer.BuildScalings(T.Schema, data), optimizerState: true);
        ParameterFactory.Start(State, seed, null, _team, data.Labels.Length == 0 ? 0 : data.Labels.Average(label => (double)label));
        var loader = new BatchLoader(data, T.Schema, State.Vocabularies, State.Scalings, State.Tables);
        _runner = new StepRunner<T>(State, loader, capacity, LaneSet.Create(T.Schema, capacity, training: true), _team);
    }

    public DataSet<T> Data { get; }

    public ModelState State { get; }

    public TrainedModel<T> Model => new(State, [], 0);

    /// <summary>Trains on consecutive pieces of an order and returns the mean loss of each.</summary>
    public double[] Train(int[] order, IReadOnlyList<int> batches)
    {
        double[] losses = new double[batches.Count];
        _runner.Prepare(order, 0, batches[0]);
        int at = 0;
        for (int b = 0; b < batches.Count; b++)
        {
            at += batches[b];
            State.Steps++;
            losses[b] = _runner.Step(_schedule.At(State.Steps), at, b + 1 < batches.Count ? batches[b + 1] : 0) / batches[b];
        }

        return losses;
    }

    public void Dispose() => _team.Dispose();
}
