using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ModelGen.Compiled;
using ModelGen.Samples;

namespace ModelGen.MovieLens;

/// <summary>
/// Rating prediction on the split of the reference results: a row trains when NumPy's default_rng(42) draws below 0.8 for it, the others
/// are predicted. A movie without a training rating is predicted as the mean over all movies. Cold movies are the fifth of all movies
/// with the fewest training ratings.
/// </summary>
internal sealed class RatingStudy
{
    private readonly StudyOptions _study;
    private readonly List<Rating> _training = [];
    private readonly List<Rating> _test = [];
    private readonly int[] _trainedMovies;
    private readonly HashSet<int> _cold;

    /// <summary>Divides the ratings.</summary>
    public RatingStudy(IReadOnlyList<Rating> ratings, StudyOptions study)
    {
        _study = study;
        NumpyRandom random = new(42);
        foreach (Rating rating in ratings)
        {
            (random.NextDouble() < 0.8 ? _training : _test).Add(rating);
        }

        if (study.Tune)
        {
            // The rows of the training part that the reference results were tuned on.
            NumpyRandom tuning = new(43);
            List<Rating>[] parts = [[], []];
            _training.ForEach(rating => parts[tuning.NextDouble() < 0.9 ? 0 : 1].Add(rating));
            (_training, _test) = (parts[0], parts[1]);
        }

        Dictionary<int, int> counts = _training.CountBy(r => r.Movie).ToDictionary();
        int[] movies = [.. ratings.Select(r => r.Movie).Distinct().Order()];
        _trainedMovies = [.. movies.Where(counts.ContainsKey)];
        _cold = [.. movies.OrderBy(m => counts.GetValueOrDefault(m)).Take(movies.Length / 5)];
    }

    /// <summary>Makes an example of a model.</summary>
    public delegate TModel Example<TModel>(Rating rating);

    /// <summary>Trains one model per seed and measures it.</summary>
    /// <param name="method">Name of the method.</param>
    /// <param name="example">Makes an example.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="epochs">Epochs; of a full-batch run, steps.</param>
    /// <param name="fullBatch">Whether a step takes all ratings at once, instead of 8,192 at a rate that falls to zero.</param>
    /// <param name="forms">Formats that the tables of users and movies are rounded to as well, with the endings of their names.</param>
    public IEnumerable<ResultRow> Run<TModel>(string method, Example<TModel> example, float rate, int epochs, bool fullBatch, params (string Name, TableFormat Format)[] forms)
        where TModel : class, IEmbeddingModel<TModel>
    {
        DataSet<TModel> training = DataSet<TModel>.FromExamples(_training.Select(r => example(r)));
        for (int i = 0; i < _study.Seeds; i++)
        {
            ulong seed = _study.Seed + (ulong)i;
            Console.WriteLine($"{method}, seed {seed}:");
            TrainingOptions options = new() { Epochs = _study.Epochs ?? epochs, LearningRate = rate, Seed = seed, Threads = _study.Threads };
            options = fullBatch
                ? options with { FullBatch = true, Progress = new EveryNth(new ConsoleProgress(), 100) }
                : options with { BatchSize = 8192, RateDecay = RateDecay.Linear, Progress = new EveryNth(new ConsoleProgress(), 8) };
            TrainedModel<TModel> trained = ModelTrainer.Train(training, options, _study.Cancellation);
            CollapsedModel<TModel> served = trained.Collapse();
            yield return Row(method, seed, trained, served, example);
            foreach ((string name, TableFormat format) in forms)
            {
                yield return Row($"{method}-{name}", seed, trained, served.Quantize(format, "User", "Movie"), example);
            }
        }
    }

    private ResultRow Row<TModel>(string method, ulong seed, TrainedModel<TModel> trained, CollapsedModel<TModel> model, Example<TModel> example)
        where TModel : class, IEmbeddingModel<TModel>
    {
        ServedDifferences served = ServedDifferences.Export(model, DataSet<TModel>.FromExamples(_test.Select(r => example(r))), Path.Combine(_study.Output, method, TModel.Schema.Name));
        double all = 0, cold = 0, clipped = 0;
        int coldRows = 0;
        HashSet<int> known = [.. _trainedMovies];
        for (int i = 0; i < _test.Count; i++)
        {
            Rating rating = _test[i];
            double prediction = known.Contains(rating.Movie)
                ? served.Scores[i]
                : model.Score(DataSet<TModel>.FromExamples(_trainedMovies.Select(movie => example(rating with { Movie = movie })))).Average(score => (double)score);
            double error = prediction - rating.Stars, limited = Math.Clamp(prediction, 1, 5) - rating.Stars;
            all += error * error;
            clipped += limited * limited;
            if (_cold.Contains(rating.Movie))
            {
                cold += error * error;
                coldRows++;
            }
        }

        double seconds = trained.History.Sum(e => e.Seconds);
        return new ResultRow
        {
            Method = method,
            Seed = seed,
            OnnxNotRun = served.OnnxNotRun,
            Figures =
            [
                Figure.Quality("mse", "MSE", all / _test.Count),
                Figure.Quality("mseCold", "MSE\ncold movies", coldRows == 0 ? null : cold / coldRows),
                Figure.Quality("mseClipped", "MSE, clipped\nto 1..5", clipped / _test.Count),
                Figure.Count("bytes", "embedding\nbytes", model.EmbeddingBytes),
                Figure.Count("allBytes", "all\nbytes", model.Bytes),
                Figure.Count("epochs", "epochs", trained.History.Count),
                new Figure("seconds", "training\nseconds", seconds, "0.0"),
                .. served.Figures,
            ],
        };
    }

    /// <summary>Passes on the last report of every few epochs.</summary>
    private sealed class EveryNth(IProgress<TrainingProgress> inner, int epochs) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Kind == TrainingProgressKind.EpochEnd && (value.Epoch % epochs == 0 || value.Epoch == value.Epochs))
            {
                inner.Report(value);
            }
        }
    }
}
