using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace ModelGen.Quality;

/// <summary>Writes the results beside the reference, one table per data set, host and optimiser.</summary>
internal static class MarkdownReport
{
    /// <summary>Writes the tables and a line that counts the rows at or above their bar.</summary>
    /// <param name="output">Receives the text.</param>
    /// <param name="rows">The reference rows and the setting that was run for each.</param>
    /// <param name="results">The runs.</param>
    /// <param name="seeds">The seeds of the comparison.</param>
    public static void Write(TextWriter output, IReadOnlyList<(ReferenceRow Reference, Setting Setting)> rows, ResultFile results, IReadOnlyList<ulong> seeds)
    {
        (int met, int measured) = (0, 0);
        foreach (IGrouping<Combination, (ReferenceRow Reference, Setting Setting)> table in rows.GroupBy(r => r.Reference.Combination))
        {
            output.WriteLine($"### {table.Key.Title}\n");
            output.WriteLine("| d | row | rate | AUC, here | AUC, reference | bar | met | log loss, here | log loss, reference | rare | popular | epochs | rows/s |");
            output.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
            foreach ((ReferenceRow reference, Setting setting) in table)
            {
                RunRecord[] runs = [.. results.Of(table.Key, setting).Where(r => seeds.Contains(r.Seed))];
                if (runs.Length == 0)
                {
                    continue;
                }

                double? auc = runs.Any(r => r.Auc is null) ? null : runs.Average(r => r.Auc!.Value);
                bool isMet = auc >= reference.Bar;
                (met, measured) = (met + (isMet ? 1 : 0), measured + 1);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {setting.Dimension} | {setting.Title} | {setting.Rate} | {Mean(runs, r => r.Auc)} | {reference.Auc:F4} ±{reference.AucSpread:F4} | {reference.Bar:F4} | {(isMet ? "yes" : "**no**")} | {Mean(runs, r => r.LogLoss)} | {reference.LogLoss:F4} | {Mean(runs, r => r.AucRare)} | {Mean(runs, r => r.AucPopular)} | {string.Join(",", runs.Select(r => r.Epoch))} | {runs.Average(r => r.RowsPerSecond):N0} |"));
            }

            output.WriteLine();
        }

        output.WriteLine($"Rows at or above their bar: {met} of {measured}.");
    }

    private static string Mean(RunRecord[] runs, Func<RunRecord, double?> value)
    {
        double[] values = [.. runs.Select(value).OfType<double>()];
        return values.Length < runs.Length
            ? $"diverged ({runs.Length - values.Length} of {runs.Length})"
            : string.Create(CultureInfo.InvariantCulture, $"{values.Average():F4} ±{(values.Max() - values.Min()) / 2:F4}");
    }
}
