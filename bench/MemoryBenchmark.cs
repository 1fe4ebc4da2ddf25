using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen.Bench;

/// <summary>Peak memory of training processes beside what their plan expects; the goal is parameters, optimiser state, data set and 150 MB.</summary>
internal static class MemoryBenchmark
{
    /// <summary>First argument of such a process.</summary>
    public const string Command = "peak-memory";

    private static readonly Dictionary<string, Func<int, MemoryPlan>> s_runs = new()
    {
        ["ctr_memory"] = threads => CtrBenchmark.TrainOnce<CtrMlet>(threads),
        ["gmf_memory"] = threads => GmfBenchmark.TrainOnce<GmfPlain>(threads),
        ["elsa_memory"] = threads => ElsaBenchmark.TrainOnce<ElsaDense>(threads),
        ["elsa_16_memory"] = threads => ElsaBenchmark.TrainOnce<ElsaKept16>(threads),
    };

    /// <summary>The rows.</summary>
    public static RowGroup Group { get; } = new("memory", [.. s_runs.Keys.Select(name => new RowSource(name, (options, _) => Measure(name, options)))]);

    /// <summary>The process: makes the data, plans, trains once and writes peak, expected peak and goal in megabytes.</summary>
    public static int Run(string[] arguments)
    {
        MemoryPlan plan = s_runs[arguments[0]](int.Parse(arguments[1], CultureInfo.InvariantCulture));
        using Process own = Process.GetCurrentProcess();
        double goal = (plan.Parameters + plan.OptimizerState + plan.Data) / 1e6;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{own.PeakWorkingSet64 / 1e6:F1} {plan.ExpectedPeak / 1e6:F1} {goal + 150:F1}"));
        return 0;
    }

    private static BenchmarkRow Measure(string name, BenchmarkOptions options)
    {
        string output = OwnProcess.Run(Command, name, options.Threads.ToString(CultureInfo.InvariantCulture)).Trim();
        Console.WriteLine($"  {name}:\n{output}");
        double[] figures = [.. output.Split('\n')[^1].Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
        return new BenchmarkRow(name, "MB", figures[0], null, null, figures[2], null, 0, PlannedBytes: (long)(figures[1] * 1e6));
    }
}
