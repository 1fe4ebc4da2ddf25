using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Clusters;

/// <summary>The personalised phase: vectors of the ids' own beside their clusters', and their quantised form.</summary>
[TestClass]
public sealed class PersonalTests
{
    [TestMethod]
    public void Before_the_phase_differences_are_zero_and_with_it_the_loss_falls_further()
    {
        using FullBatchSession<PlantedPersonal> session = new(PlantedRatings.Create<PlantedPersonal>().Training);
        for (int step = 0; step < 400; step++)
        {
            session.Step();
        }

        Table own = session.State.Tables[2];
        Assert.AreEqual("Item.R", own.Parameter.Name);
        Assert.IsTrue(own.Values.Span(0, (int)own.Values.Length).IndexOfAnyExcept(0f) < 0);
        double before = session.Loss;
        for (int step = 0; step < 60; step++)
        {
            session.Step();
        }

        Assert.IsTrue(session.Loss < 0.95 * before, $"{before:f3} -> {session.Loss:f3}");
        Assert.IsTrue(PlantedRatings.Purity(session.State, 1) >= 0.95);
    }

    [TestMethod]
    public void A_step_follows_the_slope_of_the_loss_the_penalty_and_the_pull()
    {
        DataSet<BothPersonal> data = RandomData.Create<BothPersonal>(600, 7, keys: 40);
        using FullBatchSession<BothPersonal> session = new(data);
        for (int step = 0; step < 6; step++)
        {
            session.Step();
        }

        // What the next step makes of an item's vector, against the finite difference of the whole objective.
        (Table shared, Table own) = (session.State.Tables[2], session.State.Tables[3]);
        Assert.AreEqual(("Item.C", "Item.R"), (shared.Parameter.Name, own.Parameter.Name));
        int[] clusters = [.. shared.Assignment!.Clusters];
        int[] counts = ClusterData.Count(data, 1, session.State.Vocabularies[1]);
        float[] Vector(int id) => [.. Enumerable.Range(0, 6).Select(c => shared.Values.At((shared.Assignment.Clusters[id] * 6) + c) + own.Values.At((id * 6) + c))];
        (int Id, int C)[] places = [(0, 0), (3, 5), (17, 2)];
        double[] slopes = [.. places.Select(p =>
        {
            ref float value = ref own.Values.At((p.Id * 6) + p.C);
            float kept = value;
            double At(float shift)
            {
                own.Values.At((p.Id * 6) + p.C) = kept + shift;
                double squares = Vector(p.Id).Sum(v => (double)v * v), pull = Enumerable.Range(0, 6).Sum(c => Math.Pow(own.Values.At((p.Id * 6) + c), 2));
                return session.Loss + (0.02 * counts[p.Id] * squares) + (4000 * pull);
            }

            double slope = (At(0.01f) - At(-0.01f)) / 0.02;
            own.Values.At((p.Id * 6) + p.C) = kept;
            return slope;
        })];
        float[][] before = [.. places.Select(p => Vector(p.Id))];
        session.Step();
        for (int i = 0; i < places.Length; i++)
        {
            double step = (before[i][places[i].C] - Vector(places[i].Id)[places[i].C]) / 1e-4;
            Assert.AreEqual(slopes[i], step, (0.01 * Math.Abs(slopes[i])) + 0.02, $"item {places[i].Id}, element {places[i].C}");
        }
    }

    [TestMethod]
    public void Clusters_are_the_means_of_their_members_and_every_id_is_in_the_nearest()
    {
        using FullBatchSession<BothPersonal> session = new(RandomData.Create<BothPersonal>(900, 9, keys: 50));
        for (int step = 0; step < 12; step++)
        {
            session.Step();
        }

        foreach (int table in new[] { 0, 2 })
        {
            (Table shared, Table own) = (session.State.Tables[table], session.State.Tables[table + 1]);
            Assignment assignment = shared.Assignment!;
            int[] counts = ClusterData.Count(session.Data, table / 2, session.State.Vocabularies[table / 2]);
            double[][] vectors = [.. assignment.Clusters.Select((z, id) => Enumerable.Range(0, 6).Select(c => (double)shared.Values.At((z * 6) + c) + own.Values.At((id * 6) + c)).ToArray())];
            for (int id = 0; id < vectors.Length; id++)
            {
                double Distance(int q) => Enumerable.Range(0, 6).Sum(c => Math.Pow(vectors[id][c] - shared.Values.At((q * 6) + c), 2));
                double own2 = Distance(assignment.Clusters[id]);
                Assert.IsTrue(counts[id] == 0 || assignment.Members(assignment.Clusters[id]).Length == 1 || Enumerable.Range(0, assignment.Live).All(q => own2 <= Distance(q) + 1e-5), $"{shared.Parameter.Name}, id {id}");
                Assert.IsTrue(counts[id] > 0 || own.Values.Span(id * 6, 6).IndexOfAnyExcept(0f) < 0, "ids without ratings have their cluster's vector");
            }

            Assert.DoesNotContain(0, assignment.Sizes());
        }
    }

    [TestMethod]
    public void A_strong_pull_keeps_ids_at_their_clusters_and_none_makes_a_full_table()
    {
        using FullBatchSession<BothPersonal> session = new(RandomData.Create<BothPersonal>(900, 9, keys: 50));
        for (int step = 0; step < 40; step++)
        {
            session.Step();
        }

        double Length(int table) => Math.Sqrt(Enumerable.Range(0, (int)session.State.Tables[table].Values.Length).Sum(i => Math.Pow(session.State.Tables[table].Values.At(i), 2)) / session.State.Tables[table].Rows);
        Assert.IsTrue(Length(3) > 0 && Length(3) < 0.2 * Length(1), $"items {Length(3):f5}, users {Length(1):f5}");

        using FullBatchSession<FreePersonal> free = new(RandomData.Create<FreePersonal>(900, 3, keys: 50));
        free.Step();
        using FullBatchSession<FreeRows> rows = new(RandomData.Create<FreeRows>(900, 3, keys: 50));
        rows.State.Steps = 1;
        rows.State.Tables[0].Values.CopyFrom(free.State.Tables[0].Values);
        for (int id = 0; id < 30; id++)
        {
            free.State.Tables[1].Values.Span(free.State.Tables[1].Assignment!.Clusters[id] * 8, 8).CopyTo(rows.State.Tables[1].Values.Span(id * 8, 8));
        }

        for (int step = 0; step < 30; step++)
        {
            free.Step();
            rows.Step();
        }

        Scores.AreClose(rows.Model.Score(rows.Data), free.Model.Score(free.Data), 1e-4, "thirty steps");
    }

    [TestMethod]
    public void Vectors_of_a_non_negative_model_stay_at_or_above_zero()
    {
        using FullBatchSession<FreePersonal> session = new(RandomData.Create<FreePersonal>(900, 3, keys: 50));
        for (int step = 0; step < 50; step++)
        {
            session.Step();
        }

        (Table shared, Table own) = (session.State.Tables[1], session.State.Tables[2]);
        bool signed = false;
        for (int i = 0; i < own.Values.Length; i++)
        {
            signed |= own.Values.At(i) < 0;
            Assert.IsTrue(shared.Values.At((shared.Assignment!.Clusters[i / 8] * 8) + (i % 8)) + own.Values.At(i) > -1e-6);
        }

        Assert.IsTrue(signed, "differences have both signs");
    }

    [TestMethod]
    public void It_is_served_as_clusters_and_differences_of_a_few_bits_with_honest_bytes()
    {
        (DataSet<PlantedPersonal> training, DataSet<PlantedPersonal> test) = PlantedRatings.Create<PlantedPersonal>();
        TrainedModel<PlantedPersonal> trained = ModelTrainer.Train(training, new TrainingOptions { FullBatch = true, Epochs = 500 });
        CollapsedModel<PlantedPersonal> served = trained.Collapse();
        Scores.AreClose(trained.Score(test), served.Score(test), 1e-5, "float differences");
        (long users, long items) = (400 * 16 * 4, 301);
        long clusters = ((items * 3) + 7) / 8 + (8 * 16 * 4);
        Assert.AreEqual(users + clusters + (items * 16 * 4), served.EmbeddingBytes);
        foreach ((TableFormat format, long bytes, double loss) in new[] { (TableFormat.Int8PerRow, items * (16 + 4), 1.002), (TableFormat.Int4PerRow, items * (8 + 4), 1.05), (TableFormat.Uniform(4), (items * 8) + (16 * 8), 1.1) })
        {
            CollapsedModel<PlantedPersonal> small = served.Quantize(format, "Item");
            Assert.AreEqual(users + clusters + bytes, small.EmbeddingBytes, $"{format}");
            double error = small.Evaluate(test).Mse, whole = served.Evaluate(test).Mse;
            Assert.IsTrue(error < loss * whole, $"{format}: {whole:f5} -> {error:f5}");
            CheckArtefacts(small, test, $"{format}");
        }
    }

    [TestMethod]
    public void A_run_that_is_interrupted_inside_the_phase_goes_on_to_the_same_bits_on_any_number_of_threads() =>
        WholeRun.KeepsItsBits(RandomData.Create<BothPersonal>(900, 5, keys: 60), new TrainingOptions { FullBatch = true, Epochs = 12 }, stopAfter: 7);

    [TestMethod]
    public void It_needs_all_ratings_at_once()
    {
        ArgumentException e = Assert.ThrowsExactly<ArgumentException>(() => ModelTrainer.Train(RandomData.Create<BothPersonal>(100, 3), new TrainingOptions()));
        StringAssert.Contains(e.Message, "[Clustered(PersonalFrom = 2)] of User");
        e = Assert.ThrowsExactly<ArgumentException>(() => OnlineTrainer<BothPersonal>.Start(RandomData.Create<BothPersonal>(100, 3)));
        StringAssert.Contains(e.Message, "none with PersonalFrom");
    }

    private static void CheckArtefacts(CollapsedModel<PlantedPersonal> model, DataSet<PlantedPersonal> data, string message)
    {
        using TemporaryFolder folder = new();
        int[] scores = Bits.Of(model.Score(data));
        model.SaveAssembly(folder["small.dll"]);
        Bits.AreEqual(scores, Bits.Of(CollapsedModel<PlantedPersonal>.ScoreAssembly(folder["small.dll"], data)), $"assembly, {message}");
        model.Save(folder["small.safetensors"]);
        Bits.AreEqual(scores, Bits.Of(CollapsedModel<PlantedPersonal>.Load(folder["small.safetensors"]).Score(data)), $"file, {message}");
        if (model.SaveOnnx(folder["small.onnx"]).NotRun is null)
        {
            Scores.AreClose(model.Score(data), model.ScoreOnnx(folder["small.onnx"], data), 1e-5, $"onnx, {message}");
        }
    }
}
