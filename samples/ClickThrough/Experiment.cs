using System;
using System.Collections.Generic;
using System.Threading;
using ModelGen.Compiled;
using ModelGen.Samples;

namespace ModelGen.ClickThrough;

/// <summary>The comparison on one data set.</summary>
internal abstract class Experiment
{
    /// <summary>The comparison on a data set of the given name.</summary>
    public static Experiment Create(string dataset) => dataset switch
    {
        "frappe" => new Experiment<FrappeSingle, FrappeMlet>(
            folder => (ClickSplits<FrappeSingle>.ReadFrappe(folder), ClickSplits<FrappeMlet>.ReadFrappe(folder)),
            new TrainingOptions { BatchSize = 512, Epochs = 6, Patience = 1 }, matchedRate: 0.03f),
        "kdd12" => new Experiment<Kdd12Single, Kdd12Mlet>(
            folder => (ClickSplits<Kdd12Single>.ReadKdd12(folder), ClickSplits<Kdd12Mlet>.ReadKdd12(folder)),
            new TrainingOptions { BatchSize = 128, Epochs = 4, Patience = 1 }, matchedRate: 0.01f),
        "ml-1m" => new Experiment<MovieLensSingle, MovieLensMlet>(
            folder =>
            {
                MovieLensRatings ratings = MovieLensRatings.Read(folder);
                return (ratings.Splits<MovieLensSingle>(), ratings.Splits<MovieLensMlet>());
            },
            new TrainingOptions { BatchSize = 2048, Epochs = 2, Patience = 1 }, matchedRate: 0.03f),
        _ => throw new ArgumentOutOfRangeException(nameof(dataset), dataset, "There is no such data set."),
    };

    /// <summary>Reads the data.</summary>
    /// <param name="folder">Folder of the data set.</param>
    public abstract void Load(string folder);

    /// <summary>Trains, collapses, exports and measures every method.</summary>
    /// <param name="seed">Seed of all training runs.</param>
    /// <param name="output">Folder that receives the artefacts.</param>
    /// <param name="token">Stops the training under way.</param>
    public abstract IReadOnlyList<ResultRow> Run(ulong seed, string output, CancellationToken token);
}

/// <inheritdoc cref="Experiment"/>
/// <param name="read">Reads the data for both model classes.</param>
/// <param name="options">Batch size and epochs of the data set.</param>
/// <param name="matchedRate">Base rate of the matched run, whose tables learn four times as fast.</param>
internal sealed class Experiment<TSingle, TMlet>(Func<string, (ClickSplits<TSingle>, ClickSplits<TMlet>)> read, TrainingOptions options, float matchedRate) : Experiment
    where TSingle : class, IEmbeddingModel<TSingle>
    where TMlet : class, IEmbeddingModel<TMlet>
{
    // k sigma^2, by which the product T P learns faster than a plain table (MLET with k = 64 and sigma = 0.25).
    private const float Multiplier = 4;

    private (ClickSplits<TSingle> Single, ClickSplits<TMlet> Mlet)? _data;

    public override void Load(string folder) => _data = read(folder);

    public override IReadOnlyList<ResultRow> Run(ulong seed, string output, CancellationToken token)
    {
        (ClickSplits<TSingle> plain, ClickSplits<TMlet> factored) = _data ?? throw new InvalidOperationException("The data have not been read.");
        TrainingOptions common = options with { Seed = seed, Progress = new ConsoleProgress() };
        List<ResultRow> rows = [];
        Train("single", plain, common);
        Train("single-matched", plain, common with { LearningRate = matchedRate, TableLearningRate = Multiplier * matchedRate });
        (TrainedModel<TMlet> trained, CollapsedModel<TMlet> mlet) = Train("mlet", factored, common);
        Measure("mlet-int8", mlet.Quantize(), trained, factored);
        return rows;

        (TrainedModel<TModel>, CollapsedModel<TModel>) Train<TModel>(string method, ClickSplits<TModel> data, TrainingOptions settings)
            where TModel : class, IEmbeddingModel<TModel>
        {
            Console.WriteLine($"{method}:");
            TrainedModel<TModel> trained = ModelTrainer.Train(data.Train, settings with { Validation = data.Validation }, token);
            CollapsedModel<TModel> collapsed = trained.Collapse();
            Measure(method, collapsed, trained, data);
            return (trained, collapsed);
        }

        void Measure<TModel>(string method, CollapsedModel<TModel> model, TrainedModel<TModel> trained, ClickSplits<TModel> data)
            where TModel : class, IEmbeddingModel<TModel> =>
            rows.Add(ServedForm.Measure(method, seed, model, trained.History, trained.BestEpoch, data.Train.Count, data.Test, output));
    }
}
