using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>
/// The gradients and updates of a matrix factorisation on all ratings at once, and the search of the best clusters, on a CUDA device. Rows,
/// optimiser state and cells live there between the moments at which ids move.
/// </summary>
internal sealed class DeviceFactorization
{
    private const int MostBlocks = 4096;
    private const int StepBytes = 40;
    private const int SideBytes = 88;

    private readonly CudaDevice _device;
    private readonly CudaModule _module;
    private readonly FactorSide[] _sides;
    private readonly DeviceBuffer<float>[][] _tables;
    private readonly DeviceBuffer<float>[] _gradients;
    private readonly DeviceBuffer<double> _losses;
    private readonly DeviceBuffer<byte> _result;
    private readonly DeviceBuffer<byte> _description;
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
        Plan.Check(device);
        _module = device.Load(new KernelSource($"{schema.Name}_all", text));
        _tables = [.. _sides.Select(side => side.Table.State.Prepend(side.Table.Values).Select(s => device.Allocate<float>(side.Table.Parameter.Name, s.Length)).ToArray())];
        _gradients = [.. _sides.Select(side => device.Allocate<float>($"gradients of {side.Table.Parameter.Name}", side.Table.Values.Length))];
        _losses = device.Allocate<double>("losses", users.Table.Rows);
        _result = device.Allocate<byte>("result", StepLayout.ResultBytes);
        _description = device.Allocate<byte>("description", StepBytes + (2 * SideBytes));
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
        int most = _sides.Max(side => side.Rows), width = _sides[0].Width;
        Launch("row_gradients", most, 2, _description);
        Launch("sum_losses", 1, 1, _description);
        Launch("update_rows", Cover((long)most * width), 2, _description);
        byte[] result = _result.ToArray();
        double loss = MemoryMarshal.Read<double>(result);
        _hostIsCurrent &= !double.IsFinite(loss);
        return loss;
    }

    /// <summary>The cluster of least squared error of every id with data, the other side as it is; -1 without data. Both sides are read from the host.</summary>
    /// <param name="own">The side whose ids are asked for.</param>
    /// <param name="other">The other side.</param>
    public int[] BestClusters(FactorSide own, FactorSide other)
    {
        RatingLists lists = own.Lists;
        int clusters = own.Rows;
        int[] rowOf = other.RowOf, rows = Array.ConvertAll(lists.Others, id => rowOf[id]);
        using DeviceBuffer<float> x = _device.Allocate<float>("rows", (long)other.Rows * own.Width), y = _device.Allocate<float>("clusters", (long)clusters * own.Width);
        using DeviceBuffer<float> scores = _device.Allocate<float>("scores", (long)other.Rows * clusters), targets = _device.Allocate<float>("targets", own.Targets.Length);
        using DeviceBuffer<int> starts = _device.Allocate<int>("starts", lists.Starts.Length), met = _device.Allocate<int>("rows met", rows.Length);
        using DeviceBuffer<int> present = _device.Allocate<int>("clusters", lists.Ids), best = _device.Allocate<int>("best clusters", lists.Ids);
        x.Upload(ref other.Values.First, 0, x.Length);
        y.Upload(ref own.Table.Values.First, 0, y.Length);
        targets.Upload(own.Targets);
        starts.Upload(lists.Starts);
        met.Upload(rows);
        present.Upload(own.RowOf.AsSpan(0, lists.Ids));
        Launch("cluster_scores", Cover(scores.Length), 1, x, y, other.Rows, clusters, scores);
        Launch("best_clusters", lists.Ids, 1, scores, starts, met, targets, present, lists.Ids, clusters, best);
        return best.ToArray();
    }

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
        Span<byte> bytes = stackalloc byte[StepBytes + (2 * SideBytes)];
        bytes.Clear();
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

        _description.Upload(bytes);
    }

    private void Launch(string kernel, long blocks, int sides, params ReadOnlySpan<KernelArgument> arguments) => _device.Driver.Launch(
        _device.Driver.GetFunction(_module, kernel), new LaunchSize((int)long.Clamp(blocks, 1, MostBlocks), sides), CudaProgram.BlockThreads, 0, _device.Stream, arguments);

    private static long Cover(long items) => (items + CudaProgram.BlockThreads - 1) / CudaProgram.BlockThreads;

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
