using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Serving;

/// <summary>The served form of compiled models: what it scores, what it holds and what it weighs.</summary>
[TestClass]
public sealed class CollapseTests
{
    [TestMethod]
    [DynamicData(nameof(AllModels.Names), typeof(AllModels))]
    public void The_collapsed_model_scores_like_the_trained_one(string model) => AllModels.Run(model, new SameScores());

    [TestMethod]
    [DynamicData(nameof(AllModels.Names), typeof(AllModels))]
    public void Every_product_is_exact_to_the_rounding_of_a_double_sum(string model) => AllModels.Run(model, new ExactProducts());

    [TestMethod]
    [DynamicData(nameof(AllModels.Names), typeof(AllModels))]
    public void Served_bytes_follow_from_rows_and_served_widths(string model) => AllModels.Run(model, new ServedBytes());

    [TestMethod]
    public void The_inner_dimension_leaves_no_trace_in_the_served_bytes()
    {
        DataSet<FmFactored> data = RandomData.Create<FmFactored>(300, 8, keys: 43);
        CollapsedModel<FmFactored> served = ModelTrainer.Train(data, new TrainingOptions()).Collapse();
        long Bytes(string name) => served.Weights.FindTable(name).Bytes / served.Weights.FindTable(name).Rows;
        Assert.AreEqual(4 * 4, Bytes("User.E"), "k = 4");
        Assert.AreEqual(4 * 4, Bytes("Item.E"), "k = 64");
        Assert.IsTrue(served.Weights.Dense.All(d => !d.Name.EndsWith(".P", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DynamicData(nameof(AllModels.Names), typeof(AllModels))]
    public void Predict_gives_the_bits_of_Score(string model) => AllModels.Run(model, new Predictions());

    [TestMethod]
    [DynamicData(nameof(AllModels.Names), typeof(AllModels))]
    public void Int8_tables_err_by_half_a_step_at_most_and_weigh_a_byte_per_value(string model) => AllModels.Run(model, new Int8());

    private sealed class SameScores : IModelAction
    {
        public void Run<T>()
            where T : class, IEmbeddingModel<T>
        {
            DataSet<T> data = RandomData.Create<T>(900, 7, keys: 60);
            TrainedModel<T> trained = ModelTrainer.Train(data, new TrainingOptions { Epochs = 3, BatchSize = 100, LearningRate = 0.05f });
            float[] scores = trained.Score(data), served = trained.Collapse().Score(data);
            Scores.AreVaried(scores, typeof(T).Name);
            Scores.AreClose(scores, served, 1e-6, typeof(T).Name);
        }
    }

    private sealed class ExactProducts : IModelAction
    {
        public void Run<T>()
            where T : class, IEmbeddingModel<T>
        {
            TrainedModel<T> trained = ModelTrainer.Train(RandomData.Create<T>(300, 7, keys: 60), new TrainingOptions { BatchSize = 100 });
            CollapsedWeights served = trained.Collapse().Weights;
            foreach (Table table in trained.State.Tables.Where(t => t.Parameter.Name.EndsWith(".T", StringComparison.Ordinal) && T.Schema.Quantized.All(q => q.Feature != t.Parameter.Feature)))
            {
                string feature = table.Parameter.Name[..^2];
                DenseParameter p = trained.State.FindDense(feature + ".P");
                CollapsedTable e = served.FindTable(feature + ".E");
                Assert.AreEqual((table.Rows, p.Columns), (e.Rows, e.Width));
                float[] row = new float[e.Width];
                for (long r = 0; r < table.Rows; r++)
                {
                    e.Decode(r, row);
                    for (int c = 0; c < e.Width; c++)
                    {
                        double sum = 0;
                        for (int k = 0; k < p.Rows; k++)
                        {
                            sum += (double)table.Values.At((r * p.Rows) + k) * trained.State.Dense.At(p.Offset + ((long)k * p.Stride) + c);
                        }

                        Assert.AreEqual((float)sum, row[c], $"{typeof(T).Name}: {feature}.E[{r}, {c}]");
                    }
                }
            }
        }
    }

    private sealed class ServedBytes : IModelAction
    {
        public void Run<T>()
            where T : class, IEmbeddingModel<T>
        {
            TrainedModel<T> trained = ModelTrainer.Train(RandomData.Create<T>(300, 7, keys: 60), new TrainingOptions());
            CollapsedModel<T> served = trained.Collapse();
            long expected = 0;
            foreach (TableParameter table in T.Schema.Tables)
            {
                long rows = table.Rows(trained.State.Vocabularies[table.Feature].Rows);
                if (served.Weights.Codes.FirstOrDefault(c => table.Name == c.Name.Replace(".z", ".C", StringComparison.Ordinal) || (table.Name[..^2] + ".codes" == c.Name && table.Name[^1] is 'Q' or 'T')) is { } codes)
                {
                    CollapsedDense codebook = served.Weights.FindDense(codes.CodebookName);
                    expected += codes.Tiers.Sum(t => ((t.Rows * (codes.Parts / t.Repeat) * t.Bits) + 7) / 8) + (4L * codebook.Rows * codebook.Columns);
                    continue;
                }

                DenseParameter? factor = T.Schema.Dense.FirstOrDefault(d => d.Name == table.Name[..^1] + (table.Name.EndsWith('T') ? 'P' : 'V'));
                expected += factor?.Name[^1] switch
                {
                    'P' => 4 * rows * factor.Columns,
                    'V' when table.Name.EndsWith(".U", StringComparison.Ordinal) => 4 * ((rows * table.Width) + (factor.Rows * factor.Columns)),
                    _ => 4 * rows * table.Width,
                };
            }

            Assert.AreEqual(expected, served.EmbeddingBytes, typeof(T).Name);
            Assert.IsTrue(served.Bytes > served.EmbeddingBytes, "vocabularies and towers count too");
        }
    }

    private sealed class Predictions : IModelAction
    {
        public void Run<T>()
            where T : class, IEmbeddingModel<T>
        {
            T[] examples = RandomObjects.Create<T>(300, 9);
            DataSet<T> data = DataSet<T>.FromExamples(examples);
            CollapsedModel<T> served = ModelTrainer.Train(data, new TrainingOptions { Epochs = 3, BatchSize = 100, LearningRate = 0.05f }).Collapse();
            float[] scores = served.Score(data);
            Scores.AreVaried(scores, typeof(T).Name);
            Bits.AreEqual(Bits.Of(scores), Bits.Of(Array.ConvertAll(examples, served.Predict)), typeof(T).Name);
        }
    }

    private sealed class Int8 : IModelAction
    {
        public void Run<T>()
            where T : class, IEmbeddingModel<T>
        {
            DataSet<T> data = RandomData.Create<T>(600, 7, keys: 60);
            CollapsedModel<T> served = ModelTrainer.Train(data, new TrainingOptions { Epochs = 3, BatchSize = 100 }).Collapse();
            CollapsedModel<T> small = served.Quantize();
            string name = typeof(T).Name;
            foreach (CollapsedTable table in small.Weights.Tables)
            {
                if (table.Width == 1)
                {
                    Assert.AreEqual(TableFormat.Float32, table.Format, $"{name}: {table.Name}, a scale per row would make it larger");
                    continue;
                }

                Assert.AreEqual(table.Rows * (table.Width + 4), table.Bytes, $"{name}: {table.Name}, one byte per value and a scale per row");
                CollapsedTable original = served.Weights.FindTable(table.Name);
                (float[] expected, float[] actual) = (new float[table.Width], new float[table.Width]);
                for (long r = 0; r < table.Rows; r++)
                {
                    original.Decode(r, expected);
                    table.Decode(r, actual);

                    // The widest scale has no clipping and errs by half a step; a chosen one has no greater squared error.
                    double step = expected.Max(Math.Abs) / 127, squares = expected.Zip(actual, (a, b) => Math.Pow(a - b, 2)).Sum();
                    Assert.IsTrue(squares <= (table.Width * step * step / 4 * 1.001) + 1e-20, $"{name}: {table.Name} row {r}");
                }
            }

            // A relative error of 1/254 per value moves a score by about as much of its spread.
            (float[] before, float[] after) = (served.Score(data), small.Score(data));
            Scores.AreClose(before, after, 0.02, name);
            if (T.Schema.Loss == Loss.BinaryCrossEntropy)
            {
                Assert.AreEqual(served.Evaluate(data).Auc!.Value, small.Evaluate(data).Auc!.Value, 0.005, name);
            }
        }
    }
}
