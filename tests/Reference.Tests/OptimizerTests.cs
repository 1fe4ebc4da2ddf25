using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Reference.Tests;

/// <summary>
/// Three steps of every rule from w = 1 with the gradients 1, -2, 0.5, rate 0.1, epsilon 0.01, decays 0.9 and 0.99. The expected
/// numbers were worked out from the formulas with 30 digits, apart from this code.
/// </summary>
[TestClass]
public sealed class OptimizerTests
{
    private static readonly double[] s_gradients = [1, -2, 0.5];

    [TestMethod]

    // 1 - 0.1, + 0.2, - 0.05.
    [DataRow(ReferenceRule.Sgd, 0.9, 1.1, 1.05)]

    // Accumulators 1, 5, 5.25: steps 0.1 / 1.01, -0.2 / (sqrt 5 + 0.01), 0.05 / (sqrt 5.25 + 0.01).
    [DataRow(ReferenceRule.Adagrad, 0.90099009900990099, 0.99003459899989238, 0.96830763422458313)]
    [DataRow(ReferenceRule.RowWiseAdagrad, 0.90099009900990099, 0.99003459899989238, 0.96830763422458313)]

    // First moments 0.1, -0.11, -0.049 over 0.1, 0.19, 0.271; second 0.01, 0.0499, 0.051901 over 0.01, 0.0199, 0.029701.
    [DataRow(ReferenceRule.Adam, 0.90099009900990099, 0.93732143641011962, 0.9508968001149946)]

    // Momenta u = 0.468, 0.48528, 0.5018688, 0.51779...; at step 1: 0.48528 x 0.1 / (1 - 0.468 x 0.48528) + 0.532 x 1 / (1 - 0.468) = 1.06279.
    [DataRow(ReferenceRule.NAdam, 0.89477348482091384, 0.98226812249877312, 0.96318706074304143)]
    public void Three_steps_match_the_formulas(ReferenceRule rule, double first, double second, double third)
    {
        (ReferenceModel model, ReferenceOptimizer optimizer) = Start(rule);
        foreach ((double g, double expected) in s_gradients.Zip([first, second, third]))
        {
            var gradients = new ReferenceGradients(model);
            gradients["bias"][0, 0] = g;
            gradients["A.w"][1, 0] = g;
            gradients["A.P"][0, 0] = g;
            gradients.Touch("A.w", 1);
            gradients.Activate("A");
            optimizer.Step(gradients);
            Assert.AreEqual(expected, model.Parameters["bias"][0, 0], 1e-15);
            Assert.AreEqual(expected, model.Parameters["A.w"][1, 0], 1e-15);
            Assert.AreEqual(expected, model.Parameters["A.P"][0, 0], 1e-15);
        }

        Assert.AreEqual(1, model.Parameters["A.w"][0, 0], "a row that no batch reads");
        Assert.AreEqual(3, optimizer.Steps);
    }

    [TestMethod]
    [DataRow(ReferenceRule.Sgd, 1.1)]
    [DataRow(ReferenceRule.Adagrad, 0.99003459899989238)]
    [DataRow(ReferenceRule.RowWiseAdagrad, 0.99003459899989238)]

    // The moments rest in step 2, the corrections are those of step 3.
    [DataRow(ReferenceRule.Adam, 0.93206580037903911)]
    [DataRow(ReferenceRule.NAdam, 0.98549264089404995)]
    public void A_row_rests_while_no_batch_reads_it(ReferenceRule rule, double expected)
    {
        (ReferenceModel model, ReferenceOptimizer optimizer) = Start(rule);
        Row(1);
        double after = model.Parameters["A.w"][1, 0];
        optimizer.Step(new ReferenceGradients(model));
        Assert.AreEqual(after, model.Parameters["A.w"][1, 0]);
        Row(-2);
        Assert.AreEqual(expected, model.Parameters["A.w"][1, 0], 1e-15);

        void Row(double g)
        {
            var gradients = new ReferenceGradients(model);
            gradients["A.w"][1, 0] = g;
            gradients.Touch("A.w", 1);
            optimizer.Step(gradients);
        }
    }

    [TestMethod]
    public void Row_wise_Adagrad_keeps_the_mean_square_of_the_row()
    {
        // Rows (1, 3), (-2, 0), (0.5, 0.5): accumulators 5, 7, 7.25.
        (ReferenceModel model, ReferenceOptimizer optimizer) = Start(ReferenceRule.RowWiseAdagrad);
        double[][] rows = [[1, 3], [-2, 0], [0.5, 0.5]];
        double[][] expected = [[0.95547775000500431, 0.86643325001501292], [1.0307860061533662, 0.86643325001501292], [1.0122851826691302, 0.84793242653077692]];
        double[] accumulators = [5, 7, 7.25];
        for (int step = 0; step < 3; step++)
        {
            var gradients = new ReferenceGradients(model);
            (gradients["A.E"][2, 0], gradients["A.E"][2, 1]) = (rows[step][0], rows[step][1]);
            gradients.Touch("A.E", 2);
            optimizer.Step(gradients);
            Assert.AreEqual(expected[step][0], model.Parameters["A.E"][2, 0], 1e-15);
            Assert.AreEqual(expected[step][1], model.Parameters["A.E"][2, 1], 1e-15);
            Assert.AreEqual(accumulators[step], optimizer.State("A.E")[0][2, 0], 1e-15);
        }
    }

    [TestMethod]
    public void A_factor_rests_while_its_feature_has_no_known_id()
    {
        (ReferenceModel model, ReferenceOptimizer optimizer) = Start(ReferenceRule.Adam);
        var gradients = new ReferenceGradients(model);
        gradients["A.P"][0, 0] = 1;
        gradients["bias"][0, 0] = 1;
        optimizer.Step(gradients);
        Assert.AreEqual(1, model.Parameters["A.P"][0, 0]);
        Assert.AreEqual(0, optimizer.State("A.P")[0][0, 0]);
        Assert.AreNotEqual(1, model.Parameters["bias"][0, 0]);
    }

    [TestMethod]
    public void Momentum_moves_what_takes_part_in_a_step_without_a_gradient()
    {
        (ReferenceModel model, ReferenceOptimizer optimizer) = Start(ReferenceRule.Adam);
        var gradients = new ReferenceGradients(model);
        gradients["bias"][0, 0] = gradients["A.w"][1, 0] = 1;
        gradients.Touch("A.w", 1);
        optimizer.Step(gradients);
        double bias = model.Parameters["bias"][0, 0];
        var none = new ReferenceGradients(model);
        none.Touch("A.w", 1);
        optimizer.Step(none);
        Assert.IsTrue(model.Parameters["bias"][0, 0] < bias);
        Assert.AreEqual(model.Parameters["bias"][0, 0], model.Parameters["A.w"][1, 0]);
    }

    [TestMethod]
    public void Each_group_follows_its_rate()
    {
        var model = Model();
        var optimizer = new ReferenceOptimizer(model, new ReferenceRates(ReferenceRule.Sgd, TableRate: 0.5, FactorRate: 0.25, TowerRate: 0.125));
        var gradients = new ReferenceGradients(model);
        gradients["A.E"][0, 0] = gradients["A.w"][0, 0] = gradients["A.P"][0, 0] = gradients["bias"][0, 0] = 1;
        gradients.Touch("A.E", 0);
        gradients.Touch("A.w", 0);
        gradients.Activate("A");
        optimizer.Step(gradients);
        Assert.AreEqual(0.5, model.Parameters["A.E"][0, 0]);
        Assert.AreEqual(0.75, model.Parameters["A.P"][0, 0]);
        Assert.AreEqual(0.875, model.Parameters["bias"][0, 0]);
        Assert.AreEqual(0.875, model.Parameters["A.w"][0, 0], "a first-order weight belongs to the towers");
    }

    [TestMethod]
    public void Parameters_are_set_from_and_compared_with_padded_floats()
    {
        ReferenceModel model = Model();
        float[] padded = [1, 2, 9, 9, 3, 4, 9, 9, 5, 6];
        model.Parameters.Set("A.E", padded, stride: 4);
        CollectionAssert.AreEqual(new float[] { 1, 2, 3, 4, 5, 6 }, model.Parameters.ToFloats("A.E"));
        Assert.AreEqual(0, model.Parameters.MaxDifference("A.E", padded, stride: 4));
        Assert.AreEqual(0.5, model.Parameters.MaxDifference("A.E", [1, 2, 3, 4.5f, 5, 6]));
        Assert.AreEqual(double.NaN, model.Parameters.MaxDifference("A.E", [1, float.NaN, 3, 4, 5, 6]));
        Assert.ThrowsExactly<System.ArgumentException>(() => model.Parameters.Set("A.E", [1, 2, 3, 4, 5]));
        Assert.ThrowsExactly<System.ArgumentException>(() => model.Parameters.Set("A.F", [1]));
    }

    private static ReferenceModel Model()
    {
        var model = new ReferenceModel(HandWritten.Text, 3);
        foreach (string name in model.Parameters.Names)
        {
            model.Parameters.Set(name, [.. Enumerable.Repeat(1f, model.Parameters[name].Length)]);
        }

        return model;
    }

    private static (ReferenceModel Model, ReferenceOptimizer Optimizer) Start(ReferenceRule rule)
    {
        ReferenceModel model = Model();
        return (model, new ReferenceOptimizer(model, new ReferenceRates(rule, 0.1, 0.1, 0.1, 0.01, 0.9, 0.99)));
    }
}
