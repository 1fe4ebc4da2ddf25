using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace ModelGen.Compiled;

/// <summary>
/// Whole numbers of 1 to 16 bits, one after another without gaps, in a block that is counted in floats. The number at bit b begins at
/// bit b mod 8 of byte b / 8, lowest bit first.
/// </summary>
internal static class PackedBits
{
    /// <summary>A zeroed block for this many bytes.</summary>
    public static NativeFloats Allocate(long bytes) => new((bytes + sizeof(float) - 1) / sizeof(float));

    /// <summary>The number at a bit. Four bytes hold it at any bit; a block has slack behind its end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(NativeFloats block, long bit, int bits)
    {
        uint window = Unsafe.ReadUnaligned<uint>(ref Byte(block, bit >> 3));
        window = BitConverter.IsLittleEndian ? window : BinaryPrimitives.ReverseEndianness(window);
        return (int)(window >> (int)(bit & 7)) & ((1 << bits) - 1);
    }

    /// <summary>Puts a number where zeros were. Touches only bytes that hold its bits.</summary>
    public static void Write(NativeFloats block, long bit, uint number)
    {
        for (uint window = number << (int)(bit & 7); window != 0; window >>= 8, bit += 8)
        {
            Byte(block, bit >> 3) |= (byte)window;
        }
    }

    private static ref byte Byte(NativeFloats block, long at) => ref Unsafe.Add(ref Unsafe.As<float, byte>(ref block.First), (nint)at);
}
