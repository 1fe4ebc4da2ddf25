using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics;
using System.IO;
using System.Threading;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>One training run of a retrieval model: levels, epochs, steps, checkpoints, and the ways a run can end early.</summary>
/// <typeparam name="TModel">The user's class.</typeparam>
internal sealed class RetrievalRun<TModel> : IDisposable
    where TModel : class, IAutoencoder<TModel>
{
    // Streams of random numbers beside that of the start values.
    private const int DrawStream = 1 << 20;

    private static readonly TimeSpan s_reportInterval = TimeSpan.FromMilliseconds(100);

    private readonly RetrievalData _data;
    private readonly RetrievalOptions _options;
    private readonly WorkerTeam _team;
    private readonly ImmutableArray<SparsityLevel> _levels;
    private readonly StartValues _start;
    private readonly OptimizerSchedule _pruningSchedule;
    private readonly OptimizerSchedule _finalSchedule;
    private readonly int _states;
    private readonly int _batchSize;
    private readonly int _stepsPerEpoch;
    private readonly int _epochs;
    private readonly CudaDevice? _device;
    private readonly IAutoencoderRunner _runner;
    private SparseRows _rows;
    private RetrievalPosition _position = new();
    private string? _lastCheckpoint;

    /// <summary>Plans and allocates a run.</summary>
    public RetrievalRun(RetrievalData data, long dataBytes, RetrievalOptions options)
    {
        _data = data;
        _options = options;
        ModelSchema schema = TModel.Schema;
        MemoryPlan plan = RetrievalMemory.Compute(schema, data.Matrix, dataBytes, options);
        if (plan.ToAllocate > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
        {
            throw new InsufficientMemoryException(
                $"Training {schema.Name} takes more memory than this machine has. Use a smaller Dimension, batch or vocabulary (MinCount), or MaxOutput.\n{plan}");
        }

        TableParameter table = schema.Tables[0];
        int items = data.Matrix.Items;
        _levels = RetrievalMemory.Levels(schema, options);
        foreach (SparsityLevel level in _levels)
        {
            _epochs += level.Epochs;
        }

        _start = new StartValues(Initialization.Uniform, table.Scale * Math.Sqrt(6.0 / ((double)items + table.Width)), items, options.Seed, 0);
        _states = schema.Optimizer.DenseStates;
        _batchSize = int.Min(options.BatchSize, data.Matrix.Users);
        _stepsPerEpoch = (data.Matrix.Users + _batchSize - 1) / _batchSize;
        long finalSteps = (long)_levels[^1].Epochs * _stepsPerEpoch;
        TrainingOptions rates = new() { LearningRate = options.LearningRate };
        _pruningSchedule = new OptimizerSchedule(schema.Optimizer, rates, finalSteps);
        _finalSchedule = new OptimizerSchedule(schema.Optimizer, rates with { RateDecay = options.RateDecay }, finalSteps);
        _device = DeviceChoice.Open(options.Device, TModel.Cuda is null ? DeviceChoice.WithoutCuda : null, out string? whyCpu);
        _team = new WorkerTeam(options.TeamSize);
        // Under a constant schedule the first rows only choose the support, and no optimiser steps over them.
        _rows = new SparseRows(items, table.Width, null, Level.Stored < table.Width ? 0 : _states, isWide: true);
        try
        {
            string? where = whyCpu is null ? null : $"CPU: {whyCpu}";
            if (_device is not null)
            {
                DeviceMemoryPlan onDevice = RetrievalBuffers.Plan(schema, data.Matrix, options, _levels);
                if (LibraryProducts.Applies(_device, _batchSize, options.MaxOutput ?? items, items, table.Width))
                {
                    LibraryProducts.Plan(onDevice);
                }

                onDevice.Check(_device);
                where = $"{_device.Info}\n{onDevice}";
            }

            int outputs = options.MaxOutput ?? items, batchItems = RetrievalMemory.BatchItems(data.Matrix, _batchSize);
            _runner = _device is null
                ? new AutoencoderRunner<TModel>(_rows, data.Matrix, _team, _batchSize, outputs, batchItems)
                : new CudaAutoencoderRunner(_device, TModel.Cuda!, schema, data.Matrix, _batchSize, outputs, batchItems, options.MatrixPrecision);
            if (_runner is CudaAutoencoderRunner onCuda)
            {
                where += $"\nproducts over dense rows: {onCuda.Products}";
            }

            if (where is not null)
            {
                options.Progress?.Report(new TrainingProgress(TrainingProgressKind.Start, 1, _epochs, 0, _stepsPerEpoch, 0, 0, default, null) { Device = where });
            }
        }
        catch
        {
            _rows.Dispose();
            _team.Dispose();
            _device?.Dispose();
            throw;
        }
    }

    private bool LimitReached => _position.TotalSteps >= _options.MaxSteps;

    private SparsityLevel Level => _levels[_position.Level];

    private OptimizerSchedule Schedule => _position.Level + 1 == _levels.Length ? _finalSchedule : _pruningSchedule;

    /// <summary>Runs to the end and returns the model.</summary>
    public TrainedRetriever<TModel> Run(CancellationToken token)
    {
        if (_options.Resume && File.Exists(_options.CheckpointPath))
        {
            Resume(_options.CheckpointPath);
        }
        else
        {
            Start();
        }

        while (_position.Level < _levels.Length)
        {
            while (_position.EpochOfLevel < Level.Epochs && !LimitReached)
            {
                RunEpoch(token);
            }

            if (LimitReached || _position.Level + 1 == _levels.Length)
            {
                break;
            }

            (_position.Level, _position.EpochOfLevel, _position.StepOfLevel) = (_position.Level + 1, 0, 0);
            Prune(_options.Schedule.Restart);
        }

        _runner.Download();
        if (_rows.Chosen == 0)
        {
            return new TrainedRetriever<TModel>(_data.Items, UnitRows.From(_rows), _position.History);
        }

        using SparseRows chosen = new SupportSelection(_rows, _rows.Chosen, _options.Budget).Next(0, restart: false, _start, _team);
        chosen.Unit.CopyFrom(chosen.Values);
        return new TrainedRetriever<TModel>(_data.Items, UnitRows.From(chosen), _position.History);
    }

    /// <summary>Frees the memory and ends the threads.</summary>
    public void Dispose()
    {
        _runner.Dispose();
        _device?.Dispose();
        _rows.Dispose();
        _team.Dispose();
    }

    private static int ChosenOf(SparsityLevel level) => level.Kept < level.Stored ? level.Kept : 0;

    private void Start()
    {
        for (int row = 0; row < _rows.Rows; row++)
        {
            long at = _rows.Start(row);
            for (int column = 0; column < _rows.Dimension; column++)
            {
                _rows.Values.At(at + column) = _start.At(((long)row * _rows.Dimension) + column);
            }
        }

        _rows.Chosen = Level.Stored == _rows.Dimension ? ChosenOf(Level) : 0;
        _runner.Attach(_rows);
        if (Level.Stored < _rows.Dimension)
        {
            Prune(restart: true);
        }
    }

    // The level's support, nested in the one before, with new optimiser state (section 4.2 of the digest).
    private void Prune(bool restart)
    {
        _runner.Download();
        SparseRows next = new SupportSelection(_rows, Level.Stored, _options.Budget).Next(_states, restart, _start, _team);
        next.Chosen = ChosenOf(Level);
        _rows.Dispose();
        _rows = next;
        _runner.Attach(next);
    }

    private void RunEpoch(CancellationToken token)
    {
        int[] order = ShuffleOrder.Create(_data.Matrix.Users, _options.Seed, _position.Epoch);
        long lastReport = Stopwatch.GetTimestamp(), started = lastReport;
        while (_position.Step < _stepsPerEpoch && !LimitReached)
        {
            AddTime(ref started);
            StopIfCanceled(token);
            started = Stopwatch.GetTimestamp();
            Step(order);
            if (_options.CheckpointEverySteps > 0 && _position.TotalSteps % _options.CheckpointEverySteps == 0 && _position.Step < _stepsPerEpoch)
            {
                AddTime(ref started);
                WriteCheckpoint();
                started = Stopwatch.GetTimestamp();
            }

            if (_options.Progress is { } progress && Stopwatch.GetElapsedTime(lastReport) > s_reportInterval)
            {
                AddTime(ref started);
                lastReport = started;
                Report(progress, TrainingProgressKind.Step);
            }
        }

        AddTime(ref started);
        RequireFiniteParameters();
        if (_position.Step < _stepsPerEpoch)
        {
            // A run with a higher limit can finish the epoch.
            WriteCheckpoint();
            return;
        }

        int users = _data.Matrix.Users;
        _position.History.Add(new RetrievalEpoch(_position.Epoch + 1, Level.Kept, _position.LossSum / users, _position.Seconds, users / _position.Seconds));
        if (_options.Progress is { } end)
        {
            Report(end, TrainingProgressKind.EpochEnd);
        }

        _position.EndEpoch();
        WriteCheckpoint();
    }

    private void Step(int[] order)
    {
        RetrievalBatch batch = Batch(order, 0);
        double loss = _runner.Train(batch, _position.Step + 1 < _stepsPerEpoch ? Batch(order, 1) : null, Schedule.At(_position.StepOfLevel + 1));
        if (!double.IsFinite(loss))
        {
            throw Diverged($"the loss is not a finite number{(_runner.FindFault() is { } fault ? $" ({fault})" : "")}", loss / batch.Users.Length);
        }

        _position.LossSum += loss;
        _position.Step++;
        _position.StepOfLevel++;
        _position.TotalSteps++;
    }

    // The users of the step that comes so many steps after this one.
    private RetrievalBatch Batch(int[] order, int ahead)
    {
        int first = (_position.Step + ahead) * _batchSize;
        return new RetrievalBatch(
            order.AsMemory(first, int.Min(_batchSize, order.Length - first)), new CounterRandom(KeyHash.Mix(_options.Seed ^ (ulong)(_position.TotalSteps + ahead)), DrawStream));
    }

    private void AddTime(ref long started)
    {
        long now = Stopwatch.GetTimestamp();
        _position.Seconds += Stopwatch.GetElapsedTime(started, now).TotalSeconds;
        started = now;
    }

    private void Report(IProgress<TrainingProgress> progress, TrainingProgressKind kind)
    {
        double done = double.Min((double)_position.Step * _batchSize, _data.Matrix.Users), speed = done / _position.Seconds;
        double left = ((double)(_epochs - _position.Epoch) * _data.Matrix.Users) - done;
        progress.Report(new TrainingProgress(
            kind, _position.Epoch + 1, _epochs, _position.Step, _stepsPerEpoch, speed, _position.LossSum / done,
            TimeSpan.FromSeconds(left <= 0 || speed <= 0 ? 0 : double.Min(left / speed, TimeSpan.MaxValue.TotalSeconds / 2)), null));
    }

    private void StopIfCanceled(CancellationToken token)
    {
        if (token.IsCancellationRequested)
        {
            WriteCheckpoint();
            throw new TrainingCanceledException(_position.Epoch + 1, _position.Step, _options.CheckpointPath, token);
        }
    }

    private TrainingDivergedException Diverged(string what, double loss) => new(what, _position.Epoch + 1, _position.Step + 1, loss, _lastCheckpoint);

    private void RequireFiniteParameters()
    {
        _runner.Download();
        for (long at = 0; at < _rows.SlotCount; at++)
        {
            if (!float.IsFinite(_rows.Values.At(at)))
            {
                throw Diverged($"parameter {TModel.Schema.Tables[0].Name} is not finite", _position.LossSum / double.Max(1, _position.Step * (double)_batchSize));
            }
        }
    }

    private void WriteCheckpoint()
    {
        if (_options.CheckpointPath is { } path)
        {
            RequireFiniteParameters();
            RetrievalCheckpoint.Write(path, TModel.Schema, _rows, _position, Settings());
            _lastCheckpoint = path;
        }
    }

    // All that the bits of a run depend on.
    private Dictionary<string, string> Settings()
    {
        SparsitySchedule schedule = _options.Schedule;
        return new Dictionary<string, string>
        {
            ["seed"] = FormattableString.Invariant($"{_options.Seed}"),
            ["batchSize"] = FormattableString.Invariant($"{_options.BatchSize}"),
            ["epochs"] = FormattableString.Invariant($"{_options.Epochs}"),
            ["schedule"] = FormattableString.Invariant($"{schedule.Kind} {schedule.EpochsPerHalving} {(schedule.Restart ? "restart" : "continue")} {_options.Budget}{(schedule.Support == SupportChoice.EveryStep ? " every step" : "")}"),
            ["maxOutput"] = FormattableString.Invariant($"{_options.MaxOutput ?? 0}"),
            ["learningRate"] = FormattableString.Invariant($"{_options.LearningRate ?? 0:R}"),
            ["rateDecay"] = $"{_options.RateDecay}",
            ["users"] = FormattableString.Invariant($"{_data.Matrix.Users}"),
            ["items"] = FormattableString.Invariant($"{_data.Matrix.Items}"),
            ["pairs"] = FormattableString.Invariant($"{_data.Matrix.Count}"),
        };
    }

    private void Resume(string path)
    {
        (SparseRows rows, _position) = RetrievalCheckpoint.Read(path, TModel.Schema, _data.Matrix.Items, Settings(), _levels);
        _rows.Dispose();
        _rows = rows;
        _rows.Chosen = ChosenOf(Level);
        _runner.Attach(rows);
        _lastCheckpoint = path;
    }
}
