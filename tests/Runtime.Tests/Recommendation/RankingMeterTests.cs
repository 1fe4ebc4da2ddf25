using System;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Runtime.Tests.Recommendation;

[TestClass]
public sealed class RankingMeterTests
{
    [TestMethod]
    public void A_single_target_has_the_gain_of_its_place()
    {
        ImmutableArray<RankingAt> means = Measure([1, 2, 3], [(new float[] { 9, 8, 7, 6 }, [2], [])]);

        Assert.AreEqual(new RankingAt(1, 0, 0, 0), means[0]);
        Assert.AreEqual(new RankingAt(2, 0, 0, 0), means[1]);
        Assert.AreEqual(new RankingAt(3, 1, 1 / Math.Log2(4), 1), means[2]);
    }

    [TestMethod]
    public void Excluded_items_are_no_candidates()
    {
        RankingAt top = Measure([1], [(new float[] { 9, 8, 7, 6 }, [2], [0, 1])])[0];

        Assert.AreEqual(new RankingAt(1, 1, 1, 1), top);
    }

    [TestMethod]
    public void Equal_scores_share_their_places()
    {
        // Four equal scores: the place of each is 1.5, inside a list of two and outside one of one.
        ImmutableArray<RankingAt> means = Measure([1, 2], [(new float[] { 5, 5, 5, 5, 1 }, [3], [])]);

        Assert.AreEqual(0, means[0].HitRate);
        Assert.AreEqual(1, means[1].HitRate);
        Assert.AreEqual(1 / Math.Log2(3.5), means[1].Ndcg, 1e-15);
    }

    [TestMethod]
    public void Several_targets_are_measured_against_the_best_that_is_possible()
    {
        // Places 0, 2 and 4 of three targets.
        ImmutableArray<RankingAt> means = Measure([2, 3, 10], [(new float[] { 9, 8, 7, 6, 5, 4 }, [0, 2, 4], [])]);
        double ideal2 = 1 + (1 / Math.Log2(3)), ideal3 = ideal2 + 0.5;

        Assert.AreEqual(0.5, means[0].Recall, "one hit of the two that fit");
        Assert.AreEqual(1 / ideal2, means[0].Ndcg, 1e-15);
        Assert.AreEqual(2 / 3.0, means[1].Recall, 1e-15);
        Assert.AreEqual(1.5 / ideal3, means[1].Ndcg, 1e-15);
        Assert.AreEqual(1, means[2].Recall);
        Assert.AreEqual((1.5 + (1 / Math.Log2(6))) / ideal3, means[2].Ndcg, 1e-15);
    }

    [TestMethod]
    public void The_targets_on_top_in_any_order_give_one_in_everything()
    {
        ImmutableArray<RankingAt> means = Measure([1, 3, 7], [(new float[] { 1, 9, 2, 8, 7, 3 }, [4, 1, 3], [])]);

        Assert.IsTrue(means.All(m => m.HitRate == 1 && Math.Abs(m.Ndcg - 1) < 1e-15 && m.Recall == 1));
    }

    [TestMethod]
    public void Means_run_over_all_users_whichever_meter_saw_them()
    {
        Random random = new(4);
        (float[] Scores, int[] Targets, int[] Excluded)[] users = [.. Enumerable.Range(0, 40).Select(_ => (Scores(random, 57), new[] { random.Next(20), 20 + random.Next(20) }, new[] { 45, 50 }))];
        RankingMeter all = new([5, 10]), first = new([5, 10]), second = new([5, 10]);
        for (int u = 0; u < users.Length; u++)
        {
            all.Add((float[])users[u].Scores.Clone(), users[u].Targets, users[u].Excluded);
            (u < 13 ? first : second).Add((float[])users[u].Scores.Clone(), users[u].Targets, users[u].Excluded);
        }

        first.Add(second);
        Assert.AreEqual((40, 80L), (first.Users, first.HeldOut));
        for (int c = 0; c < 2; c++)
        {
            Assert.AreEqual(all.Means()[c].Ndcg, first.Means()[c].Ndcg, 1e-13);
            Assert.AreEqual(all.Means()[c].Recall, first.Means()[c].Recall, 1e-13);
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(7)]
    [DataRow(16)]
    [DataRow(100)]
    public void A_place_is_found_by_counting_whatever_the_vector_width(int items)
    {
        Random random = new(items);
        float[] scores = [.. Enumerable.Range(0, items).Select(_ => (float)random.Next(5))];
        foreach (float target in scores.Distinct())
        {
            Assert.AreEqual(scores.Count(s => s > target) + ((scores.Count(s => s == target) - 1) / 2.0), RankingMeter.Place(scores, target));
        }
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    public void A_score_that_is_no_number_is_refused(float bad)
    {
        float[] scores = Scores(new Random(1), 40);
        scores[39] = bad;

        Assert.ThrowsExactly<ArithmeticException>(() => new RankingMeter([10]).Add(scores, [1], []));
    }

    private static float[] Scores(Random random, int items) => [.. Enumerable.Range(0, items).Select(_ => random.NextSingle())];

    private static ImmutableArray<RankingAt> Measure(ImmutableArray<int> cutoffs, (float[] Scores, int[] Targets, int[] Excluded)[] users)
    {
        RankingMeter meter = new(cutoffs);
        foreach ((float[] scores, int[] targets, int[] excluded) in users)
        {
            meter.Add(scores, targets, excluded);
        }

        return meter.Means();
    }
}
