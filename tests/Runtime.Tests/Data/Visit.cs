using System;
using ModelGen.Compiled;

namespace ModelGen.Runtime.Tests.Data;

/// <summary>A model written by hand: only its schema and <see cref="Append"/> matter to the data layer.</summary>
internal sealed class Visit : IEmbeddingModel<Visit>
{
    public bool Clicked { get; init; }

    public float Age { get; init; }

    public string? City { get; init; }

    public long Item { get; init; }

    public string?[] Tags { get; init; } = [];

    public int[] History { get; init; } = [];

    public static ModelSchema Schema { get; } = Schemas.Create(
        Loss.BinaryCrossEntropy,
        [new NumericFeature("Age", "age_years", Transform.None)],
        [
            Schemas.Feature("City"),
            Schemas.Feature("Item", KeyKind.Integer),
            Schemas.Feature("Tags", isBag: true),
            Schemas.Feature("History", KeyKind.Integer, isBag: true) with { Separator = ' ' },
        ]) with { LabelColumn = "Clicked" };

    public static void Append(Visit example, DataSetBuilder builder)
    {
        builder.AddLabel(example.Clicked);
        builder.AddNumeric(0, example.Age);
        builder.AddKey(0, example.City);
        builder.AddKey(1, example.Item);
        builder.BeginBag(2);
        foreach (string? tag in example.Tags)
        {
            builder.AddToBag(2, tag);
        }

        builder.EndBag(2);
        builder.BeginBag(3);
        foreach (int item in example.History)
        {
            builder.AddToBag(3, item);
        }

        builder.EndBag(3);
        builder.EndExample();
    }

    public static string InferenceSource => throw Unused();

    public static void Embed(StepContext step, int feature, int first, int end) => throw Unused();

    public static double TrainTile(StepContext step, Lane lane, int firstExample, int examples, bool accumulate) => throw Unused();

    public static void ScoreTile(StepContext step, Lane lane, int firstExample, int examples, Span<float> scores) => throw Unused();

    public static void UpdateRows(StepContext step, int feature, int chunk) => throw Unused();

    public static void UpdateSharedRows(StepContext step, int table, int first, int end) => throw Unused();

    public static void UpdateTowers(StepContext step, int parameter, int firstRow, int endRow) => throw Unused();

    public static void UpdateFactors(StepContext step, int feature) => throw Unused();

    public static CollapsedWeights Collapse(ModelState state) => throw Unused();

    public static IPredictor<Visit> CreatePredictor(CollapsedWeights weights) => throw Unused();

    public static void BuildOnnx(OnnxModelBuilder onnx, CollapsedWeights weights) => throw Unused();

    private static InvalidOperationException Unused() => new("The data layer does not train.");
}
