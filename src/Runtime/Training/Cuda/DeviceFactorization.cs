using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>
/// The gradients and updates of a matrix factorisation on all ratings at once, on a CUDA device. Rows, optimiser state and cells live there
/// between the moments at which ids move. A step is one recorded graph: the description goes to the device, the kernels run, the loss
/// comes back.
/// </summary>
internal sealed class DeviceFactorization : IDisposable
{
    private readonly CudaDevice _device;
    private readonly DeviceKernels _kernels;
    private readonly DeviceSide[] _sides;
    private readonly bool _hasBiases;
    private readonly int _bytes;
    private readonly DeviceBuffer<double> _losses;
    private readonly DeviceBuffer<byte> _result;
    private readonly DeviceBuffer<byte> _description;
    private readonly nint _pinned;
    private readonly Dictionary<int, CudaGraph> _graphs = [];
    private bool _hostIsCurrent = true;
    private bool _deviceIsCurrent;

    /// <summary>Loads the kernels and allocates the tables.</summary>
    /// <param name="device">The device.</param>
    /// <param name="text">The kernels.</param>
    /// <param name="schema">The model.</param>
    /// <param name="users">The users' side.</param>
    /// <param name="items">The items' side.</param>
    /// <exception cref="InsufficientMemoryException">It does not fit in the memory of the device.</exception>
    public DeviceFactorization(CudaDevice device, string text, ModelSchema schema, FactorSide users, FactorSide items)
    {
        _device = device;
        _hasBiases = users.Biases is not null;
        Plan = new DeviceMemoryPlan();
        DeviceSide.PlanBoth(Plan, users, items);

        Plan.Check(device);
        _kernels = new DeviceKernels(device, CudaStepRunner.SourceFor(text, $"{schema.Name}_all", MatrixPrecision.Exact, device.Info));
        bool isPersonal = users.Personal is not null || items.Personal is not null;
        _sides = [new DeviceSide(device, users, isPersonal, isFirst: true), new DeviceSide(device, items, isPersonal, isFirst: false)];
        _bytes = StepBytes + _sides.Sum(side => side.Bytes);
        _losses = device.Allocate<double>("losses", users.MostRows);
        _result = device.Allocate<byte>("result", StepLayout.ResultBytes);
        _description = device.Allocate<byte>("description", _bytes);
        _pinned = device.Driver.AllocatePinned(_bytes + StepLayout.ResultBytes);
    }

    // The struct Step before its sides.
    private int StepBytes => _hasBiases ? 48 : 40;

    /// <summary>Device memory of the run.</summary>
    public DeviceMemoryPlan Plan { get; }

    /// <summary>Brings rows and optimiser state to the host, where they are about to be changed.</summary>
    public void Invalidate()
    {
        Download();
        _deviceIsCurrent = false;
    }

    /// <summary>Brings rows and optimiser state to the host.</summary>
    public void Download()
    {
        if (!_hostIsCurrent)
        {
            Move(toDevice: false);
            _hostIsCurrent = true;
        }
    }

    /// <summary>Takes over the cells of both sides after ids have moved.</summary>
    public void SetCells()
    {
        _device.Synchronize();
        foreach (DeviceSide side in _sides)
        {
            side.SetCells();
        }
    }

    /// <summary>One step over all cells. Returns the sum of the squared errors before the step; when it is not finite, nothing has been changed.</summary>
    public double Step(OptimizerStep optimizer)
    {
        if (!_deviceIsCurrent)
        {
            Move(toDevice: true);
            _deviceIsCurrent = true;
        }

        Describe(optimizer);
        // Powers of two, so that few sizes occur and their recordings are found again.
        int blocks = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)_sides.Max(side => side.Side.Rows));
        if (!_graphs.TryGetValue(blocks, out CudaGraph graph))
        {
            _graphs.Add(blocks, graph = Record(blocks));
        }

        _device.Driver.Launch(graph, _device.Stream);
        _device.Synchronize();
        double loss = MemoryMarshal.Read<double>(Pinned(_bytes, sizeof(double))) + (_hasBiases ? 0 : _sides[0].Side.Cells.Spread);
        _hostIsCurrent &= !double.IsFinite(loss);
        return loss;
    }

    /// <summary>The moves of ids between the clusters of one side.</summary>
    public DeviceClusters ClustersOf(FactorSide own, FactorSide other) => new(_device, _kernels, own, other, _sides.First(side => side.Side == own).Ratings!);

    /// <summary>Frees what the device does not free itself.</summary>
    public void Dispose()
    {
        foreach (CudaGraph graph in _graphs.Values)
        {
            _device.Driver.DestroyGraph(graph);
        }

        _device.Driver.FreePinned(_pinned);
    }

    private CudaGraph Record(int blocks)
    {
        ICudaDriver driver = _device.Driver;
        driver.BeginCapture(_device.Stream);
        driver.CopyToDevice(_description.Address, _pinned, _bytes, _device.Stream);
        long elements = DeviceKernels.Cover((long)blocks * _sides[0].Side.Width), ids = _sides.Max(side => side.Side.Lists.Ids);
        bool isPersonal = _sides.Any(side => side.Personal is not null);
        void Launch(string kernel, long count, int rows = 2) => _kernels.Launch(kernel, count, rows, _description);
        if (isPersonal)
        {
            Launch("whole_vectors", elements);
        }

        if (_hasBiases)
        {
            Launch("rating_targets", DeviceKernels.Cover(ids, CudaProgram.BlockThreads / 32));
            Launch("average_cells", DeviceKernels.Cover(_sides[0].Side.Lists.Labels.Length, CudaProgram.BlockThreads / 8));
        }

        Launch("row_gradients", blocks);
        Launch("sum_losses", 1, 1);
        Launch("update_rows", elements);
        if (isPersonal)
        {
            Launch("cluster_means", _sides.Max(side => side.Side.Table.Assignment?.Capacity ?? 1));
            Launch("nearest_clusters", DeviceKernels.Cover(blocks, CudaProgram.BlockThreads / 32));
            Launch("move_ids", DeviceKernels.Cover(blocks));
            Launch("find_residuals", elements);
        }

        if (_hasBiases)
        {
            Launch("update_biases", DeviceKernels.Cover(ids, CudaProgram.BlockThreads / 32));
        }

        driver.CopyToHost(_pinned + _bytes, _result.Address, StepLayout.ResultBytes, _device.Stream);
        return driver.EndCapture(_device.Stream);
    }

    private unsafe Span<byte> Pinned(int offset, int bytes) => new((byte*)_pinned + offset, bytes);

    private void Describe(OptimizerStep optimizer)
    {
        Span<byte> bytes = Pinned(0, _bytes);
        MemoryMarshal.Write(bytes, _losses.Address.Value);
        MemoryMarshal.Write(bytes[8..], _result.Address.Value);
        MemoryMarshal.Write(bytes[16..], optimizer.TableRate);
        MemoryMarshal.Write(bytes[20..], optimizer.MomentScale);
        MemoryMarshal.Write(bytes[24..], optimizer.GradientScale);
        MemoryMarshal.Write(bytes[28..], optimizer.SecondMomentScale);
        MemoryMarshal.Write(bytes[32..], (long)_sides[0].Side.Rows);
        if (_sides[0].Side.Biases is { } biases)
        {
            MemoryMarshal.Write(bytes[40..], optimizer.TowerRate);
            MemoryMarshal.Write(bytes[44..], biases.MeanLabel);
        }

        int at = StepBytes;
        foreach (DeviceSide side in _sides)
        {
            MemoryMarshal.AsBytes(side.Fields().AsSpan()).CopyTo(bytes[at..]);
            at += side.Bytes;
        }
    }

    private void Move(bool toDevice)
    {
        foreach (DeviceSide side in _sides)
        {
            if (toDevice)
            {
                side.Upload();
            }
            else
            {
                side.Download();
            }
        }
    }
}
