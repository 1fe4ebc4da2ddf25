using System;
using System.Buffers.Text;
using System.Globalization;
using System.Linq;
using System.Text;
using CsvHelper;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// One of the threads that read a file: takes chunks and writes their values into the columns. Fields stay UTF-8 bytes in the buffer of the chunk:
/// numbers are parsed from them, text keys are compared with those this thread has met.
/// </summary>
internal sealed class CsvWorker
{
    private readonly CsvFormat _format;
    private readonly ColumnBinding _binding;
    private readonly CsvColumns _columns;
    private readonly CsvChunks _chunks;
    private readonly ValueChecks _checks;
    private readonly CategoricalFeature[] _features;
    private readonly KeyTokens[] _keys;
    private readonly long[] _keyLimits;
    private readonly byte[][] _separators;
    private readonly string[] _places;
    private readonly bool[] _isText;
    private readonly CsvRow? _row;
    private readonly Func<CsvRow, bool>? _where;
    private readonly bool _alone;
    private CsvChunk _chunk = new();

    // Records met so far, and those of them that the filter kept.
    private long _met, _kept;
    private CsvReader? _reader;

    public CsvWorker(CsvFormat format, ModelSchema schema, ColumnBinding binding, CsvColumns columns, CsvChunks chunks, Func<CsvRow, bool>? where, bool alone)
    {
        _format = format;
        _binding = binding;
        _columns = columns;
        _chunks = chunks;
        _where = where;
        _alone = alone;
        _row = where is null ? null : new CsvRow(binding.Columns, format.Source);
        _checks = new ValueChecks(schema, format.Source, "line", byColumn: true, Line);
        _features = [.. schema.Categoricals];
        _places = [.. _features.Select(f => $"{format.Source}, column '{f.Column}'")];
        _isText = [.. _features.Select(f => f.KeyKind == KeyKind.Text)];
        _keys = [.. _places.Select(place => new KeyTokens(place))];
        _keyLimits = [.. _features.Select((_, f) => _checks.KeyLimit(f))];
        _separators = [.. _features.Select(f => Encoding.UTF8.GetBytes([f.Separator]))];
    }

    /// <summary>Takes chunks until there are none.</summary>
    /// <param name="first">A chunk that was taken already, or null.</param>
    public void Run(CsvChunk? first)
    {
        try
        {
            _chunk = first ?? _chunk;
            for (bool taken = first is not null || _chunks.Next(_chunk); taken; taken = _chunks.Next(_chunk))
            {
                long before = _met;
                Read();
                _chunks.Done((int)(_met - before));
            }
        }
        catch (Exception e)
        {
            _chunks.Fail(_chunk, e);
        }
    }

    private void Read()
    {
        // A thread that reads alone knows how many rows come before the chunk.
        long start = _alone ? _kept : _chunk.RowsBefore;
        _columns.Begin(start, _chunk.MostRows);
        try
        {
            CsvRun run = new(_chunk.Index, (int)start, _keys, [.. _features.Select((f, i) => f.IsBag ? new ColumnBuffer<int>(_places[i], Array.MaxLength) : null)]);
            ReadRecords(run);
            _kept += run.Rows;
            _columns.Add(run);
        }
        catch (CsvFormatException e)
        {
            throw _format.Malformed(_chunk, e);
        }
        finally
        {
            _columns.End();
        }
    }

    private void ReadRecords(CsvRun run)
    {
        int fields = _binding.Width;
        using CsvReader reader = _format.Read(_chunk);
        _reader = reader;
        while (reader.Read())
        {
            if (reader.FieldCount != fields)
            {
                throw new DataSetException(
                    $"{_format.Source}, line {Line()}: the record has {reader.FieldCount} fields, the header {fields}. "
                    + "Check the separator and the quoting; CsvOptions.Separator and CsvOptions.Quotes change them.");
            }

            _met++;
            if (_row is null || Accepts(_row, reader))
            {
                AddExample(reader, run, run.Start + run.Rows++);
            }
        }
    }

    private bool Accepts(CsvRow row, CsvReader reader)
    {
        row.Reader = reader;
        row.Number = _met - 1;
        return _where!(row);
    }

    private void AddExample(CsvReader reader, CsvRun run, int row)
    {
        if (_binding.Label >= 0)
        {
            _columns.Labels[row] = Label(reader.GetSpan(_binding.Label));
        }

        if (_binding.Timestamp >= 0)
        {
            ReadOnlySpan<byte> field = reader.GetSpan(_binding.Timestamp).Trim((byte)' ');
            _columns.Timestamps[row] = TimestampText.Parse(_checks, Decode(_checks.TimestampName, field));
        }

        int[] sources = _binding.Numerics;
        float[][] numerics = _columns.Numerics;
        for (int f = 0; f < sources.Length; f++)
        {
            ReadOnlySpan<byte> field = reader.GetSpan(sources[f]);
            if (!FieldDigits.TryParse(_chunk.Buffer, field, out float value))
            {
                value = Numeric(f, field);
            }

            numerics[f][row] = value;
        }

        sources = _binding.Categoricals;
        int[][] tokens = _columns.Tokens;
        for (int f = 0; f < sources.Length; f++)
        {
            ReadOnlySpan<byte> field = reader.GetSpan(sources[f]);
            tokens[f][row] = run.Bags[f] is { } bag ? AddBag(bag, f, field) : _isText[f] ? Text(f, field, field) : Integer(f, field);
        }
    }

    private float Label(ReadOnlySpan<byte> field)
    {
        field = field.Trim((byte)' ');
        if (!TryParseFloat(field, out float value))
        {
            bool flag = Ascii.EqualsIgnoreCase(field, "true");
            if (!flag && !Ascii.EqualsIgnoreCase(field, "false"))
            {
                throw _checks.Invalid(_checks.LabelName, NotA("a number, true or false", field));
            }

            value = flag ? 1 : 0;
        }

        _checks.Label(value);
        return value;
    }

    private float Numeric(int feature, ReadOnlySpan<byte> field)
    {
        if (!TryParseFloat(field = field.Trim((byte)' '), out float value))
        {
            throw _checks.Invalid(_checks.NumericName(feature), NotA("a number", field));
        }

        if (!float.IsFinite(value))
        {
            throw _checks.Invalid(
                _checks.NumericName(feature),
                $"'{Encoding.UTF8.GetString(field)}' is not a finite 32-bit number. Replace such values, or leave the line out with CsvOptions.Where.");
        }

        return value;
    }

    private int Integer(int feature, ReadOnlySpan<byte> field)
    {
        long key = FieldDigits.TryParseInteger(_chunk.Buffer, field, out int plain) ? plain : LongInteger(feature, field);
        if ((ulong)key >= (ulong)_keyLimits[feature])
        {
            _checks.Key(feature, key);
        }

        return _keys[feature].TokenOf(key);
    }

    private long LongInteger(int feature, ReadOnlySpan<byte> field)
    {
        if (DecimalText.TryParseInteger(field, out long plain))
        {
            return plain;
        }

        field = field.Trim((byte)' ');
        return Utf8Parser.TryParse(field, out long key, out int consumed) && consumed == field.Length
            ? key
            : KeyText.Parse(_checks, feature, Decode(_checks.CategoricalName(feature), field));
    }

    private int Text(int feature, ReadOnlySpan<byte> key, ReadOnlySpan<byte> field) =>
        _keys[feature].TryTokenOf(key, out int token) ? token : throw NotUtf8(_checks.CategoricalName(feature), field);

    /// <summary>Adds the members of a bag and returns where they end.</summary>
    private int AddBag(ColumnBuffer<int> tokens, int feature, ReadOnlySpan<byte> field)
    {
        bool text = _isText[feature];
        foreach (Range range in field.Split(_separators[feature]))
        {
            ReadOnlySpan<byte> member = field[range];
            if (!text)
            {
                member = member.Trim((byte)' ');
            }

            if (!member.IsEmpty)
            {
                tokens.Add(text ? Text(feature, member, field) : Integer(feature, member));
            }
        }

        return tokens.Count;
    }

    private long Line() => _chunk.FirstLine + LineBreaks.Count(_chunk.Text.Span[..(int)_reader!.ByteOffset]);

    private string Decode(string column, ReadOnlySpan<byte> field) =>
        System.Text.Unicode.Utf8.IsValid(field) ? Encoding.UTF8.GetString(field) : throw NotUtf8(column, field);

    private InvalidValueException NotUtf8(string column, ReadOnlySpan<byte> field) =>
        _checks.Invalid(column, $"'{Encoding.UTF8.GetString(field)}' is not valid UTF-8. Convert the file to UTF-8.");

    private static bool TryParseFloat(ReadOnlySpan<byte> field, out float value) =>
        DecimalText.TryParse(field, out value) || float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    private static string NotA(string expected, ReadOnlySpan<byte> field) => field.IsEmpty
        ? $"the field is empty where {expected} is needed. Fill in missing values, or leave the line out with CsvOptions.Where."
        : $"'{Encoding.UTF8.GetString(field)}' is not {expected}.";
}
