using System;
using System.Buffers.Binary;

namespace ModelGen;

/// <summary>Plain decimal numbers of up to 15 digits, as most files hold, without the generality of <see cref="float.TryParse(string, out float)"/>.</summary>
internal static class DecimalText
{
    private const int MostDigits = 15;

    private static readonly double[] s_powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    /// <summary>
    /// The nearest float of a sign, digits and at most one point. False for every other form and in the rare case that rounding twice could
    /// differ from rounding once; the text may be a number all the same.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out float value)
    {
        value = 0;
        int at = !text.IsEmpty && text[0] == '-' ? 1 : 0, digits = 0, point = -1;
        bool negative = at == 1;
        long mantissa = 0;
        for (; at < text.Length; at++)
        {
            if (text.Length - at >= 8 && digits <= MostDigits - 8 && TryEight(text[at..], out uint eight))
            {
                mantissa = (mantissa * 100_000_000) + eight;
                digits += 8;
                at += 7;
                continue;
            }

            uint digit = (uint)text[at] - '0';
            if (digit <= 9)
            {
                mantissa = (mantissa * 10) + digit;
                if (++digits > MostDigits)
                {
                    return false;
                }
            }
            else if (text[at] == '.' && point < 0)
            {
                point = digits;
            }
            else
            {
                return false;
            }
        }

        if (digits == 0)
        {
            return false;
        }

        return TryRound(mantissa, point < 0 ? 0 : digits - point, negative, out value);
    }

    /// <summary>
    /// The nearest float of mantissa / 10^decimals, both of at most 15 digits. False in the rare case that rounding twice could differ from rounding once.
    /// </summary>
    public static bool TryRound(long mantissa, int decimals, bool negative, out float value)
    {
        // Both are exact in double precision, so the quotient is rounded once; rounding it again is safe unless it lies half way between two floats.
        double exact = mantissa / s_powers[decimals];
        value = negative ? -(float)exact : (float)exact;
        long below = BitConverter.DoubleToInt64Bits(exact) & 0x1FFF_FFFF;
        return (ulong)(below - 0x0FFF_FFFF) > 2;
    }

    /// <summary>A number of at most 18 digits and nothing else. False for every other form, which may be a number all the same.</summary>
    public static bool TryParseInteger(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        if (text.Length is 0 or > 18)
        {
            return false;
        }

        foreach (byte c in text)
        {
            uint digit = (uint)c - '0';
            if (digit > 9)
            {
                return false;
            }

            value = (value * 10) + digit;
        }

        return true;
    }

    // Eight digits at once: pairs, then fours, then all.
    private static bool TryEight(ReadOnlySpan<byte> text, out uint value)
    {
        ulong digits = BinaryPrimitives.ReadUInt64LittleEndian(text);
        value = 0;
        if (((digits & 0xF0F0_F0F0_F0F0_F0F0) | (((digits + 0x0606_0606_0606_0606) & 0xF0F0_F0F0_F0F0_F0F0) >> 4)) != 0x3333_3333_3333_3333)
        {
            return false;
        }

        digits = ((digits & 0x0F0F_0F0F_0F0F_0F0F) * 2561) >> 8;
        digits = ((digits & 0x00FF_00FF_00FF_00FF) * 6553601) >> 16;
        value = (uint)(((digits & 0x0000_FFFF_0000_FFFF) * 42949672960001) >> 32);
        return true;
    }
}
