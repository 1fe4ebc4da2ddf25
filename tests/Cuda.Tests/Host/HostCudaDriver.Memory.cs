using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using ModelGen.Cuda;

namespace ModelGen.Tests;

internal sealed unsafe partial class HostCudaDriver
{
    private const int Guard = 256;
    private const byte GuardByte = 0xa5;
    private const byte Unset = 0xff;

    private readonly SortedDictionary<nint, Block> _blocks = [];
    private (nint Address, long Bytes)[]? _accessible;
    private long _allocated;

    /// <summary>Allocations of device memory that are not freed.</summary>
    public int LiveAllocations => _blocks.Values.Count(block => !block.Pinned);

    public (long Free, long Total) MemoryInfo() => (_memory - _allocated, _memory);

    public DeviceAddress Allocate(long bytes)
    {
        ThrowIfCapturing("cuMemAlloc_v2");
        if (bytes < 1 || bytes > _memory - _allocated)
        {
            throw Error("cuMemAlloc_v2", bytes < 1 ? CudaError.InvalidValue : CudaError.OutOfMemory, FormattableString.Invariant($"{bytes:N0} bytes"));
        }

        _allocated += bytes;
        return new DeviceAddress((ulong)NewBlock(bytes, pinned: false));
    }

    public void Free(DeviceAddress address)
    {
        RunAll();
        _allocated -= FreeBlock("cuMemFree_v2", (nint)address.Value, pinned: false);
    }

    public nint AllocatePinned(long bytes) => NewBlock(bytes, pinned: true);

    public void FreePinned(nint address)
    {
        RunAll();
        FreeBlock("cuMemFreeHost", address, pinned: true);
    }

    public void CopyToDevice(DeviceAddress target, nint source, long bytes, CudaStream stream)
    {
        Check("cuMemcpyHtoDAsync_v2", target, bytes);
        Enqueue(stream, () => Buffer.MemoryCopy((void*)source, (void*)target.Value, bytes, bytes));
    }

    public void CopyToHost(nint target, DeviceAddress source, long bytes, CudaStream stream)
    {
        Check("cuMemcpyDtoHAsync_v2", source, bytes);
        Enqueue(stream, () => Buffer.MemoryCopy((void*)source.Value, (void*)target, bytes, bytes));
    }

    public void CopyOnDevice(DeviceAddress target, DeviceAddress source, long bytes, CudaStream stream)
    {
        Check("cuMemcpyDtoDAsync_v2", target, bytes);
        Check("cuMemcpyDtoDAsync_v2", source, bytes);
        Enqueue(stream, () => Buffer.MemoryCopy((void*)source.Value, (void*)target.Value, bytes, bytes));
    }

    public void FillBytes(DeviceAddress target, byte value, long count, CudaStream stream)
    {
        Check("cuMemsetD8Async", target, count);
        Enqueue(stream, () => NativeMemory.Fill((void*)target.Value, (nuint)count, value));
    }

    public void FillWords(DeviceAddress target, uint value, long count, CudaStream stream)
    {
        Check("cuMemsetD32Async", target, count * sizeof(uint));
        if (target.Value % sizeof(uint) != 0)
        {
            throw Error("cuMemsetD32Async", CudaError.InvalidValue, $"address {target}");
        }

        Enqueue(stream, () =>
        {
            for (long i = 0; i < count; i++)
            {
                ((uint*)target.Value)[i] = value;
            }
        });
    }

    private (nint Address, long Bytes)[] Accessible() => _accessible ??= [.. _blocks.Select(block => (block.Key, block.Value.Bytes))];

    private nint NewBlock(long bytes, bool pinned)
    {
        byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)(bytes + (2 * Guard)), Guard);
        NativeMemory.Fill(memory, Guard, GuardByte);
        NativeMemory.Fill(memory + Guard, (nuint)bytes, Unset);
        NativeMemory.Fill(memory + Guard + bytes, Guard, GuardByte);
        nint address = (nint)(memory + Guard);
        _blocks.Add(address, new Block(bytes, pinned));
        _accessible = null;
        return address;
    }

    private long FreeBlock(string call, nint address, bool pinned)
    {
        if (!_blocks.TryGetValue(address, out Block? block) || block.Pinned != pinned)
        {
            throw Error(call, CudaError.InvalidValue, "the address is not that of an allocation");
        }

        _blocks.Remove(address);
        _accessible = null;
        NativeMemory.AlignedFree((byte*)address - Guard);
        return block.Bytes;
    }

    /// <summary>Refuses bytes that are not inside of one allocation.</summary>
    internal void Check(string call, DeviceAddress address, long bytes)
    {
        bool inside = bytes >= 0 && _blocks.Any(block => !block.Value.Pinned && (ulong)block.Key <= address.Value && address.Value + (ulong)bytes <= (ulong)(block.Key + block.Value.Bytes));
        if (!inside)
        {
            throw Error(call, CudaError.InvalidValue, FormattableString.Invariant($"{bytes:N0} bytes at {address} are not inside of one allocation"));
        }
    }

    private void CheckGuards(string kernel)
    {
        foreach ((nint address, Block block) in _blocks)
        {
            byte* start = (byte*)address;
            var before = new ReadOnlySpan<byte>(start - Guard, Guard);
            var after = new ReadOnlySpan<byte>(start + block.Bytes, Guard);
            if (before.ContainsAnyExcept(GuardByte) || after.ContainsAnyExcept(GuardByte))
            {
                throw Error("cuLaunchKernel", CudaError.LaunchFailed, FormattableString.Invariant($"kernel {kernel} wrote next to an allocation of {block.Bytes:N0} bytes"));
            }
        }
    }

    private sealed record Block(long Bytes, bool Pinned);
}
