using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>
/// Takes steps on a CUDA device. The kernels of a step are recorded once per size of their grids and then started with one call; the next
/// batch is filled and packed on the host and copied beside them. Parameters and optimiser state live on the device from
/// <see cref="Prepare"/> on and come back by <see cref="Download"/>.
/// </summary>
internal sealed class CudaStepRunner : IBatchRunner, IDeviceRunner
{
    private const int MostBlocks = 4096;

    private readonly CudaProgram _program;
    private readonly CudaDevice _device;
    private readonly ModelState _state;
    private readonly BatchLoader _loader;
    private readonly WorkerTeam _team;
    private readonly CudaStream _copies;
    private readonly CudaFunction[] _functions;
    private readonly DeviceParameters _parameters;
    private readonly DeviceWork _work;
    private readonly nint _result;
    private readonly FillPhase _fill;
    private readonly Dictionary<(StepInput Input, int Generation, int Slots, int Shared, int Tiles), CudaGraph> _graphs = [];
    private StepInput _current;
    private StepInput _next;
    private int[] _order = [];
    private int _currentStart;
    private int _nextStart;
    private int _nextCount;
    private int _stamp;
    private bool _hostIsCurrent = true;

    /// <summary>Loads the kernels and allocates everything for batches of up to <paramref name="examples"/> examples, negatives not counted.</summary>
    /// <exception cref="InsufficientMemoryException">It does not fit in the memory of the device.</exception>
    public CudaStepRunner(CudaDevice device, CudaProgram program, ModelState state, BatchLoader loader, DataSet data, int examples, WorkerTeam team, MatrixPrecision precision = MatrixPrecision.Exact)
    {
        (_device, _program, _state, _loader, _team) = (device, program, state, loader, team);
        int capacity = examples * loader.RowsPerExample;
        Plan = MakePlan(_program, state, data, capacity);
        Plan.Check(device);
        CudaModule module = device.Load(SourceFor(_program.Source, state.Schema.Name, precision, device.Info));
        _functions = [.. _program.Kernels.Select(kernel => device.Driver.GetFunction(module, kernel.Name))];
        _copies = device.Driver.CreateStream();
        StepLayout layout = new(state.Schema);
        _parameters = new DeviceParameters(device, state);
        _work = new DeviceWork(device, _program, state, layout, capacity);
        _current = new StepInput(device, _copies, layout, BatchLoader.CreateBatch(state.Schema, capacity, buffers: false));
        _next = new StepInput(device, _copies, layout, BatchLoader.CreateBatch(state.Schema, capacity, buffers: false));
        _result = device.Driver.AllocatePinned(StepLayout.ResultBytes);
        _fill = new FillPhase(this);
    }

    /// <summary>Device memory of the run.</summary>
    public DeviceMemoryPlan Plan { get; }

    /// <summary>The device memory that a run takes.</summary>
    public static DeviceMemoryPlan MakePlan(CudaProgram program, ModelState state, DataSet data, int capacity)
    {
        DeviceMemoryPlan plan = new();
        DeviceParameters.Plan(plan, state);
        DeviceWork.Plan(plan, program, state.Schema, data, capacity);
        return plan;
    }

    /// <summary>The text of a model's kernels for a device.</summary>
    public static KernelSource SourceFor(string source, string name, MatrixPrecision precision, CudaDeviceInfo device) =>
        new(name, precision == MatrixPrecision.TensorFloat32 && device.Capability >= 80 ? "#define MODELGEN_TF32 1\n" + source : source) { OptionsWhenSpilling = ["--define-macro=MODELGEN_ROOM"] };

    /// <inheritdoc/>
    public void Prepare(int[] order, int start, int count, int epoch = 0)
    {
        _order = order;
        _loader.Epoch = epoch;
        Upload();
        Fill(start, count);
        Exchange();
    }

    /// <inheritdoc/>
    public double Step(OptimizerStep optimizer, int nextStart, int nextCount)
    {
        Describe(optimizer);
        _current.Send(_device.Stream);
        Launch();
        _device.Driver.CopyToHost(_result, _work.Result, StepLayout.ResultBytes, _device.Stream);
        if (nextCount > 0)
        {
            Fill(nextStart, nextCount);
        }

        _device.Synchronize();
        double loss = Loss;
        if (double.IsFinite(loss))
        {
            _hostIsCurrent = false;
            Exchange();
        }

        return loss;
    }

    /// <inheritdoc/>
    public void Regroup(int feature)
    {
        _loader.Regroup(_current.Batch, feature);
        _current.Pack(_team);
    }

    /// <inheritdoc/>
    public void Download()
    {
        if (!_hostIsCurrent)
        {
            _parameters.Download();
            _hostIsCurrent = true;
        }
    }

    /// <inheritdoc/>
    public void Upload()
    {
        _parameters.Upload();
        _hostIsCurrent = true;
    }

    /// <inheritdoc/>
    public string? FindFault()
    {
        // The step has changed nothing, so that it can be taken again kernel by kernel.
        Download();
        if (ParameterCheck.FirstNonFinite(_state) is { } name)
        {
            return $"parameter {name} was not finite before the step";
        }

        for (int k = 0; k < _functions.Length && _program.Kernels[k].Name != "sum_losses"; k++)
        {
            Launch(k);
            _device.Synchronize();
            if (Fault(_program.Kernels[k]) is { } fault)
            {
                return $"kernel {_program.Kernels[k].Name} was the first to give such a number: {fault}";
            }
        }

        return null;
    }

    /// <summary>Frees what the device does not free itself.</summary>
    public void Dispose()
    {
        foreach (CudaGraph graph in _graphs.Values)
        {
            _device.Driver.DestroyGraph(graph);
        }

        _current.Dispose();
        _next.Dispose();
        _device.Driver.FreePinned(_result);
        _device.Driver.DestroyStream(_copies);
    }

    private unsafe double Loss => *(double*)_result;

    private string? Fault(CudaKernel kernel)
    {
        Batch batch = _current.Batch;
        if (kernel.Name == "embed")
        {
            foreach (CudaVectors vectors in _program.Vectors)
            {
                int feature = vectors.Feature;
                if (_work.FirstFaultyVector(batch.Features[feature], vectors) is >= 0 and var slot)
                {
                    return string.Create(CultureInfo.InvariantCulture, $"the vector of {_state.Schema.Categoricals[feature].Name} of id {batch.Features[feature].Ids[slot]}");
                }
            }

            return null;
        }

        double[] losses = new double[batch.Count];
        _work.Losses.Download(losses);
        int example = Array.FindIndex(losses, loss => !double.IsFinite(loss));
        return example < 0 ? null : string.Create(CultureInfo.InvariantCulture, $"the loss of example {_order[_currentStart + example]} of the data, whose label is {batch.Labels[example]:R}");
    }

    // The batch that was filled becomes the one of the next step.
    private void Exchange()
    {
        (_current, _next) = (_next, _current);
        _currentStart = _nextStart;
    }

    private void Fill(int start, int count)
    {
        (_nextStart, _nextCount) = (start, count);
        _loader.Arrange(_order.AsSpan(start, count));
        _loader.Begin(_next.Batch, NextExamples);
        _team.Run(_next.Batch.Features.Length, _fill);
        _next.Pack(_team);
    }

    private ReadOnlySpan<int> NextExamples => _order.AsSpan(_nextStart, _nextCount);

    private void Describe(OptimizerStep optimizer)
    {
        _current.DescribeInputs();
        _parameters.Describe(_current);
        _work.Describe(_current, Lanes);
        _current.Put(92, ++_stamp);
        _current.Put(96, optimizer.TableRate);
        _current.Put(100, optimizer.FactorRate);
        _current.Put(104, optimizer.TowerRate);
        _current.Put(108, 1f / _current.Batch.Count);
        _current.Put(112, optimizer.MomentScale);
        _current.Put(116, optimizer.GradientScale);
        _current.Put(120, optimizer.SecondMomentScale);
    }

    private int Tiles => (_current.Batch.Count + _program.TileExamples - 1) / _program.TileExamples;

    private int Lanes => int.Min(_program.Lanes, Tiles);

    private void Launch()
    {
        var key = (_current, _current.Generation, GridOf(CudaWork.Slots), GridOf(CudaWork.SharedRows), GridOf(CudaWork.Tiles));
        if (!_graphs.TryGetValue(key, out CudaGraph graph))
        {
            _device.Driver.BeginCapture(_device.Stream);
            for (int k = 0; k < _functions.Length; k++)
            {
                Launch(k);
            }

            graph = _device.Driver.EndCapture(_device.Stream);
            _graphs.Add(key, graph);
        }

        _device.Driver.Launch(graph, _device.Stream);
    }

    private void Launch(int kernel)
    {
        CudaKernel k = _program.Kernels[kernel];
        _device.Driver.Launch(_functions[kernel], new LaunchSize(GridOf(k.Work), k.Count), CudaProgram.BlockThreads, 0, _device.Stream, _current.Address);
    }

    // Powers of two, so that few sizes occur and their recordings are found again.
    private int GridOf(CudaWork work)
    {
        Batch batch = _current.Batch;
        long blocks = work switch
        {
            CudaWork.Slots => Cover(batch.Features.Max(f => f.SlotCount) - 1, _program.SlotsPerBlock),
            CudaWork.SharedRows => Cover(batch.Features.Max(f => f.Shared.Length == 0 ? 0 : f.Shared.Max(s => s.Count)), _program.SlotsPerBlock),
            CudaWork.Dense => Cover(_state.Schema.Dense.Max(d => (long)d.Rows * d.Columns), CudaProgram.BlockThreads),
            CudaWork.TableRows => Cover(_state.Tables.Max(t => t.Values.Length), CudaProgram.BlockThreads),
            CudaWork.Tiles => Lanes,
            _ => 1,
        };
        return (int)long.Min(MostBlocks, work is CudaWork.Tiles or CudaWork.One ? blocks : (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)long.Max(1, blocks)));
    }

    private static long Cover(long items, int perBlock) => (items + perBlock - 1) / perBlock;

    private sealed class FillPhase(CudaStepRunner runner) : ITeamWork
    {
        public void Execute(int item) => runner._loader.FillFeature(runner._next.Batch, item, runner.NextExamples, training: true);
    }
}
