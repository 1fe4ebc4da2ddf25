using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using CsvHelper;

namespace ModelGen.Bench;

/// <summary>
/// Reading and preparing a file of click examples (label, 13 numbers, 26 integer keys) beside the bare parse of the same file by the library
/// that reads it, which looks at every field and keeps nothing. Both run on one thread, both read a file that the system has in memory.
/// </summary>
internal static class CsvBenchmark
{
    private const int Rows = 200_000;

    /// <summary>The rows.</summary>
    public static RowGroup Group { get; } = new("csv", [new("csv", (options, _) => Measure(options))]);

    private static BenchmarkRow Measure(BenchmarkOptions options)
    {
        string file = Path.Combine(Path.GetTempPath(), $"modelgen-bench-{Environment.ProcessId}.csv");
        try
        {
            Write(file);
            double megabytes = new FileInfo(file).Length / 1e6;
            return new Comparison("csv", "MB/s", 1 / 1.3)
            {
                Ours = _ => megabytes / Seconds(() => DataSet<CtrPlain>.ReadCsv(file)),
                PeerHere = () => megabytes / Seconds(() => Parse(file)),
            }.Measure(options);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static double Seconds(Action work)
    {
        GC.Collect();
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Parse(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        using CsvReader reader = CsvReader.Create(stream, new CsvReaderOptions { Separator = ',', DetectSeparatorHint = false }, leaveOpen: true);
        reader.ReadHeader();
        int fields = reader.Headers!.Count;
        long bytes = 0;
        while (reader.Read())
        {
            for (int f = 0; f < fields; f++)
            {
                bytes += reader.GetSpan(f).Length;
            }
        }

        if (bytes == 0)
        {
            throw new InvalidOperationException("The file has no fields.");
        }
    }

    private static void Write(string file)
    {
        DataSet<CtrPlain> data = CtrData.Create<CtrPlain>(Rows);
        using StreamWriter writer = new(file, append: false, Encoding.UTF8, 1 << 16);
        writer.Write("Clicked");
        foreach (string column in Enumerable.Range(0, 13).Select(i => $",N{i}").Concat(Enumerable.Range(0, 26).Select(i => $",C{i}")))
        {
            writer.Write(column);
        }

        for (int i = 0; i < Rows; i++)
        {
            writer.Write(data.Labels[i] > 0 ? "\n1" : "\n0");
            foreach (float[] numeric in data.Numerics)
            {
                writer.Write(',');
                writer.Write(numeric[i].ToString(CultureInfo.InvariantCulture));
            }

            foreach (KeyColumn column in data.Categoricals)
            {
                writer.Write(',');
                writer.Write(column.IntegerKeys[column.Codes[i]].ToString(CultureInfo.InvariantCulture));
            }
        }

        writer.WriteLine();
    }
}
