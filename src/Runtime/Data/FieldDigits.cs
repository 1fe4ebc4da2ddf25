using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ModelGen;

/// <summary>
/// Short plain numbers in fields of a buffer, without a loop and without branches on their length: the bytes that end with the field are read at
/// once, whatever comes before it, and all digits are converted together.
/// </summary>
internal static class FieldDigits
{
    // The point is taken out with a second read one byte earlier.
    private const int Before = 17;

    private static readonly Vector128<byte> s_lanes = Vector128.Create((byte)0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);

    /// <summary>
    /// An integer of 1 to 8 digits and nothing else. False for every other form, and for a field that is not in the buffer with at least
    /// <see cref="CsvChunk.Margin"/> bytes before it.
    /// </summary>
    public static bool TryParseInteger(byte[] buffer, ReadOnlySpan<byte> field, out int value)
    {
        nint end = End(buffer, field);
        if ((uint)(field.Length - 1) >= 8 || !IsInside(buffer, end))
        {
            value = 0;
            return false;
        }

        // The first digit is in the lowest byte; the bytes of what comes before the field become zeros.
        int others = 64 - (8 * field.Length);
        ulong digits = (Unsafe.ReadUnaligned<ulong>(ref At(buffer, end - 8)) ^ 0x3030_3030_3030_3030) >> others << others;
        value = (int)Eight(digits);
        return (((digits + 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080) == 0;
    }

    /// <summary>
    /// The nearest float of a sign, at most 15 digits and at most one point, 16 bytes in all. False for every other form, for a field
    /// elsewhere (see <see cref="TryParseInteger"/>), and where <see cref="DecimalText.TryRound"/> is.
    /// </summary>
    public static bool TryParse(byte[] buffer, ReadOnlySpan<byte> field, out float value)
    {
        value = 0;
        nint end = End(buffer, field);
        if ((uint)(field.Length - 1) >= 16 || !IsInside(buffer, end))
        {
            return false;
        }

        Vector128<byte> text = Vector128.LoadUnsafe(ref At(buffer, end - 16));
        bool negative = field[0] == '-';
        int start = 16 - field.Length + (negative ? 1 : 0);
        Vector128<byte> digits = text - Vector128.Create((byte)'0');
        uint ofNumber = 0xFFFFu << start & 0xFFFF;
        uint points = Vector128.Equals(text, Vector128.Create((byte)'.')).ExtractMostSignificantBits() & ofNumber;
        uint figures = Vector128.LessThan(digits, Vector128.Create((byte)10)).ExtractMostSignificantBits() & ofNumber;
        if ((points | figures) != ofNumber || (points & (points - 1)) != 0 || (uint)(BitOperations.PopCount(figures) - 1) >= 15)
        {
            return false;
        }

        // What comes before the point moves one lane up, into its place.
        int point = points == 0 ? -1 : BitOperations.TrailingZeroCount(points), first = start + (points == 0 ? 0 : 1);
        Vector128<byte> shifted = Vector128.LoadUnsafe(ref At(buffer, end - Before)) - Vector128.Create((byte)'0');
        digits = Vector128.ConditionalSelect(Vector128.GreaterThan(s_lanes.AsSByte(), Vector128.Create((sbyte)point)).AsByte(), digits, shifted);
        digits &= Vector128.GreaterThanOrEqual(s_lanes, Vector128.Create((byte)first));
        Vector128<ulong> halves = digits.AsUInt64();
        long mantissa = ((long)Eight(halves.GetElement(0)) * 100_000_000) + Eight(halves.GetElement(1));
        return DecimalText.TryRound(mantissa, point < 0 ? 0 : 15 - point, negative, out value);
    }

    // Eight digits, the first in the lowest byte: pairs, then all.
    private static uint Eight(ulong digits)
    {
        const ulong Pairs = 0x0000_00FF_0000_00FF;
        digits = (digits * 10) + (digits >> 8);
        return (uint)((((digits & Pairs) * 0x000F_4240_0000_0064) + (((digits >> 16) & Pairs) * 0x0000_2710_0000_0001)) >> 32);
    }

    private static nint End(byte[] buffer, ReadOnlySpan<byte> field) =>
        Unsafe.ByteOffset(ref MemoryMarshal.GetArrayDataReference(buffer), ref MemoryMarshal.GetReference(field)) + field.Length;

    private static bool IsInside(byte[] buffer, nint end) => (nuint)(end - Before) <= (nuint)(buffer.Length - Before);

    private static ref byte At(byte[] buffer, nint offset) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(buffer), offset);
}
