using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Runtime.Tests.Data;

[TestClass]
public sealed class VocabularyTests
{
    // Counts: a 1, b 3, c 2, d 2, e 1; first appearance d, a, b, c, e although the pool numbers them otherwise.
    private static readonly string[] Pool = ["a", "b", "c", "d", "e", "never"];
    private static readonly int[] Codes = [3, 0, 1, 2, 1, 2, 1, 3, 4];

    [TestMethod]
    public void Ids_go_by_descending_count_and_then_by_first_appearance()
    {
        Vocabulary v = Build(OutOfVocabulary.Error);

        CollectionAssert.AreEqual(new[] { "b", "d", "c", "a", "e" }, v.TextKeys);
        CollectionAssert.AreEqual(new[] { 3L, 2, 2, 1, 1 }, v.Counts);
        Assert.AreEqual(5, v.Count);
        Assert.AreEqual(5, v.Rows);
        Assert.AreEqual(0, v.UnknownCount);
        Assert.AreEqual(2, v.Find("c"));
    }

    [TestMethod]
    public void Ties_are_broken_by_position_on_larger_random_data()
    {
        Random random = new(1);
        long[] pool = [.. Enumerable.Range(0, 300).Select(i => 1000L - i)];
        int[] codes = [.. Enumerable.Range(0, 2000).Select(_ => (int)(300 * Math.Pow(random.NextDouble(), 2)))];
        Vocabulary v = Vocabulary.Build(Schemas.Feature("F", KeyKind.Integer), new KeyColumn(pool, codes));

        // Enumerable.GroupBy and OrderByDescending keep the order of first appearance among equals.
        long[] expected = [.. codes.GroupBy(c => c).OrderByDescending(g => g.Count()).Select(g => pool[g.Key])];
        CollectionAssert.AreEqual(expected, v.IntegerKeys);
    }

    [TestMethod]
    public void Rare_keys_are_left_out_and_counted_as_unknown()
    {
        Vocabulary v = Build(OutOfVocabulary.SharedRow, minCount: 2);

        CollectionAssert.AreEqual(new[] { "b", "d", "c" }, v.TextKeys);
        Assert.AreEqual(2, v.UnknownCount);
        Assert.AreEqual(3, v.Count);
        Assert.AreEqual(4, v.Rows);
        Assert.AreEqual(3, v.Find("a"));
        Assert.AreEqual(3, v.Find("unseen"));
    }

    [TestMethod]
    public void Unknown_keys_follow_the_policy()
    {
        Vocabulary bucket = Build(OutOfVocabulary.HashedBucket, minCount: 2);
        Assert.AreEqual(10, bucket.Rows);
        Assert.AreEqual(3 + (int)(KeyHash.Hash("zz") % 7), bucket.Find("zz"));
        Assert.AreEqual(-1, Build(OutOfVocabulary.Zero, minCount: 2).Find("a"));

        UnknownKeyException e = Assert.ThrowsExactly<UnknownKeyException>(() => Build(OutOfVocabulary.Error).Find("zz"));
        Assert.AreEqual("zz", e.Key);
        StringAssert.Contains(e.Message, "Feature 'F' has no row for the key 'zz'");
        StringAssert.Contains(e.Message, "SharedRow, HashedBucket or Zero");
    }

    [TestMethod]
    public void Map_gives_the_id_of_every_code_and_names_an_unknown_key_only_if_it_occurs()
    {
        Vocabulary v = Build(OutOfVocabulary.Error);

        CollectionAssert.AreEqual(new[] { 3, 0, 2, 1, 4, -1 }, v.Map(new KeyColumn(Pool, Codes)));
        UnknownKeyException e = Assert.ThrowsExactly<UnknownKeyException>(() => v.Map(new KeyColumn(Pool, [0, 5])));
        Assert.AreEqual("never", e.Key);
        CollectionAssert.AreEqual(new[] { 3, 0, 2, 1, 3, 3 }, Build(OutOfVocabulary.SharedRow, 2).Map(new KeyColumn(Pool, Codes)));
    }

    [TestMethod]
    public void MinCount_under_the_error_policy_says_which_policies_to_choose()
    {
        VocabularyException e = Assert.ThrowsExactly<VocabularyException>(() => Build(OutOfVocabulary.Error, minCount: 2));

        StringAssert.Contains(e.Message, "Feature 'F': 2 of 5 keys occur fewer than MinCount = 2 times in the training split (such as 'a')");
        StringAssert.Contains(e.Message, "Set OutOfVocabulary to SharedRow, HashedBucket or Zero");
    }

    [TestMethod]
    public void A_vocabulary_without_rows_is_refused()
    {
        VocabularyException e = Assert.ThrowsExactly<VocabularyException>(() => Build(OutOfVocabulary.Zero, minCount: 9));
        StringAssert.Contains(e.Message, "Feature 'F' has no ids");
        StringAssert.Contains(e.Message, "Lower MinCount, or set OutOfVocabulary to SharedRow");

        Assert.AreEqual(1, Build(OutOfVocabulary.SharedRow, minCount: 9).Rows);
    }

    [TestMethod]
    public void With_a_fixed_cardinality_integers_are_their_own_ids()
    {
        CategoricalFeature feature = Schemas.Feature("F", KeyKind.Integer, OutOfVocabulary.Zero, cardinality: 4);
        KeyColumn column = new([3L, 1, 9], [0, 0, 1, 2]);
        Vocabulary v = Vocabulary.Build(feature, column);

        Assert.AreEqual(4, v.Count);
        Assert.AreEqual(0, v.IntegerKeys.Length);
        CollectionAssert.AreEqual(new[] { 0L, 1, 0, 2 }, v.Counts);
        Assert.AreEqual(1, v.UnknownCount);
        CollectionAssert.AreEqual(new[] { 3, 1, -1 }, v.Map(column));

        UnknownKeyException e = Assert.ThrowsExactly<UnknownKeyException>(() =>
            Vocabulary.Build(feature with { OutOfVocabulary = OutOfVocabulary.Error }, new([1L], [0])).Find(4));
        StringAssert.Contains(e.Message, "the integers from 0 to 3");
    }

    [TestMethod]
    public void A_saved_vocabulary_finds_the_same_ids()
    {
        Vocabulary built = Build(OutOfVocabulary.HashedBucket, minCount: 2);
        Vocabulary loaded = new(built.Feature, built.TextKeys, built.Counts, built.UnknownCount);

        foreach (string key in Pool)
        {
            Assert.AreEqual(built.Find(key), loaded.Find(key));
        }

        Assert.AreEqual(built.Rows, loaded.Rows);
        Assert.ThrowsExactly<VocabularyException>(() => new Vocabulary(built.Feature, ["a", "a"]));
        Assert.ThrowsExactly<VocabularyException>(() => new Vocabulary(built.Feature, [1L]));
        Assert.ThrowsExactly<VocabularyException>(() => new Vocabulary(built.Feature, ["a"], [1L, 2]));
    }

    [TestMethod]
    public void The_key_hash_is_the_documented_one()
    {
        // Reference values: the published offset basis and FNV-1a of "a" (folded), and the first outputs of splitmix64 from state 0.
        Assert.AreEqual(14695981039346656037UL ^ (14695981039346656037UL >> 32), KeyHash.Hash(""));
        Assert.AreEqual(0xaf63dc4c8601ec8cUL ^ 0xaf63dc4cUL, KeyHash.Hash("a"));
        Assert.AreEqual(0xe220a8397b1dcdafUL, KeyHash.Hash(0));
        Assert.AreEqual(0x6e789e6aa1b965f4UL, KeyHash.Mix(0x9E3779B97F4A7C15));
        Assert.AreEqual((int)(KeyHash.Hash(-5) % 13), KeyHash.Bucket(-5, 13));
    }

    private static Vocabulary Build(OutOfVocabulary policy, int minCount = 1) =>
        Vocabulary.Build(Schemas.Feature("F", policy: policy, minCount: minCount), new KeyColumn(Pool, Codes));
}
