using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Diagnostics;
using System.IO;
using ModelGen.Regimes;
using ModelGen.Samples;

Option<string> output = new("--output") { Description = "The Markdown file to write.", HelpName = "FILE", Required = true };
RootCommand command = new("Compares MLET with tuned plain tables on planted data, one property of the data at a time.") { output };
return SampleCommand.Run(command, args, (options, cancellation) =>
{
    Stopwatch time = Stopwatch.StartNew();
    List<RegimeResult> results = [];
    foreach (bool adagrad in (bool[])[false, true])
    {
        foreach (Regime regime in Regime.All)
        {
            results.Add(Study.Run(regime, adagrad, cancellation));
            Console.WriteLine($"{(adagrad ? "Adagrad" : "SGD")}, {regime.Name}: done after {time.Elapsed:mm\\:ss}");
        }
    }

    string path = Path.GetFullPath(options.GetRequiredValue(output));
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    using Process process = Process.GetCurrentProcess();
    File.WriteAllText(path, Report.Write(results, time.Elapsed, process.TotalProcessorTime));
});
