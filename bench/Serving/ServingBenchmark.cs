using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using ModelGen.Compiled;
using ModelGen.Samples;

namespace ModelGen.Bench;

/// <summary>
/// The inference assembly beside ONNX Runtime on the file of the same collapsed model. The peer's inputs are prepared before the clock starts,
/// texts included, and its outputs are not copied; ours begins with the typed keys and ends with the scores.
/// </summary>
internal static class ServingBenchmark
{
    private const int Batch = 1024;

    private static readonly HashSet<MethodInfo> s_warm = [];

    private delegate float ClickCall(float age, ReadOnlySpan<char> user, int app, ReadOnlySpan<string> genres);

    private delegate void ClickColumns(ReadOnlySpan<float> age, ReadOnlySpan<string> user, ReadOnlySpan<int> app, ReadOnlySpan<string[]> genres, Span<float> scores);

    private delegate int RecommendIdsCall(ReadOnlySpan<float> numerics, ReadOnlySpan<int> ids, ReadOnlySpan<int> offsets, ReadOnlySpan<int> excluded, Span<int> items, Span<float> scores);

    private delegate int RecommendCall(ReadOnlySpan<int> history, Span<int> items, Span<float> scores);

    /// <summary>The rows.</summary>
    public static RowGroup Group { get; } = new("serving",
    [
        new("click_single", (options, _) => ClickSingle(options)),
        new("click_batch", (options, _) => ClickBatch(options)),
        new("dlrm_single", (options, _) => DlrmSingle(options)),
        new("dlrm_batch_one_thread", (options, limits) => DlrmBatch("dlrm_batch_one_thread", options with { Threads = 1 }, limits)),
        new("dlrm_batch", (options, limits) => DlrmBatch("dlrm_batch", options, limits)),
        new("sparse_top100_dense64", (options, _) => SparseTop("sparse_top100_dense64", () => CatalogueData.Narrow, options)),
        new("sparse_top100_dense256", (options, _) => SparseTop("sparse_top100_dense256", () => CatalogueData.Wide, options)),
        new("codes_top100", (options, _) => CodesTop(options)),
        new("cold_start_tables", (options, _) => ColdStart.Measure("cold_start_tables", Exports.Assembly(Exports.Dlrm), options)),
        new("cold_start_texts", (options, _) => ColdStart.Measure("cold_start_texts", Exports.Assembly(Exports.Keyed), options)),
    ]);

    private static BenchmarkRow ClickSingle(BenchmarkOptions options)
    {
        AppClick[] examples = Clicks(64);
        ClickCall call = Exports.Bind<ClickCall>(Exports.Assembly(Exports.Click), "Predict");
        using OnnxSession session = OnnxSession.Load(Exports.Onnx(Exports.Click));
        OnnxSession.PreparedRun[] runs = [.. examples.Select(e => session.Prepare(Inputs([e]), [session.Outputs[0]]))];
        return new Comparison("click_single", "us", 10)
        {
            LowerIsBetter = true,
            Ours = _ => 1e6 * Seconds(i => call(examples[i & 63].Age, examples[i & 63].User, examples[i & 63].App, examples[i & 63].Genres)),
            PeerHere = () => 1e6 * Seconds(i => runs[i & 63].Execute()),
        }.Measure(options);
    }

    private static BenchmarkRow ClickBatch(BenchmarkOptions options)
    {
        AppClick[] examples = Clicks(Batch);
        ClickColumns call = Exports.Bind<ClickColumns>(Exports.Assembly(Exports.Click), "Predict");
        float[] age = [.. examples.Select(e => e.Age)], scores = new float[Batch];
        string[] user = [.. examples.Select(e => e.User)];
        int[] app = [.. examples.Select(e => e.App)];
        string[][] genres = [.. examples.Select(e => e.Genres)];
        using OnnxSession session = OnnxSession.Load(Exports.Onnx(Exports.Click));
        using OnnxSession.PreparedRun run = session.Prepare(Inputs(examples), [session.Outputs[0]]);
        return new Comparison("click_batch", "examples/s", 2)
        {
            Ours = _ => Batch / Seconds(_ => call(age, user, app, genres, scores)),
            PeerHere = () => Batch / Seconds(_ => run.Execute()),
        }.Measure(options with { Threads = 1 });
    }

    private static BenchmarkRow DlrmSingle(BenchmarkOptions options)
    {
        var examples = new DlrmExamples(64);
        DlrmExamples.Call call = Exports.Bind<DlrmExamples.Call>(Exports.Assembly(Exports.Dlrm), "Predict");
        using OnnxSession session = OnnxSession.Load(Exports.Onnx(Exports.Dlrm));
        OnnxSession.PreparedRun[] runs = [.. Enumerable.Range(0, 64).Select(i => session.Prepare(examples.Inputs(i, 1), [session.Outputs[0]]))];
        return new Comparison("dlrm_single", "us", 2)
        {
            LowerIsBetter = true,
            Ours = _ => 1e6 * Seconds(i => examples.Run(call, i & 63)),
            PeerHere = () => 1e6 * Seconds(i => runs[i & 63].Execute()),
        }.Measure(options);
    }

    // On several threads the peer shares every operation among its own; ours calls the predictor with a part of the columns on each.
    private static BenchmarkRow DlrmBatch(string name, BenchmarkOptions options, Limits limits)
    {
        var examples = new DlrmExamples(Batch);
        DlrmExamples.ColumnsCall call = Exports.Bind<DlrmExamples.ColumnsCall>(Exports.Assembly(Exports.Dlrm), "Predict");
        float[] scores = new float[Batch];
        bool[] waits = options.Threads == 1 ? [false] : [false, true];
        OnnxSession[] sessions = [.. waits.Select(spinning => OnnxSession.Load(Exports.Onnx(Exports.Dlrm), options.Threads, spinning))];
        OnnxSession.PreparedRun[] runs = [.. sessions.Select(s => s.Prepare(examples.Inputs(0, Batch), [s.Outputs[0]]))];
        const double Flops = 2.0 * ((13 * 512) + (512 * 256) + (256 * 64) + (64 * 16) + (367 * 512) + (512 * 256) + 256);
        return new Comparison(name, "examples/s", 1.2)
        {
            Ours = threads => Batch / Seconds(_ =>
            {
                if (threads == 1)
                {
                    examples.Run(call, 0, Batch, scores);
                }
                else
                {
                    Parallel.For(0, threads, t => examples.Run(call, t * Batch / threads, ((t + 1) * Batch / threads) - (t * Batch / threads), scores));
                }
            }),
            PeerHere = () => runs.Max(run => Batch / Seconds(_ => run.Execute())),
            OfLimit = figure => figure * Flops / 1e9 / limits.FmaGigaflops / options.Threads * Environment.ProcessorCount,
        }.Measure(options);
    }

    private static BenchmarkRow SparseTop<TDense>(string name, Func<CollapsedRetriever<TDense>> dense, BenchmarkOptions options)
        where TDense : class, IAutoencoder<TDense>
    {
        int[][] histories = CatalogueData.Ask();
        int[] items = new int[100];
        float[] scores = new float[100];
        RecommendCall call = Exports.Bind<RecommendCall>(Exports.Assembly(CatalogueData.Sparse), "Recommend");
        RecommendCall peer = (history, best, values) => dense().Recommend(history, best, values);
        return new Comparison(name, "ms", 10)
        {
            LowerIsBetter = true,
            Ours = _ => 1e3 * Seconds(i => call(histories[i % histories.Length], items, scores)),
            PeerHere = () => 1e3 * Seconds(i => peer(histories[i % histories.Length], items, scores)),
        }.Measure(options with { Threads = 1 });
    }

    // The peer is our own ranking of the same model in floats, four times the bytes.
    private static BenchmarkRow CodesTop(BenchmarkOptions options)
    {
        int[] items = new int[100], offsets = [0, 1, 2];
        float[] scores = new float[100];
        RecommendIdsCall call = Exports.Bind<RecommendIdsCall>(Exports.Assembly(Exports.Coded), "RecommendIds");
        RecommendIdsCall floats = Exports.Bind<RecommendIdsCall>(Exports.Assembly(Exports.Floats), "RecommendIds");
        return new Comparison("codes_top100", "ms", 1)
        {
            LowerIsBetter = true,
            Ours = _ => 1e3 * Seconds(i => call([], [i % 1000, 0], offsets, [], items, scores)),
            PeerHere = () => 1e3 * Seconds(i => floats([], [i % 1000, 0], offsets, [], items, scores)),
        }.Measure(options with { Threads = 1 });
    }

    /// <summary>Seconds per call, over about a third of a second; the first time after the just-in-time compiler has had time to finish.</summary>
    private static double Seconds(Action<int> call)
    {
        if (s_warm.Add(call.Method))
        {
            for (int round = 0; round < 5; round++)
            {
                Seconds(call);
                Thread.Sleep(200);
            }
        }

        int calls = 0;
        long start = Stopwatch.GetTimestamp();
        TimeSpan passed;
        do
        {
            for (int batch = Math.Max(1, calls / 16); batch > 0; batch--)
            {
                call(calls++);
            }

            passed = Stopwatch.GetElapsedTime(start);
        }
        while (passed.TotalSeconds < 0.3);

        return passed.TotalSeconds / calls;
    }

    private static AppClick[] Clicks(int count)
    {
        var random = new Random(2);
        return [.. Enumerable.Range(0, count).Select(i => new AppClick
        {
            Age = random.Next(18, 70),
            User = $"user-{random.Next(20_000)}",
            App = random.Next(5_000),
            Genres = [.. Enumerable.Range(0, 1 + (i % 3)).Select(_ => $"genre-{random.Next(24)}")],
        })];
    }

    private static List<OnnxTensor> Inputs(AppClick[] examples)
    {
        var data = AppClick.From(examples);
        var inputs = new List<OnnxTensor> { OnnxTensor.From(data.Schema.Numerics[0].Name, data.Numerics[0], examples.Length) };
        for (int f = 0; f < data.Categoricals.Length; f++)
        {
            OnnxScorer.AddFeature(inputs, data.Schema.Categoricals[f], data.Categoricals[f], 0, examples.Length);
        }

        return inputs;
    }
}
