using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using ModelGen.Compiled;

namespace ModelGen.Samples;

/// <summary>The whole path once: data, CSV, training, collapse, export, and the artefacts' own scores.</summary>
internal sealed class Quickstart
{
    private const int MeasuredRows = 60_000;
    private const int ValidationRows = 30_000;

    private readonly List<ResultRow> _rows = [];

    /// <summary>Folder that receives everything.</summary>
    public required string Folder { get; init; }

    /// <summary>File that receives the results as JSON, or null.</summary>
    public required string? Json { get; init; }

    /// <summary>Seed of the data and of the training runs.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Training rows.</summary>
    public required int Rows { get; init; }

    /// <summary>Whether to continue from the checkpoints of a stopped run.</summary>
    public required bool Resume { get; init; }

    /// <summary>Runs the sample.</summary>
    public void Run(CancellationToken cancellation)
    {
        if (Json is not null)
        {
            ResultJson.Require(Json);
        }

        (PlantedExample[] training, PlantedExample[] measured) = WriteData();

        DataSet<AppClickSingle> single = AppClickSingle.ReadCsv(PathOf("train"));
        DataSet<AppClickSingle> singleValidation = AppClickSingle.ReadCsv(PathOf("validation"));
        DataSet<AppClickSingle> singleTest = AppClickSingle.ReadCsv(PathOf("test"));
        cancellation.ThrowIfCancellationRequested();
        TrainingOptions options = new() { Epochs = 4, BatchSize = 256, Seed = Seed, Patience = 1, Resume = Resume, Progress = new ConsoleProgress() };

        TrainedModel<AppClickSingle> plain = Train("single", single, options with { Validation = singleValidation }, cancellation);
        Measure("single", plain, plain.Collapse(), single, singleTest);

        // Multi-layer embeddings move a served vector by about k sigma^2 = 64 x 0.25^2 = 4 times the plain step at first; a fair
        // comparison gives the plain tables that rate as well.
        TrainedModel<AppClickSingle> matched = Train(
            "single-matched", single, options with { Validation = singleValidation, TableLearningRate = 4 * 0.02f }, cancellation);
        Measure("single-matched", matched, matched.Collapse(), single, singleTest);

        DataSet<AppClick> data = AppClick.ReadCsv(PathOf("train"));
        DataSet<AppClick> validation = AppClick.ReadCsv(PathOf("validation"));
        DataSet<AppClick> test = AppClick.ReadCsv(PathOf("test"));
        TrainedModel<AppClick> mlet = Train("mlet", data, options with { Validation = validation }, cancellation);
        CollapsedModel<AppClick> served = mlet.Collapse();
        Measure("mlet", mlet, served, data, test);
        Measure("mlet-int8", mlet, served.Quantize(), data, test);

        // Started from the multi-layer tables just trained, so that the codebooks begin as k-means of vectors that mean something.
        DataSet<AppClickQuantized> codes = AppClickQuantized.ReadCsv(PathOf("train"));
        TrainedModel<AppClickQuantized> quantized = Train(
            "quantized", codes, options with { Validation = AppClickQuantized.ReadCsv(PathOf("validation")), Start = StartVectors.From(mlet) }, cancellation);
        Measure("quantized", quantized, quantized.Collapse(), codes, AppClickQuantized.ReadCsv(PathOf("test")));

        DataSet<AppClickClustered> groups = AppClickClustered.ReadCsv(PathOf("train"));
        TrainedModel<AppClickClustered> clustered = Train(
            "clustered", groups, options with { Validation = AppClickClustered.ReadCsv(PathOf("validation")) }, cancellation);
        Measure("clustered", clustered, clustered.Collapse(), groups, AppClickClustered.ReadCsv(PathOf("test")));

        // Lists of apps instead of clicks: the values of the few entries that are kept are served in 16-bit floats.
        AppLists lists = new(training, measured, Seed, Folder, cancellation);
        ResultRow[] listRows = [lists.Popular(), lists.Run<AppFinder>("elsa", TableFormat.Float32), lists.Run<AppFinderSparse>("sparse", TableFormat.Float16)];

        // The true probabilities scored like a model: no model can do better on these examples, up to chance.
        Evaluation best = served.Evaluate(test, [.. measured.Select(example => example.Probability)]);
        ResultTable.Print([.. _rows, new ResultRow { Method = "best possible", Seed = null, Figures = ServedForm.Clicks(best) }, .. listRows]);
        Console.WriteLine($"Data and models are in {Path.GetFullPath(Folder)}.");
        if (Json is not null)
        {
            ResultJson.Write(Json, "planted", [Figure.Quality("bestAuc", "best AUC", best.Auc)], [.. _rows, .. listRows]);
        }
    }

    private (PlantedExample[] Training, PlantedExample[] Measured) WriteData()
    {
        PlantedClicks world = new(new PlantedOptions(), Seed);
        PlantedExample[] training = world.Draw(Rows, 1), measured = world.Draw(MeasuredRows, 3);
        PlantedClicks.WriteCsv(PathOf("train"), training);
        PlantedClicks.WriteCsv(PathOf("validation"), world.Draw(ValidationRows, 2));
        PlantedClicks.WriteCsv(PathOf("test"), measured);
        Console.WriteLine($"{Rows:N0} training, {ValidationRows:N0} validation and {MeasuredRows:N0} test rows in {Path.GetFullPath(Folder)}");
        return (training, measured);
    }

    private TrainedModel<TModel> Train<TModel>(string method, DataSet<TModel> data, TrainingOptions options, CancellationToken cancellation)
        where TModel : class, IEmbeddingModel<TModel>
    {
        Console.WriteLine(method);
        try
        {
            return ModelTrainer.Train(data, options with { CheckpointPath = Path.Combine(Folder, method, "checkpoint.safetensors") }, cancellation);
        }
        catch (TrainingCanceledException)
        {
            Console.Error.WriteLine("Run again with the same options and --resume to continue.");
            throw;
        }
    }

    private void Measure<TModel>(string method, TrainedModel<TModel> trained, CollapsedModel<TModel> model, DataSet<TModel> data, DataSet<TModel> test)
        where TModel : class, IEmbeddingModel<TModel> =>
        _rows.Add(ServedForm.Measure(method, Seed, model, trained.History, trained.BestEpoch, data.Count, test, Folder));

    private string PathOf(string part) => Path.Combine(Folder, part + ".csv");
}
