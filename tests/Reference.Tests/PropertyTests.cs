using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Generator.Specs;

namespace ModelGen.Reference.Tests;

/// <summary>The mathematics of multi-layer embeddings: what the paper and its step formula promise, on the compiled models.</summary>
[TestClass]
public sealed class PropertyTests
{
    [TestMethod]
    public void The_collapsed_model_scores_like_the_trained_one()
    {
        foreach (Specs.Case cell in Specs.Grid())
        {
            var random = new Random(5);
            ReferenceModel model = new ReferenceModel(Specs.Print(cell.Spec), cell.Ids).Fill(random);
            ReferenceBatch batch = Samples.Batch(model.Ir, cell.Ids, random, 7);
            ReferenceParameters served = model.Collapse();
            foreach ((double trained, double collapsed) in model.Forward(batch).Scores.Zip(model.Score(served, batch)))
            {
                Assert.AreEqual(trained, collapsed, 1e-12, cell.Name);
            }

            string[] multiLayer = [.. cell.Spec.Categoricals.Where(c => c.Embedding.Kind == EmbeddingKind.MultiLayer).Select(c => c.Property)];
            CollectionAssert.AreEqual(multiLayer.Select(f => $"{f}.E").ToArray(), model.Ir.Collapse.Select(c => c.Result).ToArray(), cell.Name);
            Assert.IsFalse(served.Names.Any(name => multiLayer.Any(f => name == $"{f}.T" || name == $"{f}.P")), cell.Name);
        }
    }

    [TestMethod]
    [DataRow(ReferenceRule.Sgd)]
    [DataRow(ReferenceRule.Adagrad)]
    [DataRow(ReferenceRule.RowWiseAdagrad)]
    [DataRow(ReferenceRule.Adam)]
    [DataRow(ReferenceRule.NAdam)]
    public void A_frozen_identity_factor_trains_the_plain_table_bit_for_bit(ReferenceRule rule)
    {
        const int dimension = 3;
        var random = new Random(11);
        ReferenceModel factored = Mlet.New(dimension, dimension, PoolingKind.None).Fill(random);
        factored.Parameters["A.P"] = factored.Parameters["B.P"] = Matrices.Identity(dimension);
        ReferenceModel plain = Mlet.Plain(factored);
        var rates = new ReferenceRates(rule, TableRate: 0.05, FactorRate: 0, TowerRate: 0.02, Epsilon: 1e-8);
        ReferenceOptimizer ofFactored = new(factored, rates), ofPlain = new(plain, rates);
        for (int step = 0; step < 6; step++)
        {
            ReferenceBatch batch = Samples.Batch(plain.Ir, [Mlet.Ids, Mlet.Ids], random, 6);
            Assert.AreEqual(Bits(plain.Loss(batch)), Bits(factored.Loss(batch)), $"loss before step {step}");
            ofFactored.Step(factored.Backward(batch));
            ofPlain.Step(plain.Backward(batch));
            ReferenceParameters served = factored.Collapse();
            foreach (string name in plain.Parameters.Names)
            {
                CollectionAssert.AreEqual(Bits(plain.Parameters[name]), Bits(served[name]), $"{name} after step {step}");
            }
        }
    }

    [TestMethod]
    public void A_trainable_identity_factor_adds_the_cross_category_term()
    {
        const double eta = 0.1;
        const int dimension = 3;
        var random = new Random(12);
        ReferenceModel factored = Mlet.New(dimension, dimension, PoolingKind.None).Fill(random);
        factored.Parameters["A.P"] = factored.Parameters["B.P"] = Matrices.Identity(dimension);
        double[,] t = (double[,])factored.Parameters["A.T"].Clone();
        ReferenceModel plain = Mlet.Plain(factored);
        ReferenceBatch batch = Samples.Batch(plain.Ir, [Mlet.Ids, Mlet.Ids], random, 6);
        double[,] g = plain.Backward(batch)["A.E"];
        foreach (ReferenceModel model in new[] { factored, plain })
        {
            new ReferenceOptimizer(model, new ReferenceRates(ReferenceRule.Sgd, eta, eta, eta)).Step(model.Backward(batch));
        }

        double[,] difference = factored.Collapse()["A.E"].Minus(plain.Parameters["A.E"]);
        double[,] cross = t.Times(t.Transposed()).Times(g).Times(-eta), second = g.Times(t.Transposed()).Times(g).Times(eta * eta);
        Assert.IsTrue(cross.MaxAbs() > 1e-3, "the term is there to be seen");
        Assert.IsTrue(difference.Minus(cross).Minus(second).MaxAbs() < 1e-14);
    }

    [TestMethod]
    [DataRow(6, 3)]
    [DataRow(3, 3)]
    [DataRow(2, 3)]
    [DataRow(8, 4)]
    public void One_step_moves_the_product_by_the_formula_of_the_paper(int inner, int dimension)
    {
        const double eta = 0.3;
        var step = new Mlet(inner, dimension, eta);
        double[,] rest = step.NewE.Minus(step.E).Plus(step.FirstOrder.Times(eta));
        Assert.IsTrue(rest.MaxAbs() > 1e-6, "the second-order term is there to be seen");
        Assert.IsTrue(rest.Minus(step.SecondOrder.Times(eta * eta)).MaxAbs() < 1e-12);
    }

    [TestMethod]
    public void One_step_changes_every_row_of_the_product_while_few_rows_have_a_gradient()
    {
        var step = new Mlet(inner: 6, dimension: 3, eta: 0.3, examples: 3);
        double[,] change = step.NewE.Minus(step.E);
        for (int row = 0; row < Mlet.Ids; row++)
        {
            Assert.IsTrue(Enumerable.Range(0, 3).Max(c => Math.Abs(change[row, c])) > 1e-5, $"row {row}");
        }

        int[] moved = [.. Matrices.NonZeroRows(step.Gradients["A.T"])];
        Assert.IsTrue(moved.Length <= step.Batch.Count, $"{moved.Length} rows of T");
        CollectionAssert.AreEqual(moved, Matrices.NonZeroRows(step.NewT.Minus(step.T)).ToArray());
    }

    [TestMethod]
    [DataRow(6, 3)]
    [DataRow(2, 3)]
    public void The_balance_of_the_factors_changes_by_the_square_of_the_rate(int inner, int dimension)
    {
        double[] changes = [.. new[] { 1e-1, 1e-2, 1e-3 }.Select(eta =>
        {
            var step = new Mlet(inner, dimension, eta);
            double[,] change = Balance(step.NewT, step.NewP).Minus(Balance(step.T, step.P));

            // What is left is exactly eta^2 (dT^T dT - dP dP^T).
            Assert.IsTrue(change.Minus(Balance(step.Gradients["A.T"], step.Gradients["A.P"]).Times(eta * eta)).MaxAbs() < 1e-13);
            return change.MaxAbs() / (eta * eta);
        })];
        Assert.IsTrue(changes[0] > 1e-3);
        Assert.AreEqual(changes[0], changes[1], 1e-6 * changes[0]);
        Assert.AreEqual(changes[0], changes[2], 1e-6 * changes[0]);

        static double[,] Balance(double[,] t, double[,] p) => t.Transposed().Times(t).Minus(p.Times(p.Transposed()));
    }

    [TestMethod]
    [DataRow(6, 3)]
    [DataRow(3, 3)]
    [DataRow(2, 3)]
    [DataRow(12, 2)]
    public void The_step_weighs_each_singular_direction_by_the_theorem(int inner, int dimension)
    {
        // P^T = U S1 X^T and T^T = Y S2 V^T; the column pairs u_i, v_j carry g_ij (s1_i^2 + s2_j^2).
        const double eta = 0.3;
        var step = new Mlet(inner, dimension, eta);
        (double[] s1, double[,] u) = Matrices.RightSingular(step.P);
        (double[] s2, double[,] v) = Matrices.RightSingular(step.T.Transposed());
        Assert.IsTrue(v.Transposed().Times(v).Minus(Matrices.Identity(Mlet.Ids)).MaxAbs() < 1e-12);
        Assert.IsTrue(u.Transposed().Times(u).Minus(Matrices.Identity(dimension)).MaxAbs() < 1e-12);

        double[,] g = u.Transposed().Times(step.G.Transposed()).Times(v);
        double[,] direction = step.E.Minus(step.NewE).Plus(step.SecondOrder.Times(eta * eta)).Times(1 / eta);
        double[,] measured = u.Transposed().Times(direction.Transposed()).Times(v);
        double[,] factors = Matrices.Build(dimension, Mlet.Ids, (i, j) => (s1[i] * s1[i]) + (s2[j] * s2[j]));
        double[,] promised = Matrices.Build(dimension, Mlet.Ids, (i, j) => g[i, j] * factors[i, j]);
        Assert.IsTrue(promised.MaxAbs() > 1e-2);
        Assert.IsTrue(measured.Minus(promised).MaxAbs() < 1e-12);

        // With k < d, (n - k)(d - k) directions can never be learned to first order.
        int dead = factors.Cast<double>().Count(f => f < 1e-12);
        Assert.AreEqual(inner < dimension ? (Mlet.Ids - inner) * (dimension - inner) : 0, dead);
    }

    [TestMethod]
    public void Another_basis_of_the_inner_space_gives_the_same_model()
    {
        var random = new Random(21);
        ReferenceModel model = Mlet.New(inner: 5, dimension: 3, PoolingKind.Mean).Fill(random);
        ReferenceBatch batch = Samples.Batch(model.Ir, [Mlet.Ids, Mlet.Ids], random, 6);
        IReadOnlyList<double> before = model.Forward(batch).Scores;
        double[,] basis = Matrices.Identity(5).Plus(Matrices.Random(random, 5, 5, 0.4));
        foreach (string feature in new[] { "A", "B" })
        {
            model.Parameters[$"{feature}.T"] = model.Parameters[$"{feature}.T"].Times(basis);
            model.Parameters[$"{feature}.P"] = basis.Inverse().Times(model.Parameters[$"{feature}.P"]);
        }

        foreach ((double expected, double actual) in before.Zip(model.Forward(batch).Scores))
        {
            Assert.AreEqual(expected, actual, 1e-12);
        }
    }

    [TestMethod]
    [DataRow(PoolingKind.Sum)]
    [DataRow(PoolingKind.Mean)]
    public void Pooling_before_the_projection_equals_pooling_after_it(PoolingKind pooling)
    {
        var random = new Random(31);
        ReferenceModel model = Mlet.New(inner: 5, dimension: 3, pooling).Fill(random);
        ReferenceBatch batch = Samples.Batch(model.Ir, [Mlet.Ids, Mlet.Ids], random, 6);
        ReferenceForward forward = model.Forward(batch);
        for (int e = 0; e < batch.Count; e++)
        {
            int[] ids = batch.Examples[e].Ids[0];
            double weight = pooling == PoolingKind.Mean && ids.Length > 0 ? 1.0 / ids.Length : 1;
            double[,] pooled = Matrices.Build(1, 5, (_, c) => weight * ids.Sum(id => forward.Id("A.h")[id][c]));
            double[,] projected = pooled.Times(model.Parameters["A.P"]);
            double[] after = forward.Example("A.e")[e];
            Assert.IsTrue(Enumerable.Range(0, 3).Max(c => Math.Abs(projected[0, c] - after[c])) < 1e-14, $"example {e}, {ids.Length} ids");
        }
    }

    private static long Bits(double value) => BitConverter.DoubleToInt64Bits(value);

    private static long[] Bits(double[,] values) => [.. values.Cast<double>().Select(Bits)];
}
