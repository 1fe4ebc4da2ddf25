using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Clusters;

/// <summary>Clusters learned from a stream of interactions (CEL-Lite).</summary>
[TestClass]
public sealed class OnlineTests
{
    [TestMethod]
    [DataRow(1UL)]
    [DataRow(2UL)]
    [DataRow(3UL)]
    public void Planted_clusters_are_found_in_a_stream(ulong seed)
    {
        (DataSet<Planted> training, DataSet<Planted> test) = PlantedRatings.Create<Planted>(observed: 0.5);
        OnlineTrainer<Planted> online = OnlineTrainer<Planted>.Start(training, new OnlineOptions { Seed = seed, LearningRate = 0.003f, Remembered = 32 });
        double before = online.Snapshot().Evaluate(test).Mse;
        Feed(online, training, passes: 5);
        TrainedModel<Planted> model = online.Snapshot();
        Assert.AreEqual(8, online.LiveClusters[1]);
        double purity = PlantedRatings.Purity(model.State, 1), error = model.Evaluate(test).Mse;
        string figures = $"purity {purity:f3}, error {before:f4} -> {error:f4}, {online.VectorsRead / (double)online.Interactions:f2} vectors per interaction";
        Console.WriteLine(figures);
        Assert.IsTrue(purity >= 0.95, figures);
        Assert.IsTrue(error < 0.25 * before, figures);
    }

    [TestMethod]
    public void The_work_of_an_interaction_does_not_grow_with_ids_clusters_or_time()
    {
        double few = Work<StreamFew>(ids: 40, interactions: 20_000).Last(), many = Work<StreamMany>(ids: 4000, interactions: 100_000).Max();
        OnlineOptions options = new();

        // Two rows read and two updated; per side: a candidate costs what is remembered, at twice the interactions each time; routing costs
        // what is remembered at most; the windows and splits a constant.
        double bound = 4 + (2 * ((2 * (options.Candidates + 1)) + options.Remembered + 6));
        Console.WriteLine($"{few:f2} vectors per interaction with few, {many:f2} with many; bound {bound:f0}");
        Assert.IsTrue(few <= bound && many <= bound, $"{few:f2} and {many:f2} vectors per interaction, bound {bound:f0}");
        Assert.IsTrue(many < 1.5 * few || many < bound / 2, $"{few:f2} with few, {many:f2} with many");
    }

    [TestMethod]
    public void The_same_interactions_and_seed_give_the_same_bits_however_they_are_fed()
    {
        DataSet<StreamFew> data = Stream<StreamFew>(ids: 60, interactions: 6000);
        OnlineTrainer<StreamFew> whole = OnlineTrainer<StreamFew>.Start(data), parts = OnlineTrainer<StreamFew>.Start(data);
        whole.Add(data);
        for (int first = 0; first < data.Count; first += 500)
        {
            // A snapshot on the way leaves the trainer as it is.
            parts.Snapshot();
            int begin = first;
            parts.Add(data.Where(i => i >= begin && i < begin + 500));
        }

        Bits.AreEqual(Bits.Of(whole.Snapshot().State), Bits.Of(parts.Snapshot().State), "in parts");
        Assert.IsTrue(whole.LiveClusters.Min() > 2);

        StreamFew[] examples = [.. Enumerable.Range(0, 300).Select(i => new StreamFew { User = i % 40, Item = i * 7 % 40, Stars = i % 5 })];
        whole.Add(examples);
        foreach (StreamFew example in examples)
        {
            parts.Add(example);
        }

        Bits.AreEqual(Bits.Of(whole.Snapshot().State), Bits.Of(parts.Snapshot().State), "one by one");
        OnlineTrainer<StreamFew> other = OnlineTrainer<StreamFew>.Start(data, new OnlineOptions { Seed = 2 });
        other.Add(data);
        CollectionAssert.AreNotEqual(Bits.Of(whole.Snapshot().State), Bits.Of(other.Snapshot().State));
    }

    [TestMethod]
    public void A_saved_trainer_goes_on_to_the_same_bits()
    {
        using TemporaryFolder folder = new();
        DataSet<StreamFew> data = Stream<StreamFew>(ids: 60, interactions: 6000);
        OnlineTrainer<StreamFew> whole = OnlineTrainer<StreamFew>.Start(data, new OnlineOptions { LearningRate = 0.03f, Remembered = 8 });
        whole.Add(data.Where(i => i < 2500));
        whole.Save(folder["online.safetensors"]);
        OnlineTrainer<StreamFew> resumed = OnlineTrainer<StreamFew>.Load(folder["online.safetensors"]);
        Assert.AreEqual(whole.Options, resumed.Options);
        whole.Add(data.Where(i => i >= 2500));
        resumed.Add(data.Where(i => i >= 2500));
        Bits.AreEqual(Bits.Of(whole.Snapshot().State), Bits.Of(resumed.Snapshot().State), "resumed");
        Assert.AreEqual(whole.VectorsRead, resumed.VectorsRead);
        Assert.AreEqual(whole.MeanSquaredError, resumed.MeanSquaredError);
        Assert.AreEqual(60, TrainedModel<StreamFew>.Load(folder["online.safetensors"]).State.Vocabularies[0].Count);

        whole.Snapshot().SaveCheckpoint(folder["model.safetensors"]);
        CheckpointFormatException e = Assert.ThrowsExactly<CheckpointFormatException>(() => OnlineTrainer<StreamFew>.Load(folder["model.safetensors"]));
        StringAssert.Contains(e.Message, "not an online trainer");
    }

    [TestMethod]
    public void It_collapses_at_any_moment_with_every_id_in_a_cluster_and_none_empty()
    {
        DataSet<StreamFew> data = Stream<StreamFew>(ids: 60, interactions: 4000);
        OnlineTrainer<StreamFew> online = OnlineTrainer<StreamFew>.Start(data);
        for (int first = 0; first < data.Count; first += 160)
        {
            int begin = first;
            online.Add(data.Where(i => i >= begin && i < begin + 160));
            TrainedModel<StreamFew> model = online.Snapshot();
            foreach (Table table in model.State.Tables)
            {
                int[] sizes = table.Assignment!.Sizes();
                Assert.AreEqual(60, sizes.Sum());
                Assert.DoesNotContain(0, sizes, $"after {online.Interactions} interactions");
            }

            Scores.AreClose(model.Score(data), online.Collapse().Score(data), 1e-6, $"after {online.Interactions} interactions");
        }
    }

    [TestMethod]
    public void It_goes_on_from_a_trained_model_and_leaves_it_alone()
    {
        (DataSet<Planted> training, DataSet<Planted> test) = PlantedRatings.Create<Planted>(observed: 0.5);
        TrainedModel<Planted> trained = ModelTrainer.Train(training.Where(i => i % 10 == 0 || i < 500), new TrainingOptions { FullBatch = true, Epochs = 200 });
        int[] bits = Bits.Of(trained.State);
        double before = trained.Evaluate(test).Mse;
        OnlineTrainer<Planted> online = OnlineTrainer<Planted>.Continue(trained, new OnlineOptions { LearningRate = 0.003f });
        Bits.AreEqual(Bits.Of(trained.Score(test)), Bits.Of(online.Snapshot().Score(test)), "before the first interaction");
        Feed(online, training.Where(i => i % 10 != 0), passes: 2);
        Bits.AreEqual(bits, Bits.Of(trained.State), "the trained model");
        double after = online.Snapshot().Evaluate(test).Mse;
        Assert.IsTrue(after < before, $"{before:f4} -> {after:f4}");
    }

    [TestMethod]
    public void Unknown_ids_follow_their_feature_and_refused_ones_change_nothing()
    {
        DataSet<Cold> data = RandomData.Create<Cold>(400, 3, keys: 30);
        OnlineTrainer<Cold> online = OnlineTrainer<Cold>.Start(data);
        online.Add(new Cold { User = 999, Item = 998, Stars = 3 });
        Assert.AreEqual(1, online.Interactions);
        Assert.IsTrue(double.IsFinite(online.Collapse().Predict(new Cold { User = 999, Item = 998 })));

        OnlineTrainer<StreamFew> strict = OnlineTrainer<StreamFew>.Start(Stream<StreamFew>(ids: 20, interactions: 50));
        Assert.ThrowsExactly<UnknownKeyException>(() => strict.Add(new StreamFew { User = 1, Item = 1 }, new StreamFew { User = 77, Item = 1 }));
        Assert.AreEqual(0, strict.Interactions);
        Assert.IsTrue(double.IsNaN(strict.MeanSquaredError));
        Assert.ThrowsExactly<TrainingDivergedException>(() => strict.Add(Enumerable.Repeat(new StreamFew { User = 1, Item = 1, Stars = 3e38f }, 20).ToArray()));
    }

    [TestMethod]
    public void Wrong_models_and_settings_are_named()
    {
        DataSet<StreamFew> data = Stream<StreamFew>(ids: 20, interactions: 50);
        foreach ((OnlineOptions options, string name) in new (OnlineOptions, string)[]
        {
            (new() { Remembered = 1 }, "Remembered"), (new() { Candidates = 65 }, "Candidates"), (new() { SplitAfter = 255 }, "SplitAfter"), (new() { LearningRate = 0 }, "LearningRate"),
        })
        {
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => OnlineTrainer<StreamFew>.Start(data, options)).Message, name);
        }

        ArgumentException e = Assert.ThrowsExactly<ArgumentException>(() => OnlineTrainer<OwnRows>.Start(RandomData.Create<OwnRows>(100, 3, keys: 20)));
        StringAssert.Contains(e.Message, "OwnRows cannot be trained online");
    }

    // Vectors per interaction, measured after every fifth of a stream.
    private static double[] Work<T>(int ids, int interactions)
        where T : class, IEmbeddingModel<T>
    {
        DataSet<T> data = Stream<T>(ids, interactions);
        OnlineTrainer<T> online = OnlineTrainer<T>.Start(data);
        List<double> work = [];
        for (int part = 0; part < 5; part++)
        {
            int fifth = part;
            online.Add(data.Where(i => i * 5L / data.Count == fifth));
            work.Add(online.VectorsRead / (double)online.Interactions);
        }

        return [.. work];
    }

    // Ratings with a pattern of two groups on either side, every id at least once.
    private static DataSet<T> Stream<T>(int ids, int interactions)
        where T : class, IEmbeddingModel<T>
    {
        Random random = new(5);
        DataSetBuilder builder = new(T.Schema, "a stream");
        for (int i = 0; i < interactions; i++)
        {
            (int user, int item) = i < ids ? (i, i) : (random.Next(ids), random.Next(ids));
            builder.AddLabel((user % 3 == item % 3 ? 4 : 1) + random.NextSingle());
            builder.AddKey(0, (long)user);
            builder.AddKey(1, (long)item);
            builder.EndExample();
        }

        return DataSet<T>.FromBuilder(builder);
    }

    private static void Feed<T>(OnlineTrainer<T> online, DataSet<T> data, int passes)
        where T : class, IEmbeddingModel<T>
    {
        for (int pass = 0; pass < passes; pass++)
        {
            online.Add(data.Select(ShuffleOrder.Create(data.Count, 7, pass)));
        }
    }
}
