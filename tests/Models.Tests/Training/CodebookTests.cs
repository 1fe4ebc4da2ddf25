using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Training;

/// <summary>How the codebooks of quantised embeddings follow their queries.</summary>
[TestClass]
public sealed class CodebookTests
{
    [TestMethod]
    public void With_queries_at_rest_moving_averages_converge_to_k_means()
    {
        // A rate that no float notices leaves the queries where they are; one batch is the whole data.
        DataSet<FmAverages> data = RandomData.Create<FmAverages>(600, 7, keys: 60);
        TrainingOptions options = new() { BatchSize = data.Count, TableLearningRate = 1e-30f };
        TrainedModel<FmAverages> start = ModelTrainer.Train(data, options with { MaxSteps = 1 });
        TrainedModel<FmAverages> trained = ModelTrainer.Train(data, options with { Epochs = 150 });
        const int Tags = 1, Width = 16;
        Table queries = trained.State.Tables.Single(t => t.Parameter.Name == "Tags.Q");
        CollectionAssert.AreEqual(start.State.Tables.Single(t => t.Parameter.Name == "Tags.Q").Values.Span(0, 100).ToArray(), queries.Values.Span(0, 100).ToArray());
        CollapsedWeights served = trained.Collapse().Weights;
        float[] codebook = served.FindDense("Tags.C").Values;
        ushort[] codes = new ushort[Width];
        double[,] sums = new double[8, Width], counts = new double[8, Width];
        for (int id = 0; id < queries.Rows; id++)
        {
            served.FindCodes("Tags.codes").Read(id, codes);
            double lookups = trained.State.Vocabularies[Tags].Counts[id];
            for (int c = 0; c < Width; c++)
            {
                sums[codes[c], c] += lookups * queries.Values.At((id * Width) + c);
                counts[codes[c], c] += lookups;
            }
        }

        int used = 0;
        for (int k = 0; k < 8; k++)
        {
            for (int c = 0; c < Width; c++)
            {
                if (counts[k, c] > 0)
                {
                    used++;
                    Assert.AreEqual(sums[k, c] / counts[k, c], codebook[(k * Width) + c], 1e-7, $"centroid {k} of part {c}");
                }
            }
        }

        Assert.IsTrue(used > 8 * Width / 2, $"{used} centroids are used");
    }

    [TestMethod]
    public void The_optimiser_leaves_moving_averages_alone()
    {
        DataSet<FmAverages> data = RandomData.Create<FmAverages>(300, 7, keys: 60);
        TrainingOptions options = new() { BatchSize = 300, TableLearningRate = 1e-30f };
        float[] slow = Codebook(ModelTrainer.Train(data, options with { FactorLearningRate = 1e-30f }), "User.C");
        float[] fast = Codebook(ModelTrainer.Train(data, options with { FactorLearningRate = 0.5f }), "User.C");
        Bits.AreEqual(Bits.Of(slow), Bits.Of(fast), "the codebook");
    }

    private static float[] Codebook<T>(TrainedModel<T> trained, string name)
        where T : class, IEmbeddingModel<T>
    {
        DenseParameter parameter = trained.State.FindDense(name);
        return trained.State.Dense.Span(parameter.Offset, parameter.Floats).ToArray();
    }
}
