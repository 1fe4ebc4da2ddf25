using System;
using System.IO;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Serving;

/// <summary>What is exported of quantised embeddings is what the training graph computes, in exactly the bytes that were promised.</summary>
[TestClass]
public sealed class QuantizedTests
{
    [TestMethod]
    [DataRow(nameof(DlrmQuantized))]
    [DataRow(nameof(FmQuantized))]
    [DataRow(nameof(FmQuantizedSmallest))]
    [DataRow(nameof(FmAverages))]
    [DataRow(nameof(FmFactoredQueries))]
    [DataRow(nameof(FmSoftmax))]
    [DataRow(nameof(FmCodebooks))]
    [DataRow(nameof(FmNormalized))]
    public void Exported_codes_give_the_vectors_of_the_training_graph_for_every_id(string model) => AllModels.Run(model, new SameVectors());

    [TestMethod]
    public void Tiers_bound_the_codes_and_the_bytes()
    {
        using TemporaryFolder folder = new();
        DataSet<FmQuantized> data = RandomData.Create<FmQuantized>(2000, 7, keys: 203);
        TrainedModel<FmQuantized> trained = ModelTrainer.Train(data, new TrainingOptions { Epochs = 2, BatchSize = 100 });
        CollapsedModel<FmQuantized> served = trained.Collapse();
        CollapsedCodes codes = served.Weights.FindCodes("User.codes");
        Vocabulary vocabulary = served.Weights.Vocabularies[0];
        int head = vocabulary.Count / 10, middle = vocabulary.Count * 4 / 10;
        CollectionAssert.AreEqual(new CodeTier[] { new(head, 64), new(middle - head, 8), new(vocabulary.Count + 3 - middle, 4) }, codes.Tiers.ToArray());
        ushort[] row = new ushort[5];
        int[] most = new int[3];
        for (int id = 0; id < codes.Rows; id++)
        {
            codes.Read(id, row);
            int tier = id < head ? 0 : id < middle ? 1 : 2;
            most[tier] = Math.Max(most[tier], row.Max());
        }

        Assert.IsTrue(most[0] is >= 8 and < 64 && most[1] is >= 4 and < 8 && most[2] < 4, string.Join(" ", most));
        long expected = Up(head * 5 * 6) + Up((middle - head) * 5 * 3) + Up((vocabulary.Count + 3 - middle) * 5 * 2);
        Assert.AreEqual(expected, codes.Bytes);
        served.Save(folder["a.safetensors"]);
        CollectionAssert.Contains(CollapsedModel<FmQuantized>.Load(folder["a.safetensors"]).Weights.Breakdown.ToArray(), ("User.codes", expected));
        CollectionAssert.Contains(served.Weights.Breakdown.ToArray(), ("User.C", 4L * 64 * 10));

        static long Up(long bits) => (bits + 7) / 8;
    }

    [TestMethod]
    public void Two_tiers_of_equal_choices_are_one_tier()
    {
        // The two models have the same shape, so their data and start values are the same.
        TrainingOptions options = new() { Epochs = 3, BatchSize = 100, Seed = 5 };
        DataSet<FmOneTier> one = RandomData.Create<FmOneTier>(900, 7, keys: 60);
        DataSet<FmEqualTiers> two = RandomData.Create<FmEqualTiers>(900, 7, keys: 60);
        TrainedModel<FmOneTier> first = ModelTrainer.Train(one, options);
        TrainedModel<FmEqualTiers> second = ModelTrainer.Train(two, options);
        Bits.AreEqual(Bits.Of(first.State), Bits.Of(second.State), "parameters");
        Bits.AreEqual(Bits.Of(first.Collapse().Score(one)), Bits.Of(second.Collapse().Score(two)), "scores");
    }

    [TestMethod]
    public void Training_draws_queries_and_centroids_together()
    {
        DataSet<FmOneTier> data = RandomData.Create<FmOneTier>(3000, 7, keys: 60);
        double before = Error(ModelTrainer.Train(data, new TrainingOptions { Epochs = 1, BatchSize = 100 }));
        double after = Error(ModelTrainer.Train(data, new TrainingOptions { Epochs = 30, BatchSize = 100 }));
        Assert.IsTrue(after < 0.7 * before, $"{before:g3} after one epoch, {after:g3} after thirty");
    }

    // Squared distance of the queries from their centroids, relative to their squares.
    private static double Error(TrainedModel<FmOneTier> trained)
    {
        Table queries = trained.State.Tables.Single(t => t.Parameter.Name == "User.Q");
        NativeFloats vectors = Vectors<FmOneTier>(trained.State, 0);
        int stride = trained.State.Schema.Categoricals[0].VectorStride;
        double error = 0, square = 0;
        for (long id = 0; id < queries.Rows; id++)
        {
            for (int c = 0; c < 4; c++)
            {
                double q = queries.Values.At((id * 4) + c);
                error += Math.Pow(vectors.At(((id + 1) * stride) + c) - q, 2);
                square += q * q;
            }
        }

        return error / square;
    }

    /// <summary>The vectors of all ids of a feature by the training graph; row id + 1.</summary>
    private static NativeFloats Vectors<T>(ModelState state, int feature)
        where T : class, IEmbeddingModel<T>
    {
        int rows = (int)state.Vocabularies[feature].Rows;
        FeatureBatch[] features = [.. T.Schema.Categoricals.Select(_ => new FeatureBatch())];
        features[feature].Ids = [.. Enumerable.Range(-1, rows + 1)];
        features[feature].SlotCount = rows + 1;
        features[feature].Codes = new ushort[(rows + 1) * T.Schema.Categoricals[feature].Codes];
        features[feature].Vectors = new NativeFloats((long)(rows + 1) * T.Schema.Categoricals[feature].VectorStride);
        T.Embed(new StepContext(state, new Batch(1, T.Schema.Numerics.Length, features), []), feature, 1, rows + 1);
        return features[feature].Vectors;
    }

    private sealed class SameVectors : IModelAction
    {
        public void Run<T>()
            where T : class, IEmbeddingModel<T>
        {
            // Rows of buckets and of unknown values are among them, of which some are never in a batch.
            DataSet<T> data = RandomData.Create<T>(900, 7, keys: 60);
            TrainedModel<T> trained = ModelTrainer.Train(data, new TrainingOptions { Epochs = 2, BatchSize = 100 });
            CollapsedWeights served = trained.Collapse().Weights;
            Assert.IsFalse(served.Codes.IsEmpty);
            foreach (CollapsedCodes codes in served.Codes)
            {
                NativeFloats vectors = Vectors<T>(trained.State, codes.Feature);
                CollapsedDense codebook = served.FindDense(codes.CodebookName);
                int width = codebook.Columns * (codes.IsShared ? codes.Parts : 1), stride = T.Schema.Categoricals[codes.Feature].VectorStride;
                ushort[] row = new ushort[codes.Parts];
                float[] decoded = new float[width];
                for (int id = 0; id < codes.Rows; id++)
                {
                    codes.Read(id, row);
                    for (int c = 0; c < width; c++)
                    {
                        decoded[c] = codebook.Values[(row[c * codes.Parts / width] * codebook.Columns) + (c % codebook.Columns)];
                    }

                    Bits.AreEqual(Bits.Of(vectors.Span((long)(id + 1) * stride, width).ToArray()), Bits.Of(decoded), $"{codes.Name}, id {id}");
                }
            }
        }
    }
}
