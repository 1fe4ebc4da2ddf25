using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using CsvHelper;

namespace ModelGen.Bench;

/// <summary>
/// Reading and preparing a file of click examples (label, 13 numbers, 26 integer keys) beside the bare parse of the same file by the library
/// that reads it, which looks at every field and keeps nothing, on as many threads: each parses a part of the file that starts with a line. Both read
/// a file that the system has in memory.
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
                OneThread = true,
                Ours = threads => megabytes / Seconds(() => DataSet<CtrPlain>.ReadCsv(file, new CsvOptions { Threads = threads })),
                PeerHere = () => megabytes / Seconds(() => Parallel.For(0, options.Threads, part => Parse(file, part, options.Threads))),
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

    private static void Parse(string file, int part, int parts)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        long end = LineStart(stream, part + 1, parts), start = LineStart(stream, part, parts);
        stream.Position = start;
        using CsvReader reader = CsvReader.Create(stream, new CsvReaderOptions { Separator = ',', DetectSeparatorHint = false, HasHeader = part == 0 }, leaveOpen: true);
        long bytes = 0;
        while (reader.Read() && start + reader.ByteOffset < end)
        {
            for (int f = 0; f < reader.FieldCount; f++)
            {
                bytes += reader.GetSpan(f).Length;
            }
        }

        if (bytes == 0)
        {
            throw new InvalidOperationException("The file has no fields.");
        }
    }

    private static long LineStart(FileStream stream, int part, int parts)
    {
        stream.Position = stream.Length * part / parts;
        while (stream.Position > 0 && stream.Position < stream.Length && stream.ReadByte() != '\n')
        {
        }

        return stream.Position;
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
