using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Threading;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Serving;

/// <summary>A call of the inference assembly takes nothing from the managed heap.</summary>
[TestClass]
[DoNotParallelize]
public sealed class AllocationTests
{
    private delegate float MixedCall(float age, float visits, float hour, ReadOnlySpan<char> user, int app, ReadOnlySpan<string> genres);

    private delegate void ColumnsCall(
        ReadOnlySpan<float> age, ReadOnlySpan<float> visits, ReadOnlySpan<float> hour, ReadOnlySpan<string> user, ReadOnlySpan<int> app, ReadOnlySpan<string[]> genres, Span<float> scores);

    private delegate float SingleCall(int user, int item);

    [TestMethod]
    public void Single_values_and_bags_are_scored_without_an_allocation()
    {
        using TemporaryFolder folder = new();
        using InferenceAssembly assembly = Export<DlrmMixed>(folder["Mixed.dll"]);
        var call = assembly.Type.GetMethod("Predict", Parameters<MixedCall>())!.CreateDelegate<MixedCall>(assembly.Predictor);
        string[] genres = ["key-1", "key-2", "key-1", "never seen"];
        Assert.AreEqual(0, BytesOf(() => call(30, 2, 12, "key-4", 3, genres)));
        Assert.AreEqual(0, BytesOf(() => call(30, 2, 12, "somebody else", 3, default)), "unknown value, empty bag");
    }

    [TestMethod]
    public void Columns_are_scored_without_an_allocation()
    {
        using TemporaryFolder folder = new();
        using InferenceAssembly assembly = Export<DlrmMixed>(folder["Columns.dll"]);
        var call = assembly.Type.GetMethod("Predict", Parameters<ColumnsCall>())!.CreateDelegate<ColumnsCall>(assembly.Predictor);
        float[] values = [.. Enumerable.Range(0, 70).Select(i => (float)i)], scores = new float[70];
        string[] users = [.. Enumerable.Range(0, 70).Select(i => $"key-{i}")];
        int[] apps = [.. Enumerable.Range(0, 70).Select(i => i % 5)];
        string[][] genres = [.. Enumerable.Range(0, 70).Select(i => i % 3 == 0 ? [] : new[] { "key-1", $"key-{i}" })];
        Assert.AreEqual(0, BytesOf(() =>
        {
            call(values, values, values, users, apps, genres, scores);
            return scores[69];
        }));
    }

    [TestMethod]
    public void Integers_are_scored_without_an_allocation()
    {
        using TemporaryFolder folder = new();
        using InferenceAssembly assembly = Export<FmFactored>(folder["Factored.dll"]);
        var call = assembly.Type.GetMethod("Predict", Parameters<SingleCall>())!.CreateDelegate<SingleCall>(assembly.Predictor);
        Assert.AreEqual(0, BytesOf(() => call(3, 4)));
    }

    public static IEnumerable<object[]> Formats =>
        new[] { TableFormat.Float16, TableFormat.Int8PerRow, TableFormat.Int8PerTable, TableFormat.Int4PerRow, TableFormat.Uniform(1), TableFormat.Uniform(5) }
            .Select(format => new object[] { format });

    [TestMethod]
    [DynamicData(nameof(Formats))]
    public void Rounded_tables_are_read_without_an_allocation(TableFormat format)
    {
        IPredictor<DlrmMixed> predictor = Create<DlrmMixed>(Train<DlrmMixed>().Quantize(format).Weights);
        (float[] numerics, int[] ids, int[] offsets) = ([30, 2, 12], [4, 3, 1, 2, 1], [0, 1, 2, 5]);
        Assert.AreEqual(0, BytesOf(() => predictor.PredictIds(numerics, ids, offsets)));
    }

    [TestMethod]
    public void The_assembly_reads_packed_codes_without_an_allocation()
    {
        using TemporaryFolder folder = new();
        using InferenceAssembly assembly = Export<FmFactored>(folder["Packed.dll"], TableFormat.Uniform(3));
        var call = assembly.Type.GetMethod("Predict", Parameters<SingleCall>())!.CreateDelegate<SingleCall>(assembly.Predictor);
        Assert.AreEqual(0, BytesOf(() => call(3, 4)));
    }

    [TestMethod]
    public void The_predictor_in_the_application_scores_ids_without_an_allocation()
    {
        CollapsedModel<DlrmMixed> served = Train<DlrmMixed>();
        IPredictor<DlrmMixed> predictor = Create<DlrmMixed>(served.Weights);
        (float[] numerics, int[] ids, int[] offsets) = ([30, 2, 12], [4, 3, 1, 2, 1], [0, 1, 2, 5]);
        Assert.AreEqual(0, BytesOf(() => predictor.PredictIds(numerics, ids, offsets)));
        DlrmMixed example = new() { Age = 30, Visits = 2, Hour = 12, User = "key-4", App = 3, Genres = ["key-1", "key-2"] };
        Assert.AreEqual(0, BytesOf(() => predictor.Predict(example)));
    }

    private static IPredictor<T> Create<T>(CollapsedWeights weights)
        where T : class, IEmbeddingModel<T> => T.CreatePredictor(weights);

    private static CollapsedModel<T> Train<T>()
        where T : class, IEmbeddingModel<T> =>
        ModelTrainer.Train(RandomData.Create<T>(400, 7, keys: 30), new TrainingOptions()).Collapse();

    private static InferenceAssembly Export<T>(string path, TableFormat? format = null)
        where T : class, IEmbeddingModel<T>
    {
        Train<T>().Quantize(format ?? TableFormat.Float32).SaveAssembly(path);
        return new InferenceAssembly(path);
    }

    private static Type[] Parameters<TDelegate>() =>
        Array.ConvertAll(typeof(TDelegate).GetMethod("Invoke")!.GetParameters(), (ParameterInfo p) => p.ParameterType);

    // Bytes of 1,000 calls. The just-in-time compiler replaces its first, unoptimised code after some calls and a while, in the
    // framework's methods too, so the measurement is repeated for a few seconds at most until it has.
    private static long BytesOf(Func<float> call)
    {
        long bytes = long.MaxValue;
        for (int round = 0; round < 40 && bytes > 0; round++)
        {
            Thread.Sleep(round == 0 ? 0 : 100);
            float sum = 0;
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                sum += call();
            }

            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.IsTrue(float.IsFinite(sum));
        }

        return bytes;
    }
}
