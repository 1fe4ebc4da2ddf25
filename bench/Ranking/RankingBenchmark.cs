using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen.Bench;

/// <summary>A user who has watched a movie, in plain tables.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 1e-3f), Full(Dimension = 64)]
public sealed partial class RankingGmf
{
    /// <summary>Number of the user.</summary>
    [User]
    public int User { get; set; }

    /// <summary>Number of the item.</summary>
    [Item]
    public int Item { get; set; }
}

/// <summary>A user who has watched a movie, half of every vector in a product and half in a tower, whose scores are no product.</summary>
[EmbeddingModel, NeuMf(Hidden = [64, 32, 16]), Adam(LearningRate = 1e-3f), Full(Dimension = 64)]
public sealed partial class RankingNeuMf
{
    /// <summary>Number of the user.</summary>
    [User]
    public int User { get; set; }

    /// <summary>Number of the item.</summary>
    [Item]
    public int Item { get; set; }
}

/// <summary>A user who has watched a movie, dense rows of an autoencoder.</summary>
[EmbeddingModel, Elsa, Full(Dimension = 256)]
public sealed partial class RankingElsa
{
    /// <summary>Number of the user.</summary>
    [User]
    public int User { get; set; }

    /// <summary>Number of the item.</summary>
    [Item]
    public int Item { get; set; }
}

/// <summary>
/// Measuring the lists of all users over the whole catalogue beside one training epoch of the same model, on random pairs of the size of
/// MovieLens 1M (6,040 users, 3,706 items, about a million pairs, one more per user to find), lists of up to 100.
/// </summary>
internal static class RankingBenchmark
{
    private const int Users = 6040;
    private const int Items = 3706;
    private const int MeanHistory = 165;

    /// <summary>The rows.</summary>
    public static RowGroup Group { get; } = new("ranking",
    [
        new("ranking_gmf", (options, _) => Pairs("ranking_gmf", (user, item) => new RankingGmf { User = user, Item = item }, options)),
        new("ranking_neumf", (options, _) => Pairs("ranking_neumf", (user, item) => new RankingNeuMf { User = user, Item = item }, options)),
        new("ranking_elsa", (options, _) => Elsa(options)),
    ]);

    private static BenchmarkRow Pairs<TModel>(string name, Func<int, int, TModel> pair, BenchmarkOptions options)
        where TModel : class, IEmbeddingModel<TModel>
    {
        (DataSet<TModel> history, DataSet<TModel> heldOut) = Data(pair);
        TrainedModel<TModel> model = ModelTrainer.Train(history, new TrainingOptions { Threads = options.Threads });
        return Beside(name, options, threads => model.EvaluateRanking(heldOut, history, Lists(threads)).At(100),
            () => ModelTrainer.Train(history, new TrainingOptions { Threads = options.Threads }).History[0].Seconds);
    }

    private static BenchmarkRow Elsa(BenchmarkOptions options)
    {
        (DataSet<RankingElsa> history, DataSet<RankingElsa> heldOut) = Data((user, item) => new RankingElsa { User = user, Item = item });
        RetrievalOptions training = new() { Epochs = 1, Threads = options.Threads };
        TrainedRetriever<RankingElsa> model = RetrievalTrainer.Train(history, training);
        return Beside("ranking_elsa", options, threads => model.EvaluateRanking(heldOut, history, Lists(threads)).At(100),
            () => RetrievalTrainer.Train(history, training).History[0].Seconds);
    }

    // Our figure is the evaluation, the other one the epoch.
    private static BenchmarkRow Beside(string name, BenchmarkOptions options, Func<int, RankingAt> evaluate, Func<double> epochSeconds) => new Comparison(name, "ms", 1)
    {
        Ours = threads =>
        {
            long start = Stopwatch.GetTimestamp();
            evaluate(threads);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        },
        PeerHere = () => 1e3 * epochSeconds(),
        LowerIsBetter = true,
        OneThread = true,
    }.Measure(options);

    private static RankingOptions Lists(int threads) => new() { Cutoffs = [10, 100], Threads = threads };

    private static (DataSet<TModel> History, DataSet<TModel> HeldOut) Data<TModel>(Func<int, int, TModel> pair)
        where TModel : class, IModel<TModel>
    {
        var random = new Random(1);
        List<TModel> history = [], heldOut = [];
        for (int user = 0; user < Users; user++)
        {
            HashSet<int> items = [];
            int length = 20 + random.Next(2 * (MeanHistory - 20));
            while (items.Count < length + 1)
            {
                items.Add((int)(Items * Math.Pow(random.NextDouble(), 2)));
            }

            history.AddRange(items.Skip(1).Select(item => pair(user, item)));
            heldOut.Add(pair(user, items.First()));
        }

        return (DataSet<TModel>.FromExamples(history), DataSet<TModel>.FromExamples(heldOut));
    }
}
