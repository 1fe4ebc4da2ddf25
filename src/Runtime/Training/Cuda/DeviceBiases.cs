using System;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>The biases of one side of a factorisation in device memory, with the ratings that they explain a part of.</summary>
internal sealed class DeviceBiases
{
    private readonly CudaDevice _device;
    private readonly FactorSide _side;
    private readonly DeviceRatings _ratings;
    private readonly DeviceTable _table;
    private readonly DeviceBuffer<float> _labels;
    private readonly DeviceBuffer<int> _cellOf;
    private readonly DeviceBuffer<int> _cellRatings;
    private readonly bool _hasSpreads;
    private DeviceBuffer<int>? _cellStarts;
    private DeviceBuffer<float>? _products;
    private DeviceBuffer<double>? _spreads;

    /// <summary>Copies the labels of a side to the device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="side">The side.</param>
    /// <param name="ratings">Its ratings on the device.</param>
    /// <param name="hasSpreads">Whether the loss is taken from this side.</param>
    public DeviceBiases(CudaDevice device, FactorSide side, DeviceRatings ratings, bool hasSpreads)
    {
        (_device, _side, _ratings, _hasSpreads) = (device, side, ratings, hasSpreads);
        string name = side.Feature.Name;
        _table = new DeviceTable(device, side.Biases!.Table);
        _labels = device.Allocate<float>($"labels by {name}", side.Lists.Labels.Length);
        _cellOf = device.Allocate<int>($"cells of the ratings by {name}", _labels.Length);
        _cellRatings = device.Allocate<int>($"ratings of the cells by {name}", _labels.Length);
        _labels.Upload(side.Lists.Labels);
    }

    /// <summary>The biases.</summary>
    public DeviceTable Table => _table;

    /// <summary>Adds the memory of one side to a plan, for as many cells as ratings.</summary>
    public static void Plan(DeviceMemoryPlan plan, FactorSide side, bool hasSpreads) =>
        plan.Add<float>($"biases and cells by {side.Feature.Name}", ((1L + side.Biases!.Table.State.Length) * side.Lists.Ids) + ((hasSpreads ? 7L : 5L) * side.Lists.Labels.Length));

    /// <summary>The fields of the struct Side that belong to them.</summary>
    public ulong[] Fields() =>
    [
        _ratings.Starts.Address.Value, _ratings.Others.Address.Value, _labels.Address.Value, _cellOf.Address.Value, _cellStarts!.Address.Value, _cellRatings.Address.Value,
        _ratings.Targets.Address.Value, _products!.Address.Value, _spreads?.Address.Value ?? 0, _table.Values, _table.State(0), _table.State(1), (ulong)_side.Lists.Ids,
    ];

    /// <summary>Takes over the cells of the ratings after ids have moved.</summary>
    public void SetCells()
    {
        (int[] starts, int[] ratings) = _side.Biases!.RatingsOfCells();
        _cellStarts?.Dispose();
        _products?.Dispose();
        _spreads?.Dispose();
        string name = _side.Feature.Name;
        (_cellStarts = _device.Allocate<int>($"starts of the cells by {name}", starts.Length)).Upload(starts);
        _products = _device.Allocate<float>($"products of the cells by {name}", starts.Length);
        _spreads = _hasSpreads ? _device.Allocate<double>($"spreads of the cells by {name}", starts.Length) : null;
        _cellRatings.Upload(ratings);
        _cellOf.Upload(_side.Biases.CellOf);
    }
}
