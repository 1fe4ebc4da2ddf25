using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace ModelGen.Regimes;

/// <summary>Writes the study as Markdown.</summary>
internal static class Report
{
    private static readonly Method[] Methods = Enum.GetValues<Method>();

    /// <summary>The whole text.</summary>
    public static string Write(IReadOnlyList<RegimeResult> results, TimeSpan time, TimeSpan processorTime)
    {
        StringBuilder text = new();
        text.AppendLine("# Where the cross-category term of MLET pays: planted data").AppendLine();
        text.AppendLine("Made by `dotnet run -c Release --project bench/regimes -- --output bench/results/mlet-regimes.md`.").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"* Machine: {Processor()}, {Environment.ProcessorCount} threads, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}.");
        text.AppendLine(CultureInfo.InvariantCulture, $"* Version: {Version()}. Run time {time.TotalMinutes:F1} minutes, processor time {processorTime.TotalMinutes:F1} minutes.");
        text.AppendLine(CultureInfo.InvariantCulture, $"* Data: `PlantedClicks` (samples/Quickstart), 20,000 users, 5,000 apps, Zipf exponents 1, true rank 2, 16 groups, 80 % of the vectors' variance shared within a group, 200,000 training rows, one epoch, batches of 128, d = 4; every other line changes one of these. Tested on 50,000 rows.");
        text.AppendLine("* Host: a factorisation machine, which has the form of the truth. MLET: k = 32, sigma 0.5 (frozen P: 0.25 or 0.5).");
        text.AppendLine(CultureInfo.InvariantCulture, $"* Tuning: in one world, by AUC on 50,000 held-out rows: 18 settings for each of *matched*, *frozen P* and *MLET*, 6 for each of the one-rate rows. Measured in {Study.Seeds.Count} other worlds, each with its own start values and order. AUC: mean and standard deviation; the deviation is mostly the difference between the worlds. A run that diverged counts as 0.5.");
        text.AppendLine("* Differences are taken world by world, so that the worlds cancel: mean and its standard error, then the number of worlds in which the sign is plus.").AppendLine();
        foreach (bool adagrad in results.Select(r => r.Adagrad).Distinct())
        {
            RegimeResult[] some = [.. results.Where(r => r.Adagrad == adagrad)];
            text.AppendLine(CultureInfo.InvariantCulture, $"## {(adagrad ? "Adagrad" : "SGD")}").AppendLine();
            Table(text, ["regime", "best possible", "single, one rate", "matched", "frozen P", "MLET, one rate", "MLET"], some, r =>
                [Mean(r.BestAuc), .. Methods.Select(m => Mean(r.Methods[m].Auc))]);
            text.AppendLine("Differences of AUC, in units of 0.0001:").AppendLine();
            Table(text, ["regime", "MLET - single, both one rate", "matched - single", "frozen P - matched", "MLET - frozen P", "MLET - matched", "the same, rare tenth"], some, r =>
            [
                Difference(r, Method.MletOneRate, Method.Single), Difference(r, Method.Matched, Method.Single),
                Difference(r, Method.FrozenFactor, Method.Matched), Difference(r, Method.Mlet, Method.FrozenFactor),
                Difference(r, Method.Mlet, Method.Matched), Paired(r.Methods[Method.Mlet].AucRare, r.Methods[Method.Matched].AucRare),
            ]);
            text.AppendLine("Settings chosen (learning rates):").AppendLine();
            Table(text, ["regime", "single", "matched", "frozen P", "MLET, one rate", "MLET"], some, r =>
                [.. Methods.Select(m => r.Methods[m].Chosen.Describe(m) + Diverged(r.Methods[m]))]);
        }

        return text.ToString().ReplaceLineEndings("\n").TrimEnd() + "\n";
    }

    private static void Table(StringBuilder text, string[] headings, RegimeResult[] results, Func<RegimeResult, string[]> cells)
    {
        text.AppendLine($"| {string.Join(" | ", headings)} |");
        text.AppendLine($"|{string.Concat(Enumerable.Repeat(" --- |", headings.Length))}");
        foreach (RegimeResult result in results)
        {
            text.AppendLine($"| {result.Regime.Name} | {string.Join(" | ", cells(result))} |");
        }

        text.AppendLine();
    }

    private static string Diverged(MethodResult result)
    {
        int count = result.Tests.Count(test => test is null);
        return count == 0 ? "" : $" (diverged in {count} of {result.Tests.Count} worlds)";
    }

    private static string Mean(IReadOnlyList<double> values) =>
        string.Create(CultureInfo.InvariantCulture, $"{values.Average():F4} +- {Deviation(values):F4}");

    private static string Difference(RegimeResult result, Method a, Method b) => Paired(result.Methods[a].Auc, result.Methods[b].Auc);

    private static string Paired(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        double[] differences = [.. a.Zip(b, (x, y) => 10_000 * (x - y))];
        double error = Deviation(differences) / Math.Sqrt(differences.Length);
        return string.Create(CultureInfo.InvariantCulture, $"{differences.Average():+0;-0;0} +- {error:F0} ({differences.Count(d => d > 0)} of {differences.Length})");
    }

    private static double Deviation(IReadOnlyList<double> values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
    }

    private static string Version() =>
        typeof(Report).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private static string Processor()
    {
        const string Info = "/proc/cpuinfo";
        string? line = File.Exists(Info) ? File.ReadLines(Info).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
