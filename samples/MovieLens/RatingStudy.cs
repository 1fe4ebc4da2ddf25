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
    private readonly int[] _movies;
    private readonly int[] _shuffled;

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
        _movies = [.. ratings.Select(r => r.Movie).Distinct().Order()];
        _trainedMovies = [.. _movies.Where(counts.ContainsKey)];
        _cold = [.. _movies.OrderBy(m => counts.GetValueOrDefault(m)).Take(_movies.Length / 5)];
        NumpyRandom shuffle = new((uint)study.Seed);
        _shuffled = [.. Enumerable.Range(0, _movies.Length).OrderBy(_ => shuffle.NextDouble())];
    }

    /// <summary>Makes an example of a model.</summary>
    public delegate TModel Example<TModel>(Rating rating);

    /// <summary>Place of a movie in a list of all movies that the first seed shuffles.</summary>
    public int ShuffledPlaceOf(int movie) => _shuffled[Array.BinarySearch(_movies, movie)];

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
        DataSet<TModel> training = Training(example);
        for (int i = 0; i < _study.Seeds; i++)
        {
            ulong seed = _study.Seed + (ulong)i;
            Console.WriteLine($"{method}, seed {seed}:");
            TrainedModel<TModel> trained = ModelTrainer.Train(training, Options(seed, rate, _study.Epochs ?? epochs, fullBatch), _study.Cancellation);
            CollapsedModel<TModel> served = trained.Collapse();
            yield return Row(method, seed, trained, served, example);
            foreach ((string name, TableFormat format) in forms)
            {
                yield return Row($"{method}-{name}", seed, trained, served.Quantize(format, "User", "Movie"), example);
            }
        }
    }

    /// <summary>Trains plain tables per seed, and from them a model on all ratings at once; measures the latter.</summary>
    /// <param name="method">Name of the method.</param>
    /// <param name="plainExample">Makes an example of the plain model.</param>
    /// <param name="plainRate">Its learning rate.</param>
    /// <param name="plainEpochs">Its epochs.</param>
    /// <param name="example">Makes an example.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="steps">Full-batch steps.</param>
    public IEnumerable<ResultRow> RunWarm<TPlain, TModel>(string method, Example<TPlain> plainExample, float plainRate, int plainEpochs, Example<TModel> example, float rate, int steps)
        where TPlain : class, IEmbeddingModel<TPlain>
        where TModel : class, IEmbeddingModel<TModel>
    {
        for (int i = 0; i < _study.Seeds; i++)
        {
            ulong seed = _study.Seed + (ulong)i;
            Console.WriteLine($"{method}, seed {seed}, plain tables:");
            TrainedModel<TPlain> plain = ModelTrainer.Train(Training(plainExample), Options(seed, plainRate, plainEpochs, fullBatch: false), _study.Cancellation);
            Console.WriteLine($"{method}, seed {seed}:");
            TrainingOptions options = Options(seed, rate, _study.Epochs ?? steps, fullBatch: true) with { Start = StartVectors.From(plain) };
            TrainedModel<TModel> trained = ModelTrainer.Train(Training(example), options, _study.Cancellation);
            yield return Row(method, seed, trained, trained.Collapse(), example);
        }
    }

    /// <summary>Measures the mean with a bias per user and movie, no vectors: the least that a model has to beat.</summary>
    /// <param name="method">Name of the method.</param>
    /// <param name="lambda">Ratings of the mean that every bias is given beforehand.</param>
    public IEnumerable<ResultRow> RunBiases(string method, double lambda)
    {
        RatingBiases biases = new(_training, lambda);
        yield return new ResultRow
        {
            Method = method,
            Seed = null,
            Figures = [.. Errors(i => biases.Predict(_test[i])), Figure.Count("bytes", "embedding\nbytes", biases.Bytes), Figure.Count("allBytes", "all\nbytes", biases.Bytes)],
        };
    }

    private DataSet<TModel> Training<TModel>(Example<TModel> example)
        where TModel : class, IEmbeddingModel<TModel> => DataSet<TModel>.FromExamples(_training.Select(r => example(r)));

    private TrainingOptions Options(ulong seed, float rate, int epochs, bool fullBatch)
    {
        TrainingOptions options = new() { Epochs = epochs, LearningRate = rate, Seed = seed, Threads = _study.Threads };
        return fullBatch
            ? options with { FullBatch = true, Progress = new EveryNth(new ConsoleProgress(), 100) }
            : options with { BatchSize = 8192, RateDecay = RateDecay.Linear, Progress = new EveryNth(new ConsoleProgress(), 8) };
    }

    private ResultRow Row<TModel>(string method, ulong seed, TrainedModel<TModel> trained, CollapsedModel<TModel> model, Example<TModel> example)
        where TModel : class, IEmbeddingModel<TModel>
    {
        ServedDifferences served = ServedDifferences.Export(model, DataSet<TModel>.FromExamples(_test.Select(r => example(r))), Path.Combine(_study.Output, method, TModel.Schema.Name));
        HashSet<int> known = [.. _trainedMovies];
        Figure[] errors = Errors(i => known.Contains(_test[i].Movie)
            ? served.Scores[i]
            : model.Score(DataSet<TModel>.FromExamples(_trainedMovies.Select(movie => example(_test[i] with { Movie = movie })))).Average(score => (double)score));
        return new ResultRow
        {
            Method = method,
            Seed = seed,
            OnnxNotRun = served.OnnxNotRun,
            Figures =
            [
                .. errors,
                Figure.Count("bytes", "embedding\nbytes", model.EmbeddingBytes),
                Figure.Count("allBytes", "all\nbytes", model.Bytes),
                Figure.Count("epochs", "epochs", trained.History.Count),
                new Figure("seconds", "training\nseconds", trained.History.Sum(e => e.Seconds), "0.0"),
                .. served.Figures,
            ],
        };
    }

    // Squared errors of the predictions of the test ratings.
    private Figure[] Errors(Func<int, double> prediction)
    {
        double all = 0, cold = 0, clipped = 0;
        int coldRows = 0;
        for (int i = 0; i < _test.Count; i++)
        {
            double predicted = prediction(i), error = predicted - _test[i].Stars, limited = Math.Clamp(predicted, 1, 5) - _test[i].Stars;
            all += error * error;
            clipped += limited * limited;
            if (_cold.Contains(_test[i].Movie))
            {
                cold += error * error;
                coldRows++;
            }
        }

        return
        [
            Figure.Quality("mse", "MSE", all / _test.Count),
            Figure.Quality("mseCold", "MSE\ncold movies", coldRows == 0 ? null : cold / coldRows),
            Figure.Quality("mseClipped", "MSE, clipped\nto 1..5", clipped / _test.Count),
        ];
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
