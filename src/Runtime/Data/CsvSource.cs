using System;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CsvHelper;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Reads delimited text. The text is cut into chunks of whole records, which threads take in turn and write into the columns; then the keys
/// of every column get their codes in the order of the file. So nothing depends on the threads.
/// </summary>
internal static class CsvSource
{
    /// <summary>Bytes of a chunk; with its values it stays in the second-level cache.</summary>
    public const int ChunkBytes = 1 << 18;

    /// <summary>Reads a file into columns.</summary>
    public static DataColumns Read(string path, ModelSchema schema, CsvOptions options, int chunkBytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.Threads);
        CsvFormat format = CsvFormat.Of(path, options);
        bool compressed = CsvFormat.IsCompressed(path);

        // Chunks are read into buffers of their own; only decompression reads in small steps.
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, compressed ? 1 << 16 : 0, FileOptions.SequentialScan);
        using Stream stream = compressed ? new CheckedGZipStream(file) : file;
        try
        {
            ReadingProgress progress = new(options.Progress, cancellationToken);
            CsvChunks chunks = new(stream, format.Source, format.Quotes, chunkBytes, progress);
            CsvChunk first = new();
            ColumnBinding columns = ColumnBinding.Create(schema, Header(format, chunks, first), format.Source, options.ExtraColumns);
            int threads = options.Where is not null ? 1 : options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
            if (!compressed && file.CanSeek)
            {
                threads = (int)long.Min(threads, 1 + (file.Length / chunkBytes));
            }

            CsvColumns values = new(schema, format.Source);
            values.Reserve(options.Where is not null ? 0 : chunks.Ended ? first.MostRows : compressed || !file.CanSeek ? 0 : MostRows(file, threads));
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, t =>
                new CsvWorker(format, schema, columns, values, chunks, options.Where, threads == 1).Run(t == 0 ? first : null));
            chunks.ThrowIfFailed();
            progress.End();
            if (values.IsEmpty)
            {
                string reason = progress.Rows == 0 ? "the file has a header but no examples." : $"the Where filter left none of {progress.Rows:N0} rows.";
                throw new DataSetException($"{format.Source}: {reason} At least one example is needed.");
            }

            return values.Finish(threads, columns.Ignored);
        }
        catch (InvalidDataException e) when (compressed)
        {
            throw new DataSetException(
                $"{format.Source}: the file is not valid gzip data ({e.Message}). Rename it if it is not compressed, or copy it again if it is damaged.", e);
        }
    }

    /// <summary>Rows of the file if every line but the first is one.</summary>
    private static int MostRows(FileStream file, int threads)
    {
        long length = file.Length, part = 1 + (length / threads), breaks = 0;
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, t =>
            Interlocked.Add(ref breaks, LineBreaks.Count(file.SafeFileHandle, long.Min(length, t * part), long.Min(length, (t + 1) * part))));

        // The last line may have no break.
        byte[] last = new byte[1];
        bool open = RandomAccess.Read(file.SafeFileHandle, last, length - 1) == 1 && last[0] is not ((byte)'\n' or (byte)'\r');
        return (int)long.Min(Array.MaxLength, breaks - (open ? 0 : 1));
    }

    private static ImmutableArray<string> Header(CsvFormat format, CsvChunks chunks, CsvChunk first)
    {
        try
        {
            if (chunks.Next(first))
            {
                using CsvReader reader = format.Read(first);
                reader.ReadHeader();
                if (reader.Headers is { Count: > 0 } header)
                {
                    return [.. header];
                }
            }
        }
        catch (CsvFormatException e)
        {
            throw format.Malformed(first, e);
        }

        throw new DataSetException($"{format.Source}: the file is empty. A header row and at least one example are needed.");
    }
}
