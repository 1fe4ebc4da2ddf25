using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Bench;

/// <summary>All rows that the harness knows.</summary>
internal static class RowGroups
{
    /// <summary>The table of groups; a new group is one line here.</summary>
    public static RowGroup[] All { get; } =
    [
        CtrBenchmark.Group,
        MemoryBenchmark.Group,
        GmfBenchmark.Group,
        CsvBenchmark.Group,
        GeneratorBenchmark.Group,
        ElsaBenchmark.Group,
        CelBenchmark.Group,
        RankingBenchmark.Group,
        ServingBenchmark.Group,
        CudaBenchmark.Group,
    ];

    /// <summary>The groups that this machine can measure.</summary>
    public static IEnumerable<RowGroup> Here => All.Where(group => group != CudaBenchmark.Group || CudaBenchmark.WhyNot is null);

    /// <summary>Names of the groups, for messages.</summary>
    public static string Names => string.Join(", ", All.Select(g => g.Name));

    /// <summary>The rows that names of groups or rows stand for, in the order of the table; null and the offending name when there is none.</summary>
    public static IReadOnlyList<RowSource>? Select(IReadOnlyCollection<string> names, out string? unknown)
    {
        unknown = names.FirstOrDefault(n => !All.Any(g => g.Name == n || g.Rows.Any(r => r.Name == n)));
        return unknown is null ? [.. All.SelectMany(g => g.Rows.Where(r => names.Contains(g.Name) || names.Contains(r.Name)))] : null;
    }
}
