using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Training;

/// <summary>What the method promises, on compiled models in single precision.</summary>
[TestClass]
public sealed class MultiLayerPropertyTests
{
    [TestMethod]
    public void A_frozen_identity_factor_trains_the_plain_table_bit_for_bit()
    {
        DataSet<Plain> plainData = RandomData.Create<Plain>(400, 2, keys: 60);
        using Session<Plain> plain = new(plainData, 100);
        using Session<Identity> factored = new(RandomData.Create<Identity>(400, 2, keys: 60), 100);
        foreach (Table table in factored.State.Tables)
        {
            Find(plain.State, table.Parameter.Name.Replace(".T", ".E", StringComparison.Ordinal)).Values.CopyFrom(table.Values);
        }

        foreach (DenseParameter p in factored.State.Schema.Dense.Where(d => d.Group == ParameterGroup.Factor))
        {
            for (int r = 0; r < p.Rows; r++)
            {
                for (int c = 0; c < p.Columns; c++)
                {
                    factored.State.Dense.At(p.Offset + ((long)r * p.Stride) + c) = r == c ? 1 : 0;
                }
            }

            factored.State.RefreshTransposed(p, 0, p.Rows);
        }

        int[] order = ShuffleOrder.Create(400, 3, 0);
        CollectionAssert.AreEqual(plain.Train(order, [100, 100, 100, 100]), factored.Train(order, [100, 100, 100, 100]), "losses");
        CollapsedWeights served = factored.Model.Collapse().Weights;
        foreach (Table table in plain.State.Tables)
        {
            Bits.AreEqual(
                Bits.Of(table.Values.Span(0, (int)table.Values.Length).ToArray()),
                Bits.Of(served.FindTable(table.Parameter.Name).Values.Span(0, (int)table.Values.Length).ToArray()), table.Parameter.Name);
        }
    }

    [TestMethod]
    public void One_step_changes_every_row_of_the_product_and_few_of_the_table()
    {
        DataSet<FmFactored> data = RandomData.Create<FmFactored>(400, 2, keys: 40);
        using Session<FmFactored> session = new(data, 5);
        float[][] table = Rows(Find(session.State, "Item.T")), product = Rows(session);
        session.Train([0, 1, 2, 3, 4], [5]);
        int batch = data.Categoricals[1].Codes[..5].Distinct().Count();
        Assert.AreEqual(batch, Changed(table, Rows(Find(session.State, "Item.T"))), "rows of T");
        Assert.AreEqual(product.Length, Changed(product, Rows(session)), "rows of E");
        Assert.IsGreaterThan(batch, product.Length);

        static float[][] Rows(object source) => source switch
        {
            Table t => [.. Enumerable.Range(0, (int)t.Rows).Select(r => t.Values.Span((long)r * t.Parameter.Width, t.Parameter.Width).ToArray())],
            Session<FmFactored> s => Decode(s.Model.Collapse().Weights.FindTable("Item.E")),
            _ => throw new ArgumentException("Neither a table nor a session.", nameof(source)),
        };
    }

    [TestMethod]
    public void Pooling_and_projecting_may_be_exchanged()
    {
        DataSet<FmForms> data = RandomData.Create<FmForms>(200, 2, keys: 40);
        TrainedModel<FmForms> trained = ModelTrainer.Train(data, new TrainingOptions { BatchSize = 50 });
        Table t = Find(trained.State, "B.T");
        float[][] e = Decode(trained.Collapse().Weights.FindTable("B.E"));
        DenseParameter p = trained.State.FindDense("B.P");
        KeyColumn column = data.Categoricals[1];
        int[] map = trained.State.Vocabularies[1].Map(column);
        for (int i = 0; i < data.Count; i++)
        {
            int[] ids = [.. column.Codes[column.Offsets![i]..column.Offsets[i + 1]].Select(code => map[code])];
            for (int c = 0; c < p.Columns; c++)
            {
                double pooledFirst = Enumerable.Range(0, p.Rows).Sum(k =>
                    ids.Sum(id => (double)t.Values.At(((long)id * p.Rows) + k)) * trained.State.Dense.At(p.Offset + ((long)k * p.Stride) + c));

                // Each entry of E is rounded once, and a bag has four at most.
                Assert.AreEqual(pooledFirst, ids.Sum(id => (double)e[id][c]), 4 * 1e-7, $"example {i}, column {c}");
            }
        }
    }

    [TestMethod]
    public void The_rate_matched_table_lands_between_the_plain_table_and_the_multi_layer_one()
    {
        const float Rate = 0.25f;

        // k = 16 and sigma = 0.5 multiply the rate of the product's rows by about k sigma^2 = 4. Compared early, while the rate decides.
        (float plain, float matched, float factored) = (
            Loss<Plain>(Rate), Loss<Plain>(4 * Rate), Loss<Wide>(Rate));
        Assert.IsTrue(factored < matched - 0.03f && matched < plain - 0.03f, $"multi-layer {factored}, matched {matched}, plain {plain}");
    }

    private static float Loss<T>(float tableRate)
        where T : class, IEmbeddingModel<T>
    {
        DataSet<T> data = LowRankClicks<T>(6000);
        return (float)ModelTrainer.Train(data, new TrainingOptions { Epochs = 8, BatchSize = 32, LearningRate = 0.25f, TableLearningRate = tableRate }).History[^1].Loss;
    }

    // Clicks by a hidden product of two directions, so that rows have something to learn from each other.
    private static DataSet<T> LowRankClicks<T>(int count)
        where T : class, IEmbeddingModel<T>
    {
        Random random = new(5);
        DataSetBuilder builder = new(T.Schema, "clicks");
        for (int i = 0; i < count; i++)
        {
            int user = random.Next(120), item = random.Next(80);
            double logit = (3 * Math.Cos(user * 1.7) * Math.Sin(item * 2.3)) + (2 * Math.Sin(user * 0.9) * Math.Cos(item * 1.1));
            builder.AddLabel(random.NextDouble() < 1 / (1 + Math.Exp(-logit)));
            builder.AddKey(0, (long)user);
            builder.AddKey(1, (long)item);
            builder.EndExample();
        }

        return DataSet<T>.FromBuilder(builder);
    }

    private static Table Find(ModelState state, string name) => state.Tables.Single(t => t.Parameter.Name == name);

    private static int Changed(float[][] before, float[][] after) => before.Zip(after).Count(rows => !rows.First.SequenceEqual(rows.Second));

    private static float[][] Decode(CollapsedTable table)
    {
        float[][] rows = [.. Enumerable.Range(0, (int)table.Rows).Select(_ => new float[table.Width])];
        for (int r = 0; r < rows.Length; r++)
        {
            table.Decode(r, rows[r]);
        }

        return rows;
    }
}

/// <summary>Plain tables.</summary>
[EmbeddingModel]
[FactorizationMachine]
[Full(Dimension = 4)]
[Sgd(LearningRate = 0.05f)]
public partial class Plain
{
    [Label]
    public bool Clicked { get; set; }

    [Categorical]
    public int User { get; set; }

    [Categorical]
    public int Item { get; set; }
}

/// <summary>Factors that a rate below the resolution of a float keeps as they are.</summary>
[EmbeddingModel]
[FactorizationMachine]
[MultiLayer(Dimension = 4, Inner = 4)]
[Sgd(LearningRate = 0.05f, FactorLearningRate = 1e-30f)]
public partial class Identity
{
    [Label]
    public bool Clicked { get; set; }

    [Categorical]
    public int User { get; set; }

    [Categorical]
    public int Item { get; set; }
}

/// <summary>The same tables with factors.</summary>
[EmbeddingModel]
[FactorizationMachine]
[MultiLayer(Dimension = 4, Inner = 16, Sigma = 0.5f)]
[Sgd(LearningRate = 0.05f)]
public partial class Wide
{
    [Label]
    public bool Clicked { get; set; }

    [Categorical]
    public int User { get; set; }

    [Categorical]
    public int Item { get; set; }
}
