using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelGen.Compiled;

/// <summary>
/// A 64-byte aligned, zero-initialised block of floats outside the managed heap; its length may pass 2^31. Blocks of some megabytes lie on
/// large pages where the system gives them.
/// Freed by <see cref="Dispose"/> or, at the latest, by the finaliser.
/// </summary>
public sealed unsafe class NativeFloats : IDisposable
{
    private float* _data;

    /// <summary>A block of no floats.</summary>
    public static NativeFloats Empty { get; } = new(0);

    /// <summary>Allocates <paramref name="length"/> zero floats (plus 16 floats of slack, so that a full vector may be read at the end).</summary>
    /// <exception cref="InsufficientMemoryException">The block cannot be had; the message states its size.</exception>
    public NativeFloats(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        nuint bytes = ((nuint)length + 16) * sizeof(float);
        try
        {
            _data = (float*)NativeMemory.AlignedAlloc(bytes, LargePages.AlignmentOf(bytes));
        }
        catch (OutOfMemoryException e)
        {
            throw new InsufficientMemoryException($"{bytes / 1e6:N0} MB of memory for model data cannot be had. Use a smaller batch, width or vocabulary (MinCount).", e);
        }

        LargePages.Ask(_data, bytes);
        NativeMemory.Clear(_data, bytes);
        GC.AddMemoryPressure((long)bytes);
    }

    /// <summary>Frees the block if its owner did not.</summary>
    ~NativeFloats() => Free();

    /// <summary>Number of floats.</summary>
    public long Length { get; }

    /// <summary>Reference to the first float.</summary>
    public ref float First => ref Unsafe.AsRef<float>(_data);

    /// <summary>Reference to the float at <paramref name="index"/>; not bounds-checked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref float At(long index) => ref Unsafe.AsRef<float>(_data + index);

    /// <summary>A span over part of the block.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part lies outside the block.</exception>
    public Span<float> Span(long start, int length)
    {
        if (start < 0 || length < 0 || start + length > Length)
        {
            throw new ArgumentOutOfRangeException(nameof(start), $"[{start}, {start + length}) is outside a block of {Length} floats.");
        }

        return new Span<float>(_data + start, length);
    }

    /// <summary>Copies all floats from a block of the same length.</summary>
    public void CopyFrom(NativeFloats source)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(source.Length, Length);
        Buffer.MemoryCopy(source._data, _data, Length * sizeof(float), Length * sizeof(float));
    }

    /// <summary>Sets all floats to zero.</summary>
    public void Clear() => NativeMemory.Clear(_data, (nuint)Length * sizeof(float));

    /// <summary>Frees the block; <see cref="Empty"/>, which all share, stays.</summary>
    public void Dispose()
    {
        if (this == Empty)
        {
            return;
        }

        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_data == null)
        {
            return;
        }

        NativeMemory.AlignedFree(_data);
        _data = null;
        GC.RemoveMemoryPressure((Length + 16) * sizeof(float));
    }
}
