using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Serving;

/// <summary>Tables that were rounded after training score alike in every artefact and weigh what their formula says.</summary>
[TestClass]
public sealed class PostTrainingTests
{
    private static readonly TableFormat[] s_formats =
    [
        TableFormat.Float16, TableFormat.Int8PerTable, TableFormat.Int4PerRow, .. Enumerable.Range(1, TableFormat.MaximumBits).Select(TableFormat.Uniform),
    ];

    [TestMethod]
    [DataRow(nameof(DlrmMixed))]
    [DataRow(nameof(FmForms))]
    [DataRow(nameof(FmTwelve))]
    [DataRow(nameof(FmSmallest))]
    [DataRow(nameof(FmQuantized))]
    [DataRow(nameof(DlrmQuantized))]
    public void Every_format_scores_like_its_decoded_tables(string model) => AllModels.Run(model, new Decoded());

    [TestMethod]
    [DataRow(nameof(DlrmMixed))]
    [DataRow(nameof(FmTwelve))]
    [DataRow(nameof(FmQuantized))]
    public void Assemblies_of_rounded_tables_score_like_the_model(string model) => AllModels.Run(model, new Assemblies());

    [TestMethod]
    [DataRow(nameof(DlrmMixed))]
    [DataRow(nameof(FmForms))]
    [DataRow(nameof(FmTwelve))]
    [DataRow(nameof(FmSmallest))]
    [DataRow(nameof(FmQuantized))]
    [DataRow(nameof(DlrmQuantized))]
    public void Onnx_files_of_rounded_tables_score_like_the_model(string model)
    {
        Native.RequireOnnxRuntime();
        AllModels.Run(model, new OnnxFiles());
    }

    [TestMethod]
    public void More_bits_err_less_and_one_feature_can_be_rounded_alone()
    {
        (CollapsedModel<FmFactored> served, DataSet<FmFactored> data) = Train<FmFactored>();
        float[] exact = served.Score(data);
        double last = double.PositiveInfinity;
        foreach (int bits in new[] { 2, 4, 6, 8 })
        {
            CollapsedModel<FmFactored> item = served.Quantize(TableFormat.Uniform(bits), "Item");
            Assert.AreSame(served.Weights.FindTable("User.E"), item.Weights.FindTable("User.E"));
            double error = exact.Zip(item.Score(data), (a, b) => (double)(a - b) * (a - b)).Sum();
            Assert.IsTrue(error < last / 4, $"{bits} bits: {error:g3} after {last:g3}");
            last = error;
        }
    }

    private static (CollapsedModel<T> Served, DataSet<T> Data) Train<T>()
        where T : class, IEmbeddingModel<T> =>
        (ModelTrainer.Train(RandomData.Create<T>(900, 7, keys: 60), new TrainingOptions { Epochs = 2, BatchSize = 100 }).Collapse(),
            RandomData.Create<T>(300, 8, keys: 40, unknown: true));

    private sealed class Decoded : IModelAction
    {
        public void Run<T>()
            where T : class, IEmbeddingModel<T>
        {
            using TemporaryFolder folder = new();
            (CollapsedModel<T> served, DataSet<T> data) = Train<T>();
            foreach (TableFormat format in s_formats)
            {
                CollapsedModel<T> small = served.Quantize(format);
                string name = $"{typeof(T).Name} {format}";
                Bits.AreEqual(Bits.Of(small.Quantize(TableFormat.Float32).Score(data)), Bits.Of(small.Score(data)), name);

                long length = small.Save(folder["a.safetensors"]);
                Assert.AreEqual(new FileInfo(folder["a.safetensors"]).Length, length);
                CollapsedModel<T> loaded = CollapsedModel<T>.Load(folder["a.safetensors"]);
                Bits.AreEqual(Bits.Of(small.Score(data)), Bits.Of(loaded.Score(data)), $"{name}, loaded");
                Assert.AreEqual(small.EmbeddingBytes, loaded.EmbeddingBytes, name);
                Assert.AreEqual(served.EmbeddingBytes - small.EmbeddingBytes, served.Bytes - small.Bytes, $"{name}: nothing else changes its size");
                long expected = served.Weights.Tables.Sum(t => long.Min(format.Bytes(t.Rows, t.Width), t.Bytes))
                    + served.Weights.Codes.Sum(c => c.Bytes)
                    + T.Schema.Dense.Where(d => d.Group == ParameterGroup.Factor && served.Weights.Dense.Any(e => e.Name == d.Name))
                        .Sum(d => (format == TableFormat.Float16 && served.Weights.Codes.Any(c => c.CodebookName == d.Name) ? 2L : 4L) * d.Rows * d.Columns);
                Assert.AreEqual(expected, small.EmbeddingBytes, name);
            }
        }
    }

    private sealed class Assemblies : IModelAction
    {
        public void Run<T>()
            where T : class, IEmbeddingModel<T>
        {
            using TemporaryFolder folder = new();
            (CollapsedModel<T> served, DataSet<T> data) = Train<T>();
            foreach (TableFormat format in new[] { TableFormat.Float16, TableFormat.Int4PerRow, TableFormat.Uniform(3) })
            {
                CollapsedModel<T> small = served.Quantize(format);
                small.SaveAssembly(folder[$"{format}.dll"]);
                Bits.AreEqual(Bits.Of(small.Score(data)), Bits.Of(CollapsedModel<T>.ScoreAssembly(folder[$"{format}.dll"], data)), $"{typeof(T).Name} {format}");
            }
        }
    }

    private sealed class OnnxFiles : IModelAction
    {
        public void Run<T>()
            where T : class, IEmbeddingModel<T>
        {
            using TemporaryFolder folder = new();
            (CollapsedModel<T> served, DataSet<T> data) = Train<T>();
            foreach (TableFormat format in s_formats)
            {
                CollapsedModel<T> small = served.Quantize(format);
                ArtifactReport report = small.SaveOnnx(folder[$"{format}.onnx"]);
                Assert.IsNotNull(report.MaxDifference, report.NotRun);
                Scores.AreClose(small.Score(data), small.ScoreOnnx(folder[$"{format}.onnx"], data), 1e-5, $"{typeof(T).Name} {format}");
            }
        }
    }
}
