using System;
using System.Collections;
using System.Data.Common;
using System.Globalization;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Reads the rows of a data reader.</summary>
internal sealed class DataReaderSource
{
    private readonly DataSetBuilder _builder;
    private readonly ModelSchema _schema;

    private DataReaderSource(ModelSchema schema, DataSetBuilder builder)
    {
        _schema = schema;
        _builder = builder;
    }

    /// <summary>Reads the remaining rows into columns.</summary>
    public static DataColumns Read(DbDataReader reader, ModelSchema schema, ColumnPolicy extraColumns, ReadingProgress progress)
    {
        const string Name = "data reader";
        string[] header = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
        ColumnBinding columns = ColumnBinding.Create(schema, header, Name, extraColumns);
        DataSetBuilder builder = new(schema, Name, "row", byColumn: true, Array.MaxLength);
        DataReaderSource source = new(schema, builder);
        while (reader.Read())
        {
            progress.Next();
            source.AddRow(reader, columns);
        }

        progress.End();
        return builder.Finish(columns.Ignored, "the query returned no rows.");
    }

    private void AddRow(DbDataReader reader, ColumnBinding columns)
    {
        if (columns.Label >= 0)
        {
            _builder.AddLabel(ToNumber(_builder.Checks.LabelName, reader.GetValue(columns.Label)));
        }

        if (columns.Timestamp >= 0)
        {
            AddTimestamp(reader.GetValue(columns.Timestamp));
        }

        for (int f = 0; f < columns.Numerics.Length; f++)
        {
            _builder.AddNumeric(f, ToNumber(_builder.Checks.NumericName(f), reader.GetValue(columns.Numerics[f])));
        }

        for (int f = 0; f < columns.Categoricals.Length; f++)
        {
            object value = reader.GetValue(columns.Categoricals[f]);
            if (_schema.Categoricals[f].IsBag)
            {
                AddBag(f, value);
            }
            else if (_schema.Categoricals[f].KeyKind == KeyKind.Text)
            {
                _builder.AddKey(f, ToText(value));
            }
            else
            {
                _builder.AddKey(f, ToKey(f, value));
            }
        }

        _builder.EndExample();
    }

    private void AddTimestamp(object value)
    {
        switch (value)
        {
            case long or int or short or byte or uint when _schema.Timestamp!.Kind != TimestampKind.Date:
                _builder.AddTimestamp(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double or float or decimal when _schema.Timestamp!.Kind == TimestampKind.Real:
                _builder.AddTimestamp(Convert.ToDouble(value, CultureInfo.InvariantCulture));
                break;
            case DateTime date when _schema.Timestamp!.Kind == TimestampKind.Date:
                _builder.AddTimestamp(date);
                break;
            case DateTimeOffset date when _schema.Timestamp!.Kind == TimestampKind.Date:
                _builder.AddTimestamp(date);
                break;
            case DBNull:
                throw _builder.Checks.Invalid(_builder.Checks.TimestampName, "the value is null where a timestamp is needed. Leave the row out, or fill it in with COALESCE.");
            default:
                _builder.AddTimestampText(ToText(value));
                break;
        }
    }

    private void AddBag(int f, object value)
    {
        CategoricalFeature feature = _schema.Categoricals[f];
        IEnumerable members = value switch
        {
            DBNull => Array.Empty<object>(),
            string text => text.Split(feature.Separator),
            byte[] => throw _builder.Checks.Invalid(feature.Column, "the value is binary data; a bag is text with separators, or an array of text or integers."),
            IEnumerable array => array,
            _ => new[] { value },
        };
        _builder.BeginBag(f);
        foreach (object? member in members)
        {
            if (feature.KeyKind == KeyKind.Text)
            {
                _builder.AddToBag(f, ToText(member));
            }
            else if (member is not (null or DBNull or ""))
            {
                _builder.AddToBag(f, ToKey(f, member));
            }
        }

        _builder.EndBag(f);
    }

    private float ToNumber(string column, object value)
    {
        switch (value)
        {
            case double d: return (float)d;
            case float s: return s;
            case long l: return l;
            case int i: return i;
            case bool b: return b ? 1 : 0;
            case DBNull: throw _builder.Checks.Invalid(column, "the value is null where a number is needed. Leave the row out, or fill it in with COALESCE.");
            case string text when float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float parsed): return parsed;
            case decimal or short or byte or sbyte or ushort or uint or ulong: return Convert.ToSingle(value, CultureInfo.InvariantCulture);
            default: throw _builder.Checks.Invalid(column, $"'{ToText(value)}' ({value.GetType().Name}) is not a number.");
        }
    }

    private long ToKey(int feature, object value)
    {
        switch (value)
        {
            case long l: return l;
            case int i: return i;
            case bool b: return b ? 1 : 0;
            case DBNull: throw _builder.Checks.Invalid(_builder.Checks.CategoricalName(feature), "the value is null where an integer key is needed. Leave the row out, or fill it in with COALESCE.");
            case string text: return KeyText.Parse(_builder.Checks, feature, text);
            case short or byte or sbyte or ushort or uint: return Convert.ToInt64(value, CultureInfo.InvariantCulture);
            default: return KeyText.Parse(_builder.Checks, feature, ToText(value));
        }
    }

    private static string ToText(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
