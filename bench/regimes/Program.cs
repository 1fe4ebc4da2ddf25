using System;
using System.CommandLine;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using ModelGen.Regimes;
using ModelGen.Samples;

Option<string> output = new("--output") { Description = "The Markdown file to write.", HelpName = "FILE", Required = true };
RootCommand command = new("Compares MLET with tuned plain tables on planted data, one property of the data at a time.") { output };
return SampleCommand.Run(command, args, (options, cancellation) =>
{
    Stopwatch time = Stopwatch.StartNew();

    // A run has one thread, and the jobs run side by side; the results do not depend on it.
    (Regime Regime, bool Adagrad)[] jobs = [.. from adagrad in (bool[])[false, true] from regime in Regime.All select (regime, adagrad)];
    RegimeResult[] results = new RegimeResult[jobs.Length];
    Parallel.For(0, jobs.Length, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
    {
        results[i] = Study.Run(jobs[i].Regime, jobs[i].Adagrad, cancellation);
        Console.WriteLine($"{(jobs[i].Adagrad ? "Adagrad" : "SGD")}, {jobs[i].Regime.Name}: done after {time.Elapsed:mm\\:ss}");
    });

    string path = Path.GetFullPath(options.GetRequiredValue(output));
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    using Process process = Process.GetCurrentProcess();
    File.WriteAllText(path, Report.Write(results, time.Elapsed, process.TotalProcessorTime));
});
