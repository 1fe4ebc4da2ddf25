using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen.Bench;

/// <summary>
/// Clustered embeddings on all ratings at once beside the peer program: 6,040 x 3,706, 800,000 ratings, rank 64, 50 clusters of items. A
/// split and a reassignment are what an epoch with one takes longer than an epoch without, so taking the ratings together anew counts
/// as theirs.
/// </summary>
internal static class CelBenchmark
{
    private const int Users = 6040;
    private const int Items = 3706;
    private const int Ratings = 800_000;
    private const int Epochs = 30;
    private const int WarmEpochs = 10;

    /// <summary>The rows.</summary>
    public static RowGroup Group { get; } = new("cel",
    [
        new("cel_epoch", (options, _) => Measure<CelResting>("cel_epoch", "epoch_ms", 25, options, (epoch, _) => epoch)),
        new("cel_split", (options, _) => Measure<CelSplitting>("cel_split", "split_ms", 25, options, (epoch, resting) => epoch - resting)),
        new("cel_reassign", (options, _) => Measure<CelMoving>("cel_reassign", "reassign_ms", 10, options, (epoch, resting) => epoch - resting)),
    ]);

    private static BenchmarkRow Measure<TModel>(string name, string field, double goal, BenchmarkOptions options, Func<double, double, double> figure)
        where TModel : CelRating, IEmbeddingModel<TModel>, new()
    {
        DataSet<TModel> data = Data<TModel>();
        DataSet<CelResting> resting = Data<CelResting>();
        return new Comparison(name, "ms", goal)
        {
            Ours = threads => figure(EpochMilliseconds(data, threads), EpochMilliseconds(resting, threads)),
            Peer = folder => PeerProgram.Best(folder, "cel_torch.py", [], field, lowerIsBetter: true),
            LowerIsBetter = true,
            OneThread = true,
        }.Measure(options);
    }

    // The first epochs, in which code is still being compiled, are not looked at.
    private static double EpochMilliseconds<TModel>(DataSet<TModel> data, int threads)
        where TModel : CelRating, IEmbeddingModel<TModel>, new() =>
        1e3 * Statistics.Median([.. ModelTrainer.Train(data, new TrainingOptions { FullBatch = true, Epochs = Epochs, Threads = threads }).History.Skip(WarmEpochs).Select(e => e.Seconds)]);

    // The distribution of the peer: uniform users and stars, item 3,706 u^2 for uniform u.
    private static DataSet<TModel> Data<TModel>()
        where TModel : CelRating, IEmbeddingModel<TModel>, new()
    {
        var random = new Random(1);
        Action<TModel, int> setItem = typeof(TModel).GetProperty("Item")!.GetSetMethod()!.CreateDelegate<Action<TModel, int>>();
        List<TModel> ratings = [];
        for (int i = 0; i < Ratings; i++)
        {
            TModel rating = new() { User = random.Next(Users), Stars = random.Next(1, 6) };
            setItem(rating, int.Min((int)(Items * Math.Pow(random.NextDouble(), 2)), Items - 1));
            ratings.Add(rating);
        }

        return DataSet<TModel>.FromExamples(ratings);
    }
}
