using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests.Recommendations;

/// <summary>Lists for single queries: by the trained form, the served form and the artefacts.</summary>
[TestClass]
public sealed class RecommendTests
{
    private const int Length = 9;

    [TestMethod]
    public void Lists_of_plain_tables_agree() => Check<PlayFull>();

    [TestMethod]
    public void Lists_of_multi_layer_tables_agree() => Check<PlayMultiLayer>();

    [TestMethod]
    public void Lists_of_quantised_tables_agree() => Check<PlayQuantized>();

    [TestMethod]
    public void Lists_of_both_branches_agree() => Check<PlayNeuMf>();

    [TestMethod]
    public void Lists_of_two_towers_agree() => Check<PlayTowers>();

    [TestMethod]
    public void Lists_of_queries_with_context_agree() => Check<PlayContext>();

    private static void Check<T>()
        where T : class, IEmbeddingModel<T>, IPlay, new()
    {
        DataSplit<T> split = Plays.Create<T>().SplitLeaveOneOut();
        TrainedModel<T> trained = ModelTrainer.Train(split.Training, new TrainingOptions { Epochs = 5, BatchSize = 40 });
        CollapsedModel<T> collapsed = trained.Collapse(), bytes = collapsed.Quantize();
        for (int user = 0; user < 12; user++)
        {
            T query = new() { User = user, Item = "no item at all", Time = user };
            Compare(collapsed.Recommend(query, Length, split.Training), trained.Recommend(query, Length, split.Training), "trained");
            Compare(BySorting(split.Training, query, d => collapsed.Score(d)), collapsed.Recommend(query, Length, split.Training), "collapsed");
            Compare(BySorting(split.Training, query, d => bytes.Score(d)), bytes.Recommend(query, Length, split.Training), "signed bytes");
        }
    }

    private static void Compare(IReadOnlyList<Recommendation> expected, IReadOnlyList<Recommendation> actual, string form)
    {
        Assert.HasCount(expected.Count, actual, form);
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.AreEqual(expected[i].Score, actual[i].Score, 2e-6f, $"{form}, place {i}");

            // Two neighbours whose scores differ by rounding only may change places.
            bool clear = (i == 0 || expected[i - 1].Score - expected[i].Score > 1e-5) && (i + 1 == expected.Count || expected[i].Score - expected[i + 1].Score > 1e-5);
            Assert.IsTrue(!clear || expected[i].Item == actual[i].Item, $"{form}, place {i}: {expected[i]} and {actual[i]}");
        }
    }

    private static ImmutableArray<Recommendation> BySorting<T>(DataSet<T> history, T query, Func<DataSet<T>, float[]> score)
        where T : class, IEmbeddingModel<T>, IPlay, new()
    {
        int user = T.Schema.Require(FeatureRole.User, ""), item = T.Schema.Require(FeatureRole.Item, "");
        KeyColumn users = history.Categoricals[user], items = history.Categoricals[item];
        HashSet<string> met = [.. Enumerable.Range(0, history.Count).Where(r => users.KeyText(users.Codes[r]) == $"{query.User}").Select(r => items.KeyText(items.Codes[r]))];
        string[] known = Vocabulary.Build(T.Schema.Categoricals[item], items).TextKeys;
        float[] scores = score(DataSet<T>.FromExamples(known.Select(k => new T { User = query.User, Item = k, Time = query.Time })));
        return [.. known.Select((k, id) => new Recommendation(id, k, scores[id])).Where(r => !met.Contains(r.Item)).OrderByDescending(r => r.Score).ThenBy(r => r.Id).Take(Length)];
    }
}
