using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests;

/// <summary>The pieces of which the learning of clusters is made.</summary>
[TestClass]
public sealed class ClusterTests
{
    [TestMethod]
    public void Splits_and_reassignments_fall_on_the_steps_of_the_papers_code()
    {
        ClusterSchema schema = new(50, 1, 10, 40, Reassignment.Prime, ClusterDivision.Gpca, ClusterChoice.Data, 0.309f, 128, false);
        ClusterCalendar items = new(schema, 0, 2), users = new(schema, 1, 2);
        CollectionAssert.AreEqual(new long[] { 0, 10, 20, 30 }, Steps(40, items.SplitsBefore));
        CollectionAssert.AreEqual(new long[] { 5, 15, 25, 35 }, Steps(40, users.SplitsBefore));
        CollectionAssert.AreEqual(new long[] { 40, 80, 120, 200, 280, 440, 520, 680, 760 }, Steps(800, items.ReassignsAfter).Select(s => s + 1).ToArray());
        CollectionAssert.AreEqual(new long[] { 20, 60, 100, 180, 260, 420 }, Steps(450, users.ReassignsAfter).Select(s => s + 1).ToArray());
        Assert.IsEmpty(Steps(500, new ClusterCalendar(schema with { Reassign = Reassignment.Never }, 0, 1).ReassignsAfter));
        Assert.HasCount(20, Steps(800, new ClusterCalendar(schema with { Reassign = Reassignment.Every }, 0, 1).ReassignsAfter));

        static long[] Steps(int steps, Func<long, bool> due) => [.. Enumerable.Range(0, steps).Select(s => (long)s).Where(due)];
    }

    [TestMethod]
    [DataRow(0f)]
    [DataRow(1000f)]
    public void The_principal_direction_of_two_blobs_is_their_difference_whatever_is_added_to_all(float offset)
    {
        const int width = 9;
        Random random = new(4);
        double[] difference = [.. Enumerable.Range(0, width).Select(_ => random.NextDouble() - 0.5)];
        SecondMoment first = new(width), second = new(width);
        float[] all = new float[600 * width];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = (float)(offset + (((i / width % 2) - 0.5) * 4 * difference[i % width]) + (0.2 * (random.NextDouble() - 0.5)));
        }

        first.Add(all.AsSpan(0, 100 * width));
        second.Add(all.AsSpan(100 * width, 37 * width));
        second.Add(all.AsSpan(137 * width));
        first.Add(second);
        double[] direction = first.Principal();
        double cosine = direction.Zip(difference, (a, b) => a * b).Sum() / Math.Sqrt(difference.Sum(x => x * x));
        Assert.IsTrue(Math.Abs(cosine) > 0.99, $"cosine {cosine}");
        Assert.AreEqual(600, first.Count);
        Assert.AreEqual(direction.Max(), direction.MaxBy(Math.Abs), "the largest component is positive");
        Assert.AreEqual(300, Enumerable.Range(0, 600).Count(i => first.Project(all.AsSpan(i * width, width), direction) >= 0));
    }

    [TestMethod]
    public void The_second_moment_is_that_of_the_definition()
    {
        float[] vectors = [1, 2, 3, 5, -1, 4, 2, 2];
        SecondMoment moment = new(2);
        moment.Add(vectors.AsSpan(0, 2));
        moment.Add(vectors.AsSpan(2));
        Assert.AreEqual(1.25, moment.Mean[0], 1e-12);
        Assert.AreEqual(3.25, moment.Mean[1], 1e-12);

        // Eigenvectors of [[8.75, 0.75], [0.75, 6.75]].
        double[] direction = moment.Principal();
        double angle = 0.5 * Math.Atan2(2 * 0.75, 8.75 - 6.75);
        Assert.AreEqual(Math.Cos(angle), direction[0], 1e-6);
        Assert.AreEqual(Math.Sin(angle), direction[1], 1e-6);
    }

    [TestMethod]
    public void Members_below_zero_leave_unless_a_side_would_be_next_to_empty()
    {
        int[] members = [3, 5, 8, 9];
        CollectionAssert.AreEqual(new[] { 5, 9 }, ClusterDivider.Leaving(members, [0, -1, 2, -0.5]));
        CollectionAssert.AreEqual(new[] { 3, 8 }, ClusterDivider.Leaving(members, [1, 4, 2, 3]), "none is below zero: the median");
        CollectionAssert.AreEqual(new[] { 8, 9 }, ClusterDivider.Leaving(members, [0, 0, 0, 0]), "all alike: the second half");
        int[] many = [.. Enumerable.Range(0, 200)];
        double[] outlier = [.. many.Select(i => i == 7 ? -1000.0 : 5 + i)];
        Assert.HasCount(100, ClusterDivider.Leaving(many, outlier));
    }

    [TestMethod]
    public void Moves_leave_no_cluster_empty_and_ids_without_a_proposal_alone()
    {
        Assignment assignment = new(6, 3, 4);
        int moved = ClusterMoves.Apply(assignment, [2, 2, -1, 2, 2, 2], keep: 0, seed: 1, table: 0, step: 0);
        CollectionAssert.AreEqual(new[] { 2, 2, 2, 0, 1, 2 }, Fixed(assignment), "ids 3 and 4 are the last of their clusters");
        Assert.AreEqual(2, moved);

        static int[] Fixed(Assignment a) => a.Clusters;
    }

    [TestMethod]
    public void The_share_of_ids_that_keep_their_cluster_is_as_set_and_differs_by_step()
    {
        int[] proposals = new int[20000];
        int[][] kept = [.. new[] { 1L, 2L }.Select(step =>
        {
            Assignment assignment = new(proposals.Length, 1, 2) { Live = 2 };
            Array.Fill(assignment.Clusters, 1, 0, proposals.Length - 1);
            ClusterMoves.Apply(assignment, proposals, 0.309f, 5, 0, step);
            return assignment.Clusters;
        })];
        Assert.AreEqual(0.309, kept[0].Count(z => z == 1) / 20000.0, 0.015);
        Assert.IsFalse(kept[0].SequenceEqual(kept[1]));
    }

    [TestMethod]
    public void Dead_and_empty_clusters_are_repaired_from_the_largest()
    {
        TableParameter parameter = new("Item.C", 0, RowIndex.Assignment, 4, 2, ParameterGroup.Table, Initialization.Zero, 0, NonNegative: true);
        Assignment assignment = new(7, 2, 4) { Live = 3 };
        Table table = new(parameter, 4, new NativeFloats(8), [new NativeFloats(8), new NativeFloats(8)], assignment);
        new float[] { 1, 2, 0, 0, 5, 5, 0, 0 }.CopyTo(table.Values.Span(0, 8));
        Assert.IsTrue(ClusterMoves.Repair(table, OptimizerKind.Adam));
        CollectionAssert.AreEqual(new float[] { 1, 2, 1, 2, 1, 2, 0, 0 }, table.Values.Span(0, 8).ToArray());
        CollectionAssert.AreEqual(new[] { 2, 3, 2 }, assignment.Sizes());
        Assert.AreEqual(7, assignment.Sizes().Sum());
    }

    [TestMethod]
    public void The_cluster_to_split_has_the_greatest_value_and_two_ids_with_data()
    {
        Assignment assignment = new(7, 3, 4);
        Assert.AreEqual(1, ClusterData.Choose(assignment, [1, 1, 1, 1, 1, 0, 1], [5, 6, 9]), "cluster 2 has one id with data");
        Assert.AreEqual(-1, ClusterData.Choose(new Assignment(3, 3, 3), [1, 1, 1], [1, 1, 1]));
    }

    [TestMethod]
    public void Ids_without_data_join_the_cluster_with_the_most()
    {
        Assignment assignment = new(6, 3, 3);
        ClusterData.PlaceIdle(assignment, [3, 9, 1, 0, 0, 0]);
        CollectionAssert.AreEqual(new[] { 0, 1, 2, 1, 1, 1 }, assignment.Clusters);
    }

    [TestMethod]
    public void Splits_are_idle_when_three_of_them_gain_less_than_the_noise()
    {
        Random random = new(3);
        double level = 1;
        IdleSplits splits = new(() => [.. Enumerable.Range(0, 500).Select(_ => level + (0.1 * random.NextDouble()))]);
        for (int split = 0; split < 8; split++)
        {
            Assert.IsFalse(splits.IsReached(0), $"split {split} lowers the loss");
            level -= 0.05;
        }

        level += 0.05;
        Assert.IsTrue(Enumerable.Range(0, 6).Any(_ => splits.IsReached(0)));
        level = 0;
        Assert.IsTrue(splits.IsReached(0), "it stays so");
        Assert.IsFalse(splits.IsReached(1), "another table has its own losses");
    }
}
