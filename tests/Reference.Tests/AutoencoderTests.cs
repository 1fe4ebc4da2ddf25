using System;
using System.Linq;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Specs;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Reference.Tests;

/// <summary>The graph of ELSA and compressed ELSA, followed in double precision: gradients and the identities of its loss (section 12 of the digest).</summary>
[TestClass]
public sealed class AutoencoderTests
{
    private const int Items = 14;
    private const int Width = 6;

    private static readonly int[][] s_histories = [[0, 3, 5], [1, 12], [2, 3, 4, 8, 13], [0, 7], [6, 9, 10, 11]];

    [TestMethod]
    [DataRow(ClipKind.None, 0, false)]
    [DataRow(ClipKind.None, 3, false)]
    [DataRow(ClipKind.Relu, 0, false)]
    [DataRow(ClipKind.Relu, 4, true)]
    [DataRow(ClipKind.Relu6, 4, false)]
    [DataRow(ClipKind.None, 3, true)]
    public void The_backward_pass_is_the_derivative_of_the_loss(ClipKind clip, int kept, bool sampled)
    {
        var random = new Random(5);
        double[][] rows = Rows(random);
        bool[][]? support = kept == 0 ? null : Largest(rows, kept);
        int[]? outputs = sampled ? [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 12, 12] : null;
        IrModel ir = Ir(clip, kept);
        var at = new ReferenceAutoencoder(ir, rows, support, s_histories, outputs);
        Assert.IsGreaterThan(1e-4, at.KinkDistance);
        double[][] gradient = at.Backward();
        const double Step = 1e-5;
        for (int i = 0; i < Items; i++)
        {
            for (int j = 0; j < Width; j++)
            {
                double before = rows[i][j];
                rows[i][j] = before + Step;
                double above = new ReferenceAutoencoder(ir, rows, support, s_histories, outputs).Loss;
                rows[i][j] = before - Step;
                double below = new ReferenceAutoencoder(ir, rows, support, s_histories, outputs).Loss;
                rows[i][j] = before;
                Assert.AreEqual((above - below) / (2 * Step), gradient[i][j], 1e-8, $"row {i}, column {j}");
            }
        }
    }

    [TestMethod]
    public void The_loss_is_the_mean_squared_difference_of_unit_vectors()
    {
        double[][] rows = Rows(new Random(1));
        var at = new ReferenceAutoencoder(Ir(ClipKind.None, 0), rows, null, s_histories);
        double[][] scores = at.Value("score");
        double sum = 0;
        for (int u = 0; u < s_histories.Length; u++)
        {
            double length = Math.Sqrt(scores[u].Sum(y => y * y)), target = Math.Sqrt(s_histories[u].Length);
            sum += scores[u].Select((y, i) => Math.Pow((y / length) - (s_histories[u].Contains(i) ? 1 / target : 0), 2)).Sum();
        }

        Assert.AreEqual(sum / (s_histories.Length * Items), at.Loss, 1e-15);
    }

    [TestMethod]
    public void The_loss_does_not_change_with_the_length_of_a_row_and_its_gradient_is_across_the_row()
    {
        double[][] rows = Rows(new Random(2));
        var at = new ReferenceAutoencoder(Ir(ClipKind.None, 0), rows, null, s_histories);
        double[][] gradient = at.Backward();
        double[][] scaled = [.. rows.Select((row, i) => row.Select(v => v * (i + 0.5)).ToArray())];
        Assert.AreEqual(at.Loss, new ReferenceAutoencoder(Ir(ClipKind.None, 0), scaled, null, s_histories).Loss, 1e-14);
        for (int i = 0; i < Items; i++)
        {
            Assert.AreEqual(0, rows[i].Zip(gradient[i], (a, g) => a * g).Sum(), 1e-15, $"row {i}");
        }
    }

    [TestMethod]
    public void The_loss_does_not_change_when_dense_rows_are_rotated()
    {
        double[][] rows = Rows(new Random(3));
        double angle = 0.7;
        double[][] turned = [.. rows.Select(row =>
        {
            double[] copy = [.. row];
            copy[1] = (Math.Cos(angle) * row[1]) - (Math.Sin(angle) * row[4]);
            copy[4] = (Math.Sin(angle) * row[1]) + (Math.Cos(angle) * row[4]);
            return copy;
        })];
        IrModel ir = Ir(ClipKind.None, 0);
        Assert.AreEqual(new ReferenceAutoencoder(ir, rows, null, s_histories).Loss, new ReferenceAutoencoder(ir, turned, null, s_histories).Loss, 1e-14);
    }

    [TestMethod]
    public void A_score_does_not_depend_on_whether_its_own_item_is_in_the_history()
    {
        double[][] rows = Rows(new Random(4));
        IrModel ir = Ir(ClipKind.None, 0);
        double with = new ReferenceAutoencoder(ir, rows, null, [[0, 3, 5]]).Value("score")[0][3];
        double without = new ReferenceAutoencoder(ir, rows, null, [[0, 5]]).Value("score")[0][3];
        Assert.AreEqual(without, with, 1e-14);
    }

    [TestMethod]
    public void Entries_outside_the_support_have_no_gradient()
    {
        double[][] rows = Rows(new Random(6));
        bool[][] support = Largest(rows, 2);
        double[][] gradient = new ReferenceAutoencoder(Ir(ClipKind.None, 2), rows, support, s_histories).Backward();
        for (int i = 0; i < Items; i++)
        {
            Assert.AreEqual(2, gradient[i].Count(g => g != 0), $"row {i}");
            Assert.IsTrue(gradient[i].Zip(support[i], (g, kept) => kept || g == 0).All(holds => holds), $"row {i}");
        }
    }

    [TestMethod]
    public void The_printed_text_names_the_rows_the_loss_and_the_kept_entries()
    {
        IrModel ir = Ir(ClipKind.Relu6, 3);
        Assert.AreEqual("cosine", ir.Loss);
        Assert.AreEqual(3, ir.Parameters.Single().Kept);
        Assert.AreEqual("I.N", ir.ServedParameters.Single().Name);
        Assert.AreEqual(6, ir.Forward.Single(op => op.Name == "clip").Most);
        CollectionAssert.AreEqual(new[] { "row", "row", "user", "score", "score", "user" }, ir.Forward.Select(op => op.Domain).ToArray());
        Assert.AreEqual("similarity", ir.Served[^1].Name);
    }

    /// <summary>An autoencoder; every entry is kept when <paramref name="kept"/> is 0.</summary>
    internal static ModelSpec Spec(ClipKind clip, int kept)
    {
        EmbeddingSpec embedding = kept == 0 ? Specs.Embedding(EmbeddingKind.Full, Width) : Specs.Embedding(EmbeddingKind.Sparse, Width) with { Kept = kept };
        ModelSpec spec = Specs.Model(
            new HostSpec(HostKind.Elsa, new([]), new([]), new([]), 0, clip), LossKind.Cosine, 0,
            Specs.Feature("U", Specs.Embedding(EmbeddingKind.None, 0)) with { Role = RoleKind.User }, Specs.Feature("I", embedding) with { Role = RoleKind.Item });
        return spec with { Label = null };
    }

    private static IrModel Ir(ClipKind clip, int kept) => IrText.Parse(Printer.Print(Lower.Run(Spec(clip, kept))));

    private static double[][] Rows(Random random) =>
        [.. Enumerable.Range(0, Items).Select(_ => Enumerable.Range(0, Width).Select(_ => (2 * random.NextDouble()) - 1).ToArray())];

    private static bool[][] Largest(double[][] rows, int kept) =>
        [.. rows.Select(row => row.Select(v => row.Count(other => Math.Abs(other) > Math.Abs(v)) < kept).ToArray())];
}
