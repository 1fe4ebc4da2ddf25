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
    private const int FirstAveraged = 12;
    private const float AveragedRate = 3e-4f;

    private static readonly RankingOptions s_lists = new() { Cutoffs = [10, 20, 100] };

    // The averages of plain tables that several methods start from, by model, seed and epoch.
    private readonly Dictionary<(Type Model, ulong Seed, int Epoch), StartVectors> _averages = [];

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

    /// <summary>
    /// For every epoch that is measured: averages plain tables over the epochs from the 12th to the one before, and trains a model that starts from the
    /// averages for one epoch with a lower rate. All methods of a run share the plain tables.
    /// </summary>
    /// <param name="parts">Parts of the quantiser that the averages are balanced for; null to leave them as they are.</param>
    /// <param name="forms">Names of the rows, and the formats that codebooks or tables are served in.</param>
    public IEnumerable<ResultRow> RunAveraged<TPlain, TModel>(int? parts, params (string Name, TableFormat Format)[] forms)
        where TPlain : Play, IEmbeddingModel<TPlain>, new()
        where TModel : Play, IEmbeddingModel<TModel>, new()
    {
        ImmutableArray<int> measured = Checkpoints(Options(study.Seed));
        if (measured.Min() <= FirstAveraged || measured.Max() > Options(study.Seed).Epochs + 1)
        {
            throw new InvalidOperationException(
                $"{forms[0].Name} averages tables from epoch {FirstAveraged} on, so it cannot be measured after {string.Join(", ", measured)} of {Options(study.Seed).Epochs} epochs; give --epochs of at least {FirstAveraged + 7}, or --checkpoints above {FirstAveraged}.");
        }

        DataSplit<TModel> data = Read<TModel>();
        for (int i = 0; i < study.Seeds; i++)
        {
            ulong seed = study.Seed + (ulong)i;
            List<RankingEvaluation>[] test = [.. forms.Select(_ => new List<RankingEvaluation>())], validation = [.. forms.Select(_ => new List<RankingEvaluation>())];
            TrainedModel<TModel>? last = null;
            foreach (int epoch in measured)
            {
                StartVectors average = Average<TPlain>(seed, epoch - 1);
                Console.WriteLine($"{forms[0].Name}, seed {seed}, epoch {epoch}:");
                TrainingOptions options = Options(seed) with { Epochs = 1, LearningRate = AveragedRate, Start = parts is { } count ? average.Balanced(count) : average };
                last = ModelTrainer.Train(data.Training, options, study.Cancellation);
                for (int f = 0; f < forms.Length; f++)
                {
                    Measure(forms[f].Name, epoch, last.Collapse().Quantize(forms[f].Format), data, validation[f], test[f]);
                }
            }

            for (int f = 0; f < forms.Length; f++)
            {
                yield return Row(forms[f].Name, seed, last!.Collapse().Quantize(forms[f].Format), last, validation[f], test[f], data.Test);
            }
        }
    }

    // The average of the tables at the ends of the epochs up to one.
    private StartVectors Average<TPlain>(ulong seed, int epoch)
        where TPlain : Play, IEmbeddingModel<TPlain>, new()
    {
        if (!_averages.ContainsKey((typeof(TPlain), seed, epoch)))
        {
            Console.WriteLine($"plain tables, seed {seed}:");
            List<StartVectors> ends = [];
            ModelTrainer.Train(Read<TPlain>().Training, Options(seed), Keep, study.Cancellation);

            void Keep(TrainedModel<TPlain> model)
            {
                if (model.History.Count >= FirstAveraged)
                {
                    ends.Add(StartVectors.From(model));
                    _averages[(typeof(TPlain), seed, model.History.Count)] = StartVectors.Mean([.. ends]);
                }
            }
        }

        return _averages[(typeof(TPlain), seed, epoch)];
    }

    private ImmutableArray<int> Checkpoints(TrainingOptions whole) => study.Checkpoints ?? [.. new[] { 6, 4, 2, 0 }.Select(back => whole.Epochs - back)];

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
        ImmutableArray<int> checkpoints = Checkpoints(whole);
        List<RankingEvaluation>[] test = [.. forms.Select(_ => new List<RankingEvaluation>())];
        List<RankingEvaluation>[] validation = [.. forms.Select(_ => new List<RankingEvaluation>())];
        TrainedModel<TModel> trained = ModelTrainer.Train(data.Training, options, AfterEpoch, study.Cancellation);
        return [.. forms.Select((form, f) => Row(form.Name, seed, form.Serve(trained), trained, validation[f], test[f], data.Test))];

        void AfterEpoch(TrainedModel<TModel> model)
        {
            for (int f = 0; f < forms.Length && checkpoints.Contains(epochsBefore + model.History.Count); f++)
            {
                Measure(forms[f].Name, epochsBefore + model.History.Count, forms[f].Serve(model), data, validation[f], test[f]);
            }
        }
    }

    private static void Measure<TModel>(string form, int epoch, CollapsedModel<TModel> served, DataSplit<TModel> data, List<RankingEvaluation> validation, List<RankingEvaluation> test)
        where TModel : Play, IEmbeddingModel<TModel>, new()
    {
        // The validation movie stays a candidate when the test movie is looked for.
        validation.Add(served.EvaluateRanking(data.Validation!, data.Training, s_lists));
        test.Add(served.EvaluateRanking(data.Test, data.Training, s_lists));
        Console.WriteLine($"  {form}, epoch {epoch}: HR@10 {test[^1].At(10).HitRate:0.0000}, validation {validation[^1].At(10).HitRate:0.0000}");
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
