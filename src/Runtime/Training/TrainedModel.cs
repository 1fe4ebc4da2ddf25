using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>A trained model in the form it was trained in, before it is collapsed to its served form.</summary>
/// <typeparam name="TModel">The user's class.</typeparam>
public sealed class TrainedModel<TModel>
    where TModel : class, IEmbeddingModel<TModel>
{
    internal TrainedModel(ModelState state, IReadOnlyList<EpochResult> history, int bestEpoch)
    {
        State = state;
        History = history;
        BestEpoch = bestEpoch;
    }

    /// <summary>Parameters, vocabularies and numeric scalings. Optimiser state is there after training, not after loading.</summary>
    public ModelState State { get; }

    /// <summary>Results of the epochs, in order.</summary>
    public IReadOnlyList<EpochResult> History { get; }

    /// <summary>Number of the epoch with the best validation result, 1 for the first; 0 without validation. <see cref="State"/> holds its parameters unless KeepBest was off.</summary>
    public int BestEpoch { get; }

    /// <summary>Scores examples: probabilities under binary cross-entropy, else raw values; one per example, in order.</summary>
    /// <param name="data">Examples of the model.</param>
    /// <param name="threads">Threads, 1 to 1,024; 0 uses all cores. The scores do not depend on it.</param>
    public float[] Score(DataSet<TModel> data, int threads = 0)
    {
        float[] scores = RawScores(data, threads);
        ToProbabilities(scores);
        return scores;
    }

    /// <summary>Measures the model on labelled examples, rare and popular tenths included.</summary>
    /// <param name="data">Examples of the model.</param>
    /// <param name="threads">Threads, 1 to 1,024; 0 uses all cores. The result does not depend on it.</param>
    public Evaluation Evaluate(DataSet<TModel> data, int threads = 0) => Evaluation.From(
        RawScores(data, threads), data.Labels, State.Schema.Loss, ValueFrequencies.Compute(data.Count, data.Categoricals, State.Vocabularies));

    /// <summary>
    /// Measures the lists of items that the model ranks for users: all items of the catalogue but those of the user's history. A query is
    /// a user's first held-out example, whose inputs other than the item are used.
    /// </summary>
    /// <param name="heldOut">Pairs that the lists should hold.</param>
    /// <param name="history">Pairs known before, whose items are no candidates for their users; normally the training data.</param>
    /// <param name="options">Lengths of the lists and further settings; null for the defaults.</param>
    /// <exception cref="InvalidOperationException">The model has no [User] or no [Item].</exception>
    /// <exception cref="DataSetException">No user can be measured.</exception>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    /// <exception cref="DeviceException">The device asked for cannot be used.</exception>
    public RankingEvaluation EvaluateRanking(DataSet<TModel> heldOut, DataSet<TModel> history, RankingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(history);
        options ??= new RankingOptions();
        options.Check();
        RankingTask<TModel> task = RankingTask<TModel>.Create(heldOut, history, State.Vocabularies, options);
        using WorkerTeam team = new(TrainingOptions.CountThreads(options.Threads));
        if (DeviceChoice.Open(options.Device, TModel.Cuda is null ? DeviceChoice.WithoutCuda : null, out _) is { } device)
        {
            return Ranking.Evaluate(task, options, device, new ModelDeviceScorer(State, TModel.Cuda!, task.Queries, team));
        }

        return Ranking.Evaluate(task, options, team, new TrainedQueryScorer<TModel>(State, task.Queries, team));
    }

    /// <summary>
    /// The items with the highest scores for a query, best first, equal scores in the order of ids; fewer when the catalogue holds no more.
    /// The items are embedded for every call; to serve many, collapse the model.
    /// </summary>
    /// <param name="query">An example whose inputs other than the item are used.</param>
    /// <param name="count">Items wanted, at least 1.</param>
    /// <param name="history">Pairs known before: those of the query's user are not recommended. Null (default) excludes nothing.</param>
    /// <exception cref="InvalidOperationException">The model has no [User] or no [Item].</exception>
    /// <exception cref="UnknownKeyException">A value is unknown and its feature refuses unknown values.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of items is below 1.</exception>
    public ImmutableArray<Recommendation> Recommend(TModel query, int count, DataSet<TModel>? history = null) =>
        Recommend(RecommendationQuery<TModel>.Of(query, count, history, State.Vocabularies));

    /// <summary>The items with the highest scores for a user with a text key; for models without inputs beside the user and the item.</summary>
    /// <param name="user">Key of the user.</param>
    /// <param name="count">Items wanted, at least 1.</param>
    /// <param name="history">Pairs known before: those of the user are not recommended. Null (default) excludes nothing.</param>
    /// <exception cref="InvalidOperationException">The model has no [User] or no [Item], or other inputs.</exception>
    /// <exception cref="UnknownKeyException">The user is unknown and the feature refuses unknown values.</exception>
    /// <exception cref="ArgumentException">The keys of users are integers, or the number of items is below 1.</exception>
    public ImmutableArray<Recommendation> Recommend(string user, int count, DataSet<TModel>? history = null) =>
        Recommend(RecommendationQuery<TModel>.Of(user, 0, count, history, State.Vocabularies));

    /// <summary>The items with the highest scores for a user with an integer key; for models without inputs beside the user and the item.</summary>
    /// <param name="user">Key of the user.</param>
    /// <param name="count">Items wanted, at least 1.</param>
    /// <param name="history">Pairs known before: those of the user are not recommended. Null (default) excludes nothing.</param>
    /// <exception cref="InvalidOperationException">The model has no [User] or no [Item], or other inputs.</exception>
    /// <exception cref="UnknownKeyException">The user is unknown and the feature refuses unknown values.</exception>
    /// <exception cref="ArgumentException">The keys of users are text, or the number of items is below 1.</exception>
    public ImmutableArray<Recommendation> Recommend(long user, int count, DataSet<TModel>? history = null) =>
        Recommend(RecommendationQuery<TModel>.Of(null, user, count, history, State.Vocabularies));

    /// <summary>The served form: multi-layer embeddings multiplied out in double precision, quantised ones as codes and codebook, everything else as it is. The trained model stays usable.</summary>
    public CollapsedModel<TModel> Collapse() => new(TModel.Collapse(State));

    /// <summary>Writes parameters, vocabularies, scalings and history to a safetensors file, without optimiser state; see <see cref="Load"/>.</summary>
    /// <exception cref="ArtifactWriteException">The file cannot be written; a file that was there before is unchanged.</exception>
    public void SaveCheckpoint(string path) => CheckpointWriter.WriteModel(path, State, BestEpoch, History);

    /// <summary>
    /// Reads a model from a file of <see cref="SaveCheckpoint"/>, or from a training checkpoint, of which the parameters of the
    /// best epoch are taken when it holds them.
    /// </summary>
    /// <exception cref="System.IO.FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">The file is damaged, no checkpoint, of another version or of another model.</exception>
    public static TrainedModel<TModel> Load(string path)
    {
        using CheckpointReader reader = CheckpointReader.Open(path, TModel.Schema);
        ImmutableArray<Vocabulary> vocabularies = reader.ReadVocabularies();
        ModelState state = ParameterFactory.Allocate(TModel.Schema, vocabularies, reader.ReadScalings(), optimizerState: false);
        reader.ReadParameters(state, best: reader.HasBest);
        return new TrainedModel<TModel>(state, reader.ReadHistory(), reader.Number<int>("bestEpoch"));
    }

    private ImmutableArray<Recommendation> Recommend(RecommendationQuery<TModel> query)
    {
        using WorkerTeam team = new(1);
        TrainedQueryScorer<TModel> scorer = new(State, query.Example, team);
        float[] scores = new float[scorer.Items], best = new float[query.Count];
        int[] items = new int[query.Count];
        scorer.Prepare(0, 1);
        scorer.Score(0, 0, 1, scores);
        int count = TopItems.Find(scores, query.Excluded, items, best);
        ToProbabilities(best);
        return RecommendationQuery<TModel>.List(State.Vocabularies[TModel.Schema.Require(FeatureRole.Item, "")], items.AsSpan(0, count), best);
    }

    private void ToProbabilities(float[] scores)
    {
        for (int i = 0; i < scores.Length && State.Schema.Loss == Loss.BinaryCrossEntropy; i++)
        {
            scores[i] = (float)LogisticLoss.Probability(scores[i]);
        }
    }

    private float[] RawScores(DataSet<TModel> data, int threads)
    {
        using WorkerTeam team = new(TrainingOptions.CountThreads(threads));
        return new Scorer<TModel>(State, data, team).Score();
    }
}
