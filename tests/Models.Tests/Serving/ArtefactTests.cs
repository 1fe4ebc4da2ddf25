using System;
using System.IO;
using System.Reflection;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Serving;

/// <summary>Every artefact of every model scores like the collapsed model, unknown values included.</summary>
[TestClass]
public sealed class ArtefactTests
{
    [TestMethod]
    [DynamicData(nameof(AllModels.Names), typeof(AllModels))]
    public void The_assembly_scores_like_the_collapsed_model_and_needs_the_framework_only(string model) => AllModels.Run(model, new Assemblies());

    [TestMethod]
    [DynamicData(nameof(AllModels.Names), typeof(AllModels))]
    public void The_onnx_file_scores_like_the_collapsed_model(string model)
    {
        Native.RequireOnnxRuntime();
        AllModels.Run(model, new OnnxFiles());
    }

    [TestMethod]
    [DynamicData(nameof(AllModels.Names), typeof(AllModels))]
    public void Saving_again_gives_the_same_bytes_and_loading_the_same_scores(string model) => AllModels.Run(model, new Rewrites());

    [TestMethod]
    public void Places_of_keys_are_stored_in_the_assembly_alone_and_another_version_is_refused()
    {
        using TemporaryFolder folder = new();
        CollapsedModel<DlrmQuantized> model = Train<DlrmQuantized>().Trained.Collapse();
        model.SaveAssembly(folder["model.dll"]);
        using InferenceAssembly assembly = new(folder["model.dll"]);
        using Stream resource = assembly.Assembly.GetManifestResourceStream("weights")!;
        byte[] weights = new byte[resource.Length];
        resource.ReadExactly(weights);
        int places = weights.AsSpan().IndexOf("\"places\":\"1\""u8);
        Assert.IsGreaterThan(0, places);
        using MemoryStream saved = new();
        model.Weights.WriteTo(saved);
        Assert.AreEqual(-1, saved.ToArray().AsSpan().IndexOf(".places"u8));

        weights[places + 10] = (byte)'2';
        TargetInvocationException e = Assert.ThrowsExactly<TargetInvocationException>(() => Activator.CreateInstance(assembly.Type, new MemoryStream(weights)));
        Assert.IsInstanceOfType<InvalidDataException>(e.InnerException);
        StringAssert.Contains(e.InnerException.Message, "places of keys in version 2, this predictor reads version 1");
    }

    /// <summary>Trains a little on random data, and returns data with keys that training never saw.</summary>
    private static (TrainedModel<T> Trained, DataSet<T> Data) Train<T>()
        where T : class, IEmbeddingModel<T> =>
        (ModelTrainer.Train(RandomData.Create<T>(900, 7, keys: 60), new TrainingOptions { Epochs = 2, BatchSize = 100 }),
            RandomData.Create<T>(300, 8, keys: 40, unknown: true));

    private sealed class Assemblies : IModelAction
    {
        public void Run<T>()
            where T : class, IEmbeddingModel<T>
        {
            using TemporaryFolder folder = new();
            (TrainedModel<T> trained, DataSet<T> data) = Train<T>();
            CollapsedModel<T> served = trained.Collapse(), small = served.Quantize();
            Scores.AreClose(trained.Score(data), served.Score(data), 1e-6, typeof(T).Name);
            foreach ((CollapsedModel<T> form, string path) in new[] { (served, folder["float.dll"]), (small, folder["int8.dll"]) })
            {
                ArtifactReport report = form.SaveAssembly(path);
                Assert.AreEqual(new FileInfo(path).Length, report.Bytes);

                // The same text is compiled into this assembly and into the artefact.
                Bits.AreEqual(Bits.Of(form.Score(data)), Bits.Of(CollapsedModel<T>.ScoreAssembly(path, data)), path);
                using InferenceAssembly assembly = new(path);
                string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
                foreach (AssemblyName reference in assembly.Assembly.GetReferencedAssemblies())
                {
                    Assert.IsTrue(File.Exists(Path.Combine(framework, reference.Name + ".dll")), $"{reference.Name} is not part of the framework");
                }
            }
        }
    }

    private sealed class OnnxFiles : IModelAction
    {
        public void Run<T>()
            where T : class, IEmbeddingModel<T>
        {
            using TemporaryFolder folder = new();
            (TrainedModel<T> trained, DataSet<T> data) = Train<T>();
            CollapsedModel<T> served = trained.Collapse(), small = served.Quantize();
            foreach ((CollapsedModel<T> form, string path) in new[] { (served, folder["float.onnx"]), (small, folder["int8.onnx"]) })
            {
                ArtifactReport report = form.SaveOnnx(path);
                Assert.IsNotNull(report.MaxDifference, report.NotRun);
                Scores.AreClose(form.Score(data), form.ScoreOnnx(path, data), 1e-5, $"{typeof(T).Name} {path}");
            }
        }
    }

    private sealed class Rewrites : IModelAction
    {
        public void Run<T>()
            where T : class, IEmbeddingModel<T>
        {
            using TemporaryFolder folder = new();
            (TrainedModel<T> trained, DataSet<T> data) = Train<T>();
            foreach (CollapsedModel<T> form in new[] { trained.Collapse(), trained.Collapse().Quantize(), trained.Collapse().Quantize(TableFormat.Int8PerTable) })
            {
                form.Save(folder["a.safetensors"]);
                CollapsedModel<T> loaded = CollapsedModel<T>.Load(folder["a.safetensors"]);
                Bits.AreEqual(Bits.Of(form.Score(data)), Bits.Of(loaded.Score(data)), "loaded");
                Same(form.Save, loaded.Save, folder);
                Same(p => form.SaveAssembly(p).Bytes, p => loaded.SaveAssembly(p).Bytes, folder);
                Same(p => form.SaveOnnx(p).Bytes, p => loaded.SaveOnnx(p).Bytes, folder);
            }

            trained.SaveCheckpoint(folder["trained.safetensors"]);
            TrainedModel<T> again = TrainedModel<T>.Load(folder["trained.safetensors"]);
            Bits.AreEqual(Bits.Of(trained.Score(data)), Bits.Of(again.Score(data)), "trained form");
        }

        // Under one file name, since an assembly is named after its file.
        private static void Same(Func<string, long> first, Func<string, long> second, TemporaryFolder folder)
        {
            string path = folder["artefact"];
            first(path);
            byte[] expected = File.ReadAllBytes(path);
            File.Delete(path);
            second(path);
            Assert.IsTrue(expected.AsSpan().SequenceEqual(File.ReadAllBytes(path)), $"two saves differ");
        }
    }
}
