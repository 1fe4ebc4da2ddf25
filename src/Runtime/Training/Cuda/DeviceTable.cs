using System;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>A table with its optimiser state in device memory.</summary>
internal sealed class DeviceTable
{
    private readonly Table _table;
    private readonly DeviceBuffer<float> _values;
    private readonly DeviceBuffer<float>[] _state;

    /// <summary>Allocates a table.</summary>
    public DeviceTable(CudaDevice device, Table table)
    {
        _table = table;
        _values = device.Allocate<float>(table.Parameter.Name, table.Values.Length);
        _state = Array.ConvertAll(table.State, s => device.Allocate<float>($"optimiser state of {table.Parameter.Name}", s.Length));
    }

    /// <summary>Where the values begin.</summary>
    public ulong Values => _values.Address.Value;

    /// <summary>Where a buffer of the state begins; 0 when there is none.</summary>
    public ulong State(int number) => number < _state.Length ? _state[number].Address.Value : 0;

    /// <summary>Copies values and state to the device.</summary>
    public void Upload()
    {
        _values.Upload(ref _table.Values.First, 0, _values.Length);
        for (int s = 0; s < _state.Length; s++)
        {
            _state[s].Upload(ref _table.State[s].First, 0, _state[s].Length);
        }
    }

    /// <summary>Copies values and state to the host.</summary>
    public void Download()
    {
        _values.Download(ref _table.Values.First, 0, _values.Length);
        for (int s = 0; s < _state.Length; s++)
        {
            _state[s].Download(ref _table.State[s].First, 0, _state[s].Length);
        }
    }
}
