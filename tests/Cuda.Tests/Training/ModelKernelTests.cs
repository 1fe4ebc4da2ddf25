using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Cuda;
using ModelGen.Tests.Catalogue;

namespace ModelGen.Tests.Training;

/// <summary>NVRTC compiles the kernels of every model of the catalogue, and none of them spills registers.</summary>
[TestClass]
public sealed class ModelKernelTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DynamicData(nameof(AllModels.Names), typeof(AllModels))]
    public void Kernels_compile_without_spills(string model) => AllModels.Run(model, new Compilation(TestContext, "sm_80"));

    [TestMethod]
    public void Kernels_compile_for_every_architecture()
    {
        foreach (string model in new[] { nameof(DlrmMixed), nameof(FmSoftmax), nameof(FmAverages) })
        {
            AllModels.Run(model, new Compilation(TestContext, "sm_70", "sm_90"));
        }
    }

    [TestMethod]
    public void Products_on_tensor_cores_compile() => AllModels.Run(nameof(DlrmMixed), new Compilation(TestContext, "sm_80", "sm_90") { Precision = MatrixPrecision.TensorFloat32 });

    private sealed class Compilation(TestContext context, params string[] architectures) : IModelAction
    {
        public MatrixPrecision Precision { get; init; }

        public void Run<T>()
            where T : class, IEmbeddingModel<T>
        {
            NvrtcCompiler compiler = Requires.Nvrtc();
            foreach (string architecture in architectures)
            {
                CudaDeviceInfo device = new(0, architecture, architecture[3] - '0', architecture[4] - '0', 1, 0, 0, 0);
                KernelImage image = compiler.Compile(CudaStepRunner.SourceFor(T.Cuda!.Source, T.Schema.Name, Precision, device), architecture);
                foreach ((string kernel, KernelUsage usage) in image.Usage.OrderBy(u => u.Key))
                {
                    context.WriteLine($"{T.Schema.Name} {architecture} {kernel}: {usage.Registers} registers, {usage.SpillBytes} bytes spilled, {usage.SharedBytes} bytes of shared memory");
                    Assert.AreEqual(0, usage.SpillBytes, $"{T.Schema.Name} {architecture} {kernel}");
                }

                if (T.Cuda!.FullBatch is { } all)
                {
                    foreach ((string kernel, KernelUsage usage) in compiler.Compile(new KernelSource(T.Schema.Name, all), architecture).Usage)
                    {
                        Assert.AreEqual(0, usage.SpillBytes, $"{T.Schema.Name} {architecture} {kernel} on all ratings");
                    }
                }

                Assert.HasCount(T.Cuda!.Kernels.Length, image.Usage);
                List<string> names = [.. T.Cuda.Kernels.Select(k => k.Name)];
                Assert.IsTrue(image.Usage.Keys.All(names.Contains), string.Join(", ", image.Usage.Keys));
            }
        }
    }
}
