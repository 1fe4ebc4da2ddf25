using System;
using System.IO;
using System.Runtime.ExceptionServices;
using System.Threading;

namespace ModelGen;

/// <summary>A run of whole records, in a buffer that its reader keeps for the next one.</summary>
internal sealed class CsvChunk
{
    /// <summary>Bytes of the buffer before the text, so that what lies before the end of a short field can be read with it.</summary>
    public const int Margin = 32;

    /// <summary>The buffer; the text starts behind the margin.</summary>
    public byte[] Buffer { get; set; } = [];

    /// <summary>Bytes of the text.</summary>
    public int Length { get; set; }

    /// <summary>Position among the chunks of the file; the first one starts with the header.</summary>
    public int Index { get; set; }

    /// <summary>1-based line on which the text starts.</summary>
    public long FirstLine { get; set; } = 1;

    /// <summary>Line breaks in the text.</summary>
    public int Breaks { get; set; }

    /// <summary>Most rows of the text: every line is one, but for the header.</summary>
    public int MostRows => Breaks + (Text.Span[^1] is (byte)'\n' or (byte)'\r' ? 0 : 1) - (Index == 0 ? 1 : 0);

    /// <summary>Most rows before the text.</summary>
    public long RowsBefore => Index == 0 ? 0 : FirstLine - 2;

    /// <summary>The text.</summary>
    public ReadOnlyMemory<byte> Text => Buffer.AsMemory(Margin, Length);
}

/// <summary>
/// Cuts a text into chunks at ends of records, for threads that take them in turn. A line break ends a record when an even number of quotes
/// comes before it, which is also the rule of the library that reads the records.
/// </summary>
/// <param name="stream">The text in UTF-8.</param>
/// <param name="source">Name of the source, for messages.</param>
/// <param name="quotes">Whether quotes enclose fields.</param>
/// <param name="chunkBytes">Bytes to read for a chunk; one that holds a longer record is longer.</param>
/// <param name="progress">Told the rows that were read.</param>
internal sealed class CsvChunks(Stream stream, string source, bool quotes, int chunkBytes, ReadingProgress progress)
{
    // A longer record means a quote that is never closed; the limit turns a search through the whole file into an error.
    private const int MaxRecordBytes = 16 << 20;

    private readonly Lock _gate = new();
    private byte[] _rest = [];
    private int _restLength, _next;
    private long _line = 1;
    private bool _ended;
    private (int Chunk, Exception Error)? _failure;

    /// <summary>Whether there are no more chunks.</summary>
    public bool Ended => _ended;

    /// <summary>Takes the next chunk. False at the end of the text and after a failure.</summary>
    /// <exception cref="DataSetException">The text is not UTF-8, or a record is too long.</exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public bool Next(CsvChunk chunk)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return false;
            }

            chunk.Index = _next++;
            chunk.FirstLine = _line;
            progress.ThrowIfCancelled();
            int end = Fill(chunk);
            if (chunk.Index == 0)
            {
                DropByteOrderMark(chunk, ref end);
            }

            if (end == 0)
            {
                return false;
            }

            chunk.Length = end;
            chunk.Breaks = LineBreaks.Count(chunk.Text.Span);
            _line += chunk.Breaks;
            return true;
        }
    }

    /// <summary>Notes that a chunk has been read.</summary>
    public void Done(int rows)
    {
        lock (_gate)
        {
            progress.Add(rows);
        }
    }

    /// <summary>Ends the text for all threads because of an error in a chunk. Of several failures that of the first chunk counts.</summary>
    public void Fail(CsvChunk chunk, Exception error)
    {
        lock (_gate)
        {
            _ended = true;
            if (_failure is null || chunk.Index < _failure.Value.Chunk)
            {
                _failure = (chunk.Index, error);
            }
        }
    }

    /// <summary>Throws the error of the first chunk that failed, if one did. To be called when no thread reads any more.</summary>
    public void ThrowIfFailed()
    {
        if (_failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure.Error);
        }
    }

    /// <summary>Reads into a chunk and returns the end of its last record; what comes behind it is kept for the next one.</summary>
    private int Fill(CsvChunk chunk)
    {
        int length = _restLength;
        if (chunk.Buffer.Length < CsvChunk.Margin + length + chunkBytes)
        {
            chunk.Buffer = GC.AllocateUninitializedArray<byte>(CsvChunk.Margin + length + chunkBytes);
        }

        _rest.AsSpan(0, length).CopyTo(chunk.Buffer.AsSpan(CsvChunk.Margin));
        while (true)
        {
            for (int room; (room = chunk.Buffer.Length - CsvChunk.Margin - length) > 0;)
            {
                int read = stream.Read(chunk.Buffer, CsvChunk.Margin + length, room);
                if (read == 0)
                {
                    _ended = true;
                    return length;
                }

                length += read;
            }

            ReadOnlySpan<byte> text = chunk.Buffer.AsSpan(CsvChunk.Margin, length);
            if (LineBreaks.EndOfRecords(text, quotes) is > 0 and var end)
            {
                _restLength = length - end;
                if (_rest.Length < _restLength)
                {
                    _rest = new byte[Math.Max(_restLength, chunkBytes)];
                }

                text[end..].CopyTo(_rest);
                return end;
            }

            if (length > MaxRecordBytes)
            {
                throw new DataSetException(
                    $"{source}, line {chunk.FirstLine}: a record has more than {MaxRecordBytes:N0} bytes; a quote is probably never closed. "
                    + "Check the quoting; CsvOptions.Quotes changes it.");
            }

            byte[] longer = GC.AllocateUninitializedArray<byte>((2 * length) + CsvChunk.Margin);
            text.CopyTo(longer.AsSpan(CsvChunk.Margin));
            chunk.Buffer = longer;
        }
    }

    private void DropByteOrderMark(CsvChunk chunk, ref int end)
    {
        Span<byte> text = chunk.Buffer.AsSpan(CsvChunk.Margin, end);
        if (text.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || text.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            throw new DataSetException($"{source}: the file is in UTF-16 or UTF-32, by its byte order mark. Convert the file to UTF-8.");
        }

        if (text.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            text[3..].CopyTo(text);
            end -= 3;
        }
    }
}
