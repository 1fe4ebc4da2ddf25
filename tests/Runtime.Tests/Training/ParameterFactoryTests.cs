using System;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests;

[TestClass]
public class ParameterFactoryTests
{
    [TestMethod]
    public void A_plain_table_starts_uniformly_within_the_root_of_its_rows()
    {
        float[] values = Values(Start(Table(Initialization.UniformByRows, 2), 400).Tables[0].Values);
        float bound = 2 / MathF.Sqrt(400);
        Assert.IsTrue(values.All(v => Math.Abs(v) <= bound));
        Assert.AreEqual(0, values.Average(), 0.05 * bound);
        Assert.AreEqual(bound * bound / 3, values.Average(v => (double)v * v), 0.05 * bound * bound);
    }

    [TestMethod]
    public void A_normal_start_has_the_stated_mean_deviation_and_tail()
    {
        float[] values = Values(Start(Table(Initialization.Normal, 0.5f), 5000).Tables[0].Values);
        Assert.AreEqual(0, values.Average(), 0.01);
        Assert.AreEqual(0.25, values.Average(v => (double)v * v), 0.01);
        Assert.AreEqual(0.0455, values.Count(v => Math.Abs(v) > 1) / (double)values.Length, 0.006);
    }

    [TestMethod]
    public void The_shared_row_of_unknown_values_starts_at_zero_and_the_others_do_not()
    {
        ModelState state = Start(Table(Initialization.UniformByRows, 1), 10, OutOfVocabulary.SharedRow);
        Assert.AreEqual(11, state.Tables[0].Rows);
        float[] values = Values(state.Tables[0].Values);
        Assert.IsTrue(values[..40].All(v => v != 0));
        Assert.IsTrue(values[40..].All(v => v == 0));
    }

    [TestMethod]
    public void Dense_start_values_leave_the_padding_zero_and_fill_the_transposed_copy()
    {
        DenseParameter weight = new("W", 3, 5, 16, 16, 4, 32, 8, ParameterGroup.Tower, Initialization.Normal, 1);
        ModelState state = Start(Table(Initialization.Zero, 0), 3, dense: weight);
        for (int i = 0; i < state.Dense.Length; i++)
        {
            int r = (i - 16) / 16;
            int c = i % 16;
            bool isLogical = i >= 16 && r < 3 && c < 5;
            Assert.AreEqual(isLogical, state.Dense.At(i) != 0, $"float {i}");
            if (isLogical)
            {
                Assert.AreEqual(state.Dense.At(i), state.Transposed.At(32 + c * 8 + r));
            }
        }
    }

    [TestMethod]
    public void Start_values_depend_on_seed_and_parameter_but_not_on_threads()
    {
        TableParameter[] two = [Table(Initialization.Normal, 1), Table(Initialization.Normal, 1) with { Name = "Item.F" }];
        ModelState one = Start(two, 30_000, seed: 5, threads: 1);
        ModelState three = Start(two, 30_000, seed: 5, threads: 3);
        ModelState other = Start(two, 30_000, seed: 6, threads: 1);
        CollectionAssert.AreEqual(Values(one.Tables[0].Values), Values(three.Tables[0].Values));
        Assert.AreNotEqual(one.Tables[0].Values.At(0), other.Tables[0].Values.At(0));
        Assert.AreNotEqual(one.Tables[0].Values.At(0), one.Tables[1].Values.At(0));
    }

    [TestMethod]
    public void A_factor_sigma_replaces_the_deviation_of_normal_factors_only()
    {
        DenseParameter factor = new("P", 8, 8, 0, 16, 8, -1, 0, ParameterGroup.Factor, Initialization.Normal, 1);
        DenseParameter tower = new("W", 8, 8, 0, 16, 8, -1, 0, ParameterGroup.Tower, Initialization.Normal, 1);
        float[] plain = Values(Start(Table(Initialization.Zero, 0), 3, dense: factor).Dense);
        float[] scaled = Values(Start(Table(Initialization.Zero, 0), 3, dense: factor, sigma: 0.25f).Dense);
        CollectionAssert.AreEqual(plain.Select(v => v * 0.25f).ToArray(), scaled);
        CollectionAssert.AreEqual(
            Values(Start(Table(Initialization.Zero, 0), 3, dense: tower).Dense),
            Values(Start(Table(Initialization.Zero, 0), 3, dense: tower, sigma: 0.25f).Dense));
    }

    [TestMethod]
    public void Optimiser_state_has_the_shape_its_rule_asks_for()
    {
        ModelSchema schema = Schema([Table(Initialization.Zero, 0)], OutOfVocabulary.Zero, null);
        ModelState rowWise = ParameterFactory.Allocate(
            schema with { Optimizer = schema.Optimizer with { Kind = OptimizerKind.RowWiseAdagrad } }, Vocabularies(schema, 7), [], optimizerState: true);
        Assert.HasCount(1, rowWise.Tables[0].State);
        Assert.AreEqual(7, rowWise.Tables[0].State[0].Length);
        Assert.HasCount(1, rowWise.DenseState);
        ModelState adam = ParameterFactory.Allocate(
            schema with { Optimizer = schema.Optimizer with { Kind = OptimizerKind.Adam } }, Vocabularies(schema, 7), [], optimizerState: true);
        Assert.HasCount(2, adam.Tables[0].State);
        Assert.AreEqual(28, adam.Tables[0].State[1].Length);
    }

    private static TableParameter Table(Initialization initialization, float scale) =>
        new("Item.E", 0, RowIndex.Identity, 0, 4, ParameterGroup.Table, initialization, scale);

    private static ModelState Start(
        TableParameter table, int items, OutOfVocabulary outOfVocabulary = OutOfVocabulary.Zero, DenseParameter? dense = null, float? sigma = null) =>
        Start([table], items, outOfVocabulary, dense, sigma);

    private static ModelState Start(
        TableParameter[] tables, int items, OutOfVocabulary outOfVocabulary = OutOfVocabulary.Zero, DenseParameter? dense = null, float? sigma = null, ulong seed = 1, int threads = 1)
    {
        ModelSchema schema = Schema(tables, outOfVocabulary, dense);
        using WorkerTeam team = new(threads);
        ModelState state = ParameterFactory.Allocate(schema, Vocabularies(schema, items), [], optimizerState: true);
        ParameterFactory.Start(state, seed, sigma, team, labelMean: 0);
        return state;
    }

    private static ModelSchema Schema(TableParameter[] tables, OutOfVocabulary outOfVocabulary, DenseParameter? dense) => TestSchemas.Schema(
        [TestSchemas.Feature("Item", 4, outOfVocabulary)], tables, dense is null ? [] : [dense], denseFloats: 256, transposedFloats: 128);

    private static ImmutableArray<Vocabulary> Vocabularies(ModelSchema schema, int items) =>
        [new Vocabulary(schema.Categoricals[0], [.. Enumerable.Range(0, items).Select(i => $"{i}")])];

    private static float[] Values(NativeFloats values) => values.Span(0, (int)values.Length).ToArray();
}
