using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Clusters;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Training;

/// <summary>Quantised embeddings that start from given vectors.</summary>
[TestClass]
public sealed class WarmStartTests
{
    // Rates that no float notices: what is there after a step is the start.
    private static readonly TrainingOptions s_start = new() { MaxSteps = 1, TableLearningRate = 1e-30f, FactorLearningRate = 1e-30f, BatchSize = 4096 };

    [TestMethod]
    public void Queries_start_as_the_rows_of_a_plain_table_with_the_same_keys()
    {
        // The data of the plain model have other counts, so its ids are in another order.
        TrainedModel<FmPlain> plain = ModelTrainer.Train(RandomData.Create<FmPlain>(500, 3, keys: 50), new TrainingOptions { BatchSize = 50 });
        TrainedModel<FmOneTier> trained = ModelTrainer.Train(RandomData.Create<FmOneTier>(900, 7, keys: 60), s_start with { Start = StartVectors.From(plain) });
        Vocabulary source = plain.State.Vocabularies[0], target = trained.State.Vocabularies[0];
        Table rows = plain.State.Tables.Single(t => t.Parameter.Name == "User.E"), queries = trained.State.Tables.Single(t => t.Parameter.Name == "User.Q");
        int moved = 0;
        for (int id = 0; id < target.Count; id++)
        {
            int from = Array.IndexOf(source.TextKeys, target.TextKeys[id]);
            moved += from >= 0 && from != id ? 1 : 0;
            if (from >= 0)
            {
                CollectionAssert.AreEqual(rows.Values.Span(from * 4, 4).ToArray(), queries.Values.Span(id * 4, 4).ToArray(), target.TextKeys[id]);
            }
        }

        Assert.IsTrue(moved > 10);
        Assert.IsTrue(source.Count < target.Count, "keys that the plain table does not know start at random");
    }

    [TestMethod]
    public void A_plain_table_starts_as_the_rows_of_another_with_the_same_keys()
    {
        TrainedModel<FmPlain> plain = ModelTrainer.Train(RandomData.Create<FmPlain>(500, 3, keys: 50), new TrainingOptions { BatchSize = 50 });
        TrainedModel<FmPlain> trained = ModelTrainer.Train(RandomData.Create<FmPlain>(900, 7, keys: 60), s_start with { Start = StartVectors.From(plain) });
        Vocabulary source = plain.State.Vocabularies[0], target = trained.State.Vocabularies[0];
        Table rows = plain.State.Tables.Single(t => t.Parameter.Name == "User.E"), started = trained.State.Tables.Single(t => t.Parameter.Name == "User.E");
        for (int id = 0; id < target.Count; id++)
        {
            int from = Array.IndexOf(source.TextKeys, target.TextKeys[id]);
            Assert.IsTrue(from < 0 || rows.Values.Span(from * 4, 4).SequenceEqual(started.Values.Span(id * 4, 4)), target.TextKeys[id]);
        }
    }

    [TestMethod]
    public void A_mean_of_start_vectors_is_the_mean_of_rows_by_key_and_needs_the_same_features()
    {
        StartVectors one = new StartVectors().With("User", (string key) => key[^1] == '7' ? null : [1, 2, 3, key.Length]);
        StartVectors two = new StartVectors().With("User", (string key) => [2, 4, 8, key.Length + 2]);
        ModelState state = ModelTrainer.Train(RandomData.Create<FmOneTier>(900, 7, keys: 60), s_start with { Start = StartVectors.Mean(one, two) }).State;
        Table queries = state.Tables.Single(t => t.Parameter.Name == "User.Q");
        int started = 0;
        for (int id = 0; id < state.Vocabularies[0].Count; id++)
        {
            string key = state.Vocabularies[0].TextKeys[id];
            started += key[^1] == '7' ? 0 : 1;
            Assert.AreEqual(key[^1] != '7', queries.Values.Span(id * 4, 4).SequenceEqual([1.5f, 3, 5.5f, key.Length + 1]), key);
        }

        Assert.IsTrue(started > 10 && started < state.Vocabularies[0].Count);
        StartVectors other = new StartVectors().With("Item", (string _) => [1, 2, 3, 4]);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => StartVectors.Mean(one, other)).Message, "same features");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => StartVectors.Mean()).Message, "same features");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => StartVectors.Mean(one, new StartVectors().With("User", (long _) => [1f]))).Message, "text in some");
    }

    [TestMethod]
    public void The_codebook_is_the_k_means_of_the_rows()
    {
        TrainedModel<FmPlain> plain = ModelTrainer.Train(RandomData.Create<FmPlain>(2000, 3, keys: 60), new TrainingOptions { Epochs = 5, BatchSize = 50 });
        DataSet<FmOneTier> data = RandomData.Create<FmOneTier>(2000, 3, keys: 60);
        double start = Error(ModelTrainer.Train(data, s_start with { Start = StartVectors.From(plain) }).State);

        // 16 centroids in the plane for 60 points: a fraction of their variance is left.
        Assert.IsTrue(start < 0.1, $"{start:g3}");
    }

    [TestMethod]
    public void The_prefix_serves_the_tail_and_the_rest_the_head()
    {
        DataSet<FmAverages> data = RandomData.Create<FmAverages>(900, 7, keys: 60);
        Vocabulary users = ModelTrainer.Train(data, s_start).State.Vocabularies[0];
        int head = users.Count / 5;
        StartVectors vectors = new StartVectors().With("User", (string key) =>
        {
            // Eight distinct vectors of the tail; each id of the head has its own.
            int id = Array.IndexOf(users.TextKeys, key);
            return [.. Enumerable.Range(0, 16).Select(c => id < head ? 100f + id + c : (id % 8) - c)];
        });
        ModelState state = ModelTrainer.Train(data, s_start with { Start = vectors }).State;
        CollapsedCodes codes = FmServed(state).FindCodes("User.codes");
        DenseParameter codebook = state.FindDense("User.C");
        Table queries = state.Tables.Single(t => t.Parameter.Name == "User.Q");
        ushort[] row = new ushort[2];
        for (int id = 0; id < users.Count; id++)
        {
            codes.Read(id, row);
            Assert.AreEqual(id < head, row[0] >= 8, $"id {id}: {row[0]}");
            for (int c = 0; c < 16; c++)
            {
                // The single step moves the averages by rounding only.
                Assert.AreEqual(queries.Values.At((id * 16) + c), state.Dense.At(codebook.Offset + (row[c / 8] * codebook.Stride) + c), 1e-4, $"id {id}, column {c}");
            }
        }

        static CollapsedWeights FmServed(ModelState state) => new TrainedModel<FmAverages>(state, [], 0).Collapse().Weights;
    }

    [TestMethod]
    public void Codebooks_of_tiers_and_of_all_parts_are_fitted_to_their_own_rows()
    {
        // At most 8 distinct vectors per tier of users, of which all parts of places are among 8 pairs.
        DataSet<FmCodebooks> data = RandomData.Create<FmCodebooks>(900, 7, keys: 60);
        Vocabulary users = ModelTrainer.Train(data, s_start).State.Vocabularies[0];
        StartVectors vectors = new StartVectors()
            .With("User", (string key) => [.. Enumerable.Range(0, 12).Select(c => (float)((Array.IndexOf(users.TextKeys, key) % 8) + (c * c)))])
            .With("Place", (string key) => [.. Enumerable.Range(0, 12).Select(c => (float)((key.Length + key[^1] + (c / 2)) % 8) + (c % 2))]);
        ModelState state = ModelTrainer.Train(data, s_start with { Start = vectors }).State;
        Assert.AreEqual(0, Error(state, 0), 1e-9);
        Assert.AreEqual(0, Error(state, 3), 1e-9);
    }

    [TestMethod]
    public void Averages_start_with_the_usual_number_of_lookups_per_step()
    {
        DataSet<FmAverages> data = RandomData.Create<FmAverages>(900, 7, keys: 60);
        StartVectors vectors = new StartVectors().With("Tags", (long key) => [.. Enumerable.Range(0, 16).Select(c => (float)((key + c) % 8))]);
        ModelState state = ModelTrainer.Train(data, s_start with { Start = vectors, BatchSize = 100 }).State;
        DenseParameter counts = state.FindDense("Tags.N");
        double sum = Enumerable.Range(0, 8).Sum(k => (double)state.Dense.At(counts.Offset + (k * counts.Stride)));
        double perStep = state.Vocabularies[1].Counts.Sum() / 9.0;
        Assert.AreEqual(perStep, sum, 0.1 * perStep);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Clusters_start_as_the_k_means_of_the_vectors_and_other_ids_stay(bool fullBatch)
    {
        (DataSet<FixedClusters> data, _) = PlantedRatings.Create<FixedClusters>();

        // Six groups a distance of 10 apart, members within .5; every eleventh item has no vector.
        float[]? Vector(long item) => item % 11 == 0 ? null : [.. Enumerable.Range(0, 4).Select(n => (item % 6 == n ? 10f : item % 6 >= 4 ? 10f * (item % 6) : 0f) + (item % 7 / 14f))];
        TrainingOptions options = s_start with { FullBatch = fullBatch, Start = new StartVectors().With("Item", Vector) };
        ModelState state = ModelTrainer.Train(data, options).State;
        Table table = state.Tables.Single(t => t.Assignment is not null);
        long[] items = state.Vocabularies[table.Parameter.Feature].IntegerKeys;
        Assert.AreEqual(6, table.Assignment!.Live);
        foreach (IGrouping<int, int> cluster in Enumerable.Range(0, items.Length).Where(id => items[id] % 11 != 0).GroupBy(id => table.Assignment.Clusters[id]))
        {
            Assert.AreEqual(1, cluster.Select(id => items[id] % 6).Distinct().Count(), $"cluster {cluster.Key}");
            for (int n = 0; n < 4; n++)
            {
                Assert.AreEqual(cluster.Average(id => Vector(items[id])![n]), table.Values.At((cluster.Key * 4) + n), 1e-4f, $"cluster {cluster.Key}, dimension {n}");
            }
        }

        int[] others = [.. Enumerable.Range(0, items.Length).Where(id => items[id] % 11 == 0)];
        Assert.IsTrue(others.Length > 20);
        CollectionAssert.AreEqual(others.Select(id => id % 6).ToArray(), others.Select(id => table.Assignment.Clusters[id]).ToArray());
    }

    [TestMethod]
    public void Clusters_that_no_vector_is_left_for_start_as_without()
    {
        (DataSet<FixedClusters> data, _) = PlantedRatings.Create<FixedClusters>();
        ModelState plain = ModelTrainer.Train(data, s_start).State;
        ModelState state = ModelTrainer.Train(data, s_start with { Start = new StartVectors().With("Item", (long item) => item % 2 == 0 ? [1, 0, 0, 0] : [0, 1, 0, 0]) }).State;
        Table table = state.Tables.Single(t => t.Assignment is not null), random = plain.Tables.Single(t => t.Assignment is not null);
        CollectionAssert.AreEquivalent(new[] { 0, 1 }, table.Assignment!.Clusters.Distinct().ToArray());
        Assert.IsTrue(table.Values.Span(8, 16).SequenceEqual(random.Values.Span(8, 16)));
    }

    [TestMethod]
    public void The_start_does_not_depend_on_the_threads()
    {
        TrainedModel<FmPlain> plain = ModelTrainer.Train(RandomData.Create<FmPlain>(500, 3, keys: 60), new TrainingOptions { BatchSize = 50 });
        DataSet<FmOneTier> data = RandomData.Create<FmOneTier>(900, 7, keys: 60);
        int[] Run(int threads) => Bits.Of(ModelTrainer.Train(data, new TrainingOptions { BatchSize = 100, Threads = threads, Start = StartVectors.From(plain) }).State);
        Bits.AreEqual(Run(1), Run(3), "threads");
    }

    [TestMethod]
    public void Vectors_that_do_not_fit_are_refused_with_the_reason()
    {
        DataSet<FmOneTier> data = RandomData.Create<FmOneTier>(300, 7, keys: 30);
        Refused(new StartVectors().With("Nobody", (string _) => null), "Nobody, none of which is a [Full] or [Clustered] feature of FmOneTier, or a [Quantized] one");
        Refused(new StartVectors().With("User", (long _) => null), "integer keys for User, whose keys are text");
        Refused(new StartVectors().With("User", (string _) => new float[3]), "vector of 3 floats", "its Dimension is 4");
        Refused(new StartVectors().With("User", (string _) => [1, float.NaN, 1, 1]), "not finite");
        TrainedModel<FmOneTier> quantized = ModelTrainer.Train(data, s_start);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => StartVectors.From(quantized)).Message, "has no plain table");

        void Refused(StartVectors vectors, params string[] parts)
        {
            string message = Assert.ThrowsExactly<ArgumentException>(() => ModelTrainer.Train(data, new TrainingOptions { Start = vectors })).Message;
            foreach (string part in parts)
            {
                StringAssert.Contains(message, part);
            }
        }
    }

    // Squared distance of the queries from their centroids, relative to their squares.
    private static double Error(ModelState state, int quantized = 0)
    {
        QuantizedRows rows = new(state, state.Schema.Quantized[quantized]);
        ushort[] codes = new ushort[rows.Schema.Parts];
        double error = 0, square = 0;
        for (int id = 0; id < state.Vocabularies[rows.Schema.Feature].Count; id++)
        {
            rows.Find(id, codes);
            for (int c = 0; c < rows.Width; c++)
            {
                double q = rows.Stored(id)[c];
                error += Math.Pow(q - state.Dense.At(rows.Codebook.Offset + (codes[c / rows.PartWidth] * rows.Codebook.Stride) + rows.Column(c / rows.PartWidth) + (c % rows.PartWidth)), 2);
                square += q * q;
            }
        }

        return error / square;
    }
}
