using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Spectre.Console;

namespace ModelGen.Samples;

/// <summary>Prints the results of a sample as one table.</summary>
internal static class ResultTable
{
    private const int RedirectedWidth = 180;

    /// <summary>Prints the rows in their order, and below them why ONNX files were not run, if they were not.</summary>
    public static void Print(IReadOnlyList<ResultRow> rows)
    {
        if (Console.IsOutputRedirected)
        {
            // A file has no width to fit in.
            AnsiConsole.Profile.Width = RedirectedWidth;
        }

        Table table = new() { Border = TableBorder.Simple };
        // The columns are those of all rows together, each where it first comes up.
        Figure[] columns = [.. rows.SelectMany(row => row.Figures).DistinctBy(figure => figure.Key)];
        AddColumn("method", left: true);
        AddColumn("seed", left: false);
        foreach (Figure column in columns)
        {
            AddColumn(column.Heading, left: false);
        }

        foreach (ResultRow row in rows)
        {
            IEnumerable<Text> cells = columns.Select(column => Cell(row.Figures.FirstOrDefault(figure => figure.Key == column.Key)));
            table.AddRow([new Text(row.Method), new Text(row.Seed?.ToString(CultureInfo.InvariantCulture) ?? ""), .. cells]);
        }

        AnsiConsole.Write(table);
        if (rows.FirstOrDefault(row => row.OnnxNotRun is not null) is { } notRun)
        {
            Console.WriteLine($"The ONNX files were written but not run. {notRun.OnnxNotRun}");
        }

        void AddColumn(string heading, bool left)
        {
            TableColumn column = new(heading) { Padding = new Padding(0, 0, 1, 0) };
            table.AddColumn(left ? column : column.RightAligned());
        }
    }

    private static Text Cell(Figure? figure) => new(figure?.Value?.ToString(figure.Format, CultureInfo.InvariantCulture) ?? "");
}
