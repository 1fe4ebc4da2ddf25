using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using ModelGen.Bench;

// A process of its own for one measurement, before anything else has run in it.
if (args is [ColdStart.Command, .. var coldArguments])
{
    return ColdStart.Run(coldArguments);
}

if (args is [CudaBenchmark.Command])
{
    return CudaBenchmark.RunFirstStep();
}

if (args is [MemoryBenchmark.Command, .. var memoryArguments])
{
    return MemoryBenchmark.Run(memoryArguments);
}

var rowsOption = new Option<string>("--rows")
{
    Description = $"Which groups or single rows, separated by commas. Groups: {RowGroups.Names}.",
    DefaultValueFactory = _ => string.Join(',', RowGroups.Here.Select(g => g.Name)),
};
var jsonOption = new Option<string?>("--json") { Description = "File that receives machine, limits and rows as JSON." };
var keepOption = new Option<bool>("--keep") { Description = "Keep the rows of the JSON file that this run does not measure." };
var peersOption = new Option<string?>("--peers") { Description = "Folder of the peer programs (Python, PyTorch); without it the peer's column stays empty." };
var runsOption = new Option<int>("--runs") { Description = "Runs of each side; medians are printed.", DefaultValueFactory = _ => 5 };
var threadsOption = new Option<int>("--threads") { Description = "Our threads.", DefaultValueFactory = _ => 2 };
var command = new RootCommand("Measures ModelGen beside its peers on this machine.") { rowsOption, jsonOption, keepOption, peersOption, runsOption, threadsOption };
command.SetAction(arguments =>
{
    BenchmarkOptions options = new(arguments.GetValue(runsOption), arguments.GetValue(threadsOption), arguments.GetValue(peersOption));
    string[] wanted = arguments.GetValue(rowsOption)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    if (RowGroups.Select(wanted, out string? unknown) is not { } sources)
    {
        Console.Error.WriteLine($"There is no row '{unknown}'; the groups of rows are {RowGroups.Names}.");
        return 2;
    }

    if (sources.Any(source => CudaBenchmark.Group.Rows.Contains(source)) && CudaBenchmark.WhyNot is { } reason)
    {
        Console.Error.WriteLine($"The rows of {CudaBenchmark.Group.Name} need a CUDA device. {reason}");
        return 2;
    }

    Limits limits = Limits.Measure(options.Threads);
    Console.WriteLine($"{Machine.Description}; limits: {limits}");
    List<BenchmarkRow> rows = [.. sources.Select(s => s.Measure(options, limits))];
    Console.WriteLine($"{"row",-26}{"ours",14}{"one thread",14}{"peer",14}{"ratio",8}{"goal",8}{"of limit",10}{"spread",8}");
    foreach (BenchmarkRow row in rows)
    {
        Console.WriteLine($"{row.Name,-26}{row.Ours,14:N1}{row.OneThread,14:N1}{row.Peer,14:N1}{row.Ratio,8:N2}{row.Goal,8:N1}{row.OfLimit,10:P0}{row.Spread,8:P0}  {row.Unit}");
    }

    if (arguments.GetValue(jsonOption) is { } file)
    {
        ResultFile.Write(file, limits, rows, arguments.GetValue(keepOption));
    }

    return 0;
});
return command.Parse(args).Invoke();
