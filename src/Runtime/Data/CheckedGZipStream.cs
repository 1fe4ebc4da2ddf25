using System;
using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;

namespace ModelGen;

/// <summary>
/// Decompresses a gzip file and notices at its end that it was cut short, which the base class takes for a regular end.
/// A gzip file ends with the length of its last member; a cut file ends with arbitrary bytes, which nearly always state a length
/// above all that was decompressed. Files of several members pass; beyond 4 GB the stated length wraps around and nothing is checked.
/// </summary>
internal sealed class CheckedGZipStream(FileStream file) : GZipStream(file, CompressionMode.Decompress)
{
    private long _total;

    /// <inheritdoc/>
    public override int Read(byte[] array, int offset, int count)
    {
        int read = base.Read(array, offset, count);
        _total += read;
        if (read == 0 && count > 0)
        {
            CheckEnd();
        }

        return read;
    }

    private void CheckEnd()
    {
        Span<byte> trailer = stackalloc byte[4];
        FileStream compressed = (FileStream)BaseStream;
        if (_total <= uint.MaxValue
            && compressed.Length >= trailer.Length
            && RandomAccess.Read(compressed.SafeFileHandle, trailer, compressed.Length - trailer.Length) == trailer.Length
            && BinaryPrimitives.ReadUInt32LittleEndian(trailer) > _total)
        {
            throw new InvalidDataException("it ends too early");
        }
    }
}
