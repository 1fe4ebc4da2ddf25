using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Reference.Tests;

/// <summary>
/// The printed gradients against central differences of the printed forward pass. A ReLU has no derivative at zero, so points
/// where any ReLU sees a value within 1e-3 of zero are skipped and drawn anew; a step of 1e-5 cannot then cross one.
/// </summary>
[TestClass]
public sealed class GradientTests
{
    private const double Step = 1e-5, Relative = 1e-6, Floor = 1e-9, Clearance = 1e-3;

    public static IEnumerable<object[]> Cases => Specs.Grid().Select(cell => new object[] { cell.Name });

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Printed_gradients_match_central_differences(string name)
    {
        Specs.Case cell = Specs.Grid().Single(c => c.Name == name);
        foreach (int examples in new[] { 7, 1 })
        {
            (ReferenceModel model, ReferenceBatch batch) = Point(cell, examples);
            Check(model, batch, $"{examples} examples");
        }
    }

    [TestMethod]
    public void Batches_hold_unknown_ids_empty_bags_and_repeated_ids()
    {
        foreach (Specs.Case cell in Specs.Grid())
        {
            (ReferenceModel model, ReferenceBatch batch) = Point(cell, 7);
            foreach ((string feature, int f) in model.Ir.Features.Select((feature, f) => (feature, f)))
            {
                int[][] ids = [.. batch.Examples.Select(e => e.Ids[f])];
                bool bag = Samples.IsBag(model.Ir, feature);
                Assert.IsTrue(ids.Any(list => bag ? list.Length == 0 : list[0] == -1), "an empty bag or an unknown id");
                Assert.IsTrue(bag ? ids.Any(list => list.Distinct().Count() < list.Length) : batch.DistinctIds(f).Count < ids.Count(list => list[0] >= 0), "repeated ids");
            }
        }
    }

    [TestMethod]
    public void Repeated_ids_accumulate()
    {
        // Three examples of one id and one of another: d loss / d w[id] = sum of 2 (score - 1) / 4 over its examples.
        var model = new ReferenceModel(HandWritten.Text, 3);
        model.Parameters["A.w"][0, 0] = 2;
        model.Parameters["A.w"][2, 0] = 0.5;
        ReferenceGradients gradients = model.Backward(HandWritten.Batch(0, 2, 0, 0));
        Assert.AreEqual(1.5, gradients["A.w"][0, 0], 1e-15);
        Assert.AreEqual(0, gradients["A.w"][1, 0]);
        Assert.AreEqual(-0.25, gradients["A.w"][2, 0], 1e-15);
        Assert.AreEqual(1.25, gradients["bias"][0, 0], 1e-15);
        Assert.IsTrue(gradients.Touched("A.w").SetEquals([0, 2]));
    }

    [TestMethod]
    public void Unknown_ids_touch_no_row()
    {
        var model = new ReferenceModel(HandWritten.Text, 3);
        ReferenceGradients gradients = model.Backward(HandWritten.Batch(-1, -1));
        Assert.AreEqual(0, gradients.Touched("A.w").Count);
        Assert.AreEqual(0, gradients.ActiveFeatures.Count);
        Assert.AreEqual(-2, gradients["bias"][0, 0], 1e-15);
    }

    [TestMethod]
    public void Rows_that_the_batch_does_not_read_have_no_gradient()
    {
        foreach (Specs.Case cell in Specs.Grid())
        {
            (ReferenceModel model, ReferenceBatch batch) = Point(cell, 3);
            ReferenceGradients gradients = model.Backward(batch);
            foreach (IrParameter table in model.Ir.Parameters.Where(p => p.IsTable))
            {
                int[] read = [.. batch.DistinctIds(model.Ir.Features.ToList().IndexOf(table.Feature!)).Select(id => table.RowOf(id)).Distinct().Order()];
                CollectionAssert.AreEqual(read, gradients.Touched(table.Name).ToArray(), $"{cell.Name}: {table.Name}");
                Assert.IsTrue(Matrices.NonZeroRows(gradients[table.Name]).All(read.Contains), $"{cell.Name}: {table.Name}");
            }
        }
    }

    private static (ReferenceModel Model, ReferenceBatch Batch) Point(Specs.Case cell, int examples)
    {
        string text = Specs.Print(cell.Spec);
        for (int seed = 1; seed <= 50; seed++)
        {
            var random = new Random(seed);
            ReferenceModel model = new ReferenceModel(text, cell.Ids).Fill(random);
            ReferenceBatch batch = Samples.Batch(model.Ir, cell.Ids, random, examples);
            if (model.Forward(batch).KinkDistance > Clearance)
            {
                return (model, batch);
            }
        }

        throw new AssertFailedException($"{cell.Name}: no point away from the kinks of the ReLUs in 50 draws.");
    }

    private static void Check(ReferenceModel model, ReferenceBatch batch, string where)
    {
        ReferenceGradients gradients = model.Backward(batch);
        foreach (string name in model.Parameters.Names)
        {
            double[,] values = model.Parameters[name];
            for (int r = 0; r < values.GetLength(0); r++)
            {
                for (int c = 0; c < values.GetLength(1); c++)
                {
                    double numeric = Difference(model, batch, values, r, c), analytic = gradients[name][r, c];
                    double allowed = Math.Max(Floor, Relative * Math.Max(Math.Abs(numeric), Math.Abs(analytic)));
                    Assert.IsTrue(
                        Math.Abs(numeric - analytic) <= allowed,
                        $"{where}: {name}[{r}, {c}] is {analytic:R} in the backward section, {numeric:R} by central difference.");
                }
            }
        }
    }

    private static double Difference(ReferenceModel model, ReferenceBatch batch, double[,] values, int r, int c)
    {
        double value = values[r, c];
        values[r, c] = value + Step;
        double above = model.Loss(batch);
        values[r, c] = value - Step;
        double below = model.Loss(batch);
        values[r, c] = value;
        return (above - below) / (2 * Step);
    }
}
