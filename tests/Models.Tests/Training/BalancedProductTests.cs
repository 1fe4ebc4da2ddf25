using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Recommendations;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Training;

/// <summary>Start vectors that are rotated for a quantiser score as they did.</summary>
[TestClass]
public sealed class BalancedProductTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(4)]
    [DataRow(8)]
    public void Products_stay_and_both_sides_have_uncorrelated_dimensions_of_one_size(int parts)
    {
        const int Width = 8;
        var random = new Random(parts);
        float[][] users = [.. Enumerable.Range(0, 60).Select(_ => Vector(random))], items = [.. Enumerable.Range(0, 40).Select(_ => Vector(random))];
        double[] weights = [.. Enumerable.Range(0, Width).Select(k => k % 3 == 0 ? -0.7 : 0.2 + (0.3 * k))];
        var product = new BalancedProduct(users, items, weights, parts);
        float[][] left = [.. users.Select(product.User)], right = [.. items.Select(product.Item)];
        for (int u = 0; u < users.Length; u++)
        {
            for (int i = 0; i < items.Length; i++)
            {
                double expected = Enumerable.Range(0, Width).Sum(k => weights[k] * users[u][k] * items[i][k]);
                Assert.AreEqual(expected, Enumerable.Range(0, Width).Sum(k => (double)left[u][k] * right[i][k]), 1e-4);
            }
        }

        for (int a = 0; a < Width; a++)
        {
            double size = left.Sum(v => (double)v[a] * v[a]);
            Assert.AreEqual(1, right.Sum(v => (double)v[a] * v[a]) / size, 1e-5, "one size");
            for (int b = 0; b < a; b++)
            {
                Assert.AreEqual(0, left.Sum(v => (double)v[a] * v[b]) / size, 1e-4, "users");
                Assert.AreEqual(0, right.Sum(v => (double)v[a] * v[b]) / size, 1e-4, "items");
            }
        }

        static float[] Vector(Random random) => [.. Enumerable.Range(0, Width).Select(k => (float)((k + 1) * (random.NextDouble() - 0.3)))];
    }

    [TestMethod]
    public void A_model_that_starts_from_balanced_tables_has_queries_with_the_scores_of_the_plain_one()
    {
        TrainedModel<PlayFull> plain = ModelTrainer.Train(Plays.Create<PlayFull>(), new TrainingOptions { Epochs = 3, BatchSize = 64 });
        StartVectors vectors = StartVectors.From(plain);
        foreach (StartVectors start in new[] { vectors.Balanced(4), StartVectors.Mean(vectors, vectors).Balanced(4) })
        {
            // A step at rates that no float notices leaves the start.
            ModelState state = ModelTrainer.Train(
                Plays.Create<PlayQuantized>(), new TrainingOptions { MaxSteps = 1, BatchSize = 4096, LearningRate = 1e-30f, Start = start }).State;
            (float[] was, float[] now) = (plain.State.Dense.Span(plain.State.FindDense("weighted.W").Offset, 16).ToArray(), state.Dense.Span(state.FindDense("weighted.W").Offset, 16).ToArray());
            CollectionAssert.AreEqual(Enumerable.Repeat(1f, 16).ToArray(), now);
            Assert.AreEqual(plain.State.Dense.At(plain.State.FindDense("bias").Offset), state.Dense.At(state.FindDense("bias").Offset));
            for (int user = 0; user < Plays.Users; user++)
            {
                for (int item = 0; item < 20; item++)
                {
                    double expected = Enumerable.Range(0, 16).Sum(k => (double)was[k] * plain.State.Tables[0].Values.At((user * 16) + k) * plain.State.Tables[1].Values.At((item * 16) + k));
                    double actual = Enumerable.Range(0, 16).Sum(k => (double)state.Tables[0].Values.At((user * 16) + k) * state.Tables[1].Values.At((item * 16) + k));
                    Assert.AreEqual(expected, actual, 1e-4, $"user {user}, item {item}");
                }
            }
        }
    }

    [TestMethod]
    public void Only_the_tables_of_a_factorisation_can_be_balanced_for_parts_that_divide_them()
    {
        StartVectors given = new StartVectors().With("User", (long _) => new float[16]);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => given.Balanced(4)).Message, "[Gmf]");
        StartVectors clicks = StartVectors.From(ModelTrainer.Train(RandomData.Create<FmPlain>(200, 3, keys: 20), new TrainingOptions()));
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => clicks.Balanced(2)).Message, "[Gmf]");
        StartVectors plays = StartVectors.From(ModelTrainer.Train(Plays.Create<PlayFull>(), new TrainingOptions()));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => plays.Balanced(3)).Message, "parts is 3");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => plays.Balanced(0)).Message, "divide the Dimension, 16");
    }

    [TestMethod]
    public void Every_part_gets_one_of_the_largest_dimensions_and_the_products_are_even()
    {
        CollectionAssert.AreEqual(new[] { 5, 0, 2, 1, 4, 3 }, BalancedProduct.Allocate([1, 2, 16, 4, 8, 32], 3));
        CollectionAssert.AreEqual(new[] { 2, 0, 1 }, BalancedProduct.Allocate([3, 2, 9], 1));
    }

    [TestMethod]
    public void A_direction_that_no_vector_has_does_no_harm()
    {
        float[][] users = [[1, 2, 0], [2, 1, 0], [1, 0, 0]], items = [[1, 0, 3], [0, 1, 1], [0, 0, 0]];
        var product = new BalancedProduct(users, items, [1, 1, 1], 3);
        foreach (float[] user in users)
        {
            foreach (float[] item in items)
            {
                double expected = user.Zip(item, (a, b) => (double)a * b).Sum();
                Assert.AreEqual(expected, product.User(user).Zip(product.Item(item), (a, b) => (double)a * b).Sum(), 1e-3);
            }
        }
    }
}
