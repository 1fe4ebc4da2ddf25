using System.Collections.Generic;
using CsvHelper;

namespace ModelGen;

/// <summary>
/// One data row of a delimited text file, as <see cref="CsvOptions.Where"/> sees it. The same object is used for every row,
/// so it must not be kept.
/// </summary>
public sealed class CsvRow
{
    private readonly Dictionary<string, int> _columns;
    private readonly string _source;

    internal CsvRow(Dictionary<string, int> columns, string source)
    {
        _columns = columns;
        _source = source;
    }

    /// <summary>The reader that stands on the row.</summary>
    internal CsvReader? Reader { get; set; }

    /// <summary>0-based number of the data row; the header and empty lines are not counted, rows filtered out are.</summary>
    public long Number { get; internal set; }

    /// <summary>Text of a field, without its enclosing quotes. The column name is matched without regard to case.</summary>
    /// <exception cref="ColumnException">The file has no such column.</exception>
    public string this[string column] => _columns.TryGetValue(column, out int index)
        ? Reader!.GetString(index)
        : throw ColumnBinding.Missing(_source, column, "the Where filter", [.. _columns.Keys]);
}
