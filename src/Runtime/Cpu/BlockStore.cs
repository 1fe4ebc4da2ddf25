using System;
using System.Runtime.InteropServices;

namespace ModelGen.Compiled;

/// <summary>Blocks of <see cref="DoubleBlocks.Elements"/> doubles in one piece of memory outside the managed heap, zero at first, each at a multiple of 64 bytes.</summary>
/// <param name="count">Number of blocks.</param>
internal sealed class BlockStore(long count) : IDisposable
{
    private const int Floats = DoubleBlocks.Elements * sizeof(double) / sizeof(float);

    private readonly NativeFloats _memory = new(count * Floats);

    /// <summary>A block, valid until the store is disposed of.</summary>
    public Span<double> this[long block] => MemoryMarshal.Cast<float, double>(_memory.Span(block * Floats, Floats));

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _memory.Dispose();
}
