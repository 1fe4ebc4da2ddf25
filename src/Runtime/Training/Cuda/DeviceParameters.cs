using System;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>The parameters and the optimiser state of a model in device memory.</summary>
internal sealed class DeviceParameters
{
    private readonly ModelState _state;
    private readonly DeviceBuffer<float>[] _values;
    private readonly DeviceBuffer<float>[][] _tableState;
    private readonly DeviceBuffer<int>?[] _clusters;
    private readonly DeviceBuffer<int>?[] _used;
    private readonly DeviceBuffer<float> _dense;
    private readonly DeviceBuffer<float>[] _denseState;
    private readonly DeviceBuffer<float> _transposed;

    public DeviceParameters(CudaDevice device, ModelState state)
    {
        _state = state;
        int tables = state.Tables.Length;
        (_values, _tableState, _clusters, _used) = (new DeviceBuffer<float>[tables], new DeviceBuffer<float>[tables][], new DeviceBuffer<int>?[tables], new DeviceBuffer<int>?[tables]);
        for (int t = 0; t < tables; t++)
        {
            Table table = state.Tables[t];
            _values[t] = device.Allocate<float>(table.Parameter.Name, table.Values.Length);
            _tableState[t] = Array.ConvertAll(table.State, s => device.Allocate<float>($"optimiser state of {table.Parameter.Name}", s.Length));
            _clusters[t] = table.Assignment is { } assignment ? device.Allocate<int>($"clusters of {table.Parameter.Name}", assignment.Clusters.Length) : null;
            _used[t] = state.Schema.Optimizer.Lazy ? null : device.Allocate<int>($"last use of {table.Parameter.Name}", table.Rows);
            _used[t]?.Clear();
        }

        _dense = device.Allocate<float>("dense parameters", state.Dense.Length);
        _denseState = Array.ConvertAll(state.DenseState, s => device.Allocate<float>("optimiser state of dense parameters", s.Length));
        _transposed = device.Allocate<float>("transposed copies", state.Transposed.Length);
        device.Synchronize();
    }

    /// <summary>Adds the parts to a plan.</summary>
    public static void Plan(DeviceMemoryPlan plan, ModelState state)
    {
        long values = state.Dense.Length + state.Transposed.Length, optimizer = 0, marks = 0;
        foreach (Table table in state.Tables)
        {
            values += table.Values.Length;
            marks += (table.Assignment?.Clusters.Length ?? 0) + (state.Schema.Optimizer.Lazy ? 0 : table.Rows);
            foreach (NativeFloats s in table.State)
            {
                optimizer += s.Length;
            }
        }

        foreach (NativeFloats s in state.DenseState)
        {
            optimizer += s.Length;
        }

        plan.Add<float>("parameters", values + marks).Add<float>("optimiser state", optimizer);
    }

    /// <summary>Copies everything to the device.</summary>
    public void Upload() => Move(toDevice: true);

    /// <summary>Copies everything to the host.</summary>
    public void Download()
    {
        Move(toDevice: false);
        _state.RefreshTransposed();
    }

    /// <summary>Writes the addresses into the description of a step.</summary>
    public void Describe(StepInput input)
    {
        input.Put(16, _dense.Address.Value);
        input.Put(24, Of(_denseState, 0));
        input.Put(32, Of(_denseState, 1));
        input.Put(40, _transposed.Address.Value);
        for (int t = 0; t < _values.Length; t++)
        {
            int at = StepLayout.StepBytes + (t * StepLayout.TableBytes);
            input.Put(at, _values[t].Address.Value);
            input.Put(at + 8, Of(_tableState[t], 0));
            input.Put(at + 16, Of(_tableState[t], 1));
            input.Put(at + 24, _clusters[t]?.Address.Value ?? 0);
            input.Put(at + 32, _used[t]?.Address.Value ?? 0);
            input.Put(at + 40, _state.Tables[t].Rows);
        }
    }

    private static ulong Of(DeviceBuffer<float>[] state, int number) => number < state.Length ? state[number].Address.Value : 0;

    private void Move(bool toDevice)
    {
        for (int t = 0; t < _values.Length; t++)
        {
            Table table = _state.Tables[t];
            Move(_values[t], table.Values, toDevice);
            for (int s = 0; s < table.State.Length; s++)
            {
                Move(_tableState[t][s], table.State[s], toDevice);
            }

            if (toDevice && table.Assignment is { } assignment)
            {
                _clusters[t]!.Upload(assignment.Clusters);
            }
        }

        Move(_dense, _state.Dense, toDevice);
        for (int s = 0; s < _denseState.Length; s++)
        {
            Move(_denseState[s], _state.DenseState[s], toDevice);
        }

        if (toDevice)
        {
            Move(_transposed, _state.Transposed, toDevice);
        }
    }

    private static void Move(DeviceBuffer<float> device, NativeFloats host, bool toDevice)
    {
        if (host.Length == 0)
        {
            return;
        }

        if (toDevice)
        {
            device.Upload(ref host.First, 0, host.Length);
        }
        else
        {
            device.Download(ref host.First, 0, host.Length);
        }
    }
}
