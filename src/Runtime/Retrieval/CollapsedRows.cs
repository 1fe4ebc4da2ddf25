using System;
using System.Linq;
using System.Runtime.InteropServices;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Item rows as they are served: of every row its kept entries in ascending column order, values in floats, 16-bit floats or signed bytes
/// with a scale per row, columns in 16 bits (32 above 65,536 columns). With a fixed number k of entries per row nothing else is stored, so n
/// rows take n k (value + column) bytes; a common budget adds the number of entries of each row, 2 bytes.
/// </summary>
public sealed class CollapsedRows
{
    private readonly byte[] _values;
    private readonly byte[] _columns;
    private readonly ushort[] _counts;
    private readonly float[] _scales;
    private readonly long[] _starts;

    internal CollapsedRows(string name, int rows, int dimension, int kept, TableFormat format, byte[] values, byte[] columns, ushort[] counts, float[] scales)
    {
        Name = name;
        Rows = rows;
        Dimension = dimension;
        Kept = kept;
        Format = format;
        _values = values;
        _columns = columns;
        _counts = counts;
        _scales = scales;
        _starts = new long[rows + 1];
        for (int row = 0; row < rows; row++)
        {
            _starts[row + 1] = _starts[row] + (IsFull ? dimension : counts.Length > 0 ? counts[row] : kept);
        }

        long slots = _starts[rows];
        Check(values.Length == slots * ValueBytes(format), $"{values.Length:N0} bytes of values for {slots:N0} entries");
        Check(IsFull ? columns.Length == 0 : columns.Length == slots * ColumnBytes, $"{columns.Length:N0} bytes of columns for {slots:N0} entries");
        Check(counts.Length == 0 || counts.Length == rows, $"{counts.Length:N0} counts for {rows:N0} rows");
        Check(scales.Length == (format == TableFormat.Int8PerRow ? rows : 0), $"{scales.Length:N0} scales for {rows:N0} rows");
        for (int row = 0; row < rows && !IsFull; row++)
        {
            int last = -1;
            for (long at = _starts[row]; at < _starts[row + 1]; at++)
            {
                int column = Column(at);
                Check(column > last && column < dimension, $"column {column} in row {row}, where columns rise and stay below {dimension}");
                last = column;
            }
        }
    }

    /// <summary>Name in files, such as "Movie.N".</summary>
    public string Name { get; }

    /// <summary>Number of rows: items.</summary>
    public int Rows { get; }

    /// <summary>Width r of a row.</summary>
    public int Dimension { get; }

    /// <summary>Entries of a row, on average when rows share a budget; 0 when rows are dense.</summary>
    public int Kept { get; }

    /// <summary>How the values are stored: Float32, Float16 or Int8PerRow.</summary>
    public TableFormat Format { get; }

    /// <summary>Whether rows are dense.</summary>
    public bool IsFull => Kept == 0;

    /// <summary>Whether rows share a budget, so that each has its own number of entries.</summary>
    public bool HasCounts => _counts.Length > 0;

    /// <summary>Bytes of one column number.</summary>
    public int ColumnBytes => Dimension > 65536 ? 4 : 2;

    /// <summary>Bytes of values, columns, counts and scales.</summary>
    public long Bytes => _values.LongLength + _columns.LongLength + (2L * _counts.Length) + (4L * _scales.Length);

    /// <summary>Entries of a row.</summary>
    public int CountOf(int row) => (int)(_starts[row + 1] - _starts[row]);

    /// <summary>Column of entry <paramref name="j"/> of a row.</summary>
    public int ColumnOf(int row, int j) => IsFull ? j : Column(_starts[row] + j);

    /// <summary>Value of entry <paramref name="j"/> of a row, as it is served.</summary>
    public float ValueOf(int row, int j)
    {
        long at = _starts[row] + j;
        return Format == TableFormat.Float32 ? MemoryMarshal.Cast<byte, float>(_values)[(int)at]
            : Format == TableFormat.Float16 ? (float)MemoryMarshal.Cast<byte, Half>(_values)[(int)at]
            : (sbyte)_values[at] * _scales[row];
    }

    /// <summary>The rows with their served values as floats.</summary>
    internal UnitRows ToUnitRows()
    {
        NativeFloats values = new(_starts[Rows]);
        int[] columns = IsFull ? [] : new int[_starts[Rows]];
        for (int row = 0; row < Rows; row++)
        {
            for (int j = 0; j < CountOf(row); j++)
            {
                values.At(_starts[row] + j) = ValueOf(row, j);
                if (!IsFull)
                {
                    columns[_starts[row] + j] = ColumnOf(row, j);
                }
            }
        }

        return new UnitRows(Dimension, _starts, columns, values);
    }

    /// <summary>Rounds unit rows to a format.</summary>
    /// <exception cref="ArgumentException">The format is not one of rows, or the rows are too large for one array.</exception>
    internal static CollapsedRows From(string name, UnitRows rows, int kept, TableFormat format)
    {
        int valueBytes = ValueBytes(format), columnBytes = rows.Dimension > 65536 ? 4 : 2;
        if (rows.Count * Math.Max(valueBytes, columnBytes) > Array.MaxLength)
        {
            throw new ArgumentException($"{rows.Count:N0} entries of {valueBytes} bytes are more than one array holds. Use Float16 or Int8PerRow, fewer kept entries, or fewer items (MinCount).", nameof(format));
        }

        byte[] values = new byte[rows.Count * valueBytes], columns = new byte[rows.IsFull ? 0 : rows.Count * columnBytes];
        float[] scales = new float[format == TableFormat.Int8PerRow ? rows.Rows : 0];
        int at = 0;
        for (int row = 0; row < rows.Rows; row++)
        {
            ReadOnlySpan<float> source = rows.Values(row);
            ReadOnlySpan<int> columnsOfRow = rows.Columns(row);
            if (scales.Length > 0)
            {
                float most = 0;
                foreach (float value in source)
                {
                    most = Math.Max(most, Math.Abs(value));
                }

                scales[row] = most > 0 ? most / 127 : 1;
            }

            for (int j = 0; j < source.Length; j++, at++)
            {
                Store(values, at, source[j], format, scales.Length > 0 ? scales[row] : 1);
                if (columnsOfRow.Length > 0 && columnBytes == 2)
                {
                    MemoryMarshal.Cast<byte, ushort>(columns.AsSpan())[at] = (ushort)columnsOfRow[j];
                }
                else if (columnsOfRow.Length > 0)
                {
                    MemoryMarshal.Cast<byte, uint>(columns.AsSpan())[at] = (uint)columnsOfRow[j];
                }
            }
        }

        ushort[] counts = rows.IsFull || Enumerable.Range(0, rows.Rows).All(row => rows.CountOf(row) == kept) ? [] : [.. Enumerable.Range(0, rows.Rows).Select(row => checked((ushort)rows.CountOf(row)))];
        return new CollapsedRows(name, rows.Rows, rows.Dimension, rows.IsFull ? 0 : kept, format, values, columns, counts, scales);
    }

    /// <summary>Adds the tensors: values [n, k] or [entries], ".index", ".count" (empty when every row has k) and ".scale".</summary>
    internal void AddTo(SafeTensorsWriter writer)
    {
        long slots = _starts[Rows];
        long[] shape = HasCounts ? [slots] : [Rows, IsFull ? Dimension : Kept];
        SafeTensorType type = Format == TableFormat.Float32 ? SafeTensorType.F32 : Format == TableFormat.Float16 ? SafeTensorType.F16 : SafeTensorType.I8;
        writer.Add(Name, type, TensorContent.From<byte>(_values), shape);
        if (!IsFull)
        {
            writer.Add(Name + ".index", ColumnBytes == 2 ? SafeTensorType.U16 : SafeTensorType.U32, TensorContent.From<byte>(_columns), shape);
            writer.Add(Name + ".count", _counts, _counts.Length);
        }

        if (_scales.Length > 0)
        {
            writer.Add(Name + ".scale", _scales, _scales.Length);
        }
    }

    /// <summary>Reads the tensors.</summary>
    /// <exception cref="CheckpointFormatException">They are missing or do not fit each other.</exception>
    internal static CollapsedRows Read(SafeTensorsReader reader, string name, int rows, int dimension, int kept, TableFormat format)
    {
        SafeTensorType type = format == TableFormat.Float32 ? SafeTensorType.F32 : format == TableFormat.Float16 ? SafeTensorType.F16 : SafeTensorType.I8;
        try
        {
            byte[] values = reader.ReadRaw(name, type);
            byte[] columns = kept == 0 ? [] : reader.ReadRaw(name + ".index", dimension > 65536 ? SafeTensorType.U32 : SafeTensorType.U16);
            ushort[] counts = kept == 0 ? [] : reader.ReadArray<ushort>(name + ".count");
            float[] scales = format == TableFormat.Int8PerRow ? reader.ReadArray<float>(name + ".scale") : [];
            return new CollapsedRows(name, rows, dimension, kept, format, values, columns, counts, scales);
        }
        catch (ArgumentException e)
        {
            throw reader.Error(e.Message, e);
        }
    }

    private static int ValueBytes(TableFormat format) =>
        format == TableFormat.Float32 ? 4 : format == TableFormat.Float16 ? 2 : format == TableFormat.Int8PerRow ? 1
        : throw new ArgumentException($"Rows are stored as Float32, Float16 or Int8PerRow, not as {format}.", nameof(format));

    private static void Store(byte[] values, int at, float value, TableFormat format, float scale)
    {
        if (format == TableFormat.Float32)
        {
            MemoryMarshal.Cast<byte, float>(values.AsSpan())[at] = value;
        }
        else if (format == TableFormat.Float16)
        {
            MemoryMarshal.Cast<byte, Half>(values.AsSpan())[at] = (Half)value;
        }
        else
        {
            values[at] = (byte)(sbyte)Math.Clamp(MathF.Round(value / scale), -127, 127);
        }
    }

    private void Check(bool holds, string problem)
    {
        if (!holds)
        {
            throw new ArgumentException($"The rows '{Name}' are not sound: {problem}.");
        }
    }

    private int Column(long at) => ColumnBytes == 2 ? MemoryMarshal.Cast<byte, ushort>(_columns)[(int)at] : (int)MemoryMarshal.Cast<byte, uint>(_columns)[(int)at];
}
