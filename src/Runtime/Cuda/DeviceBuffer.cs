using System;
using System.Runtime.CompilerServices;

namespace ModelGen.Cuda;

/// <summary>A named array in device memory.</summary>
/// <typeparam name="T">Type of an element.</typeparam>
public sealed unsafe class DeviceBuffer<T> : IDisposable
    where T : unmanaged
{
    private readonly CudaDevice _device;

    internal DeviceBuffer(CudaDevice device, string name, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        (_device, Name, Length) = (device, name, count);
        Bytes = checked(count * sizeof(T));
        try
        {
            Address = device.Driver.Allocate(long.Max(1, Bytes));
        }
        catch (CudaException e) when (e.Code == CudaError.OutOfMemory)
        {
            (long free, long total) = device.Driver.MemoryInfo();
            throw new InsufficientMemoryException(
                FormattableString.Invariant($"{Bytes / 1e6:N1} MB for '{name}' cannot be had on {device.Info}; {free / 1e6:N1} of {total / 1e6:N1} MB are free. Use a smaller batch, width or vocabulary (MinCount)."), e);
        }
    }

    /// <summary>Name for errors.</summary>
    public string Name { get; }

    /// <summary>Address of the first element.</summary>
    public DeviceAddress Address { get; }

    /// <summary>Elements.</summary>
    public long Length { get; }

    /// <summary>Bytes of all elements.</summary>
    public long Bytes { get; }

    /// <summary>Address of an element.</summary>
    public DeviceAddress this[long index] => Address + (index * sizeof(T));

    /// <summary>Copies elements to the device and waits for it.</summary>
    /// <exception cref="ArgumentException">They do not fit.</exception>
    public void Upload(ReadOnlySpan<T> source, long offset = 0)
    {
        Check(offset, source.Length);
        fixed (T* first = source)
        {
            Copy(first, offset, source.Length, toDevice: true);
        }
    }

    /// <summary>Copies elements from the device and waits for them.</summary>
    /// <exception cref="ArgumentException">There are not so many.</exception>
    public void Download(Span<T> target, long offset = 0)
    {
        Check(offset, target.Length);
        fixed (T* first = target)
        {
            Copy(first, offset, target.Length, toDevice: false);
        }
    }

    /// <summary>Copies elements to the device and waits for it.</summary>
    /// <param name="source">First element in host memory.</param>
    /// <param name="offset">First element in this buffer.</param>
    /// <param name="count">Elements.</param>
    public void Upload(ref readonly T source, long offset, long count)
    {
        Check(offset, count);
        fixed (T* first = &source)
        {
            Copy(first, offset, count, toDevice: true);
        }
    }

    /// <summary>Copies elements from the device and waits for them.</summary>
    /// <param name="target">First element in host memory.</param>
    /// <param name="offset">First element in this buffer.</param>
    /// <param name="count">Elements.</param>
    public void Download(ref T target, long offset, long count)
    {
        Check(offset, count);
        fixed (T* first = &target)
        {
            Copy(first, offset, count, toDevice: false);
        }
    }

    /// <summary>All elements.</summary>
    public T[] ToArray()
    {
        var all = new T[Length];
        Download(all);
        return all;
    }

    /// <summary>Queues setting all bytes to zero on the device's stream.</summary>
    public void Clear()
    {
        if (Bytes > 0)
        {
            _device.Driver.FillBytes(Address, 0, Bytes, _device.Stream);
        }
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _device.Free(Address);

    /// <summary>The buffer's address as an argument of a kernel.</summary>
    public static implicit operator KernelArgument(DeviceBuffer<T> buffer) => buffer.Address;

    private void Copy(T* host, long offset, long count, bool toDevice)
    {
        if (count == 0)
        {
            return;
        }

        long bytes = count * sizeof(T);
        if (toDevice)
        {
            _device.Driver.CopyToDevice(this[offset], (nint)host, bytes, _device.Stream);
        }
        else
        {
            _device.Driver.CopyToHost((nint)host, this[offset], bytes, _device.Stream);
        }

        _device.Synchronize();
    }

    private void Check(long offset, long count, [CallerMemberName] string copy = "")
    {
        if (offset < 0 || count < 0 || offset > Length - count)
        {
            throw new ArgumentException(FormattableString.Invariant($"{copy} of {count} elements at {offset}: '{Name}' has {Length}."), nameof(offset));
        }
    }
}
