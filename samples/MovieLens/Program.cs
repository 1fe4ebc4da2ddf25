using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.CommandLine;
using System.IO;
using ModelGen;
using ModelGen.MovieLens;
using ModelGen.Samples;

// Recommendation and rating on MovieLens, with the tables of users and movies held in full, quantised or clustered. The data are the
// user's own copy; every number is measured with the served model.
const int WrongData = 2;

Option<string> dataset = new("--dataset") { Description = "ml-1m or ml-100k.", Required = true };
Option<string> folder = new("--data") { Description = "Folder of the data set: ratings.dat (ml-1m), u.data (ml-100k), or ratings.csv[.gz].", Required = true };
Option<string[]> method = new("--method") { Description = $"What to run, once or more: {string.Join(", ", Methods.Names)}.", Required = true, AllowMultipleArgumentsPerToken = true, HelpName = "method" };
Option<ulong> seed = new("--seed") { Description = "First seed.", DefaultValueFactory = _ => 1 };
Option<int> seeds = new("--seeds") { Description = "Number of seeds, counted up from the first.", DefaultValueFactory = _ => 1 };
Option<int?> epochs = new("--epochs") { Description = "Epochs; by default what the method was tuned to." };
Option<int[]> checkpoints = new("--checkpoints") { Description = "Epochs to measure at, whose mean is reported; by default the last, and 2, 4 and 6 before it.", AllowMultipleArgumentsPerToken = true };
Option<bool> tune = new("--tune") { Description = "Predict ratings on a tenth of the training part, held back, instead of on the test part: to choose settings by." };
Option<int> threads = new("--threads") { Description = "Threads; 0 for all cores." };
Option<string?> json = new("--json") { Description = "File that receives the results." };
Option<string> output = new("--output") { Description = "Folder that receives the artefacts.", DefaultValueFactory = _ => Path.Combine("artifacts", "movie-lens") };
dataset.AcceptOnlyFromAmong("ml-1m", "ml-100k");
method.AcceptOnlyFromAmong(Methods.Names);

bool wrongData = false;
RootCommand command = new("Recommendation and rating on MovieLens with compact embeddings.") { dataset, folder, method, seed, seeds, epochs, checkpoints, tune, threads, json, output };
int exitCode = SampleCommand.Run(command, args, (arguments, token) =>
{
    string name = arguments.GetValue(dataset)!;
    if (arguments.GetValue(json) is { } results)
    {
        ResultJson.Require(results);
    }

    List<Rating> ratings;
    try
    {
        ratings = MovieLensFile.Read(arguments.GetValue(folder)!);
    }
    catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(e.Message);
        wrongData = true;
        return;
    }

    StudyOptions study = new()
    {
        Seed = arguments.GetValue(seed),
        Seeds = arguments.GetValue(seeds),
        Epochs = arguments.GetValue(epochs),
        Checkpoints = arguments.GetValue(checkpoints) is { Length: > 0 } given ? [.. given] : null,
        Tune = arguments.GetValue(tune),
        Threads = arguments.GetValue(threads),
        Output = Path.Combine(arguments.GetValue(output)!, name),
        Cancellation = token,
    };
    List<ResultRow> rows = [];
    foreach (ResultRow row in Methods.Run(arguments.GetValue(method)!, ratings, name == "ml-100k", study))
    {
        rows.Add(row);
        if (arguments.GetValue(json) is { } path)
        {
            // After every row, so that a run that is stopped leaves what it has measured.
            ResultJson.Write(path, name, [], rows);
        }
    }

    ResultTable.Print(rows);
});
return wrongData ? WrongData : exitCode;
