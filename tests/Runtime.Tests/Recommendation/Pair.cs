using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Compiled;
using ModelGen.Runtime.Tests.Data;

namespace ModelGen.Runtime.Tests.Recommendation;

/// <summary>A user met an item at some time: only the schema and <see cref="Append"/> matter to splits and samplers.</summary>
internal sealed class Pair : IEmbeddingModel<Pair>
{
    public long User { get; init; }

    public long Item { get; init; }

    public long Time { get; init; }

    public static ModelSchema Schema { get; } = Schemas.Create(
        Loss.BinaryCrossEntropy,
        [],
        [
            Schemas.Feature("User", KeyKind.Integer) with { Role = FeatureRole.User },
            Schemas.Feature("Item", KeyKind.Integer, OutOfVocabulary.Zero) with { Role = FeatureRole.Item },
        ]) with { Name = "Pair", LabelColumn = null, Timestamp = new TimestampFeature("Time", "Time", TimestampKind.Integer) };

    public static string InferenceSource => throw Unused();

    public static DataSet<Pair> Data(params (long User, long Item, long Time)[] pairs) =>
        DataSet<Pair>.FromExamples(pairs.Select(p => new Pair { User = p.User, Item = p.Item, Time = p.Time }));

    /// <summary>The keys of a data set's rows.</summary>
    public static List<(long User, long Item)> Rows(DataSet<Pair> data) =>
        [.. Enumerable.Range(0, data.Count).Select(i => (data.Categoricals[0].IntegerKeys[data.Categoricals[0].Codes[i]], data.Categoricals[1].IntegerKeys[data.Categoricals[1].Codes[i]]))];

    public static void Append(Pair example, DataSetBuilder builder)
    {
        builder.AddTimestamp(example.Time);
        builder.AddKey(0, example.User);
        builder.AddKey(1, example.Item);
        builder.EndExample();
    }

    public static void Embed(StepContext step, int feature, int first, int end) => throw Unused();

    public static double TrainTile(StepContext step, Lane lane, int firstExample, int examples, bool accumulate) => throw Unused();

    public static void ScoreTile(StepContext step, Lane lane, int firstExample, int examples, Span<float> scores) => throw Unused();

    public static void UpdateRows(StepContext step, int feature, int chunk) => throw Unused();

    public static void UpdateSharedRows(StepContext step, int table, int first, int end) => throw Unused();

    public static void UpdateTowers(StepContext step, int parameter, int firstRow, int endRow) => throw Unused();

    public static void UpdateFactors(StepContext step, int feature) => throw Unused();

    public static CollapsedWeights Collapse(ModelState state) => throw Unused();

    public static IPredictor<Pair> CreatePredictor(CollapsedWeights weights) => throw Unused();

    public static void BuildOnnx(OnnxModelBuilder onnx, CollapsedWeights weights) => throw Unused();

    private static InvalidOperationException Unused() => new("These tests do not train.");
}
