using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace ModelGen.Compiled;

/// <summary>
/// A table in a safetensors file. Floats are F32 or F16 [rows, width], 8-bit codes with scales I8 [rows, width]; all other codes are U8
/// [bytes], packed as <see cref="PackedBits"/> says. Scales are F32 "name.scale" [rows] or [1], ranges F32 "name.range" [2, width], the least
/// values first. The metadata entry "table.name" is feature, index, modulus and format, and for packed codes also rows and width.
/// </summary>
internal static class TableTensors
{
    /// <summary>Adds a table to a file.</summary>
    public static void Add(SafeTensorsWriter writer, CollapsedTable table, string feature)
    {
        TableFormat format = table.Format;
        SafeTensorType type = ElementType(format);
        string shape = type == SafeTensorType.U8 ? string.Create(CultureInfo.InvariantCulture, $" {table.Rows} {table.Width}") : "";
        writer.Metadata(Key(table.Name), string.Create(CultureInfo.InvariantCulture, $"{feature} {table.Index} {table.Modulus} {format}{shape}"));
        writer.Add(table.Name, type, Content(table), type == SafeTensorType.U8 ? [format.ValueBytes(table.Rows, table.Width)] : [table.Rows, table.Width]);
        if (format.Scales != TableScales.None)
        {
            writer.Add(table.ScaleName, SafeTensorType.F32, ScaleContent(table), ScaleShape(format, table.Rows, table.Width));
        }
    }

    /// <summary>The values or codes as files hold them.</summary>
    public static TensorContent Content(CollapsedTable table) => table.Format == TableFormat.Float32
        ? TensorContent.From(table.Values, 0, table.Rows, table.Width, table.Width)
        : TensorContent.FromBytes(table.Packed, table.Format.ValueBytes(table.Rows, table.Width));

    /// <summary>The scales or ranges as files hold them.</summary>
    public static TensorContent ScaleContent(CollapsedTable table) => TensorContent.From(table.Scales, 0, 1, table.Scales.Length, table.Scales.Length);

    /// <summary>Reads a table and checks its description against its tensors.</summary>
    /// <exception cref="CheckpointFormatException">They are missing or do not fit each other.</exception>
    public static CollapsedTable Read(SafeTensorsReader reader, ModelSchema schema, string name)
    {
        string text = reader.Metadata.GetValueOrDefault(Key(name)) ?? throw reader.Error($"The metadata entry '{Key(name)}' is missing.");
        string[] parts = text.Split(' ');
        int feature = parts.Length is 4 or 6 ? schema.Categoricals.Select(c => c.Name).ToList().IndexOf(parts[0]) : -1;
        if (feature < 0 ||
            !Enum.TryParse(parts[1], out RowIndex index) || index.ToString() != parts[1] ||
            !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int modulus) ||
            !TableFormat.TryParse(parts[3], out TableFormat format) ||
            parts.Length != (ElementType(format) == SafeTensorType.U8 ? 6 : 4))
        {
            throw reader.Error($"The table '{name}' is described as '{text}', expected feature, index, modulus and format, and for packed codes rows and width.");
        }

        (long rows, int width) = Shape(reader, name, format, parts);
        try
        {
            if (format == TableFormat.Float32)
            {
                return new CollapsedTable(name, feature, index, modulus, rows, width, reader.ReadNative(name));
            }

            NativeFloats packed = reader.ReadBytesNative(name, ElementType(format));
            var table = new CollapsedTable(name, feature, index, modulus, rows, width, format, NativeFloats.Empty, packed, NativeFloats.Empty);
            return format.Scales == TableScales.None ? table : table.With(format, NativeFloats.Empty, packed, ReadScales(reader, table));
        }
        catch (ArgumentException e)
        {
            throw reader.Error(e.Message, e);
        }
    }

    private static (long Rows, int Width) Shape(SafeTensorsReader reader, string name, TableFormat format, string[] parts)
    {
        SafeTensorType type = ElementType(format);
        SafeTensorInfo info = type == SafeTensorType.U8 ? reader.Require(name, type, -1) : reader.Require(name, type, -1, -1);
        (long rows, long width) = (info.Shape[0], info.Shape[^1]);
        if (type == SafeTensorType.U8 &&
            (!long.TryParse(parts[4], NumberStyles.None, CultureInfo.InvariantCulture, out rows) ||
             !long.TryParse(parts[5], NumberStyles.None, CultureInfo.InvariantCulture, out width)))
        {
            throw reader.Error($"The table '{name}' is described as '{string.Join(' ', parts)}'; its rows and width are no whole numbers.");
        }

        if (width is < 1 or > int.MaxValue)
        {
            throw reader.Error($"The table '{name}' is {info.Describe()}; a width of {width} is not possible.");
        }

        // In a wider type, because the description of a damaged file may say anything.
        Int128 bytes = (((Int128)rows * width * format.Bits) + 7) / 8;
        return bytes == info.Bytes ? (rows, (int)width) : throw reader.Error($"The table '{name}' is {info.Describe()}; {rows} x {width} values of {format.Bits} bits take {bytes} bytes.");
    }

    private static NativeFloats ReadScales(SafeTensorsReader reader, CollapsedTable table)
    {
        reader.Require(table.ScaleName, SafeTensorType.F32, ScaleShape(table.Format, table.Rows, table.Width));
        NativeFloats scales = reader.ReadNative(table.ScaleName);
        bool ranges = table.Format.Scales == TableScales.RangePerDimension;
        for (long i = 0; i < scales.Length; i++)
        {
            float least = !ranges ? 0 : i < table.Width ? float.NegativeInfinity : scales.At(i - table.Width);
            if (!(scales.At(i) >= least && float.IsFinite(scales.At(i))))
            {
                throw reader.Error($"The tensor '{table.ScaleName}' holds {scales.At(i)} at {i}; {(ranges ? "a range is finite and does not end below its beginning" : "a scale is finite and at least 0")}.");
            }
        }

        return scales;
    }

    private static SafeTensorType ElementType(TableFormat format) => format switch
    {
        _ when format == TableFormat.Float32 => SafeTensorType.F32,
        _ when format == TableFormat.Float16 => SafeTensorType.F16,
        { Bits: 8, Scales: TableScales.PerRow or TableScales.PerTable } => SafeTensorType.I8,
        _ => SafeTensorType.U8,
    };

    private static long[] ScaleShape(TableFormat format, long rows, int width) =>
        format.Scales == TableScales.RangePerDimension ? [2, width] : [format.ScaleCount(rows, width)];

    private static string Key(string name) => "table." + name;
}
