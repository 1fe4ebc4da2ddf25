using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Runtime.Tests.Data;

namespace ModelGen.Runtime.Tests.Recommendation;

[TestClass]
public sealed class SplitTests
{
    [TestMethod]
    public void The_last_pair_of_a_user_in_time_is_the_test_and_the_one_before_it_the_validation()
    {
        DataSplit<Pair> split = Pair.Data((1, 10, 5), (1, 11, 9), (2, 20, 1), (1, 12, 7), (2, 21, 3), (2, 22, 2), (1, 13, 6)).SplitLeaveOneOut();

        CollectionAssert.AreEqual(new[] { (1L, 10L), (2L, 20L), (1L, 13L) }, Pair.Rows(split.Training));
        CollectionAssert.AreEqual(new[] { (1L, 12L), (2L, 22L) }, Pair.Rows(split.Validation!));
        CollectionAssert.AreEqual(new[] { (1L, 11L), (2L, 21L) }, Pair.Rows(split.Test));
        CollectionAssert.AreEqual(new[] { (1L, 10L), (2L, 20L), (1L, 12L), (2L, 22L), (1L, 13L) }, Pair.Rows(split.BeforeTest));
        CollectionAssert.AreEqual(new long[] { 9, 3 }, split.Test.Timestamps);
    }

    [TestMethod]
    public void Pairs_of_one_time_are_ordered_by_their_rows()
    {
        DataSplit<Pair> split = Pair.Data((1, 10, 4), (1, 11, 4), (1, 12, 4)).SplitLeaveOneOut();

        CollectionAssert.AreEqual(new[] { (1L, 12L) }, Pair.Rows(split.Test));
        CollectionAssert.AreEqual(new[] { (1L, 11L) }, Pair.Rows(split.Validation!));
    }

    [TestMethod]
    public void Users_with_too_few_pairs_stay_in_training_and_are_counted()
    {
        DataSet<Pair> data = Pair.Data((1, 10, 1), (1, 11, 2), (1, 12, 3), (2, 10, 1), (2, 11, 2), (3, 10, 1));

        DataSplit<Pair> split = data.SplitLeaveOneOut();
        Assert.AreEqual(2, split.UndividedUsers);
        Assert.AreEqual(4, split.Training.Count);
        DataSplit<Pair> without = data.SplitLeaveOneOut(validation: false);
        Assert.AreEqual(1, without.UndividedUsers);
        Assert.IsNull(without.Validation);
        Assert.AreEqual(2, without.Test.Count);
        StringAssert.Contains(
            Assert.ThrowsExactly<DataSetException>(() => Pair.Data((1, 10, 1), (2, 10, 1)).SplitLeaveOneOut()).Message, "none of 2 users has the three examples");
    }

    [TestMethod]
    public void A_split_by_time_puts_the_latest_pairs_of_all_users_into_the_test()
    {
        DataSplit<Pair> split = Pair.Data([.. Enumerable.Range(0, 10).Select(i => (1L, (long)i, (long)(i * 7 % 10)))]).SplitByTime(test: 0.2, validation: 0.1);

        Assert.AreEqual(7, split.Training.Count);
        CollectionAssert.AreEqual(new long[] { 7 }, split.Validation!.Timestamps);
        CollectionAssert.AreEquivalent(new long[] { 8, 9 }, split.Test.Timestamps);
        Assert.IsTrue(split.BeforeTest.Timestamps!.All(t => t < 8));
    }

    [TestMethod]
    public void A_random_split_is_decided_by_its_seed_and_loses_nothing()
    {
        DataSet<Pair> data = Pair.Data([.. Enumerable.Range(0, 100).Select(i => (i % 7L, (long)i, 0L))]);
        DataSplit<Pair> first = data.SplitAtRandom(0.2, 0.1, seed: 4), second = data.SplitAtRandom(0.2, 0.1, seed: 4), other = data.SplitAtRandom(0.2, 0.1, seed: 5);

        CollectionAssert.AreEqual(Pair.Rows(first.Test), Pair.Rows(second.Test));
        CollectionAssert.AreNotEqual(Pair.Rows(first.Test), Pair.Rows(other.Test));
        Assert.AreEqual((70, 10, 20), (first.Training.Count, first.Validation!.Count, first.Test.Count));
        CollectionAssert.AreEquivalent(Pair.Rows(data), Pair.Rows(first.BeforeTest).Concat(Pair.Rows(first.Test)).ToList());
    }

    [TestMethod]
    public void A_split_by_user_holds_out_a_fifth_rounded_up_of_every_chosen_user()
    {
        DataSet<Pair> data = Pair.Data([.. Enumerable.Range(0, 40).SelectMany(u => Enumerable.Range(0, 1 + (u % 11)).Select(i => ((long)u, (long)i, 0L)))]);
        UserSplit<Pair> split = data.SplitUsers(validation: 5, test: 8, heldOut: 0.2, seed: 3);

        HashSet<long> test = [.. Pair.Rows(split.Test.History).Select(p => p.User)], validation = [.. Pair.Rows(split.Validation!.History).Select(p => p.User)];
        Assert.HasCount(8, test);
        Assert.HasCount(5, validation);
        Assert.IsFalse(test.Overlaps(validation));
        Assert.IsFalse(Pair.Rows(split.Training).Any(p => test.Contains(p.User) || validation.Contains(p.User)));
        foreach (long user in test)
        {
            int n = 1 + (int)(user % 11);
            List<long> told = [.. Pair.Rows(split.Test.History).Where(p => p.User == user).Select(p => p.Item)];
            List<long> held = [.. Pair.Rows(split.Test.HeldOut).Where(p => p.User == user).Select(p => p.Item)];
            Assert.HasCount((int)Math.Ceiling(0.2 * n), held);
            CollectionAssert.AreEquivalent(Enumerable.Range(0, n).Select(i => (long)i).ToList(), told.Concat(held).ToList());
        }
    }

    [TestMethod]
    public void Holding_out_leaves_every_user_something_to_tell_and_counts_those_with_one_pair()
    {
        HeldOutUsers<Pair> parts = Pair.Data((1, 1, 0), (1, 2, 0), (2, 1, 0)).HoldOut(0.9, seed: 1);

        Assert.AreEqual((1, 1, 1), (parts.History.Count, parts.HeldOut.Count, parts.LeftOutUsers));
        StringAssert.Contains(Assert.ThrowsExactly<DataSetException>(() => Pair.Data((1, 1, 0), (2, 1, 0)).HoldOut(0.2, 1)).Message, "none of 2 users has two examples");
    }

    [TestMethod]
    public void The_core_is_filtered_until_nothing_changes()
    {
        // User 3 holds item 30 above the limit only until user 3 itself falls below it.
        DataSet<Pair> core = Pair.Data((1, 10, 0), (1, 20, 0), (2, 10, 0), (2, 20, 0), (3, 30, 0), (2, 30, 0), (3, 40, 0)).Core(2);

        CollectionAssert.AreEqual(new[] { (1L, 10L), (1L, 20L), (2L, 10L), (2L, 20L) }, Pair.Rows(core));
        StringAssert.Contains(Assert.ThrowsExactly<DataSetException>(() => Pair.Data((1, 10, 0), (2, 20, 0)).Core(2)).Message, "the 2-core of 2 examples is empty");
    }

    [TestMethod]
    public void Impossible_requests_are_refused_with_their_numbers()
    {
        DataSet<Pair> data = Pair.Data((1, 10, 0), (1, 11, 0), (2, 10, 0), (2, 11, 0), (3, 10, 0));

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => data.SplitUsers(1, 2, 0.2, 1)).Message, "2 of 3 users have the two examples");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => data.SplitByTime(0.6, 0.4)).Message, "both together below 1");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => data.SplitAtRandom(0.05, 0, 1)).Message, "leave a part empty");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => data.HoldOut(1, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => data.Core(0));
        DataSet<Visit> visits = DataSet<Visit>.FromExamples([new Visit { City = "Ulm" }, new Visit { City = "Bonn" }]);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => visits.HoldOut(0.5, 1)).Message, "needs a [User] property, and Visit has none");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => visits.SplitByTime(0.5)).Message, "needs a [Timestamp] property");
    }
}
