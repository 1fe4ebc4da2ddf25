using System;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelGen.Compiled;

/// <summary>
/// The bytes of a tensor, little-endian and row-major, as a promise: nothing is copied until they are written, and then only in pieces.
/// </summary>
/// <param name="bytes">Number of bytes that <paramref name="write"/> writes.</param>
/// <param name="write">Writes them.</param>
internal sealed class TensorContent(long bytes, Action<Stream> write)
{
    // A piece stays far below the 2^31 bytes that a span can hold and is large enough to keep a disk busy.
    private const int PieceBytes = 1 << 22;

    /// <summary>Number of bytes.</summary>
    public long Bytes { get; } = bytes;

    /// <summary>The content of an array.</summary>
    public static TensorContent From<T>(ReadOnlyMemory<T> values) where T : unmanaged
    {
        long bytes = (long)values.Length * Unsafe.SizeOf<T>();
        return new TensorContent(bytes, stream => WritePieces(stream, values.Span));
    }

    /// <summary>Rows of a block, <paramref name="stride"/> floats apart, of which the first <paramref name="columns"/> floats are written.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rows do not lie inside the block.</exception>
    public static TensorContent From(NativeFloats values, long offset, long rows, long columns, long stride)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, columns);
        if (rows > 0)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(checked(offset + (rows - 1) * stride + columns), values.Length, nameof(rows));
        }

        return new TensorContent(checked(rows * columns * sizeof(float)), stream =>
        {
            if (stride == columns)
            {
                WriteRun(stream, values, offset, rows * columns);
                return;
            }

            for (long row = 0; row < rows; row++)
            {
                WriteRun(stream, values, offset + row * stride, columns);
            }
        });
    }

    /// <summary>The first bytes of a block that holds bytes instead of floats.</summary>
    public static TensorContent FromBytes(NativeFloats storage, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, storage.Length * sizeof(float));
        return new TensorContent(bytes, stream =>
        {
            for (long done = 0; done < bytes;)
            {
                int piece = (int)long.Min(PieceBytes, bytes - done);
                int floats = (piece + sizeof(float) - 1) / sizeof(float);
                stream.Write(MemoryMarshal.AsBytes(storage.Span(done / sizeof(float), floats))[..piece]);
                done += piece;
            }

            GC.KeepAlive(storage);
        });
    }

    /// <summary>The same content followed by zero bytes.</summary>
    public TensorContent WithZeros(long count) => new(Bytes + count, stream =>
    {
        WriteTo(stream);
        Span<byte> zeros = stackalloc byte[256];
        zeros.Clear();
        for (long left = count; left > 0; left -= zeros.Length)
        {
            stream.Write(zeros[..(int)long.Min(left, zeros.Length)]);
        }
    });

    /// <summary>Writes the bytes.</summary>
    public void WriteTo(Stream stream) => write(stream);

    private static void WriteRun(Stream stream, NativeFloats values, long start, long count)
    {
        for (long done = 0; done < count;)
        {
            int piece = (int)long.Min(PieceBytes / sizeof(float), count - done);
            stream.Write(MemoryMarshal.AsBytes(values.Span(start + done, piece)));
            done += piece;
        }

        GC.KeepAlive(values);
    }

    private static void WritePieces<T>(Stream stream, ReadOnlySpan<T> values) where T : unmanaged
    {
        int most = PieceBytes / Unsafe.SizeOf<T>();
        while (!values.IsEmpty)
        {
            int piece = int.Min(most, values.Length);
            stream.Write(MemoryMarshal.AsBytes(values[..piece]));
            values = values[piece..];
        }
    }
}
