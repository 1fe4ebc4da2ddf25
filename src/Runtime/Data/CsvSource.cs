using System;
using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Text;
using System.Text.Unicode;
using System.Threading;
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

    private readonly ModelSchema _schema;
    private readonly CsvReader _reader;
    private readonly ColumnBinding _columns;
    private readonly DataSetBuilder _builder;
    private char[] _text = new char[256];

    private CsvSource(ModelSchema schema, CsvReader reader, ColumnBinding columns, DataSetBuilder builder)
    {
        _schema = schema;
        _reader = reader;
        _columns = columns;
        _builder = builder;
    }

    /// <summary>Reads a file into columns.</summary>
    public static DataColumns Read(string path, ModelSchema schema, CsvOptions options, CancellationToken cancellationToken)
    {
        string source = Path.GetFileName(path);
        bool compressed = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
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
            return Read(reader, source, schema, options, new ReadingProgress(options.Progress, cancellationToken));
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

    private static DataColumns Read(CsvReader reader, string source, ModelSchema schema, CsvOptions options, ReadingProgress progress)
    {
        reader.ReadHeader();
        if (reader.Headers is not { Count: > 0 } header)
        {
            throw new DataSetException($"{source}: the file is empty. A header row and at least one example are needed.");
        }

        ColumnBinding columns = ColumnBinding.Create(schema, [.. header], source, options.ExtraColumns);
        DataSetBuilder builder = new(schema, source, "line", byColumn: true, Array.MaxLength);
        new CsvSource(schema, reader, columns, builder).ReadRows(options, progress, source);
        return builder.Finish(
            columns.Ignored,
            progress.Rows == 0 ? "the file has a header but no examples." : $"the Where filter left none of {progress.Rows:N0} rows.");
    }

    private void ReadRows(CsvOptions options, ReadingProgress progress, string source)
    {
        CsvRow? row = options.Where is null ? null : new CsvRow(_reader, _columns.Columns, source);
        while (_reader.Read())
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

            AddExample();
        }

        progress.End();
    }

    private void AddExample()
    {
        if (_columns.Label >= 0)
        {
            AddLabel(_reader.GetSpan(_columns.Label));
        }

        if (_columns.Timestamp >= 0)
        {
            ReadOnlySpan<byte> field = _reader.GetSpan(_columns.Timestamp).Trim((byte)' ');
            TimestampText.Add(_builder, Decode(_builder.TimestampName, field));
        }

        for (int f = 0; f < _columns.Numerics.Length; f++)
        {
            AddNumeric(f, _reader.GetSpan(_columns.Numerics[f]));
        }

        for (int f = 0; f < _columns.Categoricals.Length; f++)
        {
            CategoricalFeature feature = _schema.Categoricals[f];
            ReadOnlySpan<byte> field = _reader.GetSpan(_columns.Categoricals[f]);
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
        field = field.Trim((byte)' ');
        if (!TryParseFloat(field, out float value))
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
