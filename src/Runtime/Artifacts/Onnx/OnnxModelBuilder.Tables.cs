using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Compiled;

public sealed partial class OnnxModelBuilder
{
    private readonly HashSet<string> _tables = [];

    /// <summary>
    /// The vectors of table rows: one more dimension, the width. The file holds a table as the model does, packed codes too, and decodes
    /// after the lookup: no standard operator reads bits, but division and remainder of the looked-up bytes do. Zeros are appended to the
    /// table in the file when padding or unknown values need a row of them.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="rows">A tensor that <see cref="Row"/> returned.</param>
    /// <exception cref="ArgumentException">The tensor does not hold rows of this table.</exception>
    public string Lookup(CollapsedTable table, string rows)
    {
        IdSource source = Source(rows);
        if (source.TableRows != table.Rows)
        {
            throw new ArgumentException($"Table '{table.Name}' has {table.Rows} rows; '{rows}' holds rows of a table with {source.TableRows}.", nameof(rows));
        }

        int zeroRows = ZeroRows(source.Feature);
        TableFormat format = table.Format;
        if (_tables.Add(table.Name))
        {
            AddTable(table, zeroRows);
        }

        string codes = format.Bits < 8 || format.Scales == TableScales.RangePerDimension ? Unpack(table, rows, zeroRows)
            : format == TableFormat.Float32 ? Gather(table.Name, rows)
            : Cast(Gather(table.Name, rows), OnnxType.Float);
        return format.Scales switch
        {
            TableScales.None => codes,
            TableScales.PerTable => Mul(codes, table.ScaleName),
            TableScales.PerRow => Mul(codes, Unsqueeze(Gather(table.ScaleName, rows), -1)),
            _ => Centres(table, codes, rows, zeroRows),
        };
    }

    // The codes of rows as floats, [..., width]. Code i of row r begins at bit (r width + i) b; the byte there and the one behind it hold it.
    private string Unpack(CollapsedTable table, string rows, int zeroRows)
    {
        int bits = table.Format.Bits;
        long[] columns = [.. Enumerable.Range(0, table.Width).Select(i => (long)i * bits)];
        long[] powers = [.. Enumerable.Range(0, 8).Select(i => 1L << i)];
        string row = Unsqueeze(rows, -1);
        string bit = Add(Mul(row, Constant((long)table.Width * bits)), Constants(columns));

        // Rows outside the table stay outside, so that the run fails instead of wrapping around.
        string at = Where(Less(row, Constant(table.Rows + zeroRows)), Div(bit, Constant(8L)), Constant(OutOfRange));
        string low = Cast(Gather(table.Name, at), OnnxType.Int64), high = Cast(Gather(table.Name, Add(at, Constant(1L))), OnnxType.Int64);
        string shifted = Div(Add(low, Mul(high, Constant(256L))), Gather(Constants(powers), Mod(bit, Constant(8L))));
        string code = Mod(shifted, Constant(1L << bits));
        if (table.Format.Scales != TableScales.RangePerDimension)
        {
            string half = Constant(1L << (bits - 1));
            code = Sub(Mod(Add(code, half), Constant(1L << bits)), half);
        }

        return Cast(code, OnnxType.Float);
    }

    // Code 0 is a bucket, not a zero, so the vectors of padding and of dropped values are made zero.
    private string Centres(CollapsedTable table, string codes, string rows, int zeroRows)
    {
        string values = Add(Mul(codes, table.ScaleName + ".step"), table.ScaleName + ".first");
        return zeroRows == 0 ? values : Mul(values, Unsqueeze(Cast(Less(rows, Constant(table.Rows)), OnnxType.Float), -1));
    }

    private void AddTable(CollapsedTable table, int zeroRows)
    {
        TableFormat format = table.Format;
        long rows = table.Rows + zeroRows;
        if (format.Bits < 8 || format.Scales == TableScales.RangePerDimension)
        {
            // One byte more, because a code is read as two.
            long bytes = format.ValueBytes(rows, table.Width) + 1;
            TensorContent packed = TableTensors.Content(table);
            Initializer(table.Name, OnnxType.UInt8, packed.WithZeros(bytes - packed.Bytes), [bytes]);
        }
        else
        {
            OnnxType type = format == TableFormat.Float32 ? OnnxType.Float : format == TableFormat.Float16 ? OnnxType.Float16 : OnnxType.Int8;
            Initializer(table.Name, type, TableTensors.Content(table).WithZeros(zeroRows * format.ValueBytes(1, table.Width)), [rows, table.Width]);
        }

        switch (format.Scales)
        {
            case TableScales.PerTable:
                Initializer(table.ScaleName, OnnxType.Float, TableTensors.ScaleContent(table), []);
                break;
            case TableScales.PerRow:
                Initializer(table.ScaleName, OnnxType.Float, TableTensors.ScaleContent(table).WithZeros(zeroRows * sizeof(float)), [rows]);
                break;
            case TableScales.RangePerDimension:
                float[] steps = [.. Enumerable.Range(0, table.Width).Select(i => UniformQuantizer.Step(table.Scales.At(i), table.Scales.At(table.Width + i), format.Bits))];
                Initializer(table.ScaleName + ".step", steps, table.Width);
                Initializer(table.ScaleName + ".first", [.. steps.Select((step, i) => UniformQuantizer.First(table.Scales.At(i), step))], table.Width);
                break;
        }
    }
}
