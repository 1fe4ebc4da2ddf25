using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Specs;

namespace ModelGen.Reference.Tests;

/// <summary>
/// The printed form of a quantised embedding: the task's gradient passes straight through, the auxiliary terms have the derivatives of
/// what they are defined as, and tiers bound the codes.
/// </summary>
[TestClass]
public sealed class QuantizedTests
{
    private const int Ids = 9, Known = 8, Width = 4, Parts = 2;
    private const double Step = 1e-6;

    // Tiers of 2 and 6 known ids; the ninth id is beside the vocabulary.
    private static readonly int[] s_choices = [8, 4];

    [TestMethod]
    [DataRow(PoolingKind.None)]
    [DataRow(PoolingKind.Sum)]
    [DataRow(PoolingKind.Mean)]
    public void Without_commitment_the_queries_get_the_gradient_of_a_plain_table_of_their_centroids(PoolingKind pooling)
    {
        (ReferenceModel model, ReferenceBatch batch) = Point(Quantized(commitment: 0), pooling);
        var plain = new ReferenceModel(Specs.Print(Specs.Pair(Specs.Embedding(EmbeddingKind.Full, Width), pooling)), Ids, Ids);
        foreach (string name in plain.Parameters.Names)
        {
            plain.Parameters[name] = name is "A.E" or "B.E" ? Centroids(model, name[..1]) : model.Parameters[name];
        }

        Assert.AreEqual(plain.Loss(batch), model.Loss(batch), 1e-15, "the forward pass sees the centroids");
        (ReferenceGradients expected, ReferenceGradients actual) = (plain.Backward(batch), model.Backward(batch));
        foreach (string name in plain.Parameters.Names)
        {
            string trained = name is "A.E" or "B.E" ? name[..1] + ".Q" : name;
            Assert.AreEqual(0, expected[name].Minus(actual[trained]).MaxAbs(), 1e-15, trained);
        }

        Assert.IsTrue(expected["A.E"].MaxAbs() > 1e-3);
    }

    [TestMethod]
    [DataRow(0.25f)]
    [DataRow(1f)]
    public void The_auxiliary_gradients_are_central_differences_for_fixed_codes(float commitment)
    {
        (ReferenceModel model, ReferenceBatch batch) = Point(Quantized(commitment), PoolingKind.Mean);
        (ReferenceModel task, _) = Point(Quantized(commitment: 0), PoolingKind.Mean);
        (ReferenceGradients gradients, ReferenceGradients straight) = (model.Backward(batch), task.Backward(batch));
        double[,] queries = model.Parameters["A.Q"], codebook = model.Parameters["A.C"];
        double[,] codes = model.Collapse()["A.codes"];
        int[] lookups = [.. batch.Examples.SelectMany(e => e.Ids[0]).Where(id => id >= 0)];
        Check(codebook, gradients["A.C"], 1);
        Check(queries, gradients["A.Q"].Minus(straight["A.Q"]), commitment);

        void Check(double[,] moved, double[,] gradient, double weight)
        {
            for (int r = 0; r < moved.GetLength(0); r++)
            {
                for (int c = 0; c < Width; c++)
                {
                    double value = moved[r, c];
                    moved[r, c] = value + Step;
                    double above = Distance();
                    moved[r, c] = value - Step;
                    double below = Distance();
                    moved[r, c] = value;
                    Assert.AreEqual(weight * (above - below) / (2 * Step), gradient[r, c], 1e-8, $"[{r}, {c}]");
                }
            }
        }

        // The mean over lookups and dimensions of (v - q)^2, every occurrence of an id being a lookup.
        double Distance() => lookups.Average(id => Enumerable.Range(0, Width).Average(c => Math.Pow(codebook[(int)codes[id, c * Parts / Width], c] - queries[id, c], 2)));
    }

    [TestMethod]
    public void A_centroid_moves_only_for_ids_that_chose_it()
    {
        (ReferenceModel model, _) = Point(Quantized(commitment: 1), PoolingKind.None);
        var batch = new ReferenceBatch(new ReferenceExample(1, [], [[1], [0]]), new ReferenceExample(0, [], [[6], [0]]));
        double[,] codes = model.Collapse()["A.codes"], gradient = model.Backward(batch)["A.C"];
        for (int k = 0; k < s_choices[0]; k++)
        {
            for (int c = 0; c < Width; c++)
            {
                bool chosen = new[] { 1, 6 }.Any(id => codes[id, c * Parts / Width] == k);
                Assert.AreEqual(chosen, gradient[k, c] != 0, $"centroid {k}, column {c}");
            }
        }
    }

    [TestMethod]
    public void Ids_of_the_tail_and_beside_the_vocabulary_use_the_first_centroids_only()
    {
        (ReferenceModel model, _) = Point(Quantized(commitment: 1), PoolingKind.None);
        double[,] codebook = model.Parameters["A.C"], queries = model.Parameters["A.Q"];
        for (int id = 0; id < Ids; id++)
        {
            // The nearest of all is the last centroid.
            for (int c = 0; c < Width; c++)
            {
                queries[id, c] = codebook[7, c];
            }
        }

        double[,] codes = model.Collapse()["A.codes"];
        for (int id = 0; id < Ids; id++)
        {
            Assert.AreEqual(id < 2, codes[id, 0] == 7, $"id {id}");
            Assert.IsTrue(id < 2 || codes[id, 1] < 4, $"id {id}");
        }
    }

    [TestMethod]
    public void Of_equally_near_centroids_the_first_is_chosen()
    {
        (ReferenceModel model, _) = Point(Quantized(commitment: 1), PoolingKind.None);
        Array.Clear(model.Parameters["A.C"]);
        Assert.AreEqual(0, model.Collapse()["A.codes"].MaxAbs());
    }

    [TestMethod]
    public void The_served_section_scores_like_the_forward_section()
    {
        foreach (PoolingKind pooling in new[] { PoolingKind.None, PoolingKind.Sum, PoolingKind.Mean })
        {
            (ReferenceModel model, ReferenceBatch batch) = Point(Quantized(commitment: 1), pooling);
            CollectionAssert.AreEqual(model.Forward(batch).Scores.ToArray(), model.Score(model.Collapse(), batch).ToArray());
        }
    }

    internal static EmbeddingSpec Quantized(float commitment, float decay = 0, float temperature = 0, bool normalized = false) => new(
        EmbeddingKind.Quantized, Width, 0, 0, 0, new QuantizedSpec(Parts, new EquatableArray<int>(s_choices), new([0.25f, 0.75f]), commitment) { Decay = decay, Temperature = temperature, NormalizeScores = normalized });

    [TestMethod]
    public void Moving_averages_are_quotients_of_averaged_sums_and_counts()
    {
        (ReferenceModel model, ReferenceBatch batch) = Point(Quantized(commitment: 1, decay: 0.75f), PoolingKind.Mean);
        (double[,] codes, double[,] counts, double[,] sums) = (model.Collapse()["A.codes"], new double[s_choices[0], Parts], new double[s_choices[0], Width]);
        double[,] before = (double[,])model.Parameters["A.C"].Clone(), queries = (double[,])model.Parameters["A.Q"].Clone();
        model.Parameters["A.N"] = Matrices.Build(s_choices[0], Parts, (_, _) => 3);
        foreach (int id in batch.Examples.SelectMany(e => e.Ids[0]).Where(id => id >= 0))
        {
            for (int c = 0; c < Width; c++)
            {
                int k = (int)codes[id, c * Parts / Width];
                sums[k, c] += queries[id, c];
                counts[k, c * Parts / Width] += c % (Width / Parts) == 0 ? 1 : 0;
            }
        }

        new ReferenceOptimizer(model, new ReferenceRates(ReferenceRule.Sgd, 0.1, 0.1, 0.1)).Step(model.Backward(batch));
        for (int k = 0; k < s_choices[0]; k++)
        {
            for (int c = 0; c < Width; c++)
            {
                double n = (0.75 * 3) + (0.25 * counts[k, c * Parts / Width]);
                Assert.AreEqual(n, model.Parameters["A.N"][k, c * Parts / Width], 1e-12);
                Assert.AreEqual(((0.75 * 3 * before[k, c]) + (0.25 * sums[k, c])) / n, model.Parameters["A.C"][k, c], counts[k, c * Parts / Width] > 0 ? 1e-12 : 1, $"[{k}, {c}]");
                Assert.IsTrue(counts[k, c * Parts / Width] > 0 || before[k, c] == model.Parameters["A.C"][k, c]);
            }
        }
    }

    [TestMethod]
    [DataRow(0f)]
    [DataRow(1f)]
    public void Normalised_scores_follow_the_moments_of_the_batches(float temperature)
    {
        (ReferenceModel model, ReferenceBatch batch) = Point(Quantized(commitment: 1, temperature: temperature, normalized: true), PoolingKind.Mean);
        var optimizer = new ReferenceOptimizer(model, new ReferenceRates(ReferenceRule.Sgd, 0, 0, 0));
        Array.Clear(model.Parameters["A.B"]);
        double[,] searched = model.Parameters[temperature > 0 ? "A.K" : "A.C"], queries = model.Parameters["A.Q"];
        var scores = new List<double>[s_choices[0]];
        for (int k = 0; k < s_choices[0]; k++)
        {
            // Every lookup of an id that may use the centroid has a score in every part.
            scores[k] = [.. batch.Examples.SelectMany(e => e.Ids[0]).Where(id => k < s_choices[id < 2 ? 0 : 1]).SelectMany(id => Enumerable.Range(0, Parts).Select(part =>
                Columns(part).Sum(c => temperature > 0 ? queries[id, c] * searched[k, c] : -Math.Pow(queries[id, c] - searched[k, c], 2))))];
        }

        optimizer.Step(model.Backward(batch));
        Check(1);
        optimizer.Step(model.Backward(batch));
        Check(2);
        double[,] codes = model.Collapse()["A.codes"], moments = model.Parameters["A.B"];
        for (int id = 0; id < Ids; id++)
        {
            for (int part = 0; part < Parts; part++)
            {
                int best = Enumerable.Range(0, s_choices[id < 2 ? 0 : 1]).MaxBy(k =>
                    ((temperature > 0 ? Columns(part).Sum(c => queries[id, c] * searched[k, c]) : -Columns(part).Sum(c => Math.Pow(queries[id, c] - searched[k, c], 2))) - moments[1, k])
                    / (moments[0, k] > 0 ? Math.Sqrt(moments[2, k] + 1e-3) : 1));
                Assert.AreEqual(best, codes[id, part], $"id {id}, part {part}");
            }
        }

        void Check(int steps)
        {
            for (int k = 0; k < s_choices[0]; k++)
            {
                double mean = scores[k].Count == 0 ? 0 : scores[k].Average();
                Assert.AreEqual(scores[k].Count == 0 ? 0 : 1 - Math.Pow(0.99, steps), model.Parameters["A.B"][0, k], 1e-12);
                Assert.AreEqual(mean, model.Parameters["A.B"][1, k], 1e-12);
                Assert.AreEqual(scores[k].Count == 0 ? 0 : scores[k].Average(a => (a - mean) * (a - mean)), model.Parameters["A.B"][2, k], 1e-12);
            }
        }

        static IEnumerable<int> Columns(int part) => Enumerable.Range(part * Width / Parts, Width / Parts);
    }

    [TestMethod]
    public void A_centroid_that_is_near_to_everything_is_chosen_less_when_scores_are_normalised()
    {
        (ReferenceModel model, _) = Point(Quantized(commitment: 1, normalized: true), PoolingKind.None);
        (double[,] codebook, double[,] queries, double[,] moments) = (model.Parameters["A.C"], model.Parameters["A.Q"], model.Parameters["A.B"]);
        for (int c = 0; c < Width; c++)
        {
            (codebook[0, c], codebook[1, c], codebook[2, c], codebook[3, c], queries[5, c]) = (0, 1, 9, 9, 0.4);
        }

        Array.Clear(moments);
        Assert.AreEqual(0, model.Collapse()["A.codes"][5, 0], "the nearest");
        for (int k = 0; k < 4; k++)
        {
            (moments[0, k], moments[1, k], moments[2, k]) = (1, k == 0 ? -0.3 : k == 1 ? -2 : -140, 1);
        }

        Assert.AreEqual(1, model.Collapse()["A.codes"][5, 0], "nearer than usual");
    }

    [TestMethod]
    [DataRow(1f, false)]
    [DataRow(0.5f, false)]
    [DataRow(1f, true)]
    [DataRow(0.5f, true)]
    public void The_softmax_gradients_are_central_differences_of_the_soft_mixture(float temperature, bool normalized)
    {
        (ReferenceModel model, ReferenceBatch batch) = Point(Quantized(commitment: 1, temperature: temperature, normalized: normalized), PoolingKind.Sum);
        double[,] moments = Matrices.Build(3, s_choices[0], (row, k) => !normalized ? 0 : row == 0 ? (k == 3 ? 0 : 0.5) : row == 1 ? 0.1 * (k - 3) : 0.2 + (0.1 * k));
        if (normalized)
        {
            model.Parameters["A.B"] = moments;
            model.Parameters["B.B"] = moments;
        }

        var plain = new ReferenceModel(Specs.Print(Specs.Pair(Specs.Embedding(EmbeddingKind.Full, Width), PoolingKind.Sum)), Ids, Ids);
        foreach (string name in plain.Parameters.Names)
        {
            plain.Parameters[name] = name is "A.E" or "B.E" ? Centroids(model, name[..1]) : model.Parameters[name];
        }

        Assert.AreEqual(plain.Loss(batch), model.Loss(batch), 1e-15, "the forward pass sees the chosen centroids");
        (ReferenceGradients hard, ReferenceGradients actual) = (plain.Backward(batch), model.Backward(batch));
        double[,] queries = model.Parameters["A.Q"], keys = model.Parameters["A.K"], values = model.Parameters["A.C"], codes = model.Collapse()["A.codes"];
        Check(queries, actual["A.Q"]);
        Check(keys, actual["A.K"]);
        for (int k = 0; k < s_choices[0]; k++)
        {
            for (int c = 0; c < Width; c++)
            {
                Assert.AreEqual(Enumerable.Range(0, Ids).Where(id => codes[id, c * Parts / Width] == k).Sum(id => hard["A.E"][id, c]), actual["A.C"][k, c], 1e-14);
            }
        }

        void Check(double[,] moved, double[,] gradient)
        {
            for (int r = 0; r < moved.GetLength(0); r++)
            {
                for (int c = 0; c < Width; c++)
                {
                    double value = moved[r, c];
                    moved[r, c] = value + Step;
                    double above = Soft();
                    moved[r, c] = value - Step;
                    double below = Soft();
                    moved[r, c] = value;
                    Assert.AreEqual((above - below) / (2 * Step), gradient[r, c], 1e-8, $"[{r}, {c}]");
                }
            }
        }

        // What the task's gradients weigh: the mixtures of the centroids by the softmax of the inner products with the keys.
        double Soft() => Enumerable.Range(0, Ids).Sum(id => Enumerable.Range(0, Parts).Sum(part =>
        {
            int choices = s_choices[id < 2 ? 0 : 1];
            int[] columns = [.. Enumerable.Range(part * Width / Parts, Width / Parts)];
            double[] shares = [.. Enumerable.Range(0, choices).Select(k => Math.Exp((columns.Sum(c => queries[id, c] * keys[k, c]) - moments[1, k]) / (moments[0, k] > 0 ? Math.Sqrt(moments[2, k] + 1e-3) : 1) / temperature))];
            return columns.Sum(c => hard["A.E"][id, c] * Enumerable.Range(0, choices).Sum(k => shares[k] / shares.Sum() * values[k, c]));
        }));
    }

    private static (ReferenceModel Model, ReferenceBatch Batch) Point(EmbeddingSpec embedding, PoolingKind pooling)
    {
        var random = new Random(3);
        ReferenceModel model = new ReferenceModel(Specs.Print(Specs.Pair(embedding, pooling)), Ids, Ids).Fill(random);
        model.SetVocabulary(Known, Known);
        return (model, Samples.Batch(model.Ir, [Ids, Ids], random, 11));
    }

    private static double[,] Centroids(ReferenceModel model, string feature)
    {
        (double[,] codes, double[,] codebook) = (model.Collapse()[feature + ".codes"], model.Parameters[feature + ".C"]);
        return Matrices.Build(Ids, Width, (id, c) => codebook[(int)codes[id, c * Parts / Width], c]);
    }
}
