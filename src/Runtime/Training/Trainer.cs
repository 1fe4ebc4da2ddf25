using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>One training run: epochs, validation, the best epoch, checkpoints, and the ways a run can end early.</summary>
/// <typeparam name="TModel">The user's class.</typeparam>
internal sealed class Trainer<TModel> : IDisposable
    where TModel : class, IEmbeddingModel<TModel>
{
    private static readonly TimeSpan s_reportInterval = TimeSpan.FromMilliseconds(100);

    private readonly DataSet<TModel> _data;
    private readonly TrainingOptions _options;
    private readonly WorkerTeam _team;
    private readonly ModelState _state;
    private readonly CudaDevice? _device;
    private readonly string? _whyCpu;
    private readonly IDeviceRunner? _deviceSteps;
    private readonly IStepRunner _runner;
    private readonly IdleIds _idleIds;
    private readonly OptimizerSchedule _schedule;
    private readonly Reseeding _reseeding;
    private readonly Validator<TModel>? _validator;
    private readonly BestParameters? _best;
    private readonly int _batchSize;
    private readonly int _rowsPerExample;
    private readonly long _stepsPerEpoch;
    private Scorer<TModel>? _stopScorer;
    private TrainingPosition _position = new();
    private string? _lastCheckpoint;

    /// <summary>Plans and allocates a run.</summary>
    public Trainer(DataSet<TModel> data, TrainingOptions options)
    {
        _data = data;
        _options = options;
        _batchSize = options.FullBatch ? data.Count : int.Min(options.BatchSize, data.Count);
        _rowsPerExample = options.RowsPerExample(TModel.Schema);
        _stepsPerEpoch = ((long)data.Count + _batchSize - 1) / _batchSize;
        ModelSchema schema = TModel.Schema;
        var vocabularies = ModelTrainer.BuildVocabularies(schema, data);
        MemoryPlan plan = MemoryPlan.Compute(schema, vocabularies, data, options);
        if (plan.ToAllocate > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
        {
            throw new InsufficientMemoryException(
                $"Training {schema.Name} takes more memory than this machine has. Use a smaller batch, width or vocabulary (MinCount).\n{plan}");
        }

        options.Progress?.Report(new TrainingProgress(TrainingProgressKind.Planned, 1, options.Epochs, 0, _stepsPerEpoch, 0, 0, TimeSpan.Zero, null) { Memory = plan });
        _team = new WorkerTeam(options.TeamSize);
        try
        {
            _schedule = new OptimizerSchedule(schema.Optimizer, options, long.Min(options.MaxSteps ?? long.MaxValue, options.Epochs * _stepsPerEpoch));
            _state = ParameterFactory.Allocate(schema, vocabularies, ModelTrainer.BuildScalings(schema, data), optimizerState: true);
            _reseeding = new Reseeding(_state, options.Seed, _team);
            if (options.Validation is DataSet<TModel> validation)
            {
                _validator = Validator<TModel>.Create(_state, validation, data, options, _team);
                _best = options.KeepBest ? new BestParameters(_state) : null;
            }

            _idleIds = new IdleIds(_state, data, averageRows: TModel.Factorization is not null);
            _device = DeviceChoice.Open(options.Device, TModel.Cuda is null ? DeviceChoice.WithoutCuda : null, out _whyCpu);
            (_runner, _deviceSteps) = CreateRunner(data);
        }
        catch
        {
            _device?.Dispose();
            _team.Dispose();
            throw;
        }
    }

    /// <summary>Whether an optimiser step is left in the run.</summary>
    private bool LimitReached => _state.Steps >= _options.MaxSteps;

    /// <summary>Whether the patience with the epochs after the best one is used up.</summary>
    private bool IsStoppedEarly => _options.Patience > 0 && _position.BestEpoch > 0 && _position.Epoch - _position.BestEpoch >= _options.Patience;

    /// <summary>Runs to the end and returns the model.</summary>
    public TrainedModel<TModel> Run(Action<TrainedModel<TModel>>? afterEpoch, CancellationToken token)
    {
        if (_options.Resume && File.Exists(_options.CheckpointPath))
        {
            Resume(_options.CheckpointPath);
        }
        else
        {
            ParameterFactory.Start(_state, _options.Seed, _options.FactorSigma, _team, _data.Labels.Length == 0 ? 0 : _data.Labels.Average(label => (double)label));
            if (_options.Start is { } start)
            {
                WarmStart.Apply(_state, start, _options.Seed, _stepsPerEpoch, _team);
            }
        }

        if ((_deviceSteps is { } device ? $"{_device!.Info}\n{device.Plan}" : _whyCpu is null ? null : $"CPU: {_whyCpu}") is { } where)
        {
            _options.Progress?.Report(new TrainingProgress(TrainingProgressKind.Start, 1, _options.Epochs, 0, _stepsPerEpoch, 0, 0, default, null) { Device = where });
        }

        // An epoch that a step limit cut short ends the run, and a run resumed from inside an epoch finishes that epoch first.
        bool isWhole = true;
        while (isWhole && _position.Epoch < _options.Epochs && !IsStoppedEarly && (!LimitReached || _position.Step > 0))
        {
            isWhole = RunEpoch(token);
            afterEpoch?.Invoke(new TrainedModel<TModel>(_state, _position.History, _position.BestEpoch));
        }

        if (_best is not null && _position.BestEpoch > 0 && _position.BestEpoch != _position.History.Count)
        {
            _best.CopyTo(_state);
        }

        return new TrainedModel<TModel>(_state, _position.History, _position.BestEpoch);
    }

    /// <summary>Ends the threads and gives the device back.</summary>
    public void Dispose()
    {
        _deviceSteps?.Dispose();
        _device?.Dispose();
        _team.Dispose();
    }

    /// <summary>Runs what is left of the epoch under way; false when the step limit ended it before its last step.</summary>
    private bool RunEpoch(CancellationToken token)
    {
        RunSteps(token);
        StopIfCanceled(token);
        RequireFiniteParameters();
        bool isWhole = _position.Step == _stepsPerEpoch;
        if (!isWhole)
        {
            // Written before the epoch is closed, so that a run with a higher limit can finish it.
            WriteCheckpoint();
        }

        // A run that goes on inside the epoch finds its clusters as they were.
        _idleIds.Place();
        (Evaluation? validation, RankingEvaluation? ranking) = Validate(token);
        EpochResult result = new(
            _position.Epoch + 1, _position.LossSum / RowsDone, validation, _position.Seconds, RowsDone / _position.Seconds) { Ranking = ranking };
        _position.History.Add(result);
        if (_validator is { } validator && (_position.BestEpoch == 0 || validator.IsBetter(result, _position.History[_position.BestEpoch - 1])))
        {
            _position.BestEpoch = result.Epoch;
            _best?.CopyFrom(_state);
        }

        _options.Progress?.Report(new TrainingProgress(
            TrainingProgressKind.EpochEnd, result.Epoch, _options.Epochs, _position.Step, _stepsPerEpoch, result.ExamplesPerSecond, result.Loss,
            TimeLeft(result.ExamplesPerSecond), validation) { Ranking = ranking });
        if (isWhole)
        {
            (_position.Epoch, _position.Step, _position.LossSum, _position.Seconds) = (_position.Epoch + 1, 0, 0, 0);
            WriteCheckpoint();
        }

        return isWhole;
    }

    private (IStepRunner Runner, IDeviceRunner? Device) CreateRunner(DataSet<TModel> data)
    {
        IdleSplits? stop = _validator is null ? null : new IdleSplits(ValidationLosses);
        if (_options.FullBatch)
        {
            FactorizationRunner factorization = new(_state, TModel.Factorization!, data, _team, _options.Seed, stop, _device is null ? null : (_device, TModel.Cuda!.FullBatch!));
            return (factorization, _device is null ? null : factorization);
        }

        NegativeSampler? negatives = TModel.Schema.IsImplicit ? new NegativeSampler(data, TModel.Schema, _state.Vocabularies, _options) : null;
        BatchLoader loader = new(data, TModel.Schema, _state.Vocabularies, _state.Scalings, negatives, tables: _state.Tables);
        CudaStepRunner? device = _device is null ? null : new CudaStepRunner(_device, TModel.Cuda!, _state, loader, data, _batchSize, _team, _options.MatrixPrecision);
        IBatchRunner steps = device is not null ? device
            : new StepRunner<TModel>(_state, loader, _batchSize, LaneSet.Create(TModel.Schema, _batchSize * _rowsPerExample, training: true), _team);
        return (TModel.Schema.Categoricals.Any(c => c.Clusters is not null) ? new ClusteredRunner<TModel>(_state, steps, loader, data, _team, _options.Seed, stop) : steps, device);
    }

    private double[] ValidationLosses()
    {
        float[] scores = (_stopScorer ??= new Scorer<TModel>(_state, _options.Validation!, _team)).Score();
        return [.. scores.Zip(_options.Validation!.Labels, (score, label) => TModel.Schema.Loss == Loss.BinaryCrossEntropy ? LogisticLoss.Compute(score, label) : Math.Pow(score - label, 2))];
    }

    private void RunSteps(CancellationToken token)
    {
        if (_position.Step >= _stepsPerEpoch || LimitReached)
        {
            return;
        }

        int[] order = _options.FullBatch ? [] : ShuffleOrder.Create(_data.Count, _options.Seed, _position.Epoch);
        long lastReport = Stopwatch.GetTimestamp();
        long started = lastReport;
        _runner.Prepare(order, StartOf(_position.Step), CountOf(_position.Step), _position.Epoch);
        while (_position.Step < _stepsPerEpoch && !LimitReached)
        {
            AddTime(ref started);
            StopIfCanceled(token);
            started = Stopwatch.GetTimestamp();
            Step();
            if (_options.CheckpointEverySteps > 0 && _state.Steps % _options.CheckpointEverySteps == 0 && _position.Step < _stepsPerEpoch)
            {
                AddTime(ref started);
                WriteCheckpoint();
                started = Stopwatch.GetTimestamp();
            }

            if (_options.Progress is { } progress && Stopwatch.GetElapsedTime(lastReport) > s_reportInterval)
            {
                AddTime(ref started);
                lastReport = started;
                ReportStep(progress);
            }
        }

        AddTime(ref started);
    }

    private void Step()
    {
        long next = _position.Step + 1;
        bool hasNext = next < _stepsPerEpoch;
        double loss = _runner.Step(_schedule.At(_state.Steps + 1), hasNext ? StartOf(next) : 0, hasNext ? CountOf(next) : 0);
        if (!double.IsFinite(loss))
        {
            throw Diverged($"the loss is not a finite number{(_runner.FindFault() is { } fault ? $" ({fault})" : "")}", next, loss / (CountOf(_position.Step) * (double)_rowsPerExample));
        }

        _position.LossSum += loss;
        _position.Step = next;
        _state.Steps++;
        if (_reseeding.IsDue)
        {
            _runner.Download();
            _reseeding.AfterStep();
            _runner.Upload();
        }
    }

    private int StartOf(long step) => (int)(step * _batchSize);

    private int CountOf(long step) => int.Min(_batchSize, _data.Count - StartOf(step));

    private long ExamplesDone => long.Min(_position.Step * _batchSize, _data.Count);

    /// <summary>Examples of the epoch so far with their negatives: the number of losses in the sum.</summary>
    private long RowsDone => ExamplesDone * _rowsPerExample;

    private void AddTime(ref long started)
    {
        long now = Stopwatch.GetTimestamp();
        _position.Seconds += Stopwatch.GetElapsedTime(started, now).TotalSeconds;
        started = now;
    }

    private void ReportStep(IProgress<TrainingProgress> progress)
    {
        double speed = RowsDone / _position.Seconds;
        progress.Report(new TrainingProgress(
            TrainingProgressKind.Step, _position.Epoch + 1, _options.Epochs, _position.Step, _stepsPerEpoch, speed,
            _position.LossSum / RowsDone, TimeLeft(speed), null));
    }

    private TimeSpan TimeLeft(double rowsPerSecond)
    {
        double examplesPerSecond = rowsPerSecond / _rowsPerExample;
        double examples = ((double)(_options.Epochs - _position.Epoch) * _data.Count) - ExamplesDone;
        if (_options.MaxSteps is { } limit)
        {
            examples = double.Min(examples, (double)(limit - _state.Steps) * _batchSize);
        }

        return TimeSpan.FromSeconds(examples <= 0 || examplesPerSecond <= 0 ? 0 : double.Min(examples / examplesPerSecond, TimeSpan.MaxValue.TotalSeconds / 2));
    }

    private (Evaluation? Labelled, RankingEvaluation? Ranking) Validate(CancellationToken token)
    {
        try
        {
            return _validator?.Measure(token) ?? default;
        }
        catch (OperationCanceledException)
        {
            throw Canceled(token);
        }
        catch (ArithmeticException)
        {
            throw Diverged("a validation score is not a finite number", _position.Step, _position.LossSum / RowsDone);
        }
    }

    private void StopIfCanceled(CancellationToken token)
    {
        if (token.IsCancellationRequested)
        {
            throw Canceled(token);
        }
    }

    private TrainingCanceledException Canceled(CancellationToken token)
    {
        WriteCheckpoint();
        return new TrainingCanceledException(_position.Epoch + 1, _position.Step, _options.CheckpointPath, token);
    }

    private TrainingDivergedException Diverged(string what, long step, double loss) =>
        new(what, _position.Epoch + 1, step, loss, _lastCheckpoint);

    // Parameters are looked at, measured and written on the host.
    private void RequireFiniteParameters()
    {
        _runner.Download();
        if (ParameterCheck.FirstNonFinite(_state) is { } name)
        {
            throw Diverged($"parameter {name} is not finite", _position.Step, _position.LossSum / long.Max(1, RowsDone));
        }
    }

    private void WriteCheckpoint()
    {
        if (_options.CheckpointPath is not { } path)
        {
            return;
        }

        RequireFiniteParameters();
        bool isBest = _position.Step == 0 && _position.BestEpoch == _position.Epoch;
        CheckpointWriter.WriteTraining(path, _state, _position, _position.BestEpoch == 0 || isBest ? null : _best, _options, _data.Count);
        _lastCheckpoint = path;
    }

    private void Resume(string path)
    {
        using CheckpointReader reader = CheckpointReader.Open(path, TModel.Schema);
        ResumeCheck.Require(path, reader, _state, _options, _data.Count);
        _position = reader.ReadPosition(_stepsPerEpoch);
        reader.ReadParameters(_state, best: false);
        reader.ReadOptimizer(_state);
        _lastCheckpoint = path;
        if (_options.Validation is null)
        {
            _position.BestEpoch = 0;
        }

        if (_best is null || _position.BestEpoch == 0)
        {
            return;
        }

        if (reader.HasBest)
        {
            reader.ReadBest(_state, _best);
        }
        else if (_position.Step == 0 && _position.BestEpoch == _position.Epoch)
        {
            _best.CopyFrom(_state);
        }
        else
        {
            throw new CheckpointMismatchException(path, "it was written with KeepBest = false and does not hold the parameters of its best epoch. Set KeepBest = false, or start over.");
        }
    }
}
