using System;

namespace ModelGen;

/// <summary>How a delimited text file is read.</summary>
public sealed class CsvOptions
{
    /// <summary>Separator of the fields; null (default) means a tab for .tsv and .tsv.gz files and a comma for all others.</summary>
    public char? Separator { get; init; }

    /// <summary>
    /// Whether double quotes enclose fields (RFC 4180), the default. False takes quotes as ordinary characters, as many
    /// tab-separated files mean them.
    /// </summary>
    public bool Quotes { get; init; } = true;

    /// <summary>Keeps only the rows for which it returns true; the other rows are not parsed any further. Null keeps all.</summary>
    public Func<CsvRow, bool>? Where { get; init; }

    /// <summary>
    /// Most threads that read; 0 (default) means one per processor. Each takes chunks of whole records in turn, and keys are numbered in the order of
    /// the file, so the result is the same for every number. A file with a <see cref="Where"/> filter is read by one.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>What happens to columns the model does not use; they are ignored by default.</summary>
    public ColumnPolicy ExtraColumns { get; init; } = ColumnPolicy.Ignore;

    /// <summary>Receives the number of data rows read so far, from time to time and at the end.</summary>
    public IProgress<long>? Progress { get; init; }
}

/// <summary>What happens to columns of a source that the model does not use.</summary>
public enum ColumnPolicy
{
    /// <summary>They are left out and listed in <see cref="DataSet.IgnoredColumns"/>.</summary>
    Ignore,

    /// <summary>Reading stops with a <see cref="ColumnException"/>.</summary>
    Error,
}
