using System;
using System.Collections.Concurrent;
using ModelGen.Compiled;

namespace ModelGen.Tests;

/// <summary>A model that computes nothing but records which work it is asked to do, with two features, shared rows, factors and a tower.</summary>
internal sealed class RecordingModel : Example, IEmbeddingModel<RecordingModel>
{
    /// <summary>Calls of the run whose working state is the key.</summary>
    public static readonly ConcurrentDictionary<ModelState, ConcurrentQueue<Call>> Calls = new();

    public static ModelSchema Schema { get; } = TestSchemas.Schema(
        [TestSchemas.Feature("A", 4), TestSchemas.Feature("B", 4, factorOffset: 20_480, factorFloats: 64)],
        [
            new TableParameter("A.Remainder", 0, RowIndex.Remainder, 200, 4, ParameterGroup.Table, Initialization.Normal, 1),
            new TableParameter("B.T", 1, RowIndex.Identity, 0, 4, ParameterGroup.Table, Initialization.Normal, 1),
        ],
        [
            new DenseParameter("W", 300, 64, 0, 64, 300, -1, 0, ParameterGroup.Tower, Initialization.Normal, 1),
            new DenseParameter("b", 1, 64, 19_200, 64, 1, -1, 0, ParameterGroup.Tower, Initialization.Zero, 0),
            new DenseParameter("B.P", 4, 4, 20_480, 16, 4, -1, 0, ParameterGroup.Factor, Initialization.Normal, 1),
        ],
        denseFloats: 20_544,
        factorOffset: 20_480);

    public static string InferenceSource => throw new InvalidOperationException("The training tests do not come here.");

    public static void Append(RecordingModel example, DataSetBuilder builder) => AppendTo(builder, example);

    public static void Embed(StepContext step, int feature, int first, int end) => Record(step, new Call("Embed", feature, first, end));

    public static double TrainTile(StepContext step, Lane lane, int firstExample, int examples, bool accumulate)
    {
        Record(step, new Call("TrainTile", Array.IndexOf(step.Lanes, lane), firstExample, firstExample + examples, accumulate));
        return examples;
    }

    public static void ScoreTile(StepContext step, Lane lane, int firstExample, int examples, Span<float> scores) => scores.Clear();

    public static void UpdateRows(StepContext step, int feature, int chunk) => Record(step, new Call("UpdateRows", feature, chunk, chunk + 1));

    public static void UpdateSharedRows(StepContext step, int table, int first, int end) => Record(step, new Call("UpdateSharedRows", table, first, end));

    public static void UpdateTowers(StepContext step, int parameter, int firstRow, int endRow) => Record(step, new Call("UpdateTowers", parameter, firstRow, endRow));

    public static void UpdateFactors(StepContext step, int feature) => Record(step, new Call("UpdateFactors", feature, 0, 1));

    public static CollapsedWeights Collapse(ModelState state) => throw new InvalidOperationException("The training tests do not come here.");

    public static IPredictor<RecordingModel> CreatePredictor(CollapsedWeights weights) => throw new InvalidOperationException("The training tests do not come here.");

    public static void BuildOnnx(OnnxModelBuilder onnx, CollapsedWeights weights) => throw new InvalidOperationException("The training tests do not come here.");

    private static void Record(StepContext step, Call call) => Calls.GetOrAdd(step.State, _ => []).Enqueue(call with { Batch = step.Batch });

    /// <summary>One call.</summary>
    internal sealed record Call(string Work, int Of, int First, int End, bool Accumulate = false)
    {
        public Batch? Batch { get; init; }
    }
}
