using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// A trained model in its served form: for MLET the product E = T P (section 5 of the paper), for a quantised embedding its codes and
/// codebook, everything else as trained,
/// no optimiser state. It scores, measures itself, and leaves as a safetensors file, an ONNX file and an inference assembly.
/// </summary>
/// <typeparam name="TModel">The user's class.</typeparam>
public sealed class CollapsedModel<TModel>
    where TModel : class, IEmbeddingModel<TModel>
{
    private const int BlockExamples = 1024;

    private readonly Lazy<IPredictor<TModel>> _predictor;

    internal CollapsedModel(CollapsedWeights weights)
    {
        Weights = weights;
        _predictor = new Lazy<IPredictor<TModel>>(() => TModel.CreatePredictor(weights));
    }

    /// <summary>The content: tables, codes, dense parameters, vocabularies, scalings.</summary>
    public CollapsedWeights Weights { get; }

    /// <summary>Bytes of everything serving needs.</summary>
    public long Bytes => Weights.Bytes;

    /// <summary>Bytes of the embedding tables, codes, codebooks and factors alone, without vocabularies and towers.</summary>
    public long EmbeddingBytes
    {
        get
        {
            long bytes = 0;
            foreach (CollapsedTable table in Weights.Tables)
            {
                bytes += table.Bytes;
            }

            foreach (CollapsedCodes codes in Weights.Codes)
            {
                bytes += codes.Bytes;
            }

            foreach (CollapsedDense dense in Weights.Dense)
            {
                bytes += TModel.Schema.Tables.Any(t => t.Name == dense.Name) ? dense.Bytes : 0;
                foreach (DenseParameter parameter in TModel.Schema.Dense)
                {
                    bytes += parameter.Name == dense.Name && parameter.Group is ParameterGroup.Factor or ParameterGroup.Average ? dense.Bytes : 0;
                }
            }

            return bytes;
        }
    }

    /// <summary>How evenly each tier of each quantised embedding uses its centroids; empty without quantised embeddings.</summary>
    public IReadOnlyList<CodeUsage> CodeUsage =>
    [
        .. Weights.Codes.SelectMany(codes => codes.Tiers.Select((tier, t) =>
            new CodeUsage(TModel.Schema.Categoricals[codes.Feature].Name, t, tier.Rows, tier.Choices, codes.Perplexity(t)))),
    ];

    /// <summary>Reads a model that <see cref="Save"/> has written.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">The file is damaged, is something else, or holds another model or version.</exception>
    public static CollapsedModel<TModel> Load(string path) => new(CollapsedWeights.Load(path, TModel.Schema));

    /// <summary>Score of one example: a probability under binary cross-entropy, else the raw output.</summary>
    /// <exception cref="KeyNotFoundException">A value is unknown and its feature refuses unknown values.</exception>
    public float Predict(TModel example)
    {
        ArgumentNullException.ThrowIfNull(example);
        return _predictor.Value.Predict(example);
    }

    /// <summary>Scores of a data set, one per example, in order.</summary>
    /// <exception cref="UnknownKeyException">A value is unknown and its feature refuses unknown values.</exception>
    public float[] Score(DataSet<TModel> data) => Run(data, static (predictor, x, scores) => predictor.PredictIds(x.Numerics, x.Ids, x.Offsets, scores));

    /// <summary>Measures the collapsed model on labelled examples, by its own scores before they become probabilities.</summary>
    public Evaluation Evaluate(DataSet<TModel> data) => Evaluation.From(
        Run(data, static (predictor, x, scores) => predictor.ScoreIds(x.Numerics, x.Ids, x.Offsets, scores)), data.Labels, TModel.Schema.Loss, Frequencies(data));

    /// <summary>
    /// Measures the lists of items that the served form ranks for users, by the codes and rounded values it serves: all items of the
    /// catalogue but those of the user's history. A query is a user's first held-out example, whose inputs other than the item are used.
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
        RankingTask<TModel> task = RankingTask<TModel>.Create(heldOut, history, Weights.Vocabularies, options);
        using WorkerTeam team = new(TrainingOptions.CountThreads(options.Threads));
        bool isSeparated = _predictor.Value.VectorWidth > 0;
        ServedProgram? served = isSeparated ? null : TModel.ServedCuda;
        if (DeviceChoice.Open(options.Device, isSeparated || served is not null ? null : DeviceChoice.WithoutCuda, out _) is { } device)
        {
            if (served is not null)
            {
                return Ranking.Evaluate(task, options, device, new ModelDeviceScorer(served.Decode(Weights), served.Program, task.Queries, team));
            }

            SeparatedVectors<TModel> vectors = new(Weights, _predictor.Value, task.Queries);
            return Ranking.Evaluate(task, options, device, new UnitRowsDeviceScorer(vectors.Items(), vectors.Queries));
        }

        return Ranking.Evaluate(task, options, team, CreateScorer(task.Queries, team.Size));
    }

    /// <summary>
    /// The items with the highest scores for a query, best first, equal scores in the order of ids; fewer when the catalogue holds no more.
    /// </summary>
    /// <param name="query">An example whose inputs other than the item are used.</param>
    /// <param name="count">Items wanted, at least 1.</param>
    /// <param name="history">Pairs known before: those of the query's user are not recommended. Null (default) excludes nothing.</param>
    /// <exception cref="InvalidOperationException">The model has no [User] or no [Item].</exception>
    /// <exception cref="UnknownKeyException">A value is unknown and its feature refuses unknown values.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of items is below 1.</exception>
    public ImmutableArray<Recommendation> Recommend(TModel query, int count, DataSet<TModel>? history = null) =>
        Recommend(RecommendationQuery<TModel>.Of(query, count, history, Weights.Vocabularies));

    /// <summary>The items with the highest scores for a user with a text key; for models without inputs beside the user and the item.</summary>
    /// <param name="user">Key of the user.</param>
    /// <param name="count">Items wanted, at least 1.</param>
    /// <param name="history">Pairs known before: those of the user are not recommended. Null (default) excludes nothing.</param>
    /// <exception cref="InvalidOperationException">The model has no [User] or no [Item], or other inputs.</exception>
    /// <exception cref="UnknownKeyException">The user is unknown and the feature refuses unknown values.</exception>
    /// <exception cref="ArgumentException">The keys of users are integers, or the number of items is below 1.</exception>
    public ImmutableArray<Recommendation> Recommend(string user, int count, DataSet<TModel>? history = null) =>
        Recommend(RecommendationQuery<TModel>.Of(user, 0, count, history, Weights.Vocabularies));

    /// <summary>The items with the highest scores for a user with an integer key; for models without inputs beside the user and the item.</summary>
    /// <param name="user">Key of the user.</param>
    /// <param name="count">Items wanted, at least 1.</param>
    /// <param name="history">Pairs known before: those of the user are not recommended. Null (default) excludes nothing.</param>
    /// <exception cref="InvalidOperationException">The model has no [User] or no [Item], or other inputs.</exception>
    /// <exception cref="UnknownKeyException">The user is unknown and the feature refuses unknown values.</exception>
    /// <exception cref="ArgumentException">The keys of users are text, or the number of items is below 1.</exception>
    public ImmutableArray<Recommendation> Recommend(long user, int count, DataSet<TModel>? history = null) =>
        Recommend(RecommendationQuery<TModel>.Of(null, user, count, history, Weights.Vocabularies));

    /// <summary>The model with its tables in signed bytes, one scale per row: <see cref="TableFormat.Int8PerRow"/> for all features.</summary>
    /// <inheritdoc cref="CollapsedWeights.Quantize" path="/exception"/>
    public CollapsedModel<TModel> Quantize() => Quantize(TableFormat.Int8PerRow);

    /// <inheritdoc cref="CollapsedWeights.Quantize"/>
    public CollapsedModel<TModel> Quantize(TableFormat format, params ReadOnlySpan<string> features) => new(Weights.Quantize(format, features));

    /// <summary>Writes a safetensors file. Returns its length in bytes.</summary>
    /// <exception cref="ArtifactWriteException">The file cannot be written; what was there before is unchanged.</exception>
    public long Save(string path) => Weights.Save(path);

    /// <summary>
    /// Writes an ONNX file of standard operators, vocabularies included, and runs it once beside this model where ONNX Runtime is found.
    /// </summary>
    /// <exception cref="ArtifactWriteException">The file cannot be written; what was there before is unchanged.</exception>
    /// <exception cref="ArtifactMismatchException">The file was run and scores differently from this model.</exception>
    public ArtifactReport SaveOnnx(string path)
    {
        var onnx = new OnnxModelBuilder(TModel.Schema.Name);
        TModel.BuildOnnx(onnx, Weights);
        long bytes = onnx.Save(path);
        if (!OnnxRuntimeLibrary.TryLoad(out string whyNot))
        {
            return new ArtifactReport(path, bytes, null, whyNot);
        }

        DataSet<TModel> probes = Probes.Create<TModel>(Weights);
        return Verified(path, bytes, Score(probes), ScoreOnnx(path, probes));
    }

    /// <summary>Scores of an ONNX file of this model over a data set.</summary>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime is not found, or refuses the file or an input.</exception>
    public float[] ScoreOnnx(string path, DataSet<TModel> data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return OnnxScorer.Score(path, data, Weights.Vocabularies);
    }

    /// <summary>
    /// Writes an ONNX file of standard operators that ranks the catalogue: in go the inputs of one query without the item, "exclude", the
    /// keys of items that are left out, and "count", the number of items wanted; out come "items", their keys, and "scores", best first,
    /// equal scores in the order of ids. It is run beside this model where ONNX Runtime is found.
    /// </summary>
    /// <exception cref="InvalidOperationException">The model has no [Item].</exception>
    /// <exception cref="ArtifactWriteException">The file cannot be written; what was there before is unchanged.</exception>
    /// <exception cref="ArtifactMismatchException">The file was run and scores differently from this model.</exception>
    public ArtifactReport SaveOnnxRecommender(string path)
    {
        int item = TModel.Schema.Require(FeatureRole.Item, "A file that recommends");
        var onnx = new OnnxModelBuilder(TModel.Schema.Name);
        onnx.RankCatalogue(TModel.Schema.Categoricals[item], Weights.Vocabularies[item]);
        TModel.BuildOnnx(onnx, Weights);
        long bytes = onnx.Save(path);
        if (!OnnxRuntimeLibrary.TryLoad(out string whyNot))
        {
            return new ArtifactReport(path, bytes, null, whyNot);
        }

        const int Queries = 8, Length = 10;
        DataSet<TModel> probes = Probes.Create<TModel>(Weights);
        using OnnxSession session = OnnxSession.Load(path);
        List<float> expected = [], actual = [];
        for (int i = 0; i < Queries; i++)
        {
            RecommendationQuery<TModel> query = RecommendationQuery<TModel>.Of(probes.Select([i]), Length, null, Weights.Vocabularies);
            expected.AddRange(Recommend(query).Select(r => r.Score));
            actual.AddRange(OnnxRecommender.Run(session, query.Example, query.Excluded, query.Count, Weights.Vocabularies).Select(r => r.Score));
        }

        return Verified(path, bytes, [.. expected], [.. actual]);
    }

    /// <summary>The list that an ONNX file of <see cref="SaveOnnxRecommender"/> gives for a query; see <see cref="Recommend(TModel, int, DataSet{TModel})"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="query">An example whose inputs other than the item are used.</param>
    /// <param name="count">Items wanted, at least 1.</param>
    /// <param name="history">Pairs known before: those of the query's user are not recommended. Null (default) excludes nothing.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime is not found, or refuses the file or an input.</exception>
    public ImmutableArray<Recommendation> RecommendOnnx(string path, TModel query, int count, DataSet<TModel>? history = null)
    {
        RecommendationQuery<TModel> checkedQuery = RecommendationQuery<TModel>.Of(query, count, history, Weights.Vocabularies);
        using OnnxSession session = OnnxSession.Load(path);
        return OnnxRecommender.Run(session, checkedQuery.Example, checkedQuery.Excluded, count, Weights.Vocabularies);
    }

    /// <summary>
    /// Compiles the stand-alone inference assembly, weights inside, and compares it with this model. It references the framework only;
    /// its one public class is named after the model, with Predict for one example and for columns.
    /// </summary>
    /// <exception cref="ArtifactWriteException">The file cannot be written; what was there before is unchanged.</exception>
    /// <exception cref="ArtifactMismatchException">The assembly scores differently from this model.</exception>
    public ArtifactReport SaveAssembly(string path)
    {
        long bytes = AssemblyCompiler.Compile(path, TModel.InferenceSource, [("weights", WeightsImage.Resource(CollapsedFile.Describe(Weights), Weights.Vocabularies))]);
        DataSet<TModel> probes = Probes.Create<TModel>(Weights);
        return Verified(path, bytes, Score(probes), ScoreAssembly(path, probes));
    }

    /// <summary>Scores of an inference assembly of this model over a data set, through its public column call.</summary>
    public static float[] ScoreAssembly(string path, DataSet<TModel> data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return AssemblyScorer.Score(path, data);
    }

    /// <summary>Measures scores that an artefact gave for a data set.</summary>
    /// <param name="data">The examples.</param>
    /// <param name="scores">One score per example, as <see cref="Score"/>, <see cref="ScoreOnnx"/> or <see cref="ScoreAssembly"/> return them.</param>
    public Evaluation Evaluate(DataSet<TModel> data, float[] scores) =>
        Evaluation.FromPredictions(scores, data.Labels, TModel.Schema.Loss, Frequencies(data));

    private IQueryScorer CreateScorer(DataSet<TModel> queries, int lanes) => _predictor.Value.VectorWidth > 0
        ? new SeparatedQueryScorer<TModel>(Weights, _predictor.Value, queries, lanes)
        : new CollapsedQueryScorer<TModel>(Weights, _predictor.Value, queries, lanes);

    private ImmutableArray<Recommendation> Recommend(RecommendationQuery<TModel> query)
    {
        int item = TModel.Schema.Require(FeatureRole.Item, "");
        ExampleIds.Reader reader = new ExampleIds(query.Example, Weights.Vocabularies, placeholder: item).CreateReader();
        reader.Read(0);
        float[] scores = new float[query.Count];
        int[] items = new int[query.Count];
        int count = _predictor.Value.RecommendIds(reader.Numerics, reader.Ids, reader.Offsets, query.Excluded, items, scores);
        return RecommendationQuery<TModel>.List(Weights.Vocabularies[item], items.AsSpan(0, count), scores);
    }

    private double[] Frequencies(DataSet<TModel> data) => ValueFrequencies.Compute(data.Count, data.Categoricals, Weights.Vocabularies);

    private delegate void ScoreCall(IPredictor<TModel> predictor, ExampleIds.Reader examples, Span<float> scores);

    private float[] Run(DataSet<TModel> data, ScoreCall score)
    {
        ArgumentNullException.ThrowIfNull(data);
        var ids = new ExampleIds(data, Weights.Vocabularies);
        IPredictor<TModel> predictor = _predictor.Value;
        float[] scores = new float[data.Count];
        Parallel.For(0, (data.Count + BlockExamples - 1) / BlockExamples, block =>
        {
            int first = block * BlockExamples, count = Math.Min(BlockExamples, data.Count - first);
            ExampleIds.Reader reader = ids.CreateReader();
            reader.Read(first, count);
            score(predictor, reader, scores.AsSpan(first, count));
        });
        return scores;
    }

    private static ArtifactReport Verified(string path, long bytes, float[] expected, float[] actual)
    {
        // Sums of floats in another order: a few units in the last place of the largest term.
        const float Tolerance = 1e-5f;
        float difference = MaxDifference(expected, actual, out float scale);
        return difference <= Tolerance * Math.Max(1, scale)
            ? new ArtifactReport(path, bytes, difference, null)
            : throw new ArtifactMismatchException(path, difference, Tolerance * Math.Max(1, scale));
    }

    private static float MaxDifference(float[] expected, float[] actual, out float scale)
    {
        (float difference, scale) = (expected.Length == actual.Length ? 0 : float.PositiveInfinity, 0);
        for (int i = 0; i < int.Min(expected.Length, actual.Length); i++)
        {
            float d = Math.Abs(expected[i] - actual[i]);
            difference = float.IsNaN(d) ? float.PositiveInfinity : Math.Max(difference, d);
            scale = Math.Max(scale, Math.Abs(expected[i]));
        }

        return difference;
    }
}
