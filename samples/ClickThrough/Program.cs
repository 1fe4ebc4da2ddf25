using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using ModelGen;
using ModelGen.ClickThrough;
using ModelGen.Samples;

// Compares plain and multi-layer embeddings of a click model on a data set that the user has: a DLRM without numeric inputs, Adagrad,
// served width 8. The epoch is chosen on the validation part, every number is measured on the test part with the served model.
const int WrongData = 2;

Option<string> dataset = new("--dataset") { Description = "frappe, kdd12 or ml-1m.", Required = true };
Option<string> folder = new("--data") { Description = "Folder of the data set; frappe: ctr.csv.gz, kdd12: clicks.csv.gz, ml-1m: ratings.csv.gz, users.csv and movies.csv.", Required = true };
Option<ulong> seed = new("--seed") { Description = "Seed of the start values and of the order of the examples.", DefaultValueFactory = _ => 1 };
Option<string?> json = new("--json") { Description = "File that receives the results." };
Option<string> output = new("--output") { Description = "Folder that receives the artefacts.", DefaultValueFactory = _ => Path.Combine("artifacts", "click-through") };
dataset.AcceptOnlyFromAmong("frappe", "kdd12", "ml-1m");

bool wrongData = false;
RootCommand command = new("Compares plain and multi-layer embeddings (MLET) of a click model.") { dataset, folder, seed, json, output };
int exitCode = SampleCommand.Run(command, args, (arguments, token) =>
{
    string name = arguments.GetValue(dataset)!;
    if (arguments.GetValue(json) is { } results)
    {
        ResultJson.Require(results);
    }

    Experiment experiment = Experiment.Create(name);
    try
    {
        experiment.Load(arguments.GetValue(folder)!);
    }
    catch (Exception e) when (e is IOException or InvalidDataException or DataSetException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(e.Message);
        wrongData = true;
        return;
    }

    IReadOnlyList<ResultRow> rows = experiment.Run(arguments.GetValue(seed), Path.Combine(arguments.GetValue(output)!, name), token);
    ResultTable.Print(rows);
    if (arguments.GetValue(json) is { } path)
    {
        ResultJson.Write(path, name, [], rows);
    }
});
return wrongData ? WrongData : exitCode;
