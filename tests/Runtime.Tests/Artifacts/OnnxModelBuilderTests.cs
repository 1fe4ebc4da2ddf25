using System;
using System.IO;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests;

[TestClass]
public sealed class OnnxModelBuilderTests
{
    [TestMethod]
    public void A_small_tower_scores_as_written_by_hand()
    {
        Native.RequireOnnxRuntime();
        using var folder = new TemporaryFolder();
        var onnx = new OnnxModelBuilder("tower");
        string x = onnx.Input("x", OnnxType.Float, "batch", 3);
        string hidden = onnx.Relu(onnx.Gemm(x, onnx.Initializer("W", [1f, -2, 3, 4, -5, 6], 3, 2), onnx.Initializer("b", [0.5f, -1], 1, 2)));
        onnx.Output(onnx.Sigmoid(onnx.ReduceSum(hidden, keepDimensions: false, 1)), "score", OnnxType.Float, "batch");
        onnx.Metadata("model", "tower");
        long bytes = onnx.Save(folder["tower.onnx"]);
        Assert.AreEqual(new FileInfo(folder["tower.onnx"]).Length, bytes);

        using OnnxSession session = OnnxSession.Load(folder["tower.onnx"]);
        (string name, OnnxType type, long[] shape) = session.Inputs.Single();
        Assert.AreEqual(("x", OnnxType.Float), (name, type));
        CollectionAssert.AreEqual((long[])[-1, 3], shape);
        (float[] scores, long[] scoreShape) = session.Run([OnnxTensor.From("x", [0.1f, 0.2f, 0.3f, -1, 0, 0], 2, 3)], "score");
        CollectionAssert.AreEqual((long[])[2], scoreShape);

        float Score(float a, float b, float c)
        {
            float first = MathF.Max(0, a * 1 + b * 3 + c * -5 + 0.5f), second = MathF.Max(0, a * -2 + b * 4 + c * 6 - 1);
            return 1 / (1 + MathF.Exp(-first - second));
        }

        Assert.AreEqual(Score(0.1f, 0.2f, 0.3f), scores[0], 1e-6f);
        Assert.AreEqual(Score(-1, 0, 0), scores[1], 1e-6f);
    }

    [TestMethod]
    public void Every_operator_helper_computes_what_it_says()
    {
        Native.RequireOnnxRuntime();
        using var folder = new TemporaryFolder();
        var onnx = new OnnxModelBuilder("operators");
        string x = onnx.Input("x", OnnxType.Float, 2, 2);
        string i = onnx.Input("i", OnnxType.Int64, 2);
        string y = onnx.Initializer("y", [2f, 4, 8, 16], 2, 2);
        string F(string integers) => onnx.Cast(integers, OnnxType.Float);
        (string Tensor, float[] Expected)[] cases =
        [
            (onnx.Sub(x, y), [-3, -2, -11, -12]),
            (onnx.Mul(x, y), [-2, 8, -24, 64]),
            (onnx.Div(x, y), [-0.5f, 0.5f, -0.375f, 0.25f]),
            (onnx.Max(x, y), [2, 4, 8, 16]),
            (onnx.Min(x, y), [-1, 2, -3, 4]),
            (onnx.Clip(x, -2, 3), [-1, 2, -2, 3]),
            (onnx.Log(y), [MathF.Log(2), MathF.Log(4), MathF.Log(8), MathF.Log(16)]),
            (onnx.MatMul(x, y), [14, 28, 26, 52]),
            (onnx.Gemm(x, y, "", transposeRight: true), [6, 24, 10, 40]),
            (onnx.Concat(1, x, y), [-1, 2, 2, 4, -3, 4, 8, 16]),
            (onnx.ReduceMax(x, false, 0), [-1, 4]),
            (onnx.ReduceSum(x, true, -1), [1, 1]),
            (onnx.Reshape(x, 1, -1), [-1, 2, -3, 4]),
            (onnx.Squeeze(onnx.Unsqueeze(x, 0), 0), [-1, 2, -3, 4]),
            (onnx.Transpose(x, 1, 0), [-1, -3, 2, 4]),
            (onnx.Slice(x, 1, 1, 2), [2, 4]),
            (onnx.Einsum("ij,kj->ik", x, y), [6, 24, 10, 40]),
            (onnx.Gather(y, i), [8, 16, 2, 4]),
            (F(onnx.Mod(onnx.Add(i, onnx.Constant(6L)), onnx.Constant(4L))), [3, 2]),
            (F(onnx.Div(onnx.Add(i, onnx.Constant(6L)), onnx.Constant(4L))), [1, 1]),
            (onnx.Where(onnx.Less(x, onnx.Constant(0f)), x, y), [-1, 4, -3, 16]),
            (onnx.Where(onnx.Not(onnx.Equal(x, onnx.Constant(2f))), x, y), [-1, 4, -3, 4]),
            (onnx.Where(onnx.And(onnx.GreaterOrEqual(x, onnx.Constant(-1f)), onnx.Less(x, y)), x, onnx.Constant(0f)), [-1, 2, 0, 4]),
            (F(onnx.LabelEncoder(i, [1, 5], [10, 50], -7)), [10, -7]),
            (onnx.Node("Abs", [x]), [1, 2, 3, 4]),
            (onnx.Node("LeakyRelu", [x], [OnnxAttribute.Float("alpha", 0.5f)]), [-0.5f, 2, -1.5f, 4]),
        ];
        // The cases have different ranks, so each is flattened to the one that is declared.
        for (int n = 0; n < cases.Length; n++)
        {
            onnx.Output(onnx.Reshape(cases[n].Tensor, -1), $"out{n}", OnnxType.Float, "any");
        }

        onnx.Save(folder["m.onnx"]);
        using OnnxSession session = OnnxSession.Load(folder["m.onnx"]);
        OnnxTensor[] inputs = [OnnxTensor.From("x", [-1f, 2, -3, 4], 2, 2), OnnxTensor.From("i", [1L, 0], 2)];
        for (int n = 0; n < cases.Length; n++)
        {
            float[] actual = session.Run(inputs, $"out{n}").Values;
            Assert.AreEqual(cases[n].Expected.Length, actual.Length, cases[n].Tensor);
            for (int k = 0; k < actual.Length; k++)
            {
                Assert.AreEqual(cases[n].Expected[k], actual[k], 1e-5f, $"{cases[n].Tensor}[{k}]");
            }
        }
    }

    [TestMethod]
    public void Large_initializers_go_to_a_file_beside_the_model()
    {
        Native.RequireOnnxRuntime();
        using var folder = new TemporaryFolder();
        NativeFloats table = ArtifactModels.Random(1000 * 7, 1);
        OnnxModelBuilder Build(long limit)
        {
            var onnx = new OnnxModelBuilder("external") { ExternalDataLimit = limit };
            string rows = onnx.Input("rows", OnnxType.Int64, "batch");
            string codes = onnx.Initializer("codes", Enumerable.Range(0, 1001).Select(n => (sbyte)(n % 100)).ToArray(), 1001, 1);
            string values = onnx.Gather(onnx.Initializer("table", table, 1000, 7), rows);
            onnx.Output(onnx.Add(values, onnx.Cast(onnx.Gather(codes, rows), OnnxType.Float)), "y", OnnxType.Float, "batch", 7);
            return onnx;
        }

        string inside = folder["inside.onnx"], outside = folder["my model ü.onnx"];
        long insideBytes = Build(long.MaxValue).Save(inside);
        long outsideBytes = Build(10_000).Save(outside);
        CollectionAssert.AreEquivalent((string[])["inside.onnx", "my model ü.onnx", "my_model__.onnx.data"], folder.Files());
        Assert.AreEqual(insideBytes, new FileInfo(inside).Length);
        Assert.AreEqual(outsideBytes, new FileInfo(outside).Length + new FileInfo(folder["my_model__.onnx.data"]).Length);
        Assert.AreEqual(28_000, new FileInfo(folder["my_model__.onnx.data"]).Length);
        Assert.IsTrue(new FileInfo(outside).Length < 3_000);

        using OnnxSession first = OnnxSession.Load(inside), second = OnnxSession.Load(outside);
        OnnxTensor[] inputs = [OnnxTensor.From("rows", [0L, 999, 123], 3)];
        float[] expected = [.. new[] { 0, 999, 123 }.SelectMany(row => table.Span(row * 7, 7).ToArray().Select(v => v + row % 100))];
        CollectionAssert.AreEqual(expected, first.Run(inputs).Values);
        CollectionAssert.AreEqual(expected, second.Run(inputs).Values);
    }

    [TestMethod]
    public void External_tensors_begin_at_multiples_of_64_bytes()
    {
        using var folder = new TemporaryFolder();
        var onnx = new OnnxModelBuilder("external") { ExternalDataLimit = 0 };
        onnx.Initializer("a", new sbyte[1025], 1025);
        onnx.Initializer("small", [1f], 1);
        onnx.Initializer("b", Enumerable.Repeat(7L, 200).ToArray(), 200);
        onnx.Save(folder["m.onnx"]);
        byte[] data = File.ReadAllBytes(folder["m.onnx.data"]);
        Assert.AreEqual(1088 + 1600, data.Length);
        Assert.AreEqual(7L, BitConverter.ToInt64(data, 1088));
    }

    [TestMethod]
    public void The_same_calls_give_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in new[] { "a", "b" })
        {
            var onnx = new OnnxModelBuilder("m");
            string x = onnx.Input("x", OnnxType.Float, "batch", 3);
            onnx.Output(onnx.Add(x, onnx.Constant(2f)), "y", OnnxType.Float, "batch", 3);
            onnx.Save(folder[name]);
        }

        CollectionAssert.AreEqual(File.ReadAllBytes(folder["a"]), File.ReadAllBytes(folder["b"]));
    }

    [TestMethod]
    public void Mistakes_in_building_are_named()
    {
        var onnx = new OnnxModelBuilder("m");
        onnx.Input("x", OnnxType.Float, "batch");
        void Refused(Action act, string problem) => StringAssert.Contains(Assert.Throws<ArgumentException>(act).Message, problem);
        Refused(() => onnx.Input("x", OnnxType.Float, "batch"), "'x' is used twice");
        Refused(() => onnx.Initializer("x", [1f], 1), "'x' is used twice");
        Refused(() => onnx.Output("x", "x", OnnxType.Float, "batch"), "'x' is used twice");
        Refused(() => onnx.Relu("nowhere"), "Relu reads 'nowhere'");
        Refused(() => onnx.Initializer("w", [1f, 2f], 3), "'w': Float [3] does not fit 8 bytes");
        Refused(() => onnx.Row("x", RowIndex.Identity, 0), "'x' does not hold ids");
    }

    [TestMethod]
    public void Errors_of_the_runtime_carry_its_words()
    {
        Native.RequireOnnxRuntime();
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["bad.onnx"], "this is no model");
        StringAssert.Contains(Assert.ThrowsExactly<OnnxRuntimeException>(() => OnnxSession.Load(folder["bad.onnx"])).Message, "ONNX Runtime 1.");
        StringAssert.Contains(Assert.ThrowsExactly<OnnxRuntimeException>(() => OnnxSession.Load(folder["none.onnx"])).Message, "none.onnx");

        var onnx = new OnnxModelBuilder("m");
        onnx.Output(onnx.Relu(onnx.Input("x", OnnxType.Float, "batch")), "y", OnnxType.Float, "batch");
        onnx.Save(folder["m.onnx"]);
        using OnnxSession session = OnnxSession.Load(folder["m.onnx"]);
        Assert.ThrowsExactly<OnnxRuntimeException>(() => session.Run([OnnxTensor.From("z", [1f], 1)]));
        Assert.ThrowsExactly<OnnxRuntimeException>(() => session.Run([OnnxTensor.From("x", [1L], 1)]));
        Assert.ThrowsExactly<OnnxRuntimeException>(() => session.Run([OnnxTensor.From("x", [1f], 1)], "w"));
        CollectionAssert.AreEqual((float[])[0, 2], session.Run([OnnxTensor.From("x", [-1f, 2], 2)]).Values);
    }

    [TestMethod]
    public void The_search_for_the_library_follows_its_order_and_reports_it()
    {
        using var folder = new TemporaryFolder();
        string application = Path.Combine(folder["repository"], "bin", "net10.0");
        Directory.CreateDirectory(application);
        Directory.CreateDirectory(Path.Combine(folder["repository"], ".native", "onnxruntime"));
        string[] places = [.. OnnxRuntimeLibrary.Candidates(null, application)];
        Assert.AreEqual(application, Path.GetDirectoryName(places[0]));
        int packaged = Array.FindIndex(places, p => p.Contains(Path.Combine("runtimes", "")) && p.Contains("native"));
        int own = Array.FindIndex(places, p => p.StartsWith(Path.Combine(folder["repository"], ".native", "onnxruntime")));
        int system = Array.FindIndex(places, p => !Path.IsPathRooted(p));
        Assert.IsTrue(0 < packaged && packaged < own && own < system, string.Join('\n', places));
        CollectionAssert.AreEqual((string[])["/given/path"], OnnxRuntimeLibrary.Candidates("/given/path", application).ToArray());
    }
}
