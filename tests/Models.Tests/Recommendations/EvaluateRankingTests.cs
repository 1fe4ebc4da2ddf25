using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests.Recommendations;

/// <summary>Measures of rankings against lists that are scored pair by pair and sorted.</summary>
[TestClass]
public sealed class EvaluateRankingTests
{
    private static readonly ImmutableArray<int> s_cutoffs = [1, 5, 10];

    [TestMethod]
    public void Lists_of_plain_tables_are_measured_as_by_hand() => CheckAgainstLists<PlayFull>();

    [TestMethod]
    public void Lists_of_multi_layer_tables_are_measured_as_by_hand() => CheckAgainstLists<PlayMultiLayer>();

    [TestMethod]
    public void Lists_of_quantised_tables_are_measured_as_by_hand() => CheckAgainstLists<PlayQuantized>();

    [TestMethod]
    public void Lists_of_both_branches_are_measured_as_by_hand() => CheckAgainstLists<PlayNeuMf>();

    [TestMethod]
    public void Lists_of_two_towers_are_measured_as_by_hand() => CheckAgainstLists<PlayTowers>();

    [TestMethod]
    public void Lists_of_queries_with_context_are_measured_as_by_hand() => CheckAgainstLists<PlayContext>();

    [TestMethod]
    public void The_result_does_not_depend_on_threads()
    {
        DataSplit<PlayNeuMf> split = Plays.Create<PlayNeuMf>().SplitLeaveOneOut();
        TrainedModel<PlayNeuMf> trained = PlayNeuMf.Train(split.Training, new TrainingOptions { Epochs = 2, BatchSize = 64 });
        RankingEvaluation[] results = [.. new[] { 1, 2, 3 }.Select(threads => trained.EvaluateRanking(split.Test, split.BeforeTest, new RankingOptions { Cutoffs = s_cutoffs, Threads = threads }))];

        foreach (RankingEvaluation result in results)
        {
            Assert.AreEqual(results[0] with { Cutoffs = [] }, result with { Cutoffs = [] });
            CollectionAssert.AreEqual(results[0].Cutoffs, result.Cutoffs);
        }
    }

    [TestMethod]
    public void A_planted_taste_is_learned_under_either_loss()
    {
        DataSplit<PlayFull> split = Plays.Create<PlayFull>().SplitLeaveOneOut();
        RankingEvaluation logistic = PlayFull.Train(split.Training, new TrainingOptions { Epochs = 30, BatchSize = 32 }).EvaluateRanking(split.Test, split.BeforeTest);
        DataSplit<PlayRanked> ranked = PlayRanked.From(Plays.Pairs(3).Select((p, i) => new PlayRanked { User = p.User, Item = p.Item, Time = i })).SplitLeaveOneOut();
        RankingEvaluation pairs = PlayRanked.Train(ranked.Training, new TrainingOptions { Epochs = 30, BatchSize = 32 }).EvaluateRanking(ranked.Test, ranked.BeforeTest);

        // 37 candidates, of which the first 10 hold a random item with probability 0.27.
        Assert.IsGreaterThan(0.6, logistic.At(10).HitRate, logistic.ToString());
        Assert.IsGreaterThan(0.6, pairs.At(10).HitRate, pairs.ToString());
        Assert.AreEqual(Plays.Users, logistic.Users);
    }

    [TestMethod]
    public void Unknown_users_and_items_and_pairs_met_before_are_left_out_and_counted()
    {
        TrainedModel<PlayFull> trained = PlayFull.Train(PlayFull.From([Plays.Play<PlayFull>(1, 1, 0), Plays.Play<PlayFull>(1, 2, 0), Plays.Play<PlayFull>(2, 3, 0)]), new TrainingOptions());
        DataSet<PlayFull> history = PlayFull.From([Plays.Play<PlayFull>(1, 1, 0), Plays.Play<PlayFull>(7, 1, 0), Plays.Play<PlayFull>(1, 99, 0)]);
        DataSet<PlayFull> heldOut = PlayFull.From(
            [Plays.Play<PlayFull>(1, 1, 0), Plays.Play<PlayFull>(1, 2, 0), Plays.Play<PlayFull>(1, 77, 0), Plays.Play<PlayFull>(7, 2, 0), Plays.Play<PlayFull>(2, 88, 0)]);
        RankingEvaluation result = trained.EvaluateRanking(heldOut, history);

        Assert.AreEqual((1, 1L, 3, 2, 2L, 1L), (result.Users, result.HeldOut, result.Items, result.LeftOutUsers, result.UnknownItems, result.MetBefore));
        Assert.AreEqual(1, result.At(10).HitRate, "a list longer than the catalogue holds everything");
        Assert.AreEqual(1, result.At(10).Recall);
        DataSet<PlayFull> nothing = PlayFull.From([Plays.Play<PlayFull>(7, 2, 0)]);
        StringAssert.Contains(Assert.ThrowsExactly<DataSetException>(() => trained.EvaluateRanking(nothing, history)).Message, "none of the 1 users with held-out pairs can be measured");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => trained.EvaluateRanking(heldOut, history, new RankingOptions { Cutoffs = [5, 0] })).Message, "Cutoffs contains 0");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => result.At(5)).Message, "Lists of length 5 were not measured");
    }

    [TestMethod]
    public void Items_without_a_training_pair_are_left_out_when_asked()
    {
        DataSet<PlayRanked> training = PlayRanked.From(Enumerable.Range(0, 40).Select(i => new PlayRanked { User = i % 7, Item = 10 + (i % 9) }));
        TrainedModel<PlayRanked> trained = PlayRanked.Train(training, new TrainingOptions());
        DataSet<PlayRanked> heldOut = PlayRanked.From([new PlayRanked { User = 1, Item = 12 }, new PlayRanked { User = 1, Item = 3 }]), history = PlayRanked.From([new PlayRanked { User = 1, Item = 10 }]);

        Assert.AreEqual((50, 2L), Counts(trained.EvaluateRanking(heldOut, history)));
        RankingEvaluation result = trained.EvaluateRanking(heldOut, history, new RankingOptions { TrainedItemsOnly = true, Cutoffs = [8] });
        Assert.AreEqual((9, 1L), Counts(result));
        Assert.AreEqual(1, result.At(8).HitRate, "of nine items one is in the history");
    }

    private static (int Items, long HeldOut) Counts(RankingEvaluation result) => (result.Items, result.HeldOut);

    private static void CheckAgainstLists<T>()
        where T : class, IEmbeddingModel<T>, IPlay, new()
    {
        HeldOutUsers<T> parts = Plays.Create<T>().HoldOut(0.3, seed: 5);
        TrainedModel<T> trained = ModelTrainer.Train(parts.History, new TrainingOptions { Epochs = 4, BatchSize = 50 });
        CollapsedModel<T> collapsed = trained.Collapse();
        RankingOptions options = new() { Cutoffs = s_cutoffs };

        Compare(Lists(parts, d => trained.Score(d), trained.State.Vocabularies), trained.EvaluateRanking(parts.HeldOut, parts.History, options), "trained");
        Compare(Lists(parts, collapsed.Score, trained.State.Vocabularies), collapsed.EvaluateRanking(parts.HeldOut, parts.History, options), "collapsed");
        CollapsedModel<T> bytes = collapsed.Quantize();
        Compare(Lists(parts, bytes.Score, trained.State.Vocabularies), bytes.EvaluateRanking(parts.HeldOut, parts.History, options), "signed bytes");
    }

    // Scores in float differ between the two ways in the last bits, so that near ties may be ordered either way: a tenth of a user.
    private static void Compare(RankingAt[] expected, RankingEvaluation actual, string form)
    {
        for (int c = 0; c < expected.Length; c++)
        {
            Assert.AreEqual(expected[c].HitRate, actual.Cutoffs[c].HitRate, 0.1 / Plays.Users, $"{form}: HR@{s_cutoffs[c]}");
            Assert.AreEqual(expected[c].Ndcg, actual.Cutoffs[c].Ndcg, 0.1 / Plays.Users, $"{form}: NDCG@{s_cutoffs[c]}");
            Assert.AreEqual(expected[c].Recall, actual.Cutoffs[c].Recall, 0.1 / Plays.Users, $"{form}: recall@{s_cutoffs[c]}");
        }
    }

    private static RankingAt[] Lists<T>(HeldOutUsers<T> parts, Func<DataSet<T>, float[]> score, ImmutableArray<Vocabulary> vocabularies)
        where T : class, IEmbeddingModel<T>, IPlay, new()
    {
        int user = T.Schema.Require(FeatureRole.User, ""), item = T.Schema.Require(FeatureRole.Item, "");
        string[] items = vocabularies[item].TextKeys;
        List<double[]> perUser = [];
        foreach (IGrouping<long, int> own in Enumerable.Range(0, parts.HeldOut.Count).GroupBy(row => Key(parts.HeldOut, user, row)))
        {
            HashSet<string> met = [.. Enumerable.Range(0, parts.History.Count).Where(row => Key(parts.History, user, row) == own.Key).Select(row => Text(parts.History, item, row))];
            string[] targets = [.. own.Select(row => Text(parts.HeldOut, item, row)).Where(items.Contains)];
            if (targets.Length == 0)
            {
                continue;
            }

            long time = parts.HeldOut.Timestamps![own.First(row => items.Contains(Text(parts.HeldOut, item, row)))];
            string[] candidates = [.. items.Where(i => !met.Contains(i))];
            float[] scores = score(DataSet<T>.FromExamples(candidates.Select(i => new T { User = (int)own.Key, Item = i, Time = time })));
            double[] places = [.. targets.Select(t => scores[Array.IndexOf(candidates, t)]).Select(s => scores.Count(x => x > s) + ((scores.Count(x => x == s) - 1) / 2.0))];
            perUser.Add([.. s_cutoffs.SelectMany(k => new[]
            {
                places.Any(p => p < k) ? 1.0 : 0,
                places.Where(p => p < k).Sum(p => 1 / Math.Log2(p + 2)) / Enumerable.Range(0, Math.Min(k, places.Length)).Sum(p => 1 / Math.Log2(p + 2)),
                places.Count(p => p < k) / (double)Math.Min(k, places.Length),
            })]);
        }

        return [.. s_cutoffs.Select((k, c) => new RankingAt(k, perUser.Average(u => u[3 * c]), perUser.Average(u => u[(3 * c) + 1]), perUser.Average(u => u[(3 * c) + 2])))];
    }

    private static long Key(DataSet data, int feature, int row) => data.Categoricals[feature].IntegerKeys[data.Categoricals[feature].Codes[row]];

    private static string Text(DataSet data, int feature, int row) => data.Categoricals[feature].TextKeys[data.Categoricals[feature].Codes[row]];
}
