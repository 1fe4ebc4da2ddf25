using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Runtime.Tests.Data;

[TestClass]
public sealed class BatchLoaderTests
{
    private static readonly TableParameter Quotient = new("F.Q", 0, RowIndex.Quotient, 7, 3, ParameterGroup.Table, Initialization.Zero, 0);
    private static readonly TableParameter Remainder = new("F.R", 0, RowIndex.Remainder, 7, 5, ParameterGroup.Table, Initialization.Zero, 0);
    private static readonly TableParameter Identity = new("F.E", 0, RowIndex.Identity, 0, 4, ParameterGroup.Table, Initialization.Zero, 0);

    [TestMethod]
    public void Repeated_ids_share_one_slot_in_the_order_of_ids()
    {
        // Ids by frequency, then by first appearance: c 0, a 1, b 2. The batch is a c a b c.
        Fixture fixture = new(isBag: false, OutOfVocabulary.Error, ["c", "a", "c", "b", "a"]);
        FeatureBatch f = fixture.Fill([4, 2, 1, 3, 0], training: true);

        Assert.AreEqual(5, f.Positions);
        Assert.AreEqual(4, f.SlotCount);
        CollectionAssert.AreEqual(new[] { 2, 1, 2, 3, 1 }, f.Slots[..5]);
        CollectionAssert.AreEqual(new[] { -1, fixture.Id("c"), fixture.Id("a"), fixture.Id("b") }, f.Ids[..4]);
        CollectionAssert.AreEqual(new[] { 0, 0, 2, 4, 5 }, f.SegmentStarts[..5]);
        CollectionAssert.AreEqual(new[] { 1, 4, 0, 2, 3 }, f.SegmentExamples[..5]);
        Assert.AreEqual(0, f.Offsets.Length);
    }

    [TestMethod]
    public void An_id_repeated_in_a_bag_is_listed_once_per_repetition()
    {
        Fixture fixture = new(isBag: true, OutOfVocabulary.Error, ["x|y|x", "", "y"]);
        FeatureBatch f = fixture.Fill([0, 1, 2], training: true);

        CollectionAssert.AreEqual(new[] { 0, 3, 3, 4 }, f.Offsets[..4]);
        CollectionAssert.AreEqual(new[] { 1, 2, 1, 2 }, f.Slots[..4]);
        CollectionAssert.AreEqual(new[] { 0, 0, 2, 4 }, f.SegmentStarts[..4]);
        CollectionAssert.AreEqual(new[] { 0, 0, 0, 2 }, f.SegmentExamples[..4]);
    }

    [TestMethod]
    public void Unknown_ids_under_zero_take_slot_0_and_are_dropped_from_bags()
    {
        FeatureBatch single = new Fixture(isBag: false, OutOfVocabulary.Zero, ["a", "rare", "a"], minCount: 2).Fill([1, 0], training: true);
        CollectionAssert.AreEqual(new[] { 0, 1 }, single.Slots[..2]);
        Assert.AreEqual(2, single.SlotCount);
        CollectionAssert.AreEqual(new[] { 0, 0, 1 }, single.SegmentStarts[..3]);
        CollectionAssert.AreEqual(new[] { 1 }, single.SegmentExamples[..1]);

        FeatureBatch bag = new Fixture(isBag: true, OutOfVocabulary.Zero, ["a|rare|a", "other"], minCount: 2).Fill([0, 1], training: true);
        Assert.AreEqual(2, bag.Positions);
        CollectionAssert.AreEqual(new[] { 0, 2, 2 }, bag.Offsets[..3]);
        CollectionAssert.AreEqual(new[] { 1, 1 }, bag.Slots[..2]);
    }

    [TestMethod]
    public void A_batch_of_unknown_ids_and_empty_bags_has_no_chunk()
    {
        FeatureBatch f = new Fixture(isBag: true, OutOfVocabulary.Zero, ["a|a", "", "rare"], minCount: 2).Fill([1, 2], training: true);

        Assert.AreEqual(1, f.SlotCount);
        Assert.AreEqual(0, f.Chunks);
        Assert.AreEqual(0, f.Shared[0].Count);
        Assert.AreEqual(0, f.SegmentStarts[1]);
    }

    [TestMethod]
    [DataRow(false, OutOfVocabulary.HashedBucket, 1)]
    [DataRow(false, OutOfVocabulary.Zero, 2)]
    [DataRow(true, OutOfVocabulary.SharedRow, 3)]
    [DataRow(true, OutOfVocabulary.Zero, 4)]
    public void Batches_agree_with_a_naive_grouping(bool isBag, OutOfVocabulary policy, int seed)
    {
        Random random = new(seed);
        string Key() => $"k{(int)(400 * Math.Pow(random.NextDouble(), 3))}";
        string[] cells = [.. Enumerable.Range(0, 1500).Select(_ =>
            isBag ? string.Join('|', Enumerable.Range(0, random.Next(5)).Select(_ => Key())) : Key())];
        Fixture fixture = new(isBag, policy, cells, minCount: 3);

        // Growing and shrinking batches run over the same buffers, so that leftovers of earlier batches would show.
        foreach (int count in new[] { 10, 700, 3, 1200, 64, 1 })
        {
            int[] examples = [.. Enumerable.Range(0, count).Select(_ => random.Next(cells.Length))];
            FeatureBatch f = fixture.Fill(examples, training: true);
            AssertMatches(f, [.. examples.Select(e => fixture.Ids(cells[e]))], isBag, fixture);
        }
    }

    [TestMethod]
    public void Features_filled_on_several_threads_equal_those_filled_on_one()
    {
        CategoricalFeature[] features = [.. Enumerable.Range(0, 6).Select(i => Schemas.Feature($"F{i}", KeyKind.Integer))];
        ModelSchema schema = Schemas.Create(Loss.BinaryCrossEntropy, [], [.. features]);
        DataSetBuilder builder = new(schema, "memory");
        Random random = new(3);
        for (int i = 0; i < 500; i++)
        {
            builder.AddLabel(true);
            for (int f = 0; f < features.Length; f++)
            {
                builder.AddKey(f, random.Next(200));
            }

            builder.EndExample();
        }

        TestData data = new(schema, builder.Finish([], ""));
        ImmutableArray<Vocabulary> vocabularies = [.. features.Select((f, i) => Vocabulary.Build(f, data.Categoricals[i]))];
        BatchLoader loader = new(data, schema, vocabularies, []);
        Batch parallel = BatchLoader.CreateBatch(schema, 500);
        Batch serial = BatchLoader.CreateBatch(schema, 500);
        int[] examples = ShuffleOrder.Create(500, 1, 0);
        loader.Begin(parallel, examples);
        Parallel.For(0, features.Length, f => loader.FillFeature(parallel, f, examples, training: true));
        for (int f = 0; f < features.Length; f++)
        {
            loader.FillFeature(serial, f, examples, training: true);
            CollectionAssert.AreEqual(serial.Features[f].Slots, parallel.Features[f].Slots);
            CollectionAssert.AreEqual(serial.Features[f].SegmentExamples, parallel.Features[f].SegmentExamples);
        }
    }

    [TestMethod]
    public void Begin_sets_labels_and_transformed_numeric_inputs()
    {
        ModelSchema schema = Schemas.Create(
            Loss.MeanSquaredError, [new NumericFeature("A", "A", Transform.Standardize), new NumericFeature("B", "B", Transform.Log1p)], []);
        DataSetBuilder builder = new(schema, "memory");
        foreach (float x in new[] { 1f, 3f, 5f })
        {
            builder.AddLabel(10 * x);
            builder.AddNumeric(0, x);
            builder.AddNumeric(1, x);
            builder.EndExample();
        }

        BatchLoader loader = new(new TestData(schema, builder.Finish([], "")), schema, [], [new NumericScaling(3, 0.5f), default]);
        Batch batch = BatchLoader.CreateBatch(schema, 4);
        loader.Begin(batch, [2, 0]);

        Assert.AreEqual(2, batch.Count);
        CollectionAssert.AreEqual(new[] { 50f, 10f }, batch.Labels[..2]);
        CollectionAssert.AreEqual(new[] { 1f, MathF.Log(6), -1f, MathF.Log(2) }, batch.Numerics[..4]);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => loader.Begin(batch, new int[5]));
    }

    [TestMethod]
    public void Scoring_reserves_no_gradients_and_training_reserves_all()
    {
        Fixture fixture = new(isBag: false, OutOfVocabulary.Error, [.. Enumerable.Range(0, 600).Select(i => $"k{i}")]);
        int[] all = [.. Enumerable.Range(0, 600)];
        FeatureBatch f = fixture.Fill(all, training: false);
        Assert.IsTrue(f.Vectors.Length >= 601 * 4);
        Assert.AreEqual(0, f.Gradients.Length);

        f.Vectors.At(2) = 5;
        f = fixture.Fill(all, training: true);
        Assert.AreEqual(0f, f.Vectors.At(2));
        Assert.IsTrue(f.Gradients.Length >= 600 * 4);
        Assert.AreEqual(3, f.Chunks);
        Assert.IsTrue(f.FactorGradients.Length >= 3 * 8);
        Assert.IsTrue(f.Shared[0].RowGradients.Length >= 601 * 3);
        Assert.IsTrue(f.Shared[1].RowGradients.Length >= 601 * 5);
    }

    [TestMethod]
    public void Buffers_are_kept_from_batch_to_batch()
    {
        Fixture fixture = new(isBag: true, OutOfVocabulary.Error, ["x|y|x", "z", "y"]);
        int[] examples = [2, 1, 0];
        fixture.Fill([0, 1, 2], training: true);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            fixture.Fill(examples, training: true);
        }

        // Single allocations of the runtime itself (first calls, tiering) are not the loader's.
        Assert.IsLessThan(1000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void Data_with_a_key_that_is_unknown_is_refused_when_the_loader_is_made()
    {
        Fixture fixture = new(isBag: false, OutOfVocabulary.Error, ["a", "b"]);
        Vocabulary small = new(fixture.Feature, ["a"]);

        UnknownKeyException e = Assert.ThrowsExactly<UnknownKeyException>(() => new BatchLoader(fixture.Data, fixture.Schema, [small], []));
        Assert.AreEqual("b", e.Key);
    }

    private static void AssertMatches(FeatureBatch f, int[][] bags, bool isBag, Fixture fixture)
    {
        List<int> distinct = [-1, .. bags.SelectMany(b => b).Where(id => id >= 0).Distinct().Order()];
        List<int> slots = [];
        List<int> offsets = [0];
        Dictionary<int, List<int>> members = [];
        for (int example = 0; example < bags.Length; example++)
        {
            foreach (int id in bags[example].Where(id => id >= 0 || !isBag))
            {
                slots.Add(id < 0 ? 0 : distinct.IndexOf(id));
                members.TryAdd(slots[^1], []);
                members[slots[^1]].Add(example);
            }

            offsets.Add(slots.Count);
        }

        Assert.AreEqual(slots.Count, f.Positions);
        CollectionAssert.AreEqual(slots, f.Slots[..f.Positions]);
        CollectionAssert.AreEqual(distinct, f.Ids[..f.SlotCount]);
        if (isBag)
        {
            CollectionAssert.AreEqual(offsets, f.Offsets[..offsets.Count]);
        }

        Assert.AreEqual(0, f.SegmentStarts[1] - f.SegmentStarts[0]);
        for (int s = 1; s < f.SlotCount; s++)
        {
            CollectionAssert.AreEqual(members[s], f.SegmentExamples[f.SegmentStarts[s]..f.SegmentStarts[s + 1]]);
        }

        foreach (SharedRows shared in f.Shared)
        {
            TableParameter table = fixture.Schema.Tables[shared.Table];
            List<IGrouping<int, int>> groups = [.. Enumerable.Range(1, f.SlotCount - 1)
                .GroupBy(s => table.Index == RowIndex.Quotient ? f.Ids[s] / table.Modulus : f.Ids[s] % table.Modulus).OrderBy(g => g.Key)];
            CollectionAssert.AreEqual(groups.Select(g => g.Key).ToArray(), shared.Rows[..shared.Count]);
            for (int r = 0; r < shared.Count; r++)
            {
                CollectionAssert.AreEqual(groups[r].ToArray(), shared.SegmentSlots[shared.SegmentStarts[r]..shared.SegmentStarts[r + 1]]);
            }
        }
    }

    /// <summary>A data set of one text feature, given as the cells of a column.</summary>
    private sealed class Fixture
    {
        private readonly Vocabulary _vocabulary;
        private readonly BatchLoader _loader;
        private readonly Batch _batch;

        public Fixture(bool isBag, OutOfVocabulary policy, string[] cells, int minCount = 1)
        {
            Feature = Schemas.Feature("F", KeyKind.Text, policy, minCount, isBag) with { FactorFloats = 8 };
            Schema = Schemas.Create(Loss.BinaryCrossEntropy, [], [Feature], Identity, Quotient, Remainder);
            DataSetBuilder builder = new(Schema, "memory");
            foreach (string cell in cells)
            {
                builder.AddLabel(false);
                if (isBag)
                {
                    builder.BeginBag(0);
                    foreach (string key in cell.Split('|'))
                    {
                        builder.AddToBag(0, key);
                    }

                    builder.EndBag(0);
                }
                else
                {
                    builder.AddKey(0, cell);
                }

                builder.EndExample();
            }

            Data = new TestData(Schema, builder.Finish([], ""));
            _vocabulary = Vocabulary.Build(Feature, Data.Categoricals[0]);
            _loader = new BatchLoader(Data, Schema, [_vocabulary], []);
            _batch = BatchLoader.CreateBatch(Schema, 1200);
        }

        public CategoricalFeature Feature { get; }

        public ModelSchema Schema { get; }

        public DataSet Data { get; }

        public int Id(string key) => _vocabulary.Find(key);

        public int[] Ids(string cell) => [.. cell.Split('|').Where(k => k.Length > 0).Select(_vocabulary.Find)];

        public FeatureBatch Fill(ReadOnlySpan<int> examples, bool training)
        {
            _loader.Begin(_batch, examples);
            _loader.FillFeature(_batch, 0, examples, training);
            return _batch.Features[0];
        }
    }

    private sealed class TestData(ModelSchema schema, DataColumns columns) : DataSet(schema, columns);
}
