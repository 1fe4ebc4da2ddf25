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

    private static readonly string[] Headings =
    [
        "method", "seed", "epoch", "AUC", "log loss", "AUC\nrare", "AUC\npopular", "bytes", "embedding\nbytes", "training\nrows/s",
        "ONNX max\ndifference", "assembly max\ndifference", "AUC\nONNX", "AUC\nassembly",
    ];

    /// <summary>Prints the rows in their order, and below them why ONNX files were not run, if they were not.</summary>
    public static void Print(IReadOnlyList<ResultRow> rows)
    {
        if (Console.IsOutputRedirected)
        {
            // A file has no width to fit in.
            AnsiConsole.Profile.Width = RedirectedWidth;
        }

        Table table = new() { Border = TableBorder.Simple };
        foreach (string heading in Headings)
        {
            TableColumn column = new(heading) { Padding = new Padding(0, 0, 1, 0) };
            table.AddColumn(heading == "method" ? column : column.RightAligned());
        }

        foreach (ResultRow row in rows)
        {
            string onnx = row.OnnxNotRun is null ? "" : "not run";
            table.AddRow(
                new Text(row.Method), Cell(row.Epoch is null ? default(ulong?) : row.Seed, "0"), Cell(row.Epoch, "0"),
                Cell(row.Auc, "0.0000"), Cell(row.LogLoss, "0.0000"), Cell(row.AucRare, "0.0000"), Cell(row.AucPopular, "0.0000"),
                Cell(row.Bytes, "N0"), Cell(row.EmbeddingBytes, "N0"), Cell(row.RowsPerSecond, "N0"),
                Cell(row.OnnxMaxDifference, "0.0e+0", onnx), Cell(row.AssemblyMaxDifference, "0.0e+0"),
                Cell(row.OnnxAuc, "0.0000", onnx), Cell(row.AssemblyAuc, "0.0000"));
        }

        AnsiConsole.Write(table);
        if (rows.FirstOrDefault(row => row.OnnxNotRun is not null) is { } notRun)
        {
            Console.WriteLine($"The ONNX files were written but not run. {notRun.OnnxNotRun}");
        }
    }

    private static Text Cell<T>(T? value, string format, string absent = "")
        where T : struct, IFormattable => new(value?.ToString(format, CultureInfo.InvariantCulture) ?? absent);
}
