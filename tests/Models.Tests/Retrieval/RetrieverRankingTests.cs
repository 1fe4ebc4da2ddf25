using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests.Retrieval;

/// <summary>Measures of retrieval models against lists that are sorted by hand.</summary>
[TestClass]
public sealed class RetrieverRankingTests
{
    private static readonly RankingOptions s_lists = new() { Cutoffs = [1, 5, 20] };

    [TestMethod]
    public void Lists_of_dense_rows_are_measured_as_by_hand() => CheckAgainstLists<DenseWatching>((user, item) => new() { User = user, Movie = item });

    [TestMethod]
    public void Lists_of_sparse_rows_are_measured_as_by_hand() => CheckAgainstLists<SparseWatching>((user, item) => new() { User = user, Movie = item });

    [TestMethod]
    public void Items_and_users_outside_training_are_counted_and_left_out()
    {
        UserSplit<SparseWatching> split = Split<SparseWatching>((user, item) => new() { User = user, Movie = item });
        TrainedRetriever<SparseWatching> trained = RetrievalTrainer.Train(split.Training, new RetrievalOptions { Epochs = 1 });
        int known = (int)trained.Items.IntegerKeys[0], other = (int)trained.Items.IntegerKeys[1];

        // User 1 is told an unknown item only, user 2 has to find one, user 3 what it was told, user 4 is measured.
        RankingEvaluation lists = trained.EvaluateRanking(
            Pairs((1, known), (2, 9999), (3, known), (4, known), (4, 9999)), Pairs((1, 9999), (2, known), (3, known), (4, other), (4, 9999)), s_lists);

        Assert.AreEqual(1, lists.Users);
        Assert.AreEqual(3, lists.LeftOutUsers);
        Assert.AreEqual(2, lists.UnknownItems);
        Assert.AreEqual(1, lists.MetBefore);
        Assert.AreEqual(1, lists.HeldOut);
    }

    [TestMethod]
    public void Users_without_a_known_history_alone_are_refused()
    {
        UserSplit<SparseWatching> split = Split<SparseWatching>((user, item) => new() { User = user, Movie = item });
        TrainedRetriever<SparseWatching> trained = RetrievalTrainer.Train(split.Training, new RetrievalOptions { Epochs = 1 });
        int known = (int)trained.Items.IntegerKeys[0];

        DataSetException untold = Assert.ThrowsExactly<DataSetException>(() => trained.EvaluateRanking(Pairs((1, known), (2, known)), Pairs((1, 9999), (7, known))));
        StringAssert.Contains(untold.Message, "none of the 2 users with held-out pairs can be measured: 2 have no history with an item the model knows");

        ArgumentException matrices = Assert.ThrowsExactly<ArgumentException>(() =>
            PopularItems.Fit(InteractionMatrix.From(1, 3, [0], [1])).EvaluateRanking(InteractionMatrix.From(2, 3, [], []), InteractionMatrix.From(2, 4, [], [])));
        StringAssert.Contains(matrices.Message, "the items 3 as in the model");
    }

    [TestMethod]
    public void The_result_does_not_depend_on_threads()
    {
        UserSplit<SparseWatching> split = Split<SparseWatching>((user, item) => new() { User = user, Movie = item });
        TrainedRetriever<SparseWatching> trained = RetrievalTrainer.Train(split.Training, new RetrievalOptions { Epochs = 2 });
        RankingEvaluation[] results = [.. new[] { 1, 2, 3 }.Select(threads => trained.EvaluateRanking(split.Test.HeldOut, split.Test.History, s_lists with { Threads = threads }))];
        foreach (RankingEvaluation result in results)
        {
            CollectionAssert.AreEqual(results[0].Cutoffs, result.Cutoffs);
        }
    }

    [TestMethod]
    public void Baselines_are_measured_as_by_hand()
    {
        UserSplit<DenseWatching> split = Split<DenseWatching>((user, item) => new() { User = user, Movie = item });
        int item = split.Training.Schema.Require(FeatureRole.Item, "The test");
        Vocabulary items = Vocabulary.Build(split.Training.Schema.Categoricals[item] with { OutOfVocabulary = OutOfVocabulary.Zero }, split.Training.Categoricals[item]);
        (InteractionMatrix training, InteractionMatrix told, InteractionMatrix wanted) =
            (InteractionMatrix.From(split.Training, items), InteractionMatrix.From(split.Test.History, items), InteractionMatrix.From(split.Test.HeldOut, items));
        Ease ease = Ease.Fit(training, 5);
        PrunedEase pruned = ease.Prune(4);
        PopularItems popular = PopularItems.Fit(training);
        Check(told, wanted, history => ease.Scores(history), ease.EvaluateRanking(wanted, told, s_lists));
        Check(told, wanted, history => pruned.Scores(history), pruned.EvaluateRanking(wanted, told, s_lists));
        Check(told, wanted, _ => Array.ConvertAll(popular.Counts.ToArray(), count => (float)count), popular.EvaluateRanking(wanted, told, s_lists));
    }

    private static DataSet<SparseWatching> Pairs(params (int User, int Item)[] pairs) =>
        DataSet<SparseWatching>.FromExamples(pairs.Select(p => new SparseWatching { User = p.User, Movie = p.Item }));

    private static UserSplit<T> Split<T>(Func<int, int, T> example)
        where T : class, IModel<T> => Planted.Of(example).SplitUsers(0, 60, 0.3, 5);

    private static void CheckAgainstLists<T>(Func<int, int, T> example)
        where T : class, IAutoencoder<T>
    {
        UserSplit<T> split = Split(example);
        TrainedRetriever<T> trained = RetrievalTrainer.Train(split.Training, new RetrievalOptions { Epochs = 3, BatchSize = 32 });
        InteractionMatrix told = Known(split.Test.History, trained.Items), wanted = Known(split.Test.HeldOut, trained.Items);
        RankingEvaluation lists = trained.EvaluateRanking(split.Test.HeldOut, split.Test.History, s_lists);
        Check(told, wanted, history => trained.Scores(history), lists);

        CollapsedRetriever<T> served = trained.Collapse(TableFormat.Int8PerRow);
        Check(told, wanted, history => served.Scores(history), served.EvaluateRanking(split.Test.HeldOut, split.Test.History, s_lists));
    }

    private static InteractionMatrix Known<T>(DataSet<T> data, Vocabulary items)
        where T : class, IModel<T>
    {
        KeyColumn users = data.Categoricals[data.Schema.Require(FeatureRole.User, "The test")], column = data.Categoricals[data.Schema.Require(FeatureRole.Item, "The test")];
        int[] ids = items.MapKnown(column);
        return InteractionMatrix.From(users, Array.ConvertAll(column.Codes, code => ids[code]), items.Count);
    }

    private static void Check(InteractionMatrix told, InteractionMatrix wanted, Func<int[], float[]> score, RankingEvaluation measured)
    {
        int users = 0;
        double[] hits = new double[3], gains = new double[3], recalls = new double[3];
        for (int u = 0; u < wanted.Users; u++)
        {
            int[] history = told.History(u).ToArray(), targets = wanted.History(u).ToArray();
            if (history.Length == 0 || targets.Length == 0)
            {
                continue;
            }

            users++;
            float[] scores = score(history);
            int[] candidates = [.. Enumerable.Range(0, told.Items).Except(history)];
            for (int c = 0; c < 3; c++)
            {
                int length = s_lists.Cutoffs[c], found = 0, most = Math.Min(length, targets.Length);
                double gain = 0;
                foreach (int target in targets)
                {
                    double place = candidates.Count(i => scores[i] > scores[target]) + ((candidates.Count(i => scores[i] == scores[target]) - 1) / 2.0);
                    (found, gain) = place < length ? (found + 1, gain + (1 / Math.Log2(place + 2))) : (found, gain);
                }

                hits[c] += found > 0 ? 1 : 0;
                recalls[c] += found / (double)most;
                gains[c] += gain / Enumerable.Range(0, most).Sum(p => 1 / Math.Log2(p + 2));
            }
        }

        Assert.AreEqual(users, measured.Users);
        for (int c = 0; c < 3; c++)
        {
            RankingAt at = measured.At(s_lists.Cutoffs[c]);
            Assert.AreEqual(hits[c] / users, at.HitRate, 1e-12);
            Assert.AreEqual(recalls[c] / users, at.Recall, 1e-12);
            Assert.AreEqual(gains[c] / users, at.Ndcg, 1e-9);
        }
    }
}
