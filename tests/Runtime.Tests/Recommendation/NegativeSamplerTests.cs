using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Runtime.Tests.Recommendation;

[TestClass]
public sealed class NegativeSamplerTests
{
    [TestMethod]
    public void A_positive_is_followed_by_its_negatives_which_its_user_has_not_met()
    {
        DataSet<Pair> data = Data(users: 30, items: 50, pairs: 12);
        NegativeSampler sampler = Create(data, new TrainingOptions { Negatives = 3 });
        ImmutableArray<Vocabulary> vocabularies = ModelTrainer.BuildVocabularies(Pair.Schema, data);
        int[] map = vocabularies[1].Map(data.Categoricals[1]);
        ILookup<int, int> met = Enumerable.Range(0, data.Count).ToLookup(i => data.Categoricals[0].Codes[i], i => map[data.Categoricals[1].Codes[i]]);
        int[] items = Draw(sampler, data, 0);

        Assert.AreEqual(4, sampler.RowsPerPositive);
        for (int i = 0; i < data.Count; i++)
        {
            Assert.AreEqual(map[data.Categoricals[1].Codes[i]], items[4 * i]);
            for (int k = 1; k < 4; k++)
            {
                Assert.IsFalse(met[data.Categoricals[0].Codes[i]].Contains(items[(4 * i) + k]), $"row {i}, negative {k}");
            }
        }
    }

    [TestMethod]
    public void Draws_depend_on_seed_epoch_and_row_but_not_on_the_order_of_the_batch()
    {
        DataSet<Pair> data = Data(users: 30, items: 500, pairs: 12);
        NegativeSampler sampler = Create(data, new TrainingOptions { Negatives = 2 });
        int[] forward = Draw(sampler, data, 3), reversed = new int[forward.Length];
        sampler.Draw(3, [.. Enumerable.Range(0, data.Count).Reverse()], reversed);

        CollectionAssert.AreEqual(forward.Chunk(3).Reverse().SelectMany(c => c).ToArray(), reversed);
        CollectionAssert.AreEqual(forward, Draw(Create(data, new TrainingOptions { Negatives = 2 }), data, 3));
        CollectionAssert.AreNotEqual(forward, Draw(sampler, data, 4));
        CollectionAssert.AreNotEqual(forward, Draw(Create(data, new TrainingOptions { Negatives = 2, Seed = 9 }), data, 3));
        CollectionAssert.AreEqual(
            forward.Chunk(3).Select(c => c[1]).ToArray(), Draw(Create(data, new TrainingOptions { Negatives = 1 }), data, 3).Chunk(2).Select(c => c[1]).ToArray(),
            "the first negative is the same whether others follow");
    }

    [TestMethod]
    public void A_loss_over_pairs_has_the_positive_before_each_of_its_negatives()
    {
        DataSet<Pair> data = Data(users: 5, items: 40, pairs: 4);
        TrainingOptions options = new() { Negatives = 2 };
        NegativeSampler single = Create(data, options), pairs = Create(data, options, Loss.BayesianPersonalizedRanking);
        int[] expected = [.. Draw(single, data, 0).Chunk(3).SelectMany(c => new[] { c[0], c[1], c[0], c[2] })];

        Assert.AreEqual(4, pairs.RowsPerPositive);
        CollectionAssert.AreEqual(expected, Draw(pairs, data, 0));
        CollectionAssert.AreEqual(new[] { true, false, true, false }, Enumerable.Range(0, 4).Select(pairs.IsPositive).ToArray());
    }

    [TestMethod]
    public void Uniform_draws_meet_every_item_equally_often()
    {
        DataSet<Pair> data = Pair.Data([.. Enumerable.Range(0, 100).Select(i => ((long)i, (long)i, 0L))]);
        int[] counts = Count(Create(data, new TrainingOptions { Negatives = 1000 }), data, 100);

        // 1,000 expected; five standard deviations are 158.
        Assert.IsTrue(counts.All(c => Math.Abs(c - 1000) < 160), string.Join(' ', counts.Where(c => Math.Abs(c - 1000) >= 160)));
    }

    [TestMethod]
    public void Popular_items_are_drawn_in_proportion_to_the_power_of_their_counts()
    {
        // Item 0 has 81 pairs of as many users, items 1 and 2 have 16 each; user 1000 has met nothing but item 3.
        DataSet<Pair> data = Pair.Data(
        [
            .. Enumerable.Range(0, 81).Select(u => ((long)u, 0L, 0L)), .. Enumerable.Range(100, 16).Select(u => ((long)u, 1L, 0L)),
            .. Enumerable.Range(200, 16).Select(u => ((long)u, 2L, 0L)), (1000L, 3L, 0L),
        ]);
        NegativeSampler sampler = Create(data, new TrainingOptions { Negatives = 1000, NegativeSampling = NegativeSampling.Popularity });
        int[] items = new int[1001], counts = new int[4];
        for (int epoch = 0; epoch < 50; epoch++)
        {
            sampler.Draw(epoch, [data.Count - 1], items);
            foreach (int item in items.AsSpan(1))
            {
                counts[item]++;
            }
        }

        // 27 : 8 : 8 of 43, item 3 being the user's own.
        Assert.AreEqual(0, counts[3]);
        Assert.AreEqual(50000 * 27 / 43.0, counts[0], 600);
        Assert.AreEqual(50000 * 8 / 43.0, counts[1], 500);
        Assert.AreEqual(50000 * 8 / 43.0, counts[2], 500);
    }

    [TestMethod]
    public void A_user_who_has_met_all_items_but_one_gets_that_one_and_one_who_has_met_all_is_refused()
    {
        (long, long, long)[] others = [.. Enumerable.Range(0, 2000).Select(i => (2L, (long)i, 0L))];
        DataSet<Pair> data = Pair.Data([.. Enumerable.Range(0, 1999).Select(i => (1L, (long)i, 0L)), (2, 1999, 0)]);
        int[] items = Draw(Create(data, new TrainingOptions { Negatives = 2 }), data, 0);
        int last = ModelTrainer.BuildVocabularies(Pair.Schema, data)[1].Find(1999);
        Assert.IsTrue(items.Chunk(3).Take(1999).All(c => c[1] == last && c[2] == last));

        DataSetException e = Assert.ThrowsExactly<DataSetException>(() => Create(Pair.Data([.. others, (1, 3, 0)]), new TrainingOptions()));
        StringAssert.Contains(e.Message, "User '2' has met all 2,000 items, so no negative can be drawn");
    }

    [TestMethod]
    public void Long_histories_of_many_users_are_searched_instead_of_mapped()
    {
        // 30,000 users x 20,000 items are 75 MB of bits.
        DataSet<Pair> data = Pair.Data([.. Enumerable.Range(0, 30000).SelectMany(u => new[] { ((long)u, (long)(u % 20000), 0L), ((long)u, (long)(u * 7L % 20000), 0L) })]);
        NegativeSampler sampler = Create(data, new TrainingOptions { Negatives = 1 });
        int[] map = ModelTrainer.BuildVocabularies(Pair.Schema, data)[1].Map(data.Categoricals[1]);
        MetItems met = new(data.Categoricals[0], [.. data.Categoricals[1].Codes.Select(c => map[c])], 20000);

        Assert.IsTrue(met.Contains(5, map[data.Categoricals[1].Codes[10]]));
        int[] items = Draw(sampler, data, 0);
        Assert.IsFalse(Enumerable.Range(0, data.Count).Any(i => met.Contains(data.Categoricals[0].Codes[i], items[(2 * i) + 1])));
    }

    [TestMethod]
    public void A_batch_repeats_the_user_and_groups_drawn_items()
    {
        DataSet<Pair> data = Data(users: 20, items: 60, pairs: 10);
        ImmutableArray<Vocabulary> vocabularies = ModelTrainer.BuildVocabularies(Pair.Schema, data);
        NegativeSampler sampler = Create(data, new TrainingOptions());
        BatchLoader loader = new(data, Pair.Schema, vocabularies, [], sampler);
        Batch batch = BatchLoader.CreateBatch(Pair.Schema, 40);
        int[] examples = [7, 3, 3, 120, 9];
        loader.Begin(batch, examples);
        loader.FillFeature(batch, 0, examples, training: true);
        loader.FillFeature(batch, 1, examples, training: true);

        int[] items = new int[25];
        sampler.Draw(0, examples, items);
        Assert.AreEqual(25, batch.Count);
        CollectionAssert.AreEqual(items, batch.Features[1].Slots.Take(25).Select(s => batch.Features[1].Ids[s]).ToArray());
        CollectionAssert.AreEqual(
            examples.SelectMany(e => Enumerable.Repeat(vocabularies[0].Map(data.Categoricals[0])[data.Categoricals[0].Codes[e]], 5)).ToArray(),
            batch.Features[0].Slots.Take(25).Select(s => batch.Features[0].Ids[s]).ToArray());
        CollectionAssert.AreEqual(Enumerable.Range(0, 25).Select(r => r % 5 == 0 ? 1f : 0f).ToArray(), batch.Labels.Take(25).ToArray());
        Assert.AreEqual(25, Enumerable.Range(1, batch.Features[1].SlotCount - 1).Sum(s => batch.Features[1].SegmentStarts[s + 1] - batch.Features[1].SegmentStarts[s]));
    }

    private static int[] Count(NegativeSampler sampler, DataSet<Pair> data, int items)
    {
        int[] counts = new int[items];
        foreach (int[] group in Draw(sampler, data, 0).Chunk(sampler.RowsPerPositive))
        {
            foreach (int item in group.Skip(1))
            {
                counts[item]++;
            }
        }

        return counts;
    }

    private static int[] Draw(NegativeSampler sampler, DataSet<Pair> data, int epoch)
    {
        int[] items = new int[data.Count * sampler.RowsPerPositive];
        sampler.Draw(epoch, [.. Enumerable.Range(0, data.Count)], items);
        return items;
    }

    private static NegativeSampler Create(DataSet<Pair> data, TrainingOptions options, Loss loss = Loss.BinaryCrossEntropy) =>
        new(data, Pair.Schema with { Loss = loss }, ModelTrainer.BuildVocabularies(Pair.Schema, data), options);

    private static DataSet<Pair> Data(int users, int items, int pairs)
    {
        Random random = new(5);
        return Pair.Data([.. Enumerable.Range(0, users).SelectMany(u => Enumerable.Range(0, pairs).Select(_ => ((long)u, (long)random.Next(items), 0L)))]);
    }
}
