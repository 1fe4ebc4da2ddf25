using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace ModelGen.Quality;

/// <summary>Trains every row of the reference results and compares the means.</summary>
internal static class Program
{
    private static readonly Option<string> s_data = new("--data") { Description = "Folder that holds the folders frappe, kdd12-click-small and ml-1m.", Required = true };
    private static readonly Option<string> s_json = new("--json") { Description = "Results file, one JSON object per line; runs that it holds are not done again.", Required = true };
    private static readonly Option<string?> s_table = new("--table") { Description = "Markdown file for the tables; standard output by default." };
    private static readonly Option<string[]> s_only = new("--only") { Description = "Only rows whose name, such as 'frappe DLRM SGD d8 mlet16', has all of these words.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<ulong[]> s_seeds = new("--seeds") { Description = "Seeds; 101 102 103 by default.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [101, 102, 103] };
    private static readonly Option<int> s_parallel = new("--parallel") { Description = "Runs at the same time, each on one thread.", DefaultValueFactory = _ => 1 };
    private static readonly Option<double[]> s_rates = new("--rates") { Description = "Instead of the reference's rates, all of these.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<double[]> s_sigmas = new("--sigmas") { Description = "Instead of the reference's sigma of MLET rows, all of these.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<double[]> s_multipliers = new("--multipliers") { Description = "Instead of the reference's multiplier of matched rows, all of these.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string?> s_tuned = new("--tuned") { Description = "Only the rows of this file, such as tuned-seed-1.csv, with its settings instead of the reference's." };

    private static int Main(string[] args)
    {
        RootCommand root = new("Compares trained models with the reference results for MLET.")
        {
            s_data, s_json, s_table, s_only, s_seeds, s_parallel, s_rates, s_sigmas, s_multipliers, s_tuned,
        };
        root.SetAction(Run);
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors is [ParseError error, ..])
        {
            Console.Error.WriteLine(error.Message);
            return 2;
        }

        return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }

    private static int Run(ParseResult arguments)
    {
        try
        {
            Compare(arguments);
            return 0;
        }
        catch (Exception e) when (Cause(e) is IOException or InvalidDataException or UnauthorizedAccessException or DataSetException)
        {
            Console.Error.WriteLine(Cause(e).Message);
            return 2;
        }
    }

    private static Exception Cause(Exception e) => e is AggregateException { InnerException: { } inner } ? inner : e;

    private static void Compare(ParseResult arguments)
    {
        ulong[] seeds = arguments.GetValue(s_seeds)!;
        ResultFile results = new(arguments.GetValue(s_json)!);
        List<(ReferenceRow Reference, Setting Setting)> rows = Rows(arguments);
        RunAll(rows, seeds, new ModelCatalog(arguments.GetValue(s_data)!), results, arguments.GetValue(s_parallel));
        if (arguments.GetValue(s_table) is { } path)
        {
            using StreamWriter file = new(path);
            MarkdownReport.Write(file, rows, results, seeds);
        }
        else
        {
            MarkdownReport.Write(Console.Out, rows, results, seeds);
        }
    }

    private static List<(ReferenceRow Reference, Setting Setting)> Rows(ParseResult arguments)
    {
        var tuned = arguments.GetValue(s_tuned) is { } settings ? ReferenceRow.ReadTuned(settings) : null;
        string[] only = arguments.GetValue(s_only) ?? [];
        List<(ReferenceRow Reference, Setting Setting)> rows = [];
        foreach (ReferenceRow row in ReferenceRow.ReadAll())
        {
            Setting setting = row.Setting;
            string[] words = [row.Combination.DataSet, row.Combination.Host, row.Combination.Optimizer, $"d{setting.Dimension}", setting.Variant, setting.Variant + setting.Inner];
            if (!only.All(word => words.Contains(word, StringComparer.OrdinalIgnoreCase)))
            {
                continue;
            }

            if (tuned is not null)
            {
                if (!tuned.TryGetValue((row.Combination, setting.Variant, setting.Inner, setting.Dimension), out Setting? chosen))
                {
                    continue;
                }

                setting = chosen;
            }

            foreach (double rate in Or(arguments.GetValue(s_rates), setting.Rate))
            {
                foreach (double sigma in setting.Inner > 0 ? Or(arguments.GetValue(s_sigmas), setting.Sigma) : [0])
                {
                    foreach (double multiplier in setting.Variant == "matched" ? Or(arguments.GetValue(s_multipliers), setting.Multiplier) : [1])
                    {
                        rows.Add((row, setting with { Rate = rate, Sigma = sigma, Multiplier = multiplier }));
                    }
                }
            }
        }

        return rows;
    }

    private static double[] Or(double[]? given, double otherwise) => given is { Length: > 0 } ? given : [otherwise];

    /// <summary>Model classes are taken one after the other, so that the data of few of them is in memory at a time.</summary>
    private static void RunAll(
        List<(ReferenceRow Reference, Setting Setting)> rows, ulong[] seeds, ModelCatalog catalog, ResultFile results, int parallel)
    {
        int done = 0;
        var models = rows.GroupBy(r => catalog[r.Reference.Combination, r.Setting]);
        Parallel.ForEach(models, new ParallelOptions { MaxDegreeOfParallelism = parallel }, model =>
        {
            foreach ((ReferenceRow reference, Setting setting) in model)
            {
                foreach (ulong seed in seeds.Except(results.Of(reference.Combination, setting).Select(r => r.Seed)).ToArray())
                {
                    RunRecord record = model.Key.Run(reference.Combination, setting, seed);
                    results.Add(record);
                    Console.Error.WriteLine(FormattableString.Invariant(
                        $"{Interlocked.Increment(ref done)}: {reference.Combination.Title}, d {setting.Dimension}, {setting.Title}, rate {setting.Rate}, seed {seed}: AUC {record.Auc:F4}, validation {record.ValidationAuc:F4}, epoch {record.Epoch}, bar {reference.Bar:F4}, {record.Seconds:F1} s"));
                }
            }

            model.Key.Release();
        });
    }
}
