using System;
using System.Runtime.CompilerServices;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>
/// What a step reads, in page-locked memory and in a buffer of the device: a description in front, which is written last, and arrays behind
/// it, which are copied beside the step before.
/// </summary>
internal abstract unsafe class DeviceInput : IDisposable
{
    private readonly CudaDevice _device;
    private readonly CudaStream _copies;
    private readonly CudaEvent _copied;
    private readonly int _descriptionBytes;
    private nint _pinned;
    private long _capacity;
    private DeviceBuffer<byte>? _buffer;

    /// <summary>An input without memory.</summary>
    /// <param name="device">The device.</param>
    /// <param name="copies">Stream of the copies.</param>
    /// <param name="descriptionBytes">Bytes of the description, a multiple of <see cref="StepLayout.Alignment"/>.</param>
    protected DeviceInput(CudaDevice device, CudaStream copies, int descriptionBytes)
    {
        (_device, _copies, _descriptionBytes) = (device, copies, descriptionBytes);
        _copied = device.Driver.CreateEvent(timing: false);
    }

    /// <summary>Address of the description, which kernels take.</summary>
    public DeviceAddress Address => _buffer!.Address;

    /// <summary>How often the address has changed.</summary>
    public int Generation { get; private set; }

    /// <summary>Writes a value of the description.</summary>
    public void Put<T>(int offset, T value)
        where T : unmanaged => Unsafe.WriteUnaligned((void*)(_pinned + offset), value);

    /// <summary>Queues the copy of the description and lets a stream wait for the arrays.</summary>
    public void Send(CudaStream stream)
    {
        _device.Driver.CopyToDevice(Address, _pinned, _descriptionBytes, stream);
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

    /// <summary>Makes room; an earlier copy may still be under way and is waited for. Grows by half more, so that batches of changing length settle after a few steps.</summary>
    protected void Reserve(long bytes)
    {
        _device.Driver.Synchronize(_copies);
        if (bytes <= _capacity)
        {
            return;
        }

        _device.Synchronize();
        if (_pinned != 0)
        {
            _device.Driver.FreePinned(_pinned);
            _buffer!.Dispose();
        }

        _capacity = bytes + (bytes / 2);
        _pinned = _device.Driver.AllocatePinned(_capacity);
        new Span<byte>((void*)_pinned, _descriptionBytes).Clear();
        _buffer = _device.Allocate<byte>("batch", _capacity);
        Generation++;
    }

    /// <summary>Host memory at an offset.</summary>
    protected Span<T> At<T>(long offset, int count)
        where T : unmanaged => new((void*)(_pinned + offset), count);

    /// <summary>Copies an array into the host memory. Returns the offset behind it.</summary>
    protected long Copy<T>(ReadOnlySpan<T> source, long offset)
        where T : unmanaged
    {
        source.CopyTo(At<T>(offset, source.Length));
        return offset + StepLayout.Up((long)source.Length * sizeof(T));
    }

    /// <summary>Queues the copy of the arrays, which end at a number of bytes.</summary>
    protected void Upload(long bytes)
    {
        _device.Driver.CopyToDevice(_buffer![_descriptionBytes], _pinned + _descriptionBytes, bytes - _descriptionBytes, _copies);
        _device.Driver.Record(_copied, _copies);
    }
}
