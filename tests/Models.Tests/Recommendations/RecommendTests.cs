using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Serving;

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
    public void Lists_of_tiers_of_codes_agree() => Check<PlayTiers>();

    [TestMethod]
    public void Lists_of_codes_that_fill_no_bytes_agree() => Check<PlayOddCodes>();

    [TestMethod]
    public void Lists_of_one_code_agree() => Check<PlayOneCode>();

    [TestMethod]
    public void Lists_of_tiers_with_own_codebooks_agree() => Check<PlayOwnTiers>();

    [TestMethod]
    public void Lists_of_shared_codebooks_agree() => Check<PlaySharedCodes>();

    [TestMethod]
    public void Lists_of_both_branches_agree() => Check<PlayNeuMf>();

    [TestMethod]
    public void Lists_of_two_towers_agree() => Check<PlayTowers>();

    [TestMethod]
    public void Lists_of_queries_with_context_agree() => Check<PlayContext>();

    [TestMethod]
    public void Equal_scores_are_ordered_by_id_everywhere()
    {
        using TemporaryFolder folder = new();
        DataSet<PlayTied> data = Plays.Create<PlayTied>();
        TrainedModel<PlayTied> trained = PlayTied.Train(data, new TrainingOptions());
        CollapsedModel<PlayTied> collapsed = trained.Collapse();
        int[] met = [.. Plays.Pairs(3).Where(p => p.User == 4).Select(p => trained.State.Vocabularies[1].Find(Plays.Key(p.Item)))];
        int[] expected = [.. Enumerable.Range(0, Plays.Items).Where(id => !met.Contains(id)).Take(Length)];

        CollectionAssert.AreEqual(expected, trained.Recommend(4, Length, data).Select(r => r.Id).ToArray());
        CollectionAssert.AreEqual(expected, collapsed.Recommend(4, Length, data).Select(r => r.Id).ToArray());
        collapsed.SaveAssembly(folder["Tied.dll"]);
        CollectionAssert.AreEqual(
            expected.Select(id => trained.State.Vocabularies[1].TextKeys[id]).ToArray(), ByAssembly<PlayTied>(folder["Tied.dll"], 4, data, Length).Select(r => r.Item).ToArray());
        Native.RequireOnnxRuntime();
        collapsed.SaveOnnxRecommender(folder["tied.onnx"]);
        CollectionAssert.AreEqual(expected, collapsed.RecommendOnnx(folder["tied.onnx"], new PlayTied { User = 4 }, Length, data).Select(r => r.Id).ToArray());
    }

    [TestMethod]
    public void Integer_items_of_a_fixed_cardinality_are_listed_by_every_form()
    {
        using TemporaryFolder folder = new();
        DataSet<PlayRanked> data = PlayRanked.From(Plays.Pairs(3).Select(p => new PlayRanked { User = p.User, Item = p.Item }));
        CollapsedModel<PlayRanked> collapsed = PlayRanked.Train(data, new TrainingOptions { Epochs = 3 }).Collapse();
        ImmutableArray<Recommendation> expected = collapsed.Recommend(7, Length, data);
        collapsed.SaveAssembly(folder["Ranked.dll"]);
        using InferenceAssembly assembly = new(folder["Ranked.dll"]);
        var call = assembly.Type.GetMethod("Recommend")!.CreateDelegate<ByIntegers>(assembly.Predictor);
        int[] items = new int[Length];
        float[] scores = new float[Length];
        int[] met = [.. Plays.Pairs(3).Where(p => p.User == 7).Select(p => p.Item)];
        Assert.AreEqual(Length, call(7, met, items, scores));
        Compare(expected, [.. items.Select((item, i) => new Recommendation(item, $"{item}", scores[i]))], "assembly");
        Assert.AreEqual(50 - met.Length, collapsed.Recommend(7, 1000, data).Length, "a catalogue without the history");
        Native.RequireOnnxRuntime();
        collapsed.SaveOnnxRecommender(folder["ranked.onnx"]);
        Compare(expected, collapsed.RecommendOnnx(folder["ranked.onnx"], new PlayRanked { User = 7 }, Length, data), "ONNX");
    }

    [TestMethod]
    public void Short_catalogues_and_wrong_questions_have_answers()
    {
        DataSet<PlayFull> data = Plays.Create<PlayFull>();
        TrainedModel<PlayFull> trained = PlayFull.Train(data, new TrainingOptions());
        CollapsedModel<PlayFull> collapsed = trained.Collapse();

        Assert.HasCount(Plays.Items, collapsed.Recommend(3, 500));
        Assert.HasCount(Plays.Items - 12, trained.Recommend(3, 500, data));
        DataSet<PlayFull> everything = PlayFull.From(Enumerable.Range(0, Plays.Items).Select(i => Plays.Play<PlayFull>(3, i, 0)));
        Assert.IsEmpty(trained.Recommend(3, 5, everything));
        Assert.IsEmpty(collapsed.Recommend(3, 5, everything));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trained.Recommend(3, 0));
        Assert.ThrowsExactly<UnknownKeyException>(() => collapsed.Recommend(999, 5));
        Assert.ThrowsExactly<UnknownKeyException>(() => trained.Recommend(999, 5));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => trained.Recommend("three", 5)).Message, "User has integer keys; ask with a number");
        TrainedModel<PlayContext> context = PlayContext.Train(Plays.Create<PlayContext>(), new TrainingOptions());
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => context.Recommend(3, 5)).Message, "PlayContext has inputs beside its user and its item");
        DataSet<Catalogue.FmFactored> other = Support.RandomData.Create<Catalogue.FmFactored>(60, 2, keys: 9);
        TrainedModel<Catalogue.FmFactored> plain = ModelTrainer.Train(other, new TrainingOptions());
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => plain.Recommend(new Catalogue.FmFactored(), 5)).Message, "FmFactored has none");
    }

    [TestMethod]
    public void A_call_of_the_assembly_takes_nothing_from_the_heap()
    {
        using TemporaryFolder folder = new();
        DataSet<PlayQuantized> data = Plays.Create<PlayQuantized>();
        PlayQuantized.Train(data, new TrainingOptions()).Collapse().SaveAssembly(folder["Quantized.dll"]);
        using InferenceAssembly assembly = new(folder["Quantized.dll"]);
        var call = assembly.Type.GetMethod("Recommend")!.CreateDelegate<ByTexts>(assembly.Predictor);
        string[] items = new string[Length], exclude = [.. Enumerable.Range(0, 20).Select(Plays.Key), "never seen"];
        float[] scores = new float[Length];
        long bytes = long.MaxValue;
        for (int round = 0; round < 40 && bytes > 0; round++)
        {
            System.Threading.Thread.Sleep(round == 0 ? 0 : 100);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 200; i++)
            {
                call(i % Plays.Users, exclude, items, scores);
            }

            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.AreEqual(0, bytes);
    }

    [TestMethod]
    public void Scores_that_are_inner_products_are_separated_and_others_are_not()
    {
        Assert.AreEqual(17, WidthOf<PlayFull>(), "16 products, the bias");
        Assert.AreEqual(17, WidthOf<PlayQuantized>());
        Assert.AreEqual(9, WidthOf<PlayTowers>(), "the last layer of a tower, the bias");
        Assert.AreEqual(10, WidthOf<PlayContext>(), "the sum of the query's vectors, its own terms, the item's");
        Assert.AreEqual(0, WidthOf<PlayNeuMf>());
    }

    private delegate int ByTexts(int user, ReadOnlySpan<string> exclude, Span<string> items, Span<float> scores);

    private delegate int ByIntegers(int user, ReadOnlySpan<int> exclude, Span<int> items, Span<float> scores);

    private static int WidthOf<T>()
        where T : class, IEmbeddingModel<T>, IPlay, new() =>
        T.CreatePredictor(ModelTrainer.Train(Plays.Create<T>(), new TrainingOptions()).Collapse().Weights).VectorWidth;

    private static Recommendation[] ByAssembly<T>(string path, int user, DataSet<T> history, int length)
        where T : class, IEmbeddingModel<T>, IPlay, new()
    {
        using InferenceAssembly assembly = new(path);
        var call = assembly.Type.GetMethod("Recommend")!.CreateDelegate<ByTexts>(assembly.Predictor);
        int item = T.Schema.Require(FeatureRole.Item, ""), users = T.Schema.Require(FeatureRole.User, "");
        string[] met = [.. Enumerable.Range(0, history.Count).Where(r => history.Categoricals[users].KeyText(history.Categoricals[users].Codes[r]) == $"{user}")
            .Select(r => history.Categoricals[item].KeyText(history.Categoricals[item].Codes[r]))];
        string[] items = new string[length];
        float[] scores = new float[length];
        int count = call(user, [.. met, "never seen"], items, scores);
        return [.. items.Take(count).Select((key, i) => new Recommendation(i, key, scores[i]))];
    }

    private static void Check<T>()
        where T : class, IEmbeddingModel<T>, IPlay, new()
    {
        using TemporaryFolder folder = new();
        DataSplit<T> split = Plays.Create<T>().SplitLeaveOneOut();
        TrainedModel<T> trained = ModelTrainer.Train(split.Training, new TrainingOptions { Epochs = 5, BatchSize = 40 });
        CollapsedModel<T> collapsed = trained.Collapse(), bytes = collapsed.Quantize();
        bytes.SaveAssembly(folder["Bytes.dll"]);
        for (int user = 0; user < 12; user++)
        {
            T query = new() { User = user, Item = "no item at all", Time = user };
            Compare(collapsed.Recommend(query, Length, split.Training), trained.Recommend(query, Length, split.Training), "trained");
            Compare(BySorting(split.Training, query, d => collapsed.Score(d)), collapsed.Recommend(query, Length, split.Training), "collapsed");
            Compare(BySorting(split.Training, query, d => bytes.Score(d)), bytes.Recommend(query, Length, split.Training), "signed bytes");
            if (T.Schema.Categoricals.Length == 2)
            {
                Compare(bytes.Recommend(query, Length, split.Training), ByAssembly(folder["Bytes.dll"], user, split.Training, Length), "assembly of signed bytes");
            }
        }

        Native.RequireOnnxRuntime();
        collapsed.SaveOnnxRecommender(folder["floats.onnx"]);
        bytes.SaveOnnxRecommender(folder["bytes.onnx"]);
        for (int user = 0; user < 12; user++)
        {
            T query = new() { User = user, Item = "no item at all", Time = user };
            Compare(collapsed.Recommend(query, Length, split.Training), collapsed.RecommendOnnx(folder["floats.onnx"], query, Length, split.Training), "ONNX");
            Compare(bytes.Recommend(query, Length, split.Training), bytes.RecommendOnnx(folder["bytes.onnx"], query, Length, split.Training), "ONNX of signed bytes");
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
