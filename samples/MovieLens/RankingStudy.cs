using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Threading;
using ModelGen.Compiled;
using ModelGen.Samples;

namespace ModelGen.MovieLens;

/// <summary>
/// Item recommendation: users and movies with at least five ratings, a user's last movie to find, the one before for validation, four
/// negatives per play. A served form is measured after each of several epochs and the mean is reported, because single epochs differ
/// by more than methods do.
/// </summary>
internal sealed class RankingStudy(IReadOnlyList<Rating> ratings, StudyOptions study)
{
    private static readonly RankingOptions s_lists = new() { Cutoffs = [10, 20, 100] };

    /// <summary>Trains one model and measures its served forms.</summary>
    /// <param name="method">Name of the method.</param>
    /// <param name="formats">Formats to round the tables to after training, with the names of these rows; none for the trained values alone.</param>
    public IEnumerable<ResultRow> Run<TModel>(string method, params (string Name, TableFormat Format)[] formats)
        where TModel : Play, IEmbeddingModel<TModel>, new()
    {
        DataSplit<TModel> data = Read<TModel>();
        (string Name, Func<TrainedModel<TModel>, CollapsedModel<TModel>> Serve)[] forms =
        [
            (method, trained => trained.Collapse()),
            .. formats.Select(f => (f.Name, (Func<TrainedModel<TModel>, CollapsedModel<TModel>>)(trained => trained.Collapse().Quantize(f.Format)))),
        ];
        for (int i = 0; i < study.Seeds; i++)
        {
            foreach (ResultRow row in Train(study.Seed + (ulong)i, Options(study.Seed + (ulong)i), 0, data, forms))
            {
                yield return row;
            }
        }
    }

    /// <summary>
    /// Trains plain tables for the first epochs, starts quantised ones from them and trains these for the rest. The codebooks are served
    /// in 16-bit floats.
    /// </summary>
    /// <param name="method">Name of the method.</param>
    /// <param name="plainEpochs">Epochs of the plain tables, which count in the number of epochs.</param>
    public IEnumerable<ResultRow> RunWarm<TPlain, TModel>(string method, int plainEpochs)
        where TPlain : Play, IEmbeddingModel<TPlain>, new()
        where TModel : Play, IEmbeddingModel<TModel>, new()
    {
        DataSplit<TPlain> plain = Read<TPlain>();
        DataSplit<TModel> data = Read<TModel>();
        for (int i = 0; i < study.Seeds; i++)
        {
            ulong seed = study.Seed + (ulong)i;
            Console.WriteLine($"{method}, seed {seed}, plain tables:");
            TrainedModel<TPlain> start = ModelTrainer.Train(plain.Training, Options(seed) with { Epochs = plainEpochs }, study.Cancellation);
            TrainingOptions options = Options(seed) with { Start = StartVectors.From(start) };
            foreach (ResultRow row in Train(seed, options, plainEpochs, data, [(method, trained => trained.Collapse().Quantize(TableFormat.Float16))]))
            {
                yield return row;
            }
        }
    }

    private TrainingOptions Options(ulong seed) =>
        new() { Epochs = study.Epochs ?? 20, BatchSize = 1024, Seed = seed, Threads = study.Threads, Progress = new ConsoleProgress() };

    private DataSplit<TModel> Read<TModel>()
        where TModel : Play, IEmbeddingModel<TModel>, new() => DataSet<TModel>
            .FromExamples(ratings.Select(r => new TModel { User = r.User, Movie = r.Movie, Time = r.Time })).Core(5).SplitLeaveOneOut();

    private List<ResultRow> Train<TModel>(ulong seed, TrainingOptions whole, int epochsBefore, DataSplit<TModel> data, (string Name, Func<TrainedModel<TModel>, CollapsedModel<TModel>> Serve)[] forms)
        where TModel : Play, IEmbeddingModel<TModel>, new()
    {
        Console.WriteLine($"{forms[0].Name}, seed {seed}:");
        TrainingOptions options = whole with { Epochs = whole.Epochs - epochsBefore };
        ImmutableArray<int> checkpoints = study.Checkpoints ?? [.. new[] { 6, 4, 2, 0 }.Select(back => whole.Epochs - back)];
        List<RankingEvaluation>[] test = [.. forms.Select(_ => new List<RankingEvaluation>())];
        List<RankingEvaluation>[] validation = [.. forms.Select(_ => new List<RankingEvaluation>())];
        TrainedModel<TModel> trained = ModelTrainer.Train(data.Training, options, Measure, study.Cancellation);
        return [.. forms.Select((form, f) => Row(form.Name, seed, form.Serve(trained), trained, validation[f], test[f], data.Test))];

        void Measure(TrainedModel<TModel> model)
        {
            for (int f = 0; f < forms.Length && checkpoints.Contains(epochsBefore + model.History.Count); f++)
            {
                // The validation movie stays a candidate when the test movie is looked for.
                CollapsedModel<TModel> served = forms[f].Serve(model);
                validation[f].Add(served.EvaluateRanking(data.Validation!, data.Training, s_lists));
                test[f].Add(served.EvaluateRanking(data.Test, data.Training, s_lists));
                Console.WriteLine($"  {forms[f].Name}, epoch {epochsBefore + model.History.Count}: HR@10 {test[f][^1].At(10).HitRate:0.0000}, validation {validation[f][^1].At(10).HitRate:0.0000}");
            }
        }
    }

    private ResultRow Row<TModel>(
        string method, ulong seed, CollapsedModel<TModel> model, TrainedModel<TModel> trained, List<RankingEvaluation> validation, List<RankingEvaluation> test, DataSet<TModel> pairs)
        where TModel : Play, IEmbeddingModel<TModel>, new()
    {
        string name = Path.Combine(study.Output, method, TModel.Schema.Name);
        ServedDifferences served = ServedDifferences.Export(model, pairs, name);
        return new ResultRow
        {
            Method = method,
            Seed = seed,
            OnnxNotRun = served.OnnxNotRun,
            Figures =
            [
                Figure.Quality("hr@10", "HR@10", Mean(test, e => e.At(10).HitRate)),
                Figure.Quality("ndcg@10", "NDCG@10", Mean(test, e => e.At(10).Ndcg)),
                Figure.Quality("recall@20", "recall@20", Mean(test, e => e.At(20).Recall)),
                Figure.Quality("ndcg@100", "NDCG@100", Mean(test, e => e.At(100).Ndcg)),
                Figure.Quality("validationHr@10", "validation\nHR@10", Mean(validation, e => e.At(10).HitRate)),
                Figure.Count("epochs", "epochs\naveraged", test.Count),
                Figure.Quality("loss", "last\nloss", trained.History[^1].Loss),
                Figure.Count("bytes", "embedding\nbytes", model.EmbeddingBytes),
                Figure.Count("allBytes", "all\nbytes", model.Bytes),
                Figure.Count("samplesPerSecond", "training\nsamples/s", trained.History.Average(e => e.ExamplesPerSecond)),
                .. served.Figures,
            ],
        };
    }

    private static double? Mean(List<RankingEvaluation> evaluations, Func<RankingEvaluation, double> figure) =>
        evaluations.Count == 0 ? null : evaluations.Average(figure);
}
