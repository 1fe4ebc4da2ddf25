using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>
/// The gradients and updates of a matrix factorisation on all ratings at once, on a CUDA device. Rows, optimiser state and cells live there
/// between the moments at which ids move. A step is one recorded graph: the description goes to the device, three kernels run, the loss
/// comes back.
/// </summary>
internal sealed class DeviceFactorization : IDisposable
{
    private const int StepBytes = 40;
    private const int SideBytes = 88;
    private const int DescriptionBytes = StepBytes + (2 * SideBytes);

    private readonly CudaDevice _device;
    private readonly DeviceKernels _kernels;
    private readonly FactorSide[] _sides;
    private readonly DeviceBuffer<float>[][] _tables;
    private readonly DeviceBuffer<float>[] _gradients;
    private readonly DeviceBuffer<double> _losses;
    private readonly DeviceBuffer<byte> _result;
    private readonly DeviceBuffer<byte> _description;
    private readonly nint _pinned;
    private readonly Dictionary<int, CudaGraph> _graphs = [];
    private readonly List<IDisposable>[] _cells = [[], []];
    private readonly ulong[][] _cellAddresses = [[], []];
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
        (_device, _sides) = (device, [users, items]);
        Plan = new DeviceMemoryPlan();
        long values = _sides.Sum(side => side.Table.Values.Length), ratings = users.Lists.Labels.Length;
        Plan.Add<float>("parameters", values).Add<float>("gradients", values)
            .Add<float>("optimiser state", _sides.Sum(side => side.Table.State.Sum(s => s.Length)))
            .Add<float>("ratings by row", 6 * ratings);
        foreach ((FactorSide own, FactorSide other) in new[] { (users, items), (items, users) })
        {
            if (own.Table.Assignment is not null)
            {
                DeviceClusters.Plan(Plan, own, other);
            }
        }

        Plan.Check(device);
        _kernels = new DeviceKernels(device, CudaStepRunner.SourceFor(text, $"{schema.Name}_all", MatrixPrecision.Exact, device.Info));
        _tables = [.. _sides.Select(side => side.Table.State.Prepend(side.Table.Values).Select(s => device.Allocate<float>(side.Table.Parameter.Name, s.Length)).ToArray())];
        _gradients = [.. _sides.Select(side => device.Allocate<float>($"gradients of {side.Table.Parameter.Name}", side.Table.Values.Length))];
        _losses = device.Allocate<double>("losses", users.Table.Rows);
        _result = device.Allocate<byte>("result", StepLayout.ResultBytes);
        _description = device.Allocate<byte>("description", DescriptionBytes);
        _pinned = device.Driver.AllocatePinned(DescriptionBytes + StepLayout.ResultBytes);
    }

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
        for (int s = 0; s < _sides.Length; s++)
        {
            _cells[s].ForEach(buffer => buffer.Dispose());
            _cells[s].Clear();
            (FactorSide side, RatingCells cells) = (_sides[s], _sides[s].Cells);
            _cellAddresses[s] =
            [
                Upload<int>(s, "starts", cells.Starts), Upload<int>(s, "rows", cells.Rows.AsSpan(0, cells.Count)), Upload<float>(s, "weights", cells.Weights.AsSpan(0, cells.Count)),
                Upload<float>(s, "targets", cells.Targets.AsSpan(0, cells.Count)), Upload<float>(s, "pulls", side.Pulls), Upload<float>(s, "shares", side.Shares),
            ];
        }
    }

    /// <summary>One step over all cells. Returns the sum of their weighted squared errors before the step; when it is not finite, nothing has been changed.</summary>
    public double Step(OptimizerStep optimizer)
    {
        if (!_deviceIsCurrent)
        {
            Move(toDevice: true);
            _deviceIsCurrent = true;
        }

        Describe(optimizer);
        // Powers of two, so that few sizes occur and their recordings are found again.
        int blocks = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)_sides.Max(side => side.Rows));
        if (!_graphs.TryGetValue(blocks, out CudaGraph graph))
        {
            _graphs.Add(blocks, graph = Record(blocks));
        }

        _device.Driver.Launch(graph, _device.Stream);
        _device.Synchronize();
        double loss = MemoryMarshal.Read<double>(Pinned(DescriptionBytes, sizeof(double)));
        _hostIsCurrent &= !double.IsFinite(loss);
        return loss;
    }

    /// <summary>The moves of ids between the clusters of one side.</summary>
    public DeviceClusters ClustersOf(FactorSide own, FactorSide other) => new(_device, _kernels, own, other);

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
        driver.CopyToDevice(_description.Address, _pinned, DescriptionBytes, _device.Stream);
        _kernels.Launch("row_gradients", blocks, 2, _description);
        _kernels.Launch("sum_losses", 1, 1, _description);
        _kernels.Launch("update_rows", DeviceKernels.Cover((long)blocks * _sides[0].Width), 2, _description);
        driver.CopyToHost(_pinned + DescriptionBytes, _result.Address, StepLayout.ResultBytes, _device.Stream);
        return driver.EndCapture(_device.Stream);
    }

    private unsafe Span<byte> Pinned(int offset, int bytes) => new((byte*)_pinned + offset, bytes);

    private ulong Upload<T>(int side, string name, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        DeviceBuffer<T> buffer = _device.Allocate<T>(name, values.Length);
        buffer.Upload(values);
        _cells[side].Add(buffer);
        return buffer.Address.Value;
    }

    private void Describe(OptimizerStep optimizer)
    {
        Span<byte> bytes = Pinned(0, DescriptionBytes);
        MemoryMarshal.Write(bytes, _losses.Address.Value);
        MemoryMarshal.Write(bytes[8..], _result.Address.Value);
        MemoryMarshal.Write(bytes[16..], optimizer.TableRate);
        MemoryMarshal.Write(bytes[20..], optimizer.MomentScale);
        MemoryMarshal.Write(bytes[24..], optimizer.GradientScale);
        MemoryMarshal.Write(bytes[28..], optimizer.SecondMomentScale);
        MemoryMarshal.Write(bytes[32..], (long)_sides[0].Rows);
        for (int s = 0; s < _sides.Length; s++)
        {
            ulong State(int number) => number < _tables[s].Length ? _tables[s][number].Address.Value : 0;
            ReadOnlySpan<ulong> addresses = [State(0), State(1), State(2), _gradients[s].Address.Value, .. _cellAddresses[s], (ulong)_sides[s].Rows];
            MemoryMarshal.AsBytes(addresses).CopyTo(bytes[(StepBytes + (s * SideBytes))..]);
        }
    }

    private void Move(bool toDevice)
    {
        for (int s = 0; s < _sides.Length; s++)
        {
            NativeFloats[] host = [_sides[s].Table.Values, .. _sides[s].Table.State];
            for (int n = 0; n < host.Length; n++)
            {
                if (toDevice)
                {
                    _tables[s][n].Upload(ref host[n].First, 0, host[n].Length);
                }
                else
                {
                    _tables[s][n].Download(ref host[n].First, 0, host[n].Length);
                }
            }
        }
    }
}
