using System;
using System.IO;
using System.Linq;
using ModelGen.Compiled;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Tests.Retrieval;

/// <summary>The served form of a retrieval model and its artefacts, each against the trained rows.</summary>
[TestClass]
public sealed class RetrieverCollapseTests
{
    private static readonly int[][] s_histories = [[], [3], [0, 7, 11, 30], [5, 6, 8, 9, 12, 13, 14, 20, 21, 40]];

    [TestMethod]
    public void Every_row_has_exactly_k_slots_and_unit_length_and_the_bytes_are_exact()
    {
        TrainedRetriever<Listening> trained = Sparse();
        CollapsedRetriever<Listening> collapsed = trained.Collapse();
        CollapsedRows rows = collapsed.Weights.Rows;
        for (int row = 0; row < rows.Rows; row++)
        {
            Assert.AreEqual(8, rows.CountOf(row));
            Assert.AreEqual(1, Math.Sqrt(Enumerable.Range(0, 8).Sum(j => Math.Pow(rows.ValueOf(row, j), 2))), 1e-6, $"row {row}");
        }

        long items = rows.Rows;
        Assert.AreEqual(items * 8 * (4 + 2), collapsed.EmbeddingBytes);
        Assert.AreEqual(items * 8 * (2 + 2), trained.Collapse(TableFormat.Float16).EmbeddingBytes);
        Assert.AreEqual(items * ((8 * (1 + 2)) + 4), trained.Collapse(TableFormat.Int8PerRow).EmbeddingBytes);
        using TemporaryFolder folder = new();
        long file = collapsed.Save(folder["model.safetensors"]), header = BitConverter.ToInt64(File.ReadAllBytes(folder["model.safetensors"])) + 8;
        Assert.AreEqual(collapsed.Bytes + header, file);
    }

    [TestMethod]
    public void The_collapsed_retriever_scores_like_the_trained_one()
    {
        TrainedRetriever<Listening> sparse = Sparse();
        TrainedRetriever<WideListening> dense = Dense();
        CollapsedRetriever<Listening> collapsed = sparse.Collapse();
        foreach (int[] history in s_histories)
        {
            Equal(sparse.Scores(history), collapsed.Scores(history), 1e-6);
            CollectionAssert.AreEqual(
                sparse.Recommend(history, 10).Select(r => r.Id).ToArray(), collapsed.Recommend(history, 10).Select(r => r.Id).ToArray());
            Equal(dense.Scores(history), dense.Collapse().Scores(history), 1e-5);
            Equal(sparse.Scores(history), sparse.Collapse(TableFormat.Float16).Scores(history), 1e-2);
            Equal(sparse.Scores(history), sparse.Collapse(TableFormat.Int8PerRow).Scores(history), 5e-2);
        }
    }

    [TestMethod]
    [DataRow("Float32")]
    [DataRow("Float16")]
    [DataRow("Int8PerRow")]
    public void Every_artefact_recommends_like_the_collapsed_model(string name)
    {
        TableFormat format = name == "Float16" ? TableFormat.Float16 : name == "Float32" ? TableFormat.Float32 : TableFormat.Int8PerRow;
        Native.RequireOnnxRuntime();
        using TemporaryFolder folder = new();
        CollapsedRetriever<Listening> collapsed = Sparse().Collapse(format);
        collapsed.Save(folder["model.safetensors"]);
        CollapsedRetriever<Listening> loaded = CollapsedRetriever<Listening>.Load(folder["model.safetensors"]);
        foreach (int[] history in s_histories)
        {
            CollectionAssert.AreEqual(collapsed.Scores(history), loaded.Scores(history));
        }

        Assert.IsNotNull(collapsed.SaveOnnx(folder["Listening.onnx"], 20).MaxDifference);
        Assert.IsNotNull(collapsed.SaveAssembly(folder["Listening.Inference.dll"]).MaxDifference);
        CollapsedRetriever<WideListening> dense = Dense().Collapse(format);
        Assert.IsNotNull(dense.SaveOnnx(folder["Wide.onnx"], 20).MaxDifference);
        Assert.IsNotNull(dense.SaveAssembly(folder["Wide.Inference.dll"]).MaxDifference);
    }

    [TestMethod]
    public void A_recommendation_into_spans_allocates_nothing()
    {
        CollapsedRetriever<Listening> collapsed = Sparse().Collapse();
        int[] items = new int[10], history = [1, 2, 3];
        float[] scores = new float[10];
        collapsed.Recommend(history, items, scores);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.AreEqual(10, collapsed.Recommend(history, items, scores));
        Assert.AreEqual(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [TestMethod]
    public void Items_never_seen_are_never_recommended()
    {
        TrainedRetriever<FixedListening> trained = RetrievalTrainer.Train(
            Planted.Of((u, i) => new FixedListening { User = u, Song = i < 50 ? i : i % 50 }), new RetrievalOptions { Epochs = 2, Threads = 1 });
        using TemporaryFolder folder = new();
        trained.Collapse().Save(folder["model.safetensors"]);
        foreach (var list in new[] { trained.Recommend([1, 2], 60), trained.Collapse().Recommend([1, 2], 60), CollapsedRetriever<FixedListening>.Load(folder["model.safetensors"]).Recommend([1, 2], 60) })
        {
            Assert.HasCount(48, list);
            Assert.IsTrue(list.All(r => r.Id < 50 && r.Id is not (1 or 2)));
        }
    }

    [TestMethod]
    public void Rows_under_a_common_budget_keep_the_same_total_and_their_counts()
    {
        TrainedRetriever<Listening> trained = RetrievalTrainer.Train(Data(), new RetrievalOptions { Epochs = 2, Budget = SparsityBudget.Global, Schedule = new() { EpochsPerHalving = 1 } });
        Assert.AreEqual(trained.Rows.Rows * 8L, trained.Rows.Count);
        Assert.IsGreaterThan(1, Enumerable.Range(0, trained.Rows.Rows).Select(trained.Rows.CountOf).Distinct().Count());
        CollapsedRetriever<Listening> collapsed = trained.Collapse(TableFormat.Float16);
        Assert.AreEqual(trained.Rows.Rows * ((8L * 4) + 2), collapsed.EmbeddingBytes);
        Native.RequireOnnxRuntime();
        using TemporaryFolder folder = new();
        Assert.IsNotNull(collapsed.SaveOnnx(folder["Listening.onnx"], 20).MaxDifference);
        Assert.IsNotNull(collapsed.SaveAssembly(folder["Listening.Inference.dll"]).MaxDifference);
        Equal(trained.Scores([1, 5]), trained.Collapse().Scores([1, 5]), 1e-6);
    }

    [TestMethod]
    public void A_file_of_another_model_or_a_damaged_one_is_refused()
    {
        using TemporaryFolder folder = new();
        Sparse().Collapse().Save(folder["model.safetensors"]);
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointFormatException>(() => CollapsedRetriever<WideListening>.Load(folder["model.safetensors"])).Message, "fingerprint");
        byte[] bytes = File.ReadAllBytes(folder["model.safetensors"]);
        File.WriteAllBytes(folder["short.safetensors"], bytes[..^100]);
        Assert.ThrowsExactly<CheckpointFormatException>(() => CollapsedRetriever<Listening>.Load(folder["short.safetensors"]));
    }

    private static DataSet<Listening> Data() => Planted.Of((u, i) => new Listening { User = $"u{u}", Song = $"s{i}" });

    private static TrainedRetriever<Listening> Sparse() =>
        Listening.Train(Data(), new RetrievalOptions { Epochs = 2, Schedule = new() { EpochsPerHalving = 1 }, Threads = 2 });

    private static TrainedRetriever<WideListening> Dense() =>
        WideListening.Train(Planted.Of((u, i) => new WideListening { User = $"u{u}", Song = $"s{i}" }), new RetrievalOptions { Epochs = 2, Threads = 2 });

    private static void Equal(float[] expected, float[] actual, double tolerance)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], tolerance, $"item {i}");
        }
    }
}
