using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Clusters;

/// <summary>Clusters in training runs: checkpoints, what is served, and what is refused.</summary>
[TestClass]
public sealed class RunTests
{
    [TestMethod]
    public void A_resumed_run_in_batches_gives_the_bits_of_an_uninterrupted_one() => Resume<FmClustered>(new TrainingOptions { BatchSize = 60, Epochs = 3 }, 17);

    [TestMethod]
    public void A_resumed_run_on_all_ratings_gives_the_bits_of_an_uninterrupted_one() => Resume<MfClustered>(new TrainingOptions { FullBatch = true, Epochs = 30 }, 13);

    [TestMethod]
    public void A_saved_model_has_the_clusters_of_the_trained_one()
    {
        using TemporaryFolder folder = new();
        DataSet<MfItems> data = RandomData.Create<MfItems>(1000, 3, keys: 60);
        TrainedModel<MfItems> trained = ModelTrainer.Train(data, new TrainingOptions { FullBatch = true, Epochs = 40, LearningRate = 1e-4f });
        trained.SaveCheckpoint(folder["model.safetensors"]);
        TrainedModel<MfItems> loaded = TrainedModel<MfItems>.Load(folder["model.safetensors"]);
        CollectionAssert.AreEqual(trained.State.Tables[1].Assignment!.Clusters, loaded.State.Tables[1].Assignment!.Clusters);
        Assert.AreEqual(8, loaded.State.Tables[1].Assignment!.Live);
        Bits.AreEqual(Bits.Of(trained.Score(data)), Bits.Of(loaded.Score(data)), "scores");
    }

    [TestMethod]
    public void A_clustered_feature_is_served_in_the_bits_of_its_clusters_and_their_vectors()
    {
        DataSet<DlrmClustered> data = RandomData.Create<DlrmClustered>(1500, 3, keys: 100);
        CollapsedModel<DlrmClustered> served = ModelTrainer.Train(data, new TrainingOptions { BatchSize = 100, Epochs = 3 }).Collapse();
        long ids = served.Weights.Vocabularies[0].Rows;
        Assert.AreEqual(((6 * ids) + 7) / 8, served.Weights.FindCodes("User.z").Bytes, "33 clusters take 6 bits");
        CollectionAssert.Contains(served.Weights.Breakdown.ToArray(), ("User.C", 4L * 33 * 12));
    }

    [TestMethod]
    [DataRow(2, 1)]
    [DataRow(3, 2)]
    [DataRow(50, 6)]
    [DataRow(256, 8)]
    [DataRow(257, 9)]
    public void Clusters_are_packed_and_read_again(int clusters, int bits)
    {
        int[] z = [.. Enumerable.Range(0, 1003).Select(id => (int)((uint)id * 2654435769u % (uint)clusters))];
        TableParameter parameter = new("Item.C", 0, RowIndex.Assignment, clusters, 1, ParameterGroup.Table, Initialization.Zero, 0);
        Assignment assignment = new(z.Length, clusters, clusters);
        z.CopyTo(assignment.Clusters, 0);
        CollapsedCodes codes = CollapsedCodes.Assigned("Item.z", new Table(parameter, clusters, new NativeFloats(clusters), [], assignment));
        Assert.AreEqual(((1003L * bits) + 7) / 8, codes.Bytes);
        ushort[] one = new ushort[1];
        for (int id = 0; id < z.Length; id++)
        {
            codes.Read(id, one);
            Assert.AreEqual(z[id], one[0]);
        }
    }

    [TestMethod]
    public void Ids_without_training_data_join_the_largest_cluster_and_the_mean_row()
    {
        DataSet<Cold> cold = RandomData.Create<Cold>(2000, 3, keys: 60);
        ModelState state = ModelTrainer.Train(cold, new TrainingOptions { FullBatch = true, Epochs = 20 }).State;
        Assignment assignment = state.Tables[1].Assignment!;
        double[] ratings = new double[assignment.Live];
        for (int id = 0; id < state.Vocabularies[1].Count; id++)
        {
            ratings[assignment.Clusters[id]] += state.Vocabularies[1].Counts[id];
        }

        Assert.AreEqual(Array.IndexOf(ratings, ratings.Max()), assignment.Clusters[^1]);
        Table users = state.Tables[0];
        int rows = state.Vocabularies[0].Count;
        Assert.AreEqual(rows + 1, users.Rows);
        Assert.AreEqual(Enumerable.Range(0, rows).Average(r => (double)users.Values.At((long)r * 4)), users.Values.At((long)rows * 4), 1e-6);
    }

    [TestMethod]
    public void More_clusters_than_ids_are_refused_with_both_numbers()
    {
        VocabularyException e = Assert.ThrowsExactly<VocabularyException>(() => ModelTrainer.Train(RandomData.Create<MfItems>(40, 3, keys: 4), new TrainingOptions()));
        StringAssert.Contains(e.Message, "'Item' has 4 ids, fewer than the 8 clusters");
    }

    [TestMethod]
    public void Full_batches_of_another_model_are_refused()
    {
        ArgumentException e = Assert.ThrowsExactly<ArgumentException>(() => ModelTrainer.Train(RandomData.Create<MfBiases>(40, 3), new TrainingOptions { FullBatch = true }));
        StringAssert.Contains(e.Message, "FullBatch is true; it is only for a [MatrixFactorization] over");
        StringAssert.Contains(e.Message, nameof(MfBiases));
    }

    [TestMethod]
    public void Stopping_by_validation_needs_validation_data()
    {
        ArgumentException e = Assert.ThrowsExactly<ArgumentException>(() => ModelTrainer.Train(RandomData.Create<OneVector>(40, 3), new TrainingOptions()));
        StringAssert.Contains(e.Message, "StopWhenIdle");
    }

    private static void Resume<T>(TrainingOptions options, int steps)
        where T : class, IEmbeddingModel<T>
    {
        using TemporaryFolder folder = new();
        DataSet<T> data = RandomData.Create<T>(800, 5, keys: 120);
        int[] whole = Bits.Of(ModelTrainer.Train(data, options).State);
        string path = folder["run.safetensors"];
        ModelTrainer.Train(data, options with { CheckpointPath = path, MaxSteps = steps });
        ModelState resumed = ModelTrainer.Train(data, options with { CheckpointPath = path, Resume = true }).State;
        Bits.AreEqual(whole, Bits.Of(resumed), typeof(T).Name);
    }
}
