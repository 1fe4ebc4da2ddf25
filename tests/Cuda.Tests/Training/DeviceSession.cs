using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen.Tests.Training;

/// <summary>A model that is trained on a device batch by batch, as <see cref="Support.Session{T}"/> does on the CPU.</summary>
internal sealed class DeviceSession<T> : IDisposable
    where T : class, IEmbeddingModel<T>
{
    private readonly WorkerTeam _team = new(2);
    private readonly CudaDevice _device;
    private readonly CudaStepRunner _runner;
    private readonly OptimizerSchedule _schedule = new(T.Schema.Optimizer, new TrainingOptions(), totalSteps: 1);

    public DeviceSession(CudaDevice device, DataSet<T> data, int capacity, int lanes = 128, ulong seed = 1, MatrixPrecision precision = MatrixPrecision.Exact)
    {
        var vocabularies = ModelTrainer.BuildVocabularies(T.Schema, data);
        State = ParameterFactory.Allocate(T.Schema, vocabularies, ModelTrainer.BuildScalings(T.Schema, data), optimizerState: true);
        ParameterFactory.Start(State, seed, null, _team, data.Labels.Length == 0 ? 0 : data.Labels.Average(label => (double)label));
        var loader = new BatchLoader(data, T.Schema, State.Vocabularies, State.Scalings, State.Tables);
        _device = device;
        _runner = new CudaStepRunner(_device, T.Cuda! with { Lanes = lanes }, State, loader, data, capacity, _team, precision);
    }

    /// <summary>What the runner says about a loss that is not finite.</summary>
    public string? Fault => _runner.FindFault();

    public ModelState State { get; }

    public TrainedModel<T> Model => new(State, [], 0);

    /// <summary>Trains on consecutive pieces of an order, brings the parameters back and returns the mean loss of each.</summary>
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

        _runner.Download();
        return losses;
    }

    public void Dispose()
    {
        _runner.Dispose();
        _device.Dispose();
        _team.Dispose();
    }
}
