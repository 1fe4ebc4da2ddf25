using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text.Json;
using ModelGen.Bench;

var rowsOption = new Option<string>("--rows") { Description = "Which rows, separated by commas: ctr, generator, or memory alone (it measures the whole process).", DefaultValueFactory = _ => "ctr,generator" };
var jsonOption = new Option<string?>("--json") { Description = "File that receives machine, limits and rows as JSON." };
var peersOption = new Option<string?>("--peers") { Description = "Folder of the peer programs (Python, PyTorch); without it the peer's column stays empty." };
var runsOption = new Option<int>("--runs") { Description = "Runs of each side; medians are printed.", DefaultValueFactory = _ => 5 };
var threadsOption = new Option<int>("--threads") { Description = "Our threads.", DefaultValueFactory = _ => 2 };
var command = new RootCommand("Measures ModelGen beside its peers on this machine.") { rowsOption, jsonOption, peersOption, runsOption, threadsOption };
command.SetAction(arguments =>
{
    BenchmarkOptions options = new(arguments.GetValue(runsOption), arguments.GetValue(threadsOption), arguments.GetValue(peersOption));
    string[] wanted = arguments.GetValue(rowsOption)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    if (wanted.Except(["ctr", "generator", "memory"]).FirstOrDefault() is { } unknown)
    {
        Console.Error.WriteLine($"There is no row '{unknown}'; the rows are ctr, generator and memory.");
        return 2;
    }

    if (wanted.Contains("memory") && wanted.Length > 1)
    {
        Console.Error.WriteLine("The row memory measures the whole process; run it alone.");
        return 2;
    }

    Limits limits = wanted.Contains("memory") ? new Limits(double.NaN, double.NaN) : Limits.Measure(options.Threads);
    Console.WriteLine($"{Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription}, .NET {Environment.Version}; limits: {limits.FmaGigaflops:N0} GFLOP/s, {limits.StreamGigabytes:N0} GB/s");
    var rows = new List<BenchmarkRow>();
    if (wanted.Contains("ctr"))
    {
        rows.AddRange(CtrBenchmark.Run(options, limits));
    }

    if (wanted.Contains("memory"))
    {
        rows.Add(CtrBenchmark.Memory(options));
    }

    if (wanted.Contains("generator"))
    {
        rows.AddRange(GeneratorBenchmark.Run(options));
    }

    Console.WriteLine($"{"row",-26}{"ours",12}{"peer",12}{"ratio",8}{"goal",8}{"of limit",10}{"spread",8}");
    foreach (BenchmarkRow row in rows)
    {
        Console.WriteLine($"{row.Name,-26}{row.Ours,12:N1}{row.Peer,12:N1}{row.Ratio,8:N2}{row.Goal,8:N1}{row.OfLimit,10:P0}{row.Spread,8:P0}  {row.Unit}");
    }

    long peak = System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64;
    Console.WriteLine($"Peak memory of this process: {peak / 1e6:N0} MB.");
    if (arguments.GetValue(jsonOption) is { } file)
    {
        string machine = $"{Environment.ProcessorCount} processors, {RuntimeInformation.ProcessArchitecture}, {RuntimeInformation.OSDescription}, .NET {Environment.Version}";
        string temporary = file + ".tmp";
        File.WriteAllText(temporary, JsonSerializer.Serialize(new { machine, limits, peakBytes = peak, rows }, new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true, NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals }));
        File.Move(temporary, file, overwrite: true);
    }

    return 0;
});
return command.Parse(args).Invoke();
