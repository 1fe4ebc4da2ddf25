using System;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>Scores are inner products of item vectors with queries, which are sums of item vectors, or given. Sums are taken in the order of the CPU.</summary>
/// <param name="items">The item vectors.</param>
/// <param name="queries">Writes the vectors of queries; null when a query is the sum of its history.</param>
internal sealed class UnitRowsDeviceScorer(UnitRows items, UnitRowsDeviceScorer.Queries? queries = null) : IDeviceScorer
{
    private DeviceKernels? _kernels;
    private DeviceBuffer<float>? _values;
    private DeviceBuffer<int>? _columns;
    private DeviceBuffer<long>? _rows;
    private DeviceBuffer<float>? _vectors;
    private float[] _host = [];

    /// <summary>Writes the vectors of queries [first, first + count), one after another.</summary>
    public delegate void Queries(int first, int count, Span<float> vectors);

    /// <inheritdoc/>
    public int Items => items.Rows;

    /// <inheritdoc/>
    public void Plan(DeviceMemoryPlan plan, int queries) => plan
        .Add<float>("item vectors", items.Count)
        .Add<int>("columns", items.IsFull ? 0 : items.Count)
        .Add<float>("queries", (long)queries * items.Dimension);

    /// <inheritdoc/>
    public void Open(CudaDevice device, int queries)
    {
        _kernels = new DeviceKernels(device, RankingKernels.Scores(items.Dimension));
        _values = device.Allocate<float>("item vectors", items.Count);
        _columns = device.Allocate<int>("columns", items.IsFull ? 0 : items.Count);
        _rows = device.Allocate<long>("starts of items", items.Rows + 1);
        _vectors = device.Allocate<float>("queries", (long)queries * items.Dimension);
        _values.Upload(ref items.Entries.First, 0, items.Count);
        _columns.Upload(items.Indices);
        _rows.Upload(items.Starts);
    }

    /// <inheritdoc/>
    public void Score(int first, int count, DeviceBuffer<int> starts, DeviceBuffer<int> histories, DeviceBuffer<float> scores, DeviceBuffer<int> faults)
    {
        int width = items.Dimension;
        if (queries is not null)
        {
            Room.For(ref _host, count * width);
            queries(first, count, _host.AsSpan(0, count * width));
            _vectors!.Upload(_host.AsSpan(0, count * width));
        }
        else if (items.IsFull)
        {
            _kernels!.Launch("sum_dense", DeviceKernels.Cover((long)count * width), 1, _values!, starts, histories, count, _vectors!);
        }
        else
        {
            _kernels!.Launch("sum_sparse", DeviceKernels.Cover(count, RankingKernels.Warps), 1, _values!, _columns!, _rows!, starts, histories, count, _vectors!);
        }

        if (items.IsFull)
        {
            _kernels!.Launch("score_dense", DeviceKernels.Cover(Items, 64) * DeviceKernels.Cover(count, 64), 1, _values!, _vectors!, Items, count, scores, faults);
        }
        else
        {
            _kernels!.Launch("score_sparse", DeviceKernels.Cover((long)Items * count), 1, _values!, _columns!, _rows!, _vectors!, Items, count, scores, faults);
        }
    }

    /// <summary>Nothing: the device frees its memory.</summary>
    public void Dispose()
    {
    }
}
