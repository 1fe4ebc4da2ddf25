using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using ModelGen;
using ModelGen.Retrieval;
using ModelGen.Samples;

// Retrieval with sparse item rows (compressed ELSA) beside dense ones (ELSA), EASE and popularity. The data are the user's own copy.
const int WrongData = 2;
string[] schedules = ["exponential", "smooth-exponential", "linear", "step-wise", "constant", "one-shot"];

Option<string> dataset = new("--dataset") { Description = $"{string.Join(", ", InteractionFile.DataSets)}.", Required = true };
Option<string> folder = new("--data") { Description = "Folder of the data set: ratings.dat or ratings.csv[.gz] (ml-1m), ratings.csv[.gz] (goodbooks), visits.csv[.gz] (uci-msweb), interactions.csv[.gz] (gowalla, uci-online-retail).", Required = true };
Option<string[]> method = new("--method") { Description = $"What to run, once or more: {string.Join(", ", Methods.Names)}.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["compressed"] };
Option<int[]> kept = new("--kept") { Description = "Entries per row of compressed and ease-pruned, once or more.", AllowMultipleArgumentsPerToken = true };
Option<int[]> dimension = new("--dimension") { Description = "Widths of the rows, once or more; by default that of the data set.", AllowMultipleArgumentsPerToken = true };
Option<string> schedule = new("--schedule") { Description = $"How the kept entries fall: {string.Join(", ", schedules)}.", DefaultValueFactory = _ => schedules[0] };
Option<int> epochsPerHalving = new("--epochs-per-halving") { Description = "Epochs in which the kept entries halve.", DefaultValueFactory = _ => 5 };
Option<bool> restart = new("--restart") { Description = "Start each level from the very first values, as published, instead of the trained ones." };
Option<bool> everyStep = new("--every-step") { Description = "Choose the kept entries anew in every step, among those of the level before, instead of once per level." };
Option<bool> globalBudget = new("--global-budget") { Description = "Share the kept entries among all rows instead of giving every row the same number." };
Option<int?> epochs = new("--epochs") { Description = "Epochs of dense rows, and of sparse ones at the final number of entries; by default those of the data set. 0 prunes without training after it." };
Option<float?> rate = new("--rate") { Description = "Learning rate; by default that of the models, 0.1." };
Option<bool> decay = new("--rate-decay") { Description = "Let the learning rate fall to zero over the epochs at the final number of entries." };
Option<double?> lambda = new("--lambda") { Description = "Penalty of EASE; by default that of the data set." };
Option<string?> split = new("--split") { Description = "File of a division by user: lines of part (test or valid), user_id and held_out_positions. By default the published parts (gowalla), or users drawn with seed 42." };
Option<string> part = new("--part") { Description = "test, trained with the validation users too, or validation, for choosing settings.", DefaultValueFactory = _ => "test" };
Option<ulong> seed = new("--seed") { Description = "First seed.", DefaultValueFactory = _ => 1 };
Option<int> seeds = new("--seeds") { Description = "Number of seeds, counted up from the first.", DefaultValueFactory = _ => 1 };
Option<int> threads = new("--threads") { Description = "Threads; 0 for all cores." };
Option<string?> json = new("--json") { Description = "File that receives the results." };
Option<string?> segments = new("--segments") { Description = "File that receives the segments of the compressed model trained last: columns of its rows read as groups of items, with the items' names; as JSON when it ends in .json." };
Option<string> output = new("--output") { Description = "Folder that receives the artefacts.", DefaultValueFactory = _ => Path.Combine("artifacts", "retrieval") };
dataset.AcceptOnlyFromAmong(InteractionFile.DataSets);
method.AcceptOnlyFromAmong(Methods.Names);
schedule.AcceptOnlyFromAmong(schedules);
part.AcceptOnlyFromAmong("test", "validation");

bool wrongData = false;
RootCommand command = new("Retrieval with sparse item rows.")
{
    dataset, folder, method, kept, dimension, schedule, epochsPerHalving, restart, everyStep, globalBudget, epochs, rate, decay, lambda, split, part, seed, seeds, threads, json, segments, output,
};
int exitCode = SampleCommand.Run(command, args, (arguments, token) =>
{
    string name = arguments.GetValue(dataset)!;
    if (arguments.GetValue(json) is { } results)
    {
        ResultJson.Require(results);
    }

    StudyData data;
    Dictionary<string, string> names = [];
    Part measured = arguments.GetValue(part) == "test" ? Part.Test : Part.Validation;
    try
    {
        data = new StudyData(name, arguments.GetValue(folder)!, arguments.GetValue(split), measured);
        if (arguments.GetValue(segments) is { } report)
        {
            ResultJson.Require(report);
            names = ItemNames.Read(name, arguments.GetValue(folder)!);
        }
    }
    catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(e.Message);
        wrongData = true;
        return;
    }

    Console.WriteLine(data);
    Tuned tuned = Tuned.For(name);
    string kind = arguments.GetValue(schedule)!;
    StudyOptions study = new()
    {
        Seed = arguments.GetValue(seed),
        Seeds = arguments.GetValue(seeds),
        Epochs = arguments.GetValue(epochs),
        Schedule = new SparsitySchedule
        {
            Kind = Enum.Parse<SparsityKind>(kind.Replace("-", "", StringComparison.Ordinal), ignoreCase: true),
            EpochsPerHalving = arguments.GetValue(epochsPerHalving),
            Restart = arguments.GetValue(restart),
            Support = arguments.GetValue(everyStep) ? SupportChoice.EveryStep : SupportChoice.EveryLevel,
        },
        Budget = arguments.GetValue(globalBudget) ? SparsityBudget.Global : SparsityBudget.PerRow,
        Rate = arguments.GetValue(rate),
        RateDecay = arguments.GetValue(decay) ? RateDecay.Linear : RateDecay.None,
        Lambda = arguments.GetValue(lambda) ?? tuned.Lambda,
        Threads = arguments.GetValue(threads),
        Output = Path.Combine(arguments.GetValue(output)!, name),
        Segments = arguments.GetValue(segments),
        Names = names,
        Cancellation = token,
    };
    string variant = (kind == schedules[0] ? "" : $"-{kind}") + (study.Schedule.Restart ? "-restart" : "") + (study.Schedule.Support == SupportChoice.EveryStep ? "-every-step" : "") + (study.Budget == SparsityBudget.Global ? "-global" : "");
    RetrievalStudy runs = new(data, study);
    List<ResultRow> rows = [];
    foreach (ResultRow row in arguments.GetValue(method)!.SelectMany(m => Methods.Run(m, runs, variant, arguments.GetValue(dimension)!, arguments.GetValue(kept)!, tuned)))
    {
        rows.Add(row);
        Console.WriteLine($"  {row.Method}: {string.Join(", ", row.Figures.Take(3).Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Key} {f.Value:0.0000}")))}");
        if (arguments.GetValue(json) is { } path)
        {
            // After every row, so that a run that is stopped leaves what it has measured.
            ResultJson.Write(path, name, [], rows);
        }
    }

    ResultTable.Print(rows);
});
return wrongData ? WrongData : exitCode;
