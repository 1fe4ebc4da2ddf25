using System.CommandLine;
using ModelGen.Samples;

Option<string?> json = new("--json") { Description = "Also write the results to this file, as JSON.", HelpName = "FILE" };
Option<string> output = new("--output")
{
    Description = "Folder of the data, the checkpoints and the exported models.",
    HelpName = "FOLDER",
    DefaultValueFactory = _ => "artifacts/quickstart",
};
Option<ulong> seed = new("--seed") { Description = "Seed of the data and of the training runs.", DefaultValueFactory = _ => 1 };
Option<int> rows = new("--rows") { Description = "Training rows, 1,000 to 10,000,000.", DefaultValueFactory = _ => 400_000 };
rows.Validators.Add(result =>
{
    if (result.GetValueOrDefault<int>() is < 1_000 or > 10_000_000)
    {
        result.AddError($"--rows is {result.GetValueOrDefault<int>()}; it must be 1,000 to 10,000,000.");
    }
});
Option<bool> resume = new("--resume") { Description = "Continue a run that was stopped, with the same options." };

RootCommand command = new("Makes clicks with a known truth, trains plain, multi-layer, quantised, clustered and sparse embeddings on them, exports and checks the models.")
{
    json, output, seed, rows, resume,
};
return SampleCommand.Run(command, args, (options, cancellation) => new Quickstart
{
    Folder = options.GetRequiredValue(output),
    Json = options.GetValue(json),
    Seed = options.GetValue(seed),
    Rows = options.GetValue(rows),
    Resume = options.GetValue(resume),
}.Run(cancellation));
