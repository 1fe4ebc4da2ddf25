using System;
using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Unicode;
using System.Threading;
using System.Threading.Tasks;
using CsvHelper;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Reads delimited text. Fields stay UTF-8 bytes inside the reader's buffer: numbers are parsed from them, text keys are looked up
/// through a scratch buffer, so that a string is made only for a key not seen before.
/// </summary>
internal sealed class CsvSource
{
    // A longer record means a quote that is never closed; the limit turns a search through the whole file into an error.
    private const int MaxRecordBytes = 16 << 20;

    // Below this a second thread costs more than it saves.
    private const long SmallFile = 1 << 20;
    private const int LeastInputs = 2;

    private readonly ModelSchema _schema;
    private readonly CsvReader _reader;
    private readonly ColumnBinding _columns;
    private readonly DataSetBuilder _builder;
    private readonly Range _numerics;
    private readonly Range _categoricals;
    private char[] _text = new char[256];

    // The columns of a part: of the inputs, numeric ones first, a range, and with the first range the label and the timestamp.
    private CsvSource(ModelSchema schema, CsvReader reader, string source, CsvOptions options, int part, int parts)
    {
        _reader = reader;
        reader.ReadHeader();
        if (reader.Headers is not { Count: > 0 } header)
        {
            throw new DataSetException($"{source}: the file is empty. A header row and at least one example are needed.");
        }

        _columns = ColumnBinding.Create(schema, [.. header], source, options.ExtraColumns);
        int numerics = schema.Numerics.Length, inputs = numerics + schema.Categoricals.Length;
        int first = (int)((long)inputs * part / parts), end = (int)((long)inputs * (part + 1) / parts);
        _numerics = Math.Min(first, numerics)..Math.Min(end, numerics);
        _categoricals = Math.Max(first - numerics, 0)..Math.Max(end - numerics, 0);
        _schema = part == 0 && parts == 1 ? schema : schema with
        {
            LabelColumn = part == 0 ? schema.LabelColumn : null,
            Timestamp = part == 0 ? schema.Timestamp : null,
            Numerics = schema.Numerics[_numerics],
            Categoricals = schema.Categoricals[_categoricals],
        };
        _builder = new DataSetBuilder(_schema, source, "line", byColumn: true, Array.MaxLength) { HasLabels = part == 0 };
    }

    /// <summary>Reads a file into columns.</summary>
    public static DataColumns Read(string path, ModelSchema schema, CsvOptions options, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.Threads);
        bool alone = options.Where is not null || IsCompressed(path) || new FileInfo(path) is { Exists: false } or { Length: < SmallFile };
        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount, inputs = schema.Numerics.Length + schema.Categoricals.Length;
        int parts = alone ? 1 : Math.Clamp(inputs / LeastInputs, 1, threads);
        if (parts == 1)
        {
            return ReadPart(path, schema, options, 0, 1, new StrongBox<long>(long.MaxValue), cancellationToken);
        }

        var columns = new DataColumns[parts];
        var failures = new Exception?[parts];
        var last = new StrongBox<long>(long.MaxValue);
        Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = parts }, part =>
        {
            try
            {
                columns[part] = ReadPart(path, schema, options, part, parts, last, cancellationToken);
            }
            catch (Exception e)
            {
                failures[part] = e;
                StopBehind(last, e is InvalidValueException invalid ? invalid.Row : long.MaxValue);
            }
        });

        // What one thread would have met first: the first line with a value that is not allowed and its first such column, before all that ends every part.
        if (failures.OfType<Exception>().MinBy(e => e is InvalidValueException invalid ? invalid.Row : long.MaxValue) is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        return columns[0] with { Numerics = [.. columns.SelectMany(c => c.Numerics)], Categoricals = [.. columns.SelectMany(c => c.Categoricals)] };
    }

    // The other parts need not read behind a line that is refused.
    private static void StopBehind(StrongBox<long> last, long line)
    {
        for (long before = Volatile.Read(ref last.Value); line < before;)
        {
            long found = Interlocked.CompareExchange(ref last.Value, line, before);
            before = found == before ? line : found;
        }
    }

    private static bool IsCompressed(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    private static DataColumns ReadPart(string path, ModelSchema schema, CsvOptions options, int part, int parts, StrongBox<long> last, CancellationToken cancellationToken)
    {
        string source = Path.GetFileName(path);
        bool compressed = IsCompressed(path);
        string name = compressed ? path[..^3] : path;
        CsvReaderOptions readerOptions = new()
        {
            Separator = options.Separator ?? (name.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t' : ','),
            Mode = options.Quotes ? CsvMode.Rfc4180 : CsvMode.NoEscape,
            DetectSeparatorHint = false,
            TrackLineNumbers = true,
            MaxRecordSize = MaxRecordBytes,
            MalformedData = CsvMalformedDataHandling.Throw,
            FieldCountMismatch = CsvFieldCountHandling.Throw,
        };
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        using Stream stream = compressed ? new CheckedGZipStream(file) : file;
        try
        {
            using CsvReader reader = CsvReader.Create(stream, readerOptions, leaveOpen: true);
            var rows = new CsvSource(schema, reader, source, options, part, parts);
            return rows.ReadRows(options, new ReadingProgress(part == 0 ? options.Progress : null, cancellationToken), source, last);
        }
        catch (CsvFormatException e)
        {
            throw new DataSetException(
                $"{source}, line {e.LineNumber}: {e.Message} Check the separator and the quoting; CsvOptions.Separator and CsvOptions.Quotes change them.", e);
        }
        catch (InvalidDataException e) when (compressed)
        {
            throw new DataSetException($"{source}: the file is not valid gzip data ({e.Message}). Rename it if it is not compressed, or copy it again if it is damaged.", e);
        }
    }

    private DataColumns ReadRows(CsvOptions options, ReadingProgress progress, string source, StrongBox<long> last)
    {
        CsvRow? row = options.Where is null ? null : new CsvRow(_reader, _columns.Columns, source);
        ReadOnlySpan<int> numerics = _columns.Numerics.AsSpan(_numerics), categoricals = _columns.Categoricals.AsSpan(_categoricals);
        while (_reader.Read() && _reader.LineNumber <= Volatile.Read(ref last.Value))
        {
            progress.Next();
            _builder.Row = _reader.LineNumber;
            if (row is not null)
            {
                row.Number = progress.Rows - 1;
                if (!options.Where!(row))
                {
                    continue;
                }
            }

            AddExample(numerics, categoricals);
        }

        progress.End();
        return _builder.Finish(
            _columns.Ignored,
            progress.Rows == 0 ? "the file has a header but no examples." : $"the Where filter left none of {progress.Rows:N0} rows.");
    }

    private void AddExample(ReadOnlySpan<int> numerics, ReadOnlySpan<int> categoricals)
    {
        if (_schema.LabelColumn is not null)
        {
            AddLabel(_reader.GetSpan(_columns.Label));
        }

        if (_schema.Timestamp is not null)
        {
            ReadOnlySpan<byte> field = _reader.GetSpan(_columns.Timestamp).Trim((byte)' ');
            TimestampText.Add(_builder, Decode(_builder.TimestampName, field));
        }

        for (int f = 0; f < numerics.Length; f++)
        {
            AddNumeric(f, _reader.GetSpan(numerics[f]));
        }

        for (int f = 0; f < categoricals.Length; f++)
        {
            CategoricalFeature feature = _schema.Categoricals[f];
            ReadOnlySpan<byte> field = _reader.GetSpan(categoricals[f]);
            if (feature.IsBag)
            {
                AddBag(f, feature, field);
            }
            else if (feature.KeyKind == KeyKind.Text)
            {
                _builder.AddTextKey(f, Decode(_builder.CategoricalName(f), field));
            }
            else
            {
                _builder.AddKey(f, ParseKey(f, field));
            }
        }

        _builder.EndExample();
    }

    private void AddLabel(ReadOnlySpan<byte> field)
    {
        field = field.Trim((byte)' ');
        if (TryParseFloat(field, out float value))
        {
            _builder.AddLabel(value);
        }
        else if (TryParseBool(field, out bool flag))
        {
            _builder.AddLabel(flag);
        }
        else
        {
            throw _builder.Invalid(_builder.LabelName, NotA("a number, true or false", field));
        }
    }

    private void AddNumeric(int feature, ReadOnlySpan<byte> field)
    {
        if (!DecimalText.TryParse(field, out float value) && !TryParseFloat(field = field.Trim((byte)' '), out value))
        {
            throw _builder.Invalid(_builder.NumericName(feature), NotA("a number", field));
        }

        if (!float.IsFinite(value))
        {
            throw _builder.Invalid(
                _builder.NumericName(feature),
                $"'{Encoding.UTF8.GetString(field)}' is not a finite 32-bit number. Replace such values, or leave the line out with CsvOptions.Where.");
        }

        _builder.AddNumeric(feature, value);
    }

    private void AddBag(int f, CategoricalFeature feature, ReadOnlySpan<byte> field)
    {
        _builder.BeginBag(f);
        ReadOnlySpan<char> text = Decode(_builder.CategoricalName(f), field);
        foreach (Range range in text.Split(feature.Separator))
        {
            ReadOnlySpan<char> member = text[range];
            if (feature.KeyKind == KeyKind.Text)
            {
                _builder.AddTextToBag(f, member);
            }
            else if (!(member = member.Trim(' ')).IsEmpty)
            {
                _builder.AddToBag(f, KeyText.Parse(_builder, f, member));
            }
        }

        _builder.EndBag(f);
    }

    private long ParseKey(int feature, ReadOnlySpan<byte> field)
    {
        if (DecimalText.TryParseInteger(field, out long plain))
        {
            return plain;
        }

        field = field.Trim((byte)' ');
        return Utf8Parser.TryParse(field, out long key, out int consumed) && consumed == field.Length
            ? key
            : KeyText.Parse(_builder, feature, Decode(_builder.CategoricalName(feature), field));
    }

    /// <summary>The field as UTF-16 in the scratch buffer, valid until the next call.</summary>
    private ReadOnlySpan<char> Decode(string column, ReadOnlySpan<byte> field)
    {
        if (_text.Length < field.Length)
        {
            _text = new char[field.Length * 2];
        }

        if (Utf8.ToUtf16(field, _text, out _, out int length, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            throw _builder.Invalid(column, $"'{Encoding.UTF8.GetString(field)}' is not valid UTF-8. Convert the file to UTF-8.");
        }

        return _text.AsSpan(0, length);
    }

    private static bool TryParseFloat(ReadOnlySpan<byte> field, out float value) =>
        DecimalText.TryParse(field, out value) || float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    private static bool TryParseBool(ReadOnlySpan<byte> field, out bool value)
    {
        value = Ascii.EqualsIgnoreCase(field, "true");
        return value || Ascii.EqualsIgnoreCase(field, "false");
    }

    private static string NotA(string expected, ReadOnlySpan<byte> field) => field.IsEmpty
        ? $"the field is empty where {expected} is needed. Fill in missing values, or leave the line out with CsvOptions.Where."
        : $"'{Encoding.UTF8.GetString(field)}' is not {expected}.";
}
