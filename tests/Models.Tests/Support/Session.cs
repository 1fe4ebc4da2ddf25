using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen.Tests.Support;

/// <summary>A model that is trained batch by batch, the batches being chosen by the test: on the CPU, or by the runner of a derived class.</summary>
internal class Session<T> : IDisposable
    where T : class, IEmbeddingModel<T>
{
    private readonly WorkerTeam _team;
    private readonly OptimizerSchedule _schedule = new(T.Schema.Optimizer, new TrainingOptions(), totalSteps: 1);

    public Session(DataSet<T> data, int capacity, ulong seed = 1, int threads = 2)
        : this(data, seed, threads, (state, loader, team) => new StepRunner<T>(state, loader, capacity, LaneSet.Create(T.Schema, capacity, training: true), team))
    {
    }

    protected Session(DataSet<T> data, ulong seed, int threads, Func<ModelState, BatchLoader, WorkerTeam, IBatchRunner> runner)
    {
        Data = data;
        _team = new WorkerTeam(threads);
        var vocabularies = ModelTrainer.BuildVocabularies(T.Schema, data);
        State = ParameterFactory.Allocate(T.Schema, vocabularies, ModelTrainer.BuildScalings(T.Schema, data), optimizerState: true);
        ParameterFactory.Start(State, seed, null, _team, data.Labels.Length == 0 ? 0 : data.Labels.Average(label => (double)label));
        Runner = runner(State, new BatchLoader(data, T.Schema, State.Vocabularies, State.Scalings, State.Tables), _team);
    }

    public DataSet<T> Data { get; }

    public ModelState State { get; }

    public TrainedModel<T> Model => new(State, [], 0);

    protected IBatchRunner Runner { get; }

    /// <summary>Trains on consecutive pieces of an order, brings the parameters back and returns the mean loss of each.</summary>
    public double[] Train(int[] order, IReadOnlyList<int> batches)
    {
        double[] losses = new double[batches.Count];
        Runner.Prepare(order, 0, batches[0]);
        int at = 0;
        for (int b = 0; b < batches.Count; b++)
        {
            at += batches[b];
            State.Steps++;
            losses[b] = Runner.Step(_schedule.At(State.Steps), at, b + 1 < batches.Count ? batches[b + 1] : 0) / batches[b];
        }

        Runner.Download();
        return losses;
    }

    public virtual void Dispose() => _team.Dispose();
}
