using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelGen;

/// <summary>The hash by which UTF-8 keys are found in tables. Predictors repeat it, so a change raises the version of <see cref="Compiled.KeyPlaces"/>.</summary>
internal static class Utf8Hash
{
    /// <summary>Odd factor of every step, the golden ratio of 2^64.</summary>
    public const ulong Factor = 0x9E37_79B9_7F4A_7C15;

    /// <summary>Hash of a text: eight bytes at a time, then what is left of it; the higher bits are the better ones.</summary>
    public static ulong Of(ReadOnlySpan<byte> text)
    {
        ref byte at = ref MemoryMarshal.GetReference(text);
        int length = text.Length;
        ulong hash = unchecked((ulong)length * Factor), rest = 0;
        for (; length >= 8; length -= 8, at = ref Unsafe.Add(ref at, 8))
        {
            hash = unchecked((BitOperations.RotateLeft(hash, 29) ^ Unsafe.ReadUnaligned<ulong>(ref at)) * Factor);
        }

        if (length >= 4)
        {
            rest = Unsafe.ReadUnaligned<uint>(ref at) | ((ulong)Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref at, length - 4)) << 32);
        }
        else if (length > 0)
        {
            rest = at | ((ulong)Unsafe.Add(ref at, length >> 1) << 8) | ((ulong)Unsafe.Add(ref at, length - 1) << 16);
        }

        hash = unchecked((BitOperations.RotateLeft(hash, 29) ^ rest) * Factor);
        return unchecked((hash ^ (hash >> 32)) * Factor);
    }
}
