using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Runtime.Tests.Recommendation;

namespace ModelGen.Runtime.Tests.Data;

[TestClass]
public sealed class InteractionMatrixTests
{
    [TestMethod]
    public void Items_of_a_user_are_distinct_and_ascending_whatever_the_order_of_the_pairs()
    {
        InteractionMatrix matrix = InteractionMatrix.From(4, 6, [2, 0, 2, 0, 2, 3], [5, 1, 0, 1, 5, 2]);

        Assert.AreEqual(4, matrix.Users);
        Assert.AreEqual(6, matrix.Items);
        Assert.AreEqual(4L, matrix.Count);
        CollectionAssert.AreEqual(new[] { 1 }, matrix.History(0).ToArray());
        CollectionAssert.AreEqual(Array.Empty<int>(), matrix.History(1).ToArray());
        CollectionAssert.AreEqual(new[] { 0, 5 }, matrix.History(2).ToArray());
        CollectionAssert.AreEqual(new[] { 2 }, matrix.History(3).ToArray());
    }

    [TestMethod]
    public void Random_pairs_agree_with_sorted_sets()
    {
        Random random = new(3);
        for (int run = 0; run < 50; run++)
        {
            int users = random.Next(1, 12);
            int items = random.Next(1, 9);
            int[] userOfPair = [.. Enumerable.Range(0, random.Next(0, 60)).Select(_ => random.Next(users))];
            int[] itemOfPair = [.. userOfPair.Select(_ => random.Next(items))];
            InteractionMatrix matrix = InteractionMatrix.From(users, items, userOfPair, itemOfPair);

            HashSet<(int User, int Item)> pairs = [.. userOfPair.Zip(itemOfPair)];
            Assert.AreEqual(pairs.Count, matrix.Count);
            for (int user = 0; user < users; user++)
            {
                CollectionAssert.AreEqual(pairs.Where(p => p.User == user).Select(p => p.Item).Order().ToArray(), matrix.History(user).ToArray());
            }

            CollectionAssert.AreEqual(Enumerable.Range(0, items).Select(i => pairs.Count(p => p.Item == i)).ToArray(), matrix.ItemCounts());
        }
    }

    [TestMethod]
    public void Selected_users_keep_their_items_in_the_order_selected()
    {
        InteractionMatrix matrix = InteractionMatrix.From(3, 4, [0, 1, 1, 2], [3, 0, 2, 1]).SelectUsers([2, 1, 2]);

        Assert.AreEqual(3, matrix.Users);
        Assert.AreEqual(4, matrix.Items);
        CollectionAssert.AreEqual(new[] { 1 }, matrix.History(0).ToArray());
        CollectionAssert.AreEqual(new[] { 0, 2 }, matrix.History(1).ToArray());
        CollectionAssert.AreEqual(new[] { 1 }, matrix.History(2).ToArray());
        CollectionAssert.AreEqual(new[] { 1, 2, 1, 0 }, matrix.ItemCounts());
    }

    [TestMethod]
    public void Pairs_of_a_data_set_are_numbered_by_user_keys_and_the_vocabulary_of_items()
    {
        DataSet<Pair> data = Pair.Data((7, 10, 1), (5, 30, 2), (7, 30, 3), (7, 10, 4), (5, 20, 5), (9, 99, 6));
        Vocabulary items = new(Pair.Schema.Categoricals[1], new[] { 30L, 10, 20 });
        InteractionMatrix matrix = InteractionMatrix.From(data, items);

        Assert.AreEqual((3, 3, 4L), (matrix.Users, matrix.Items, matrix.Count));
        CollectionAssert.AreEqual(new[] { 0, 1 }, matrix.History(0).ToArray());
        CollectionAssert.AreEqual(new[] { 0, 2 }, matrix.History(1).ToArray());
        Assert.IsTrue(matrix.History(2).IsEmpty, "item 99 is not in the vocabulary");
    }

    [TestMethod]
    public void A_pair_outside_the_matrix_is_named()
    {
        ArgumentOutOfRangeException item = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => InteractionMatrix.From(2, 3, [0, 1], [0, 3]));
        StringAssert.Contains(item.Message, "Pair 1 has item 3");
        ArgumentOutOfRangeException user = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => InteractionMatrix.From(2, 3, [-1], [0]));
        StringAssert.Contains(user.Message, "Pair 0 has user -1");
        Assert.ThrowsExactly<ArgumentException>(() => InteractionMatrix.From(2, 3, [0, 1], [0]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => InteractionMatrix.From(-1, 3, [], []));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => InteractionMatrix.From(1, 1, [0], [0]).History(1).Length.ToString());
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => InteractionMatrix.From(1, 1, [0], [0]).SelectUsers([1]));
    }
}
