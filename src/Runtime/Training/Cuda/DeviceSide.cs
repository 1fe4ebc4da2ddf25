using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>One side of a factorisation on all ratings in device memory: its rows, gradients and cells, and what biases and vectors of the ids' own need.</summary>
internal sealed class DeviceSide
{
    private const int RowFields = 11;
    private const int PersonalFields = 7;
    private const int BiasFields = 13;

    private readonly CudaDevice _device;
    private readonly bool _hasPersonalFields;
    private readonly DeviceTable _table;
    private readonly DeviceBuffer<float> _gradients;
    private readonly DeviceBiases? _biases;
    private readonly List<IDisposable> _cells = [];
    private ulong[] _cellFields = [];

    /// <summary>Allocates what a side needs.</summary>
    /// <param name="device">The device.</param>
    /// <param name="side">The side.</param>
    /// <param name="hasPersonalFields">Whether ids of either side have vectors of their own in some phase.</param>
    /// <param name="isFirst">Whether the loss is taken from this side.</param>
    public DeviceSide(CudaDevice device, FactorSide side, bool hasPersonalFields, bool isFirst)
    {
        (_device, Side, _hasPersonalFields) = (device, side, hasPersonalFields);
        _table = new DeviceTable(device, side.Table);
        _gradients = device.Allocate<float>($"gradients of {side.Table.Parameter.Name}", (long)side.MostRows * side.Width);
        Ratings = NeedsRatings(side) ? new DeviceRatings(device, side) : null;
        Personal = side.Personal is null ? null : new DevicePersonal(device, side);
        _biases = side.Biases is null ? null : new DeviceBiases(device, side, Ratings!, isFirst);
    }

    /// <summary>The side.</summary>
    public FactorSide Side { get; }

    /// <summary>Its ratings by id; null where only cells are read.</summary>
    public DeviceRatings? Ratings { get; }

    /// <summary>The vectors of the ids' own; null where there are none in any phase.</summary>
    public DevicePersonal? Personal { get; }

    /// <summary>Bytes of the struct Side.</summary>
    public int Bytes => sizeof(ulong) * (RowFields + (_hasPersonalFields ? PersonalFields : 0) + (_biases is null ? 0 : BiasFields));

    /// <summary>Adds the memory of both sides to a plan.</summary>
    public static void PlanBoth(DeviceMemoryPlan plan, FactorSide users, FactorSide items)
    {
        FactorSide[] sides = [users, items];
        Table[] tables = [.. sides.SelectMany(side => side.Personal is null ? new[] { side.Table } : [side.Table, side.Personal.Residuals])];
        plan.Add<float>("parameters", tables.Sum(table => table.Values.Length))
            .Add<float>("gradients", sides.Sum(side => (long)side.MostRows * side.Width))
            .Add<float>("optimiser state", tables.Sum(table => table.State.Sum(s => s.Length)))
            .Add<float>("ratings by row", 6L * users.Lists.Labels.Length);
        foreach (FactorSide side in sides)
        {
            if (NeedsRatings(side))
            {
                DeviceRatings.Plan(plan, side);
            }

            if (side.Table.Assignment is not null)
            {
                DeviceClusters.Plan(plan, side, side == users ? items : users);
            }

            if (side.Personal is not null)
            {
                DevicePersonal.Plan(plan, side);
            }

            if (side.Biases is not null)
            {
                DeviceBiases.Plan(plan, side, side == users);
            }
        }
    }

    /// <summary>The struct Side as addresses and counts.</summary>
    public ulong[] Fields()
    {
        bool isPersonal = Personal is { IsActive: true };
        DeviceTable updated = isPersonal ? Personal!.Residuals : _table;
        ulong[] personal = !_hasPersonalFields ? [] : Personal?.Fields(_table.Values) ?? new ulong[PersonalFields];
        return
        [
            isPersonal ? Personal!.Whole : _table.Values, updated.State(0), updated.State(1), _gradients.Address.Value, .. _cellFields, (ulong)Side.Rows,
            .. personal, .. _biases?.Fields() ?? [],
        ];
    }

    /// <summary>Takes over the cells after ids have moved.</summary>
    public void SetCells()
    {
        _cells.ForEach(buffer => buffer.Dispose());
        _cells.Clear();
        RatingCells cells = Side.Cells;
        _cellFields =
        [
            Cells<int>("starts", cells.Starts), Cells<int>("rows", cells.Rows.AsSpan(0, cells.Count)), Cells<float>("weights", cells.Weights.AsSpan(0, cells.Count)),
            Cells<float>("targets", cells.Targets.AsSpan(0, cells.Count)), Cells<float>("pulls", Side.Pulls), Cells<float>("shares", Side.Shares),
        ];
        _biases?.SetCells();
    }

    /// <summary>Copies parameters and optimiser state to the device.</summary>
    public void Upload()
    {
        _table.Upload();
        Personal?.Upload();
        _biases?.Table.Upload();
    }

    /// <summary>Copies parameters and optimiser state to the host.</summary>
    public void Download()
    {
        _table.Download();
        Personal?.Download();
        _biases?.Table.Download();
    }

    private static bool NeedsRatings(FactorSide side) => side.Table.Assignment is not null || side.Biases is not null;

    private ulong Cells<T>(string name, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        DeviceBuffer<T> buffer = _device.Allocate<T>(name, values.Length);
        buffer.Upload(values);
        _cells.Add(buffer);
        return buffer.Address.Value;
    }
}
