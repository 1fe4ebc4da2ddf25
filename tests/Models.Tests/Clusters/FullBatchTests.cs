using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Clusters;

/// <summary>What holds of a factorisation on all ratings at once, step by step.</summary>
[TestClass]
public sealed class FullBatchTests
{
    [TestMethod]
    public void Hashed_rows_of_a_factorisation_start_as_the_means_of_their_ids()
    {
        TrainingOptions start = new() { FullBatch = true, Epochs = 1, LearningRate = 1e-30f };
        Table own = ModelTrainer.Train(RandomData.Create<OwnRows>(900, 3, keys: 30), start).State.Tables[1];
        Table hashed = ModelTrainer.Train(RandomData.Create<HashedRows>(900, 3, keys: 30), start).State.Tables[1];
        for (int row = 0; row < 7; row++)
        {
            for (int n = 0; n < 8; n++)
            {
                Assert.AreEqual(Enumerable.Range(0, 30).Where(id => id % 7 == row).Average(id => own.Values.At((id * 8) + n)), hashed.Values.At((row * 8) + n), 1e-6f, $"row {row}");
            }
        }
    }

    private const int ItemTable = 1;

    [TestMethod]
    public void A_split_changes_no_prediction()
    {
        using FullBatchSession<BothSides> session = new(RandomData.Create<BothSides>(2000, 5, keys: 60));
        float[] before = session.Model.Score(session.Data);
        Table table = session.State.Tables[ItemTable];
        int[] members = table.Assignment!.Members(0);
        ClusterDivider.Split(table, OptimizerKind.Sgd, 0, members.AsSpan(0, members.Length / 2));
        Bits.AreEqual(Bits.Of(before), Bits.Of(session.Model.Score(session.Data)), "scores");
        Assert.AreEqual(4, table.Assignment.Live);
    }

    [TestMethod]
    public void A_child_takes_over_second_moments_and_no_momentum()
    {
        using FullBatchSession<Planted> session = new(RandomData.Create<Planted>(1500, 5, keys: 60));
        for (int step = 0; step < 5; step++)
        {
            session.Step();
        }

        Table table = session.State.Tables[ItemTable];
        int child = table.Assignment!.Live;
        ClusterDivider.Split(table, OptimizerKind.Adam, 0, table.Assignment.Members(0).AsSpan(0, 5));
        Assert.IsTrue(table.State[0].Span(0, 16).IndexOfAnyExcept(0f) >= 0);
        Assert.IsTrue(table.State[0].Span((long)child * 16, 16).IndexOfAnyExcept(0f) < 0);
        Bits.AreEqual(Bits.Of(table.State[1].Span(0, 16).ToArray()), Bits.Of(table.State[1].Span((long)child * 16, 16).ToArray()), "second moment");
    }

    [TestMethod]
    public void The_first_step_after_a_split_lowers_the_loss_at_least_as_much_as_without_it()
    {
        DataSet<BothSides> data = RandomData.Create<BothSides>(3000, 6, keys: 60);
        using FullBatchSession<BothSides> whole = new(data), split = new(data);

        // Step 1 is no step of a split for either side, so the only split is the one below.
        whole.State.Steps = split.State.Steps = 1;
        Assert.IsTrue(split.Clusters(ItemTable, 0).BeforeStep(0));
        (double wholeBefore, double splitBefore) = (whole.Step(), split.Step());
        Assert.AreEqual(wholeBefore, splitBefore, 1e-6 * wholeBefore);
        Assert.IsTrue(split.Loss < whole.Loss && whole.Loss < wholeBefore, $"{wholeBefore:f3} -> {whole.Loss:f3} without, {split.Loss:f3} with the split");
    }

    [TestMethod]
    public void The_gradient_of_a_cluster_is_the_mean_over_its_members_and_follows_the_loss()
    {
        DataSet<BothSides> data = RandomData.Create<BothSides>(1200, 7, keys: 60);
        using FullBatchSession<BothSides> session = new(data);
        session.State.Steps = 1;
        float[] before = session.State.Tables[ItemTable].Values.Span(0, 36).ToArray();
        int[] sizes = session.State.Tables[ItemTable].Assignment!.Sizes();
        double Sum(int at, float shift)
        {
            using FullBatchSession<BothSides> other = new(data);
            other.State.Tables[ItemTable].Values.At(at) += shift;
            return other.Loss;
        }

        session.Step();
        foreach (int at in new[] { 0, 7, 13, 30 })
        {
            double slope = (Sum(at, 0.01f) - Sum(at, -0.01f)) / 0.02;
            double step = (before[at] - session.State.Tables[ItemTable].Values.At(at)) / 1e-4;
            Assert.AreEqual(slope / sizes[at / 12], step, 0.01 * Math.Abs(slope) / sizes[at / 12] + 0.01, $"element {at}");
        }
    }

    [TestMethod]
    [DataRow(0f)]
    [DataRow(0.5f)]
    public void A_reassignment_never_raises_the_loss(float keep)
    {
        using FullBatchSession<BothSides> session = new(RandomData.Create<BothSides>(4000, 8, keys: 90));
        for (int round = 0; round < 12; round++)
        {
            session.Step();
            foreach ((int own, int other) in new[] { (0, 1), (1, 0) })
            {
                double before = session.Loss;
                int moved = ClusterMoves.Apply(session.State.Tables[own].Assignment!, session.Clusters(own, other).BestClusters(), keep, 1, own, round);
                Assert.IsTrue(session.Loss <= before * (1 + 1e-6), $"round {round}: {moved} moves, {before:f4} -> {session.Loss:f4}");
            }
        }
    }

    [TestMethod]
    public void Every_id_is_in_one_live_cluster_and_no_live_cluster_is_empty()
    {
        DataSet<BothSides> data = RandomData.Create<BothSides>(3000, 9, keys: 60);
        using FullBatchSession<BothSides> session = new(data);
        for (int step = 0; step < 60; step++)
        {
            session.Step();
            foreach (Table table in session.State.Tables)
            {
                int[] sizes = table.Assignment!.Sizes();
                Assert.AreEqual(table.Assignment.Clusters.Length, sizes.Sum());
                Assert.DoesNotContain(0, sizes, $"step {step}, {table.Parameter.Name}");
            }
        }

        Assert.AreEqual(9, session.State.Tables[0].Assignment!.Live);
        Assert.AreEqual(10, session.State.Tables[1].Assignment!.Live);
    }

    [TestMethod]
    public void As_many_clusters_as_ids_are_a_full_table_to_the_bit()
    {
        foreach (bool full in new[] { true, false })
        {
            TrainingOptions options = new() { FullBatch = full, BatchSize = 200, Epochs = full ? 30 : 4 };
            TrainedModel<OwnClusters> clusters = ModelTrainer.Train(RandomData.Create<OwnClusters>(900, 3, keys: 50), options);
            TrainedModel<OwnRows> rows = ModelTrainer.Train(RandomData.Create<OwnRows>(900, 3, keys: 50), options);
            foreach (int table in new[] { 0, 1 })
            {
                Bits.AreEqual(
                    Bits.Of(rows.State.Tables[table].Values.Span(0, (int)rows.State.Tables[table].Values.Length).ToArray()),
                    Bits.Of(clusters.State.Tables[table].Values.Span(0, (int)clusters.State.Tables[table].Values.Length).ToArray()), $"table {table}, full batch {full}");
            }
        }
    }

    [TestMethod]
    public void One_cluster_scores_all_items_of_a_user_alike_and_unknown_items_with_them()
    {
        DataSet<OneVector> data = RandomData.Create<OneVector>(800, 3, keys: 40), unknown = RandomData.Create<OneVector>(200, 4, keys: 40, unknown: false);
        TrainedModel<OneVector> trained = ModelTrainer.Train(data, new TrainingOptions { FullBatch = true, Epochs = 1, MaxSteps = 1, Validation = unknown });
        trained.State.Tables[1].Assignment!.Clusters.AsSpan().Clear();
        float[] scores = trained.Score(data);
        int[] users = data.Categoricals[0].Codes;
        foreach (var user in Enumerable.Range(0, data.Count).GroupBy(i => users[i]))
        {
            Assert.AreEqual(1, user.Select(i => scores[i]).Distinct().Count());
        }
    }

    [TestMethod]
    public void The_threads_do_not_change_a_bit()
    {
        DataSet<MfClustered> data = RandomData.Create<MfClustered>(5000, 3, keys: 200);
        TrainingOptions options = new() { FullBatch = true, Epochs = 40, Seed = 4 };
        int[][] bits = [.. new[] { 1, 2, 5 }.Select(threads => Bits.Of(ModelTrainer.Train(data, options with { Threads = threads }).State))];
        Bits.AreEqual(bits[0], bits[1], "two threads");
        Bits.AreEqual(bits[0], bits[2], "five threads");
    }

    [TestMethod]
    public void Splits_stop_when_the_validation_loss_no_longer_falls()
    {
        // Labels without any pattern: no split can help.
        DataSet<OneVector> data = RandomData.Create<OneVector>(3000, 3, keys: 60), validation = RandomData.Create<OneVector>(3000, 4, keys: 60);
        TrainedModel<OneVector> trained = ModelTrainer.Train(data, new TrainingOptions { FullBatch = true, Epochs = 60, Validation = validation });
        Assert.IsTrue(trained.State.Tables[1].Assignment!.Live < 20, $"{trained.State.Tables[1].Assignment!.Live} clusters");
    }
}
