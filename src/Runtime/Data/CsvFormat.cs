using System;
using System.IO;
using CsvHelper;

namespace ModelGen;

/// <summary>How the records of a file are separated and quoted.</summary>
/// <param name="Source">Name of the file, for messages.</param>
/// <param name="Separator">Separator of the fields.</param>
/// <param name="Quotes">Whether double quotes enclose fields.</param>
internal sealed record CsvFormat(string Source, char Separator, bool Quotes)
{
    private CsvReaderOptions? _first, _others;

    /// <summary>The format of a file by its name and the options.</summary>
    public static CsvFormat Of(string path, CsvOptions options)
    {
        string name = IsCompressed(path) ? path[..^3] : path;
        char separator = options.Separator ?? (name.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t' : ',');
        return new CsvFormat(Path.GetFileName(path), separator, options.Quotes);
    }

    /// <summary>Whether the file is compressed, by its name.</summary>
    public static bool IsCompressed(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    /// <summary>A reader of the records of a chunk; of the first one, before the header.</summary>
    public CsvReader Read(CsvChunk chunk) =>
        CsvReader.Create(chunk.Text, chunk.Index == 0 ? _first ??= Options(header: true, lines: false) : _others ??= Options(header: false, lines: false));

    /// <summary>The error of quotes that are out of place, with the line that the record starts on.</summary>
    public DataSetException Malformed(CsvChunk chunk, CsvFormatException e)
    {
        // Lines are not counted while records are read, so the chunk is read once more up to the error.
        long line = 1;
        try
        {
            using CsvReader reader = CsvReader.Create(chunk.Text, Options(chunk.Index == 0, lines: true));
            while (reader.Read())
            {
            }
        }
        catch (CsvFormatException again)
        {
            line = again.LineNumber;
        }

        // Numbers of the record and the byte are those within the chunk.
        string problem = e.Message, before = $"record {e.RecordNumber}: ", after = $" (byte offset {e.ByteOffset}).";
        if (problem.IndexOf(before, StringComparison.Ordinal) is >= 0 and var at && problem.EndsWith(after, StringComparison.Ordinal))
        {
            problem = $"the record is malformed: {problem[(at + before.Length)..^after.Length]}.";
        }

        return new DataSetException(
            $"{Source}, line {chunk.FirstLine + line - 1}: {problem} Check the separator and the quoting; CsvOptions.Separator and CsvOptions.Quotes change them.", e);
    }

    private CsvReaderOptions Options(bool header, bool lines) => new()
    {
        Separator = Separator,
        Mode = Quotes ? CsvMode.Rfc4180 : CsvMode.NoEscape,
        DetectSeparatorHint = false,
        HasHeader = header,
        TrackLineNumbers = lines,
        MalformedData = CsvMalformedDataHandling.Throw,
    };
}
