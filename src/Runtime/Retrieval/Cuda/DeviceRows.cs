using System;
using System.Collections.Immutable;
using System.Linq;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>The item rows of one level in device memory, laid out as on the host, and for products over the entries the entries by column.</summary>
internal sealed class DeviceRows : IDisposable
{
    private readonly SparseRows _rows;
    private readonly DeviceBuffer<float> _values;
    private readonly DeviceBuffer<float> _unit;
    private readonly DeviceBuffer<float>[] _state;
    private readonly DeviceBuffer<float>? _wide;
    private readonly DeviceBuffer<int> _columns;
    private readonly DeviceBuffer<long> _starts;
    private readonly DeviceBuffer<int> _counts;
    private readonly DeviceBuffer<int> _columnStarts;
    private readonly DeviceBuffer<int> _columnItems;
    private readonly DeviceBuffer<int> _columnSlots;

    /// <summary>Copies the rows to the device.</summary>
    public DeviceRows(CudaDevice device, SparseRows rows)
    {
        _rows = rows;
        long slots = rows.SlotCount;
        _values = device.Allocate<float>("rows", slots);
        _unit = device.Allocate<float>("unit rows", slots);
        _state = Array.ConvertAll(rows.State, s => device.Allocate<float>("optimiser state", slots));
        _wide = rows.IsFull || !rows.IsWide ? null : device.Allocate<float>("dense unit rows", rows.Wide.Length);
        _wide?.Clear();
        _columns = device.Allocate<int>("columns", rows.Indices.Length);
        _starts = device.Allocate<long>("starts of rows", rows.Rows + 1);
        _counts = device.Allocate<int>("kept entries", rows.Rows);
        (int[] starts, int[] items, int[] slotsByColumn) = rows.IsWide ? ([], [], []) : ByColumn(rows);
        _columnStarts = device.Allocate<int>("starts of columns", starts.Length);
        _columnItems = device.Allocate<int>("rows by column", items.Length);
        _columnSlots = device.Allocate<int>("entries by column", slotsByColumn.Length);

        _values.Upload(ref rows.Values.First, 0, slots);
        for (int s = 0; s < _state.Length; s++)
        {
            _state[s].Upload(ref rows.State[s].First, 0, slots);
        }

        _columns.Upload(rows.Indices);
        _starts.Upload([.. Enumerable.Range(0, rows.Rows + 1).Select(rows.Start)]);
        _counts.Upload([.. Enumerable.Range(0, rows.Rows).Select(rows.Count)]);
        _columnStarts.Upload(starts);
        _columnItems.Upload(items);
        _columnSlots.Upload(slotsByColumn);
    }

    /// <summary>The dense unit rows; the null pointer without.</summary>
    public DeviceAddress Wide => _rows.IsFull ? _unit.Address : _wide?.Address ?? default;

    /// <summary>Bytes on the device of rows of which each keeps a number of entries.</summary>
    public static long BytesFor(int rows, int dimension, int kept, int states)
    {
        bool isFull = kept == dimension, isWide = isFull || SparseRows.PrefersWide(dimension, kept);
        long slots = (long)rows * (isFull ? SparseRows.WideStride(dimension) : SparseRows.Slots(kept));
        return sizeof(float) * ((slots * (2 + states)) + (isFull ? 0 : slots) + (isWide && !isFull ? (long)rows * SparseRows.WideStride(dimension) : 0) + (isWide ? 0 : 2L * rows * kept))
            + (rows * 12L);
    }

    /// <summary>Writes the addresses into the description of a step.</summary>
    public void Describe(DeviceInput input)
    {
        ReadOnlySpan<ulong> addresses =
        [
            _values.Address.Value, _unit.Address.Value, _state.Length > 0 ? _state[0].Address.Value : 0, _state.Length > 1 ? _state[1].Address.Value : 0,
            Wide.Value, _columns.Address.Value, _starts.Address.Value, _counts.Address.Value,
            _columnStarts.Address.Value, _columnItems.Address.Value, _columnSlots.Address.Value,
        ];
        for (int i = 0; i < addresses.Length; i++)
        {
            input.Put(i * sizeof(ulong), addresses[i]);
        }
    }

    /// <summary>Copies values, unit rows and optimiser state to the host.</summary>
    public void Download()
    {
        long slots = _rows.SlotCount;
        _values.Download(ref _rows.Values.First, 0, slots);
        _unit.Download(ref _rows.Unit.First, 0, slots);
        for (int s = 0; s < _state.Length; s++)
        {
            _state[s].Download(ref _rows.State[s].First, 0, slots);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (DeviceBuffer<float> buffer in _state.Append(_values).Append(_unit))
        {
            buffer.Dispose();
        }

        _wide?.Dispose();
        _columns.Dispose();
        _starts.Dispose();
        _counts.Dispose();
        _columnStarts.Dispose();
        _columnItems.Dispose();
        _columnSlots.Dispose();
    }

    // Counting sort of the entries by column; inside a column the rows ascend.
    private static (int[] Starts, int[] Items, int[] Slots) ByColumn(SparseRows rows)
    {
        int[] starts = new int[rows.Dimension + 1];
        int entries = 0;
        for (int row = 0; row < rows.Rows; row++)
        {
            foreach (int column in rows.Indices.AsSpan((int)rows.Start(row), rows.Count(row)))
            {
                starts[column + 1]++;
                entries++;
            }
        }

        for (int column = 0; column < rows.Dimension; column++)
        {
            starts[column + 1] += starts[column];
        }

        int[] next = starts[..rows.Dimension], items = new int[entries], slots = new int[entries];
        for (int row = 0; row < rows.Rows; row++)
        {
            int start = (int)rows.Start(row);
            for (int j = 0; j < rows.Count(row); j++)
            {
                int at = next[rows.Indices[start + j]]++;
                (items[at], slots[at]) = (row, start + j);
            }
        }

        return (starts, items, slots);
    }
}
