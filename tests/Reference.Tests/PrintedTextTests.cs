using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Specs;

namespace ModelGen.Reference.Tests;

[TestClass]
public sealed class PrintedTextTests
{
    [TestMethod]
    public void Every_printed_model_parses_back_to_what_was_compiled()
    {
        foreach (Specs.Case cell in Specs.Grid())
        {
            Graph graph = Lower.Run(cell.Spec);
            IrModel ir = IrText.Parse(Printer.Print(graph));

            Assert.AreEqual(graph.Name, ir.Name);
            Assert.AreEqual(graph.Loss, ir.Loss);
            CollectionAssert.AreEqual(graph.Features.ToArray(), ir.Features.ToArray(), cell.Name);
            CollectionAssert.AreEqual(graph.Parameters.Select(Shape).ToArray(), ir.Parameters.Select(Shape).ToArray(), cell.Name);
            CollectionAssert.AreEqual(graph.ServedParameters.Select(Shape).ToArray(), ir.ServedParameters.Select(Shape).ToArray(), cell.Name);
            CollectionAssert.AreEqual(graph.Forward.Select(Sketch).ToArray(), ir.Forward.Select(Sketch).ToArray(), cell.Name);
            CollectionAssert.AreEqual(graph.Backward.Select(Sketch).ToArray(), ir.Backward.Select(Sketch).ToArray(), cell.Name);
            CollectionAssert.AreEqual(graph.Served.Select(Sketch).ToArray(), ir.Served.Select(Sketch).ToArray(), cell.Name);
            CollectionAssert.AreEqual(
                graph.Collapse.Select(c => $"{c.Result.Name}={c.Left.Name}*{c.Right.Name}").ToArray(),
                ir.Collapse.Select(c => $"{c.Result}={c.Left}*{c.Right}").ToArray(), cell.Name);
        }
    }

    [TestMethod]
    public void Every_parameter_of_every_model_receives_a_gradient()
    {
        foreach (Specs.Case cell in Specs.Grid())
        {
            IrModel ir = IrText.Parse(Specs.Print(cell.Spec));
            CollectionAssert.AreEquivalent(
                ir.Parameters.Select(p => p.Name).ToArray(), ir.Backward.Where(op => op.Accumulates).Select(op => op.Target).ToArray(), cell.Name);
        }
    }

    [TestMethod]
    public void The_grid_of_models_holds_every_operation()
    {
        string[] abstractOnes = [Ops.Table[OpKind.Embed].Name];
        IrModel[] models = [.. Specs.Grid().Select(cell => cell.Spec).Append(Specs.Pair(QuantizedTests.Quantized(commitment: 1))).Append(Specs.Pair(QuantizedTests.Quantized(commitment: 1, decay: 0.9f))).Append(Specs.Pair(QuantizedTests.Quantized(commitment: 1, temperature: 1))).Append(Specs.Pair(QuantizedTests.Quantized(commitment: 1, normalized: true))).Append(Specs.Model(new HostSpec(HostKind.MatrixFactorization, default, default, default, 0, Factorization: new FactorizationSpec(true, false, 0.1f)), LossKind.MeanSquaredError, 0, Specs.Feature("U", Specs.Embedding(EmbeddingKind.Full, 4)) with { Role = RoleKind.User }, Specs.Feature("I", Specs.Embedding(EmbeddingKind.Full, 4)) with { Role = RoleKind.Item })).Append(AutoencoderTests.Spec(ClipKind.Relu, 0)).Select(spec => IrText.Parse(Specs.Print(spec)))];
        string[] printed = [.. models.SelectMany(ir => ir.Forward.Concat(ir.Backward).Concat(ir.Served)).Select(op => op.Name).Distinct()];
        CollectionAssert.AreEquivalent(Ops.Table.Values.Select(info => info.Name).Except(abstractOnes).ToArray(), printed);
        Assert.IsTrue(models.Any(ir => ir.Forward.Any(op => op.Relu)) && models.Any(ir => ir.Backward.Any(op => op.Mask is not null)), "the fused forms");
    }

    [TestMethod]
    [DataRow("linear score top1.W", "line 1: expected 'model <name> loss=<logistic|squared|ranking|cosine>'")]
    [DataRow("  A.w1 : id(A) x 1 = gather", "line 9: 'gather' does not take 0 operands")]
    [DataRow("  A.w1 : id(C) x 1 = gather A.w", "line 9: 'C' is not a feature")]
    [DataRow("  A.w1 : id(A) x 1 = gather B.w", "line 9: parameter 'B.w' is not declared")]
    [DataRow("  A.w1 : id(A) x 1 = fetch A.w", "line 9: unknown operation 'fetch'")]
    [DataRow("  A.w1 : id(A) x 1 = scatter A.w", "line 9: unknown operation 'scatter'")]
    [DataRow("  A.w1 : id(A) x one = gather A.w", "line 9: 'A.w1 : id(A) x one = gather A.w' is not an operation")]
    [DataRow("  A.w1 : id(A) x 1 = gather A.w pool=sum", "line 9: 'gather' takes no attribute 'pool'")]
    [DataRow("  A.w += gather A.w", "line 9: 'gather' defines a value")]
    public void A_line_that_cannot_be_read_is_named(string line, string expected)
    {
        string text = line.StartsWith("  ", System.StringComparison.Ordinal)
            ? HandWritten.Text.Replace("  A.w1 : id(A) x 1 = gather A.w", line, System.StringComparison.Ordinal)
            : line + "\n" + HandWritten.Text;
        IrTextException error = Assert.ThrowsExactly<IrTextException>(() => IrText.Parse(text));
        StringAssert.Contains(error.Message, expected);
    }

    [TestMethod]
    [DataRow("forward\n", "backward\n", "expected the section 'forward'")]
    [DataRow("pool=none", "pool=max", "pool 'max'")]
    [DataRow("  loss : example x 1 = squared score", "  loss : example x 1 = squared scores", "value 'scores' is not defined before")]
    [DataRow("  A.w += scatter d.A.w1", "  A.q += scatter d.A.w1", "parameter 'A.q' is not declared")]
    [DataRow("  A.w0 : example x 1 = lookup A.w1 pool=none", "  A.w1 : example x 1 = lookup A.w1 pool=none", "value 'A.w1' is defined twice")]
    [DataRow("group=tower", "group=spire", "group 'spire'")]
    [DataRow("dense bias 1 x 1", "dense bias 0 x 1", "rows '0' is not a positive integer")]
    [DataRow("dense bias 1 x 1", "dense A.w 1 x 1", "parameter 'A.w' is declared twice")]
    public void A_broken_section_is_refused(string original, string replacement, string expected)
    {
        IrTextException error = Assert.ThrowsExactly<IrTextException>(
            () => IrText.Parse(HandWritten.Text.Replace(original, replacement, System.StringComparison.Ordinal)));
        StringAssert.Contains(error.Message, expected);
    }

    [TestMethod]
    public void A_width_that_the_operation_does_not_yield_is_refused()
    {
        var model = new ReferenceModel(HandWritten.Text.Replace("A.w1 : id(A) x 1", "A.w1 : id(A) x 2", System.StringComparison.Ordinal), 3);
        Assert.ThrowsExactly<System.InvalidOperationException>(() => model.Forward(HandWritten.Batch(0)));
    }

    [TestMethod]
    public void Ids_outside_the_vocabulary_are_refused()
    {
        var model = new ReferenceModel(HandWritten.Text, 3);
        Assert.ThrowsExactly<System.ArgumentException>(() => model.Forward(HandWritten.Batch(3)));
        Assert.ThrowsExactly<System.ArgumentException>(() => model.Forward(HandWritten.Batch(-2)));
    }

    private static string Shape(Parameter p) => $"{p.Name} {p.IsTable} {p.Index} {p.Modulus} {p.Rows}x{p.Columns} {p.Group} {(double)p.Scale:F5}";

    private static string Shape(IrParameter p) => $"{p.Name} {p.IsTable} {p.Index} {p.Modulus} {p.Rows}x{p.Columns} {p.Group} {p.Scale:F5}";

    private static string Sketch(Op op) =>
        $"{op.Result?.Name ?? op.Parameters[0].Name} {op.Result?.Width ?? 0} {Ops.Table[op.Kind].Name} [{string.Join(" ", op.Inputs.Select(v => v.Name))}] " +
        $"[{string.Join(" ", op.Result is null ? [] : op.Parameters.Select(p => p.Name))}] {op.Relu} {op.Mask?.Name}";

    private static string Sketch(IrOp op) =>
        $"{op.Target} {op.Width} {op.Name} [{string.Join(" ", op.Inputs)}] [{string.Join(" ", op.Parameters)}] {op.Relu} {op.Mask}";
}
