using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Clusters;

/// <summary>A factorisation with biases on all ratings at once: the vectors may be shared, the biases belong to the ids.</summary>
[TestClass]
public sealed class BiasTests
{
    [TestMethod]
    [DataRow("User.w", 1)]
    [DataRow("Item.w", 1)]
    [DataRow("User.C", 12)]
    public void A_step_follows_the_slope_of_the_loss(string name, int width)
    {
        DataSet<BothBiased> data = RandomData.Create<BothBiased>(1200, 7, keys: 60);
        using FullBatchSession<BothBiased> session = new(data);
        session.State.Steps = 1;
        for (int step = 1; step < 3; step++)
        {
            session.Step();
        }

        Table table = session.State.Tables.Single(t => t.Parameter.Name == name);
        int[] counts = ClusterData.Count(data, table.Parameter.Feature, session.State.Vocabularies[table.Parameter.Feature]);
        int[] places = [0, 7, 13, 22];
        double[] members = [.. places.Select(at => table.Assignment is { } z ? ClusterData.Sum(z, id => counts[id] > 0 ? 1 : 0)[at / width] : 1)];
        double[] ratings = [.. places.Select(at => table.Assignment is { } z ? ClusterData.Sum(z, id => counts[id])[at / width] : counts[at])];
        double[] slopes = [.. places.Select((at, i) =>
        {
            float kept = table.Values.At(at);
            double At(float shift)
            {
                table.Values.At(at) = kept + shift;
                double value = session.Loss + (0.03 * ratings[i] * Math.Pow(table.Values.At(at), 2));
                table.Values.At(at) = kept;
                return value;
            }

            return (At(0.01f) - At(-0.01f)) / 0.02 / members[i];
        })];
        float[] before = [.. places.Select(at => table.Values.At(at))];

        // Step 3 would split the items first, which changes no gradient of the users.
        session.Step();
        for (int i = 0; i < places.Length; i++)
        {
            double step = (before[i] - table.Values.At(places[i])) / 1e-4;
            Assert.AreEqual(slopes[i], step, (0.01 * Math.Abs(slopes[i])) + 0.02, $"{name}, element {places[i]}");
        }
    }

    [TestMethod]
    public void The_reported_loss_is_that_of_the_model_and_reassignment_never_raises_it()
    {
        using FullBatchSession<BothBiased> session = new(RandomData.Create<BothBiased>(3000, 8, keys: 90));
        for (int step = 0; step < 13; step++)
        {
            double before = session.Loss, reported = session.Step();
            Assert.AreEqual(before, reported, 1e-4 * before, $"step {step}");
        }

        for (int round = 0; round < 4; round++)
        {
            foreach ((int own, int other) in new[] { (0, 1), (1, 0) })
            {
                double before = session.Loss;
                int moved = ClusterMoves.Apply(session.State.Tables[own].Assignment!, session.Clusters(own, other).BestClusters(), 0, 1, own, round);
                Assert.IsTrue(session.Loss <= before * (1 + 1e-6), $"round {round}: {moved} moves, {before:f4} -> {session.Loss:f4}");
            }
        }
    }

    [TestMethod]
    public void As_many_clusters_as_ids_are_a_full_table_to_the_bit()
    {
        TrainingOptions options = new() { FullBatch = true, Epochs = 30 };
        TrainedModel<OwnClustersBiased> clusters = ModelTrainer.Train(RandomData.Create<OwnClustersBiased>(900, 3, keys: 50), options);
        TrainedModel<OwnRowsBiased> rows = ModelTrainer.Train(RandomData.Create<OwnRowsBiased>(900, 3, keys: 50), options);
        foreach ((Table expected, Table actual) in rows.State.Tables.Zip(clusters.State.Tables))
        {
            Bits.AreEqual(Bits.Of(expected.Values.Span(0, (int)expected.Values.Length).ToArray()), Bits.Of(actual.Values.Span(0, (int)actual.Values.Length).ToArray()), expected.Parameter.Name);
        }

        Assert.IsTrue(rows.State.Tables.Single(t => t.Parameter.Name == "Item.w").Values.Span(0, 30).IndexOfAnyExcept(0f) >= 0, "biases are learned");
    }

    [TestMethod]
    public void Threads_and_interruptions_do_not_change_a_bit_through_splits_moves_and_vectors_of_the_ids_own() =>
        WholeRun.KeepsItsBits(RandomData.Create<BothBiased>(2000, 5, keys: 60), new TrainingOptions { FullBatch = true, Epochs = 20 }, stopAfter: 9);

    [TestMethod]
    public void Biases_are_learned_from_a_stream_too()
    {
        DataSet<OwnClustersBiased> data = RandomData.Create<OwnClustersBiased>(3000, 3, keys: 30);
        OnlineTrainer<OwnClustersBiased> online = OnlineTrainer<OwnClustersBiased>.Start(data);
        double before = online.Snapshot().Evaluate(data).Mse;
        online.Add(data);
        online.Add(data);
        TrainedModel<OwnClustersBiased> model = online.Snapshot();
        Assert.IsTrue(model.Evaluate(data).Mse < before, $"{before:f4} -> {model.Evaluate(data).Mse:f4}");
        Assert.IsTrue(model.State.Tables.Single(t => t.Parameter.Name == "User.w").Values.Span(0, 20).IndexOfAnyExcept(0f) >= 0);
    }
}
