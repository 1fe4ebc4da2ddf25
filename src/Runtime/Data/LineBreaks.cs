using System;
using System.IO;
using Microsoft.Win32.SafeHandles;

namespace ModelGen;

/// <summary>Line breaks of a text: a line feed, a carriage return, or both in this order.</summary>
internal static class LineBreaks
{
    /// <summary>How many there are.</summary>
    public static int Count(ReadOnlySpan<byte> text)
    {
        int breaks = text.Count((byte)'\n');
        if (text.Contains((byte)'\r'))
        {
            breaks += text.Count((byte)'\r') - text.Count("\r\n"u8);
        }

        return breaks;
    }

    /// <summary>How many there are in a part of a file, counted where they end.</summary>
    /// <param name="file">The file.</param>
    /// <param name="start">First byte of the part.</param>
    /// <param name="end">First byte behind it.</param>
    public static long Count(SafeFileHandle file, long start, long end)
    {
        byte[] buffer = new byte[1 << 18];
        long breaks = 0;
        bool split = start > 0 && RandomAccess.Read(file, buffer.AsSpan(0, 1), start - 1) == 1 && buffer[0] == '\r';
        while (start < end && RandomAccess.Read(file, buffer.AsSpan(0, (int)long.Min(buffer.Length, end - start)), start) is > 0 and var read)
        {
            breaks += Count(buffer.AsSpan(0, read)) - (split && buffer[0] == '\n' ? 1 : 0);
            split = buffer[read - 1] == '\r';
            start += read;
        }

        return breaks;
    }

    /// <summary>
    /// Where the last record ends that is complete: behind the last line break, or with quotes behind the last one that is not enclosed in them.
    /// A carriage return at the very end is not taken for one, as a line feed may follow. 0 when there is none.
    /// </summary>
    /// <param name="text">A text that starts with a record.</param>
    /// <param name="quotes">Whether quotes enclose fields.</param>
    public static int EndOfRecords(ReadOnlySpan<byte> text, bool quotes)
    {
        ReadOnlySpan<byte> rest = text is [.., (byte)'\r'] ? text[..^1] : text;
        if (!quotes || !rest.Contains((byte)'"'))
        {
            return rest.LastIndexOfAny((byte)'\n', (byte)'\r') + 1;
        }

        bool enclosed = (rest.Count((byte)'"') & 1) != 0;
        while (rest.LastIndexOfAny((byte)'\n', (byte)'\r', (byte)'"') is >= 0 and var at)
        {
            if (rest[at] == '"')
            {
                enclosed = !enclosed;
            }
            else if (!enclosed)
            {
                return at + 1;
            }

            rest = rest[..at];
        }

        return 0;
    }
}
