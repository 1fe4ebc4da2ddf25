using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using ModelGen.Compiled;
using ModelGen.Samples;

namespace ModelGen.Retrieval;

/// <summary>
/// Retrieval for users the model was not trained on: it is told most of a user's items and has to find the rest among all items with a
/// training pair.
/// </summary>
internal sealed class RetrievalStudy(StudyData data, StudyOptions study)
{
    private static readonly (string Suffix, TableFormat Format)[] s_formats = [("", TableFormat.Float32), ("-fp16", TableFormat.Float16), ("-int8", TableFormat.Int8PerRow)];

    private static readonly RankingOptions s_lists = new() { Cutoffs = [10, 20, 50, 100] };

    /// <summary>Trains a model and measures its served forms, with values in 32-bit floats, in 16-bit floats and in signed bytes.</summary>
    /// <param name="method">Name of the method.</param>
    /// <param name="epochs">Epochs of dense rows, or of sparse ones at the final number of entries.</param>
    public IEnumerable<ResultRow> Run<TModel>(string method, int epochs)
        where TModel : Meeting, IAutoencoder<TModel>, new()
    {
        StudyParts<TModel> parts = data.Parts<TModel>();
        method += study.RateDecay == RateDecay.Linear ? "-decay" : "";
        for (int i = 0; i < study.Seeds; i++)
        {
            ulong seed = study.Seed + (ulong)i;
            Console.WriteLine($"{method}, seed {seed}:");
            RetrievalOptions options = new()
            {
                Epochs = study.Epochs ?? epochs,
                Seed = seed,
                Schedule = study.Schedule,
                Budget = study.Budget,
                LearningRate = study.Rate,
                RateDecay = study.RateDecay,
                Threads = study.Threads,
                Progress = new ConsoleProgress(),
            };
            TrainedRetriever<TModel> trained = RetrievalTrainer.Train(parts.Training, options, study.Cancellation);
            double usersPerSecond = trained.History.Average(e => e.UsersPerSecond);
            Figure[] training = Training(trained.History.Sum(e => e.Seconds), usersPerSecond, trained.History.Count, trained.History[^1].Loss);
            foreach ((string suffix, TableFormat format) in s_formats)
            {
                yield return Served(method + suffix, seed, trained.Collapse(format), parts, training);
            }

            if (study.Segments is { } path && !trained.Rows.IsFull)
            {
                SegmentFile.Write(path, $"{data.Name}, {method}, seed {seed}: a column of the rows and a sign, largest first", trained.Collapse().Segments(), study.Names);
            }
        }
    }

    /// <summary>Popularity.</summary>
    public IEnumerable<ResultRow> RunPopular(string method)
    {
        (InteractionMatrix training, InteractionMatrix history, InteractionMatrix heldOut) = Matrices();
        PopularItems popular = PopularItems.Fit(training);
        yield return Row(method, null, popular.EvaluateRanking(heldOut, history, Lists), popular.Items, popular.Bytes, popular.Bytes, [AllBytes(popular.Bytes)]);
    }

    /// <summary>EASE.</summary>
    public IEnumerable<ResultRow> RunEase(string method)
    {
        (InteractionMatrix training, InteractionMatrix history, InteractionMatrix heldOut) = Matrices();
        (Ease ease, Figure[] figures) = Fit(training);
        yield return Row(method, null, ease.EvaluateRanking(heldOut, history, Lists), ease.Items, ease.Bytes, ease.Bytes, [AllBytes(ease.Bytes), .. figures]);
    }

    /// <summary>EASE with some weights per row, and with as many per column.</summary>
    public IEnumerable<ResultRow> RunPrunedEase(string method, IEnumerable<int> kept)
    {
        (InteractionMatrix training, InteractionMatrix history, InteractionMatrix heldOut) = Matrices();
        (Ease ease, Figure[] figures) = Fit(training);
        foreach (int count in kept)
        {
            yield return Pruned($"{method}-{count}", ease.Prune(count));
            yield return Pruned($"{method}-{count}-columns", ease.PruneColumns(count));
        }

        ResultRow Pruned(string name, PrunedEase pruned) =>
            Row(name, null, pruned.EvaluateRanking(heldOut, history, Lists), pruned.Items, pruned.Bytes, pruned.Bytes, [AllBytes(pruned.Bytes), .. figures]);
    }

    private ResultRow Served<TModel>(string method, ulong seed, CollapsedRetriever<TModel> served, StudyParts<TModel> parts, Figure[] training)
        where TModel : Meeting, IAutoencoder<TModel>, new()
    {
        string name = Path.Combine(study.Output, method, typeof(TModel).Name);
        served.Save(name + ".safetensors");
        ArtifactReport onnx = served.SaveOnnx(name + ".onnx"), assembly = served.SaveAssembly(name + ".Inference.dll");
        RankingEvaluation lists = served.EvaluateRanking(parts.HeldOut, parts.History, Lists);
        CollapsedRows rows = served.Weights.Rows;
        long entries = rows.IsFull ? (long)rows.Rows * rows.Dimension : Enumerable.Range(0, rows.Rows).Sum(row => (long)rows.CountOf(row));
        return Row(method, seed, lists, rows.Rows, served.EmbeddingBytes, entries * (rows.IsFull ? sizeof(float) : sizeof(float) + sizeof(int)),
        [
            AllBytes(served.Bytes),
            .. training,
            Figure.Difference("onnxMaxDifference", "ONNX max\ndifference", onnx.MaxDifference),
            Figure.Difference("assemblyMaxDifference", "assembly max\ndifference", assembly.MaxDifference),
        ]) with { OnnxNotRun = onnx.NotRun };
    }

    private RankingOptions Lists => s_lists with { Threads = study.Threads };

    private static Figure AllBytes(long bytes) => Figure.Count("allBytes", "all\nbytes", bytes);

    private static Figure[] Training(double seconds, double usersPerSecond, int? epochs, double? loss) =>
    [
        Figure.Count("epochs", "epochs", epochs),
        Figure.Quality("loss", "last\nloss", loss),
        new Figure("seconds", "seconds", seconds, "0.0"),
        Figure.Count("usersPerSecond", "training\nusers/s", usersPerSecond),
    ];

    private static ResultRow Row(string method, ulong? seed, RankingEvaluation lists, int items, long bytes, long published, Figure[] more) => new()
    {
        Method = method,
        Seed = seed,
        Figures =
        [
            Figure.Quality("recall@20", "recall@20", lists.At(20).Recall),
            Figure.Quality("recall@50", "recall@50", lists.At(50).Recall),
            Figure.Quality("ndcg@100", "NDCG@100", lists.At(100).Ndcg),
            Figure.Quality("hr@10", "HR@10", lists.At(10).HitRate),
            Figure.Quality("ndcg@10", "NDCG@10", lists.At(10).Ndcg),
            Figure.Count("users", "users\nmeasured", lists.Users),
            Figure.Count("items", "items", items),
            Figure.Count("bytes", "embedding\nbytes", bytes),
            Figure.Count("publishedBytes", "bytes as\npublished", published),
            .. more,
        ],
    };

    private (InteractionMatrix Training, InteractionMatrix History, InteractionMatrix HeldOut) Matrices()
    {
        StudyParts<Dense8> parts = data.Parts<Dense8>();
        int item = parts.Training.Schema.Require(FeatureRole.Item, "EASE");
        Vocabulary items = Vocabulary.Build(parts.Training.Schema.Categoricals[item], parts.Training.Categoricals[item]);
        return (InteractionMatrix.From(parts.Training, items), InteractionMatrix.From(parts.History, items), InteractionMatrix.From(parts.HeldOut, items));
    }

    private (Ease Ease, Figure[] Figures) Fit(InteractionMatrix training)
    {
        Console.WriteLine($"ease, lambda {study.Lambda}:");
        long start = Stopwatch.GetTimestamp();
        Ease ease = Ease.Fit(training, study.Lambda);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return (ease, Training(seconds, training.Users / seconds, null, null));
    }
}
