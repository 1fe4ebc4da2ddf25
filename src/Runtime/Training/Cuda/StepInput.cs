using System;
using System.Runtime.CompilerServices;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>
/// One of the two batches of a run on a device: filled and packed into page-locked memory, and copied beside the step before it. The
/// description of the step lies in front of the arrays and is written last, when the rates of the step are known.
/// </summary>
internal sealed unsafe class StepInput : IDisposable, ITeamWork
{
    private const int ArraysPerFeature = 5;

    private readonly CudaDevice _device;
    private readonly CudaStream _copies;
    private readonly CudaEvent _copied;
    private readonly StepLayout _layout;
    private readonly long[] _places;
    private nint _pinned;
    private long _capacity;
    private DeviceBuffer<byte>? _buffer;

    public StepInput(CudaDevice device, CudaStream copies, StepLayout layout, Batch batch)
    {
        (_device, _copies, _layout, Batch) = (device, copies, layout, batch);
        _copied = device.Driver.CreateEvent(timing: false);
        _places = new long[(batch.Features.Length * ArraysPerFeature) + 2];
    }

    /// <summary>The batch on the host.</summary>
    public Batch Batch { get; }

    /// <summary>Address of the description, which kernels take.</summary>
    public DeviceAddress Address => _buffer!.Address;

    /// <summary>The description on the host.</summary>
    public Span<byte> Description => new((void*)_pinned, _layout.Bytes);

    /// <summary>How often the address has changed.</summary>
    public int Generation { get; private set; }

    /// <summary>Packs the filled batch and queues its copy to the device.</summary>
    public void Pack(WorkerTeam team)
    {
        // An earlier copy of this batch may still be under way.
        _device.Driver.Synchronize(_copies);
        long at = _layout.Bytes;
        int place = 0;
        void Put(long bytes)
        {
            _places[place++] = at;
            at += StepLayout.Up(bytes);
        }

        Put(Batch.Count * sizeof(float));
        Put((long)Batch.Count * Batch.NumericWidth * sizeof(float));
        foreach (FeatureBatch f in Batch.Features)
        {
            Put(f.Positions * sizeof(int));
            Put(f.Offsets.Length == 0 ? 0 : (Batch.Count + 1) * sizeof(int));
            Put(f.SlotCount * sizeof(int));
            Put((f.SlotCount + 1) * sizeof(int));
            Put(f.Positions * sizeof(int));
        }

        long bytes = at;
        foreach (FeatureBatch f in Batch.Features)
        {
            foreach (SharedRows shared in f.Shared)
            {
                bytes += StepLayout.Up(shared.Count * sizeof(int)) + StepLayout.Up((shared.Count + 1) * sizeof(int)) + StepLayout.Up((f.SlotCount - 1) * sizeof(int));
            }
        }

        Reserve(bytes);
        fixed (float* labels = Batch.Labels, numerics = Batch.Numerics)
        {
            Buffer.MemoryCopy(labels, (void*)(_pinned + _places[0]), long.MaxValue, Batch.Count * sizeof(float));
            Buffer.MemoryCopy(numerics, (void*)(_pinned + _places[1]), long.MaxValue, (long)Batch.Count * Batch.NumericWidth * sizeof(float));
        }

        team.Run(Batch.Features.Length, this);
        DescribeShared(at);
        _device.Driver.CopyToDevice(_buffer![_layout.Bytes], _pinned + _layout.Bytes, bytes - _layout.Bytes, _copies);
        _device.Driver.Record(_copied, _copies);
    }

    /// <summary>Packs one feature.</summary>
    public void Execute(int item)
    {
        FeatureBatch f = Batch.Features[item];
        int place = 2 + (item * ArraysPerFeature);
        Copy(f.Slots, f.Positions, _places[place]);
        Copy(f.Offsets, f.Offsets.Length == 0 ? 0 : Batch.Count + 1, _places[place + 1]);
        Copy(f.Ids, f.SlotCount, _places[place + 2]);
        Copy(f.SegmentStarts, f.SlotCount + 1, _places[place + 3]);
        Copy(f.SegmentExamples, f.SegmentStarts[f.SlotCount], _places[place + 4]);

        int at = _layout.Features + (item * StepLayout.FeatureBytes);
        for (int i = 0; i < ArraysPerFeature; i++)
        {
            Put(at + (i * 8), Address.Value + (ulong)_places[place + i]);
        }

        Put(at + 88, f.SlotCount);
        Put(at + 92, f.Positions);
    }

    /// <summary>Sets the addresses of labels and numeric inputs in the description.</summary>
    public void DescribeInputs()
    {
        Put(0, Address.Value + (ulong)_places[0]);
        Put(8, Address.Value + (ulong)_places[1]);
    }

    /// <summary>Writes a value of the description.</summary>
    public void Put<T>(int offset, T value)
        where T : unmanaged => Unsafe.WriteUnaligned((void*)(_pinned + offset), value);

    /// <summary>Queues the copy of the description and lets a stream wait for the arrays.</summary>
    public void Send(CudaStream stream)
    {
        _device.Driver.CopyToDevice(Address, _pinned, _layout.Bytes, stream);
        _device.Driver.Wait(stream, _copied);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_pinned != 0)
        {
            _device.Driver.FreePinned(_pinned);
            _pinned = 0;
        }

        _device.Driver.DestroyEvent(_copied);
    }

    private void DescribeShared(long at)
    {
        foreach (FeatureBatch f in Batch.Features)
        {
            foreach (SharedRows shared in f.Shared)
            {
                int description = _layout.OfShared(shared.Table);
                Put(description, Address.Value + (ulong)at);
                at = Copy(shared.Rows, shared.Count, at);
                Put(description + 8, Address.Value + (ulong)at);
                at = Copy(shared.SegmentStarts, shared.Count + 1, at);
                Put(description + 16, Address.Value + (ulong)at);
                at = Copy(shared.SegmentSlots, f.SlotCount - 1, at);
                Put(description + 32, (long)shared.Count);
            }
        }
    }

    private long Copy(int[] source, int count, long offset)
    {
        source.AsSpan(0, count).CopyTo(new Span<int>((void*)(_pinned + offset), count));
        return offset + StepLayout.Up(count * sizeof(int));
    }

    // Grows by half more, so that bags of changing length settle after a few steps.
    private void Reserve(long bytes)
    {
        if (bytes <= _capacity)
        {
            return;
        }

        _device.Driver.Synchronize(_copies);
        _device.Synchronize();
        if (_pinned != 0)
        {
            _device.Driver.FreePinned(_pinned);
            _buffer!.Dispose();
        }

        _capacity = bytes + (bytes / 2);
        _pinned = _device.Driver.AllocatePinned(_capacity);
        new Span<byte>((void*)_pinned, _layout.Bytes).Clear();
        _buffer = _device.Allocate<byte>("batch", _capacity);
        Generation++;
    }
}
