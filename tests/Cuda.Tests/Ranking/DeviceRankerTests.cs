using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Cuda;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Retrieval;
using ModelGen.Tests.Support;
using ModelGen.Tests.Training;

namespace ModelGen.Tests.Rankings;

/// <summary>
/// A catalogue scored on a device gives the measures and lists of the CPU: histories and untrained items left out, empty histories, equal
/// scores, lists longer than what is left.
/// </summary>
[TestClass]
public sealed class DeviceRankerTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(null)]
    [DataRow(5)]
    public void Measures_equal_those_of_the_CPU(int? kept)
    {
        (UnitRows items, InteractionMatrix histories, InteractionMatrix heldOut, int[] ineligible) = Catalogue(150, 70, kept);
        RankingMeter expected = OnCpu(items, histories, heldOut, ineligible), actual;
        using (DeviceRanker ranker = new(Devices.Any(), new UnitRowsDeviceScorer(items)))
        {
            actual = ranker.Measure(heldOut, histories, ineligible, [1, 10, 40]);
        }

        Assert.AreEqual(expected.Users, actual.Users);
        Assert.AreEqual(expected.HeldOut, actual.HeldOut);
        CollectionAssert.AreEqual(expected.Means().ToArray(), actual.Means().ToArray());
    }

    [TestMethod]
    [DataRow(null, 10)]
    [DataRow(5, 33)]
    [DataRow(5, 150)]
    public void Lists_equal_those_of_the_CPU(int? kept, int length)
    {
        (UnitRows items, InteractionMatrix histories, _, int[] ineligible) = Catalogue(150, 30, kept);
        using WorkerTeam team = new(2);
        (int[] ids, float[] scores) = TopLists.Find(new UnitRowsQueryScorer(items, histories, team.Size), histories, ineligible, length, team);
        using DeviceRanker ranker = new(Devices.Any(), new UnitRowsDeviceScorer(items));
        (int[] other, float[] best) = ranker.Top(histories, ineligible, length);
        CollectionAssert.AreEqual(ids, other);
        for (int i = 0; i < ids.Length; i++)
        {
            Assert.AreEqual(ids[i] < 0 ? float.NegativeInfinity : scores[i], best[i], $"place {i}");
        }
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow(5)]
    public void Every_access_to_memory_is_in_bounds_and_free_of_races(int? kept)
    {
        (UnitRows items, InteractionMatrix histories, InteractionMatrix heldOut, int[] ineligible) = Catalogue(80, 9, kept);
        using DeviceRanker ranker = new(Devices.Checked(), new UnitRowsDeviceScorer(items));
        Assert.AreEqual(9, ranker.Measure(heldOut, histories, ineligible, [10]).Users);
        Assert.HasCount(9 * 20, ranker.Top(histories, ineligible, 20).Items);
    }

    [TestMethod]
    public void Retrievers_and_collapsed_models_are_measured_on_a_device_with_the_result_of_the_CPU()
    {
        DataSet<Listening> data = Planted.Of((u, i) => new Listening { User = $"u{u}", Song = $"s{i}" }, 80);
        (DataSet<Listening> history, DataSet<Listening> heldOut) = (data.Select([.. Enumerable.Range(0, data.Count).Where(i => i % 3 > 0)]), data.Select([.. Enumerable.Range(0, data.Count).Where(i => i % 3 == 0)]));
        TrainedRetriever<Listening> model = Listening.Train(history, new RetrievalOptions { Epochs = 1, Schedule = new() { EpochsPerHalving = 1 } });
        RankingOptions onDevice = new() { Device = Devices.Device() };
        RankingEvaluation mine = model.EvaluateRanking(heldOut, history);
        Assert.AreEqual(mine.ToString(), model.EvaluateRanking(heldOut, history, onDevice).ToString());
        Assert.AreEqual(mine.At(10).Ndcg, model.Collapse().EvaluateRanking(heldOut, history, onDevice).At(10).Ndcg, 1e-6);
        int[][] histories = [[0, 3], [], [5]];
        Assert.AreEqual(Text(model.Recommend(histories, 7)), Text(model.Recommend(histories, 7, onDevice)));
        static string Text(Recommendation[][] lists) => string.Join("; ", lists.Select(list => string.Join(", ", list)));
    }

    [TestMethod]
    public void Collapsed_models_are_measured_on_a_device_inner_products_to_the_bit()
    {
        RankingOptions onDevice = new() { Device = Devices.Device(), Cutoffs = [3, 10] };
        Same<GmfDense>();
        Same<MfClustered>();

        (CollapsedModel<NeuMfMixed> other, DataSet<NeuMfMixed> wanted, DataSet<NeuMfMixed> known) = Trained<NeuMfMixed>();
        RankingEvaluation expected = other.EvaluateRanking(wanted, known, onDevice with { Device = Device.Cpu }), actual = other.EvaluateRanking(wanted, known, onDevice);
        Assert.AreEqual((expected.Users, expected.HeldOut, expected.Items), (actual.Users, actual.HeldOut, actual.Items));
        Assert.IsGreaterThan(0, expected.At(10).Ndcg);
        Assert.AreEqual(expected.At(10).Ndcg, actual.At(10).Ndcg, 1e-3);

        void Same<T>()
            where T : class, IEmbeddingModel<T>
        {
            (CollapsedModel<T> model, DataSet<T> heldOut, DataSet<T> history) = Trained<T>();
            Assert.AreEqual(model.EvaluateRanking(heldOut, history, onDevice with { Device = Device.Cpu }).ToString(), model.EvaluateRanking(heldOut, history, onDevice).ToString());
            Assert.IsNull(T.ServedCuda, "an inner product needs no kernels of its own");
        }

        static (CollapsedModel<T> Model, DataSet<T> HeldOut, DataSet<T> History) Trained<T>()
            where T : class, IEmbeddingModel<T>
        {
            DataSet<T> data = RandomData.Create<T>(300, 7, keys: 30);
            DataSet<T> history = data.Select([.. Enumerable.Range(0, 200)]);
            return (ModelTrainer.Train(history, new TrainingOptions { BatchSize = 64 }).Collapse(), data.Select([.. Enumerable.Range(200, 100)]), history);
        }
    }

    [TestMethod]
    public void Scores_that_are_not_finite_are_refused()
    {
        (UnitRows items, InteractionMatrix histories, InteractionMatrix heldOut, int[] ineligible) = Catalogue(60, 5, null);
        items.Entries.At(7) = float.NaN;
        using DeviceRanker ranker = new(Devices.Any(), new UnitRowsDeviceScorer(items));
        Assert.ThrowsExactly<ArithmeticException>(() => ranker.Measure(heldOut, histories, ineligible, [10]));
    }

    [TestMethod]
    public void Kernels_compile_without_spills_for_every_architecture()
    {
        NvrtcCompiler compiler = Requires.Nvrtc();
        KernelCompilation.AssertNoSpills(TestContext, compiler, RankingKernels.Scores(37), KernelCompilation.Capabilities(compiler));
        KernelCompilation.AssertNoSpills(TestContext, compiler, RankingKernels.Lists, KernelCompilation.Capabilities(compiler));
    }

    // Rows of 37 columns, many of them alike so that scores are equal; some items are nobody's candidates, some users have no history.
    private static (UnitRows Items, InteractionMatrix Histories, InteractionMatrix HeldOut, int[] Ineligible) Catalogue(int items, int users, int? kept)
    {
        var random = new Random(3);
        const int Width = 37;
        List<long> starts = [0];
        List<int> columns = [];
        List<float> values = [];
        for (int item = 0; item < items; item++)
        {
            var row = new Random(item % (items / 3));
            int[] support = kept is { } k ? [.. Enumerable.Range(0, Width).OrderBy(_ => row.Next()).Take(k).Order()] : [.. Enumerable.Range(0, Width)];
            columns.AddRange(kept is null ? [] : support);
            values.AddRange(support.Select(_ => (float)(row.NextDouble() - 0.5)));
            starts.Add(values.Count);
        }

        NativeFloats entries = new(values.Count);
        values.ToArray().CopyTo(entries.Span(0, values.Count));
        int[][] histories = [.. RandomRows.Histories(users, items, 5).Select((h, u) => u % 4 == 1 ? [] : h)];
        int[] ineligible = [2, items - 5];
        int[][] heldOut = [.. histories.Select((h, u) => Enumerable.Range(0, 6).Select(_ => random.Next(items)).Where(i => !h.Contains(i) && !ineligible.Contains(i)).Append((items / 2) + u % 7).Distinct().Except(h).Except(ineligible).ToArray())];
        return (new UnitRows(Width, [.. starts], [.. columns], entries), RandomRows.Matrix(histories, items), RandomRows.Matrix(heldOut, items), ineligible);
    }

    private static RankingMeter OnCpu(UnitRows items, InteractionMatrix histories, InteractionMatrix heldOut, int[] ineligible)
    {
        using WorkerTeam team = new(2);
        return RankingRun.Measure(new UnitRowsQueryScorer(items, histories, team.Size), heldOut, histories, ineligible, [1, 10, 40], team);
    }
}
