using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Where each input of a model is found among the columns of a source. Names are matched without regard to case.</summary>
internal sealed class ColumnBinding
{
    /// <summary>Number of columns of the source.</summary>
    public required int Width { get; init; }

    /// <summary>Index of the label's column; -1 when the model has none.</summary>
    public required int Label { get; init; }

    /// <summary>Index of the timestamp's column; -1 when the model has none.</summary>
    public required int Timestamp { get; init; }

    /// <summary>Column index of every numeric input.</summary>
    public required int[] Numerics { get; init; }

    /// <summary>Column index of every categorical input.</summary>
    public required int[] Categoricals { get; init; }

    /// <summary>Columns that the model does not use, in source order.</summary>
    public required ImmutableArray<string> Ignored { get; init; }

    /// <summary>Index by column name.</summary>
    public required Dictionary<string, int> Columns { get; init; }

    /// <summary>Matches the columns of a source with the inputs of a model.</summary>
    /// <exception cref="ColumnException">A column is missing, appears twice, or is extra under <see cref="ColumnPolicy.Error"/>.</exception>
    public static ColumnBinding Create(ModelSchema schema, IReadOnlyList<string> header, string source, ColumnPolicy extraColumns)
    {
        Dictionary<string, int> columns = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < header.Count; i++)
        {
            if (!columns.TryAdd(header[i], i))
            {
                throw new ColumnException(
                    $"{source}: column '{header[i]}' appears twice (columns {columns[header[i]] + 1} and {i + 1}; case is ignored). Rename or remove one of them.",
                    header[i]);
            }
        }

        bool[] used = new bool[header.Count];
        int Find(string column, string user)
        {
            if (!columns.TryGetValue(column, out int index))
            {
                throw Missing(source, column, user, header);
            }

            used[index] = true;
            return index;
        }

        int label = schema.LabelColumn is { } column ? Find(column, "the label") : -1;
        int timestamp = schema.Timestamp is { } time ? Find(time.Column, "the timestamp") : -1;
        int[] numerics = [.. schema.Numerics.Select(f => Find(f.Column, $"the numeric input {f.Name}"))];
        int[] categoricals = [.. schema.Categoricals.Select(f => Find(f.Column, $"the categorical input {f.Name}"))];
        ImmutableArray<string> ignored = [.. header.Where((_, i) => !used[i])];
        if (extraColumns == ColumnPolicy.Error && ignored.Length > 0)
        {
            throw new ColumnException(
                $"{source}: model {schema.Name} does not use {List(ignored)}. Remove the columns or set ExtraColumns to ColumnPolicy.Ignore.",
                ignored[0]);
        }

        return new ColumnBinding { Width = header.Count, Label = label, Timestamp = timestamp, Numerics = numerics, Categoricals = categoricals, Ignored = ignored, Columns = columns };
    }

    /// <summary>The error of a column that is not there.</summary>
    public static ColumnException Missing(string source, string column, string user, IReadOnlyCollection<string> available)
    {
        string hint = available.Count == 1 ? " If that is several names in one, set the separator of the file (CsvOptions.Separator)." : "";
        return new ColumnException(
            $"{source}: column '{column}', needed for {user}, is missing. Available: {List(available)}. "
            + $"Rename the column, or name the right one with the Column property of the attribute.{hint}",
            column);
    }

    private static string List(IEnumerable<string> names) => string.Join(", ", names.Select(n => $"'{n}'"));
}
