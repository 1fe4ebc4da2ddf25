using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Cuda;
using ModelGen.Tests.Catalogue;

namespace ModelGen.Tests.Training;

/// <summary>NVRTC compiles the kernels of every model of the catalogue for every architecture, and none of them spills registers.</summary>
[TestClass]
public sealed class ModelKernelTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DynamicData(nameof(AllModels.Names), typeof(AllModels))]
    public void Kernels_compile_without_spills_for_every_architecture(string model) => AllModels.Run(model, new Compilation(TestContext, MatrixPrecision.Exact));

    [TestMethod]
    public void Products_on_tensor_cores_compile_without_spills() => AllModels.Run(nameof(DlrmMixed), new Compilation(TestContext, MatrixPrecision.TensorFloat32));

    private sealed class Compilation(TestContext context, MatrixPrecision precision) : IModelAction
    {
        public void Run<T>()
            where T : class, IEmbeddingModel<T>
        {
            NvrtcCompiler compiler = Requires.Nvrtc();
            int[] capabilities = [.. KernelCompilation.Capabilities(compiler).Where(c => c >= 80 || precision == MatrixPrecision.Exact)];
            KernelSource source = CudaStepRunner.SourceFor(T.Cuda!.Source, T.Schema.Name, precision, KernelCompilation.DeviceOf(capabilities[0]));
            KernelCompilation.AssertNoSpills(context, compiler, source, capabilities, [.. T.Cuda.Kernels.Select(k => k.Name), .. T.Cuda.ScoresItems ? new[] { CudaProgram.ScoreItems } : []]);
            if (T.Cuda.FullBatch is { } all && precision == MatrixPrecision.Exact)
            {
                KernelCompilation.AssertNoSpills(context, compiler, CudaStepRunner.SourceFor(all, $"{T.Schema.Name} on all ratings", precision, KernelCompilation.DeviceOf(70)), capabilities);
            }

            if (T.ServedCuda is { } served && precision == MatrixPrecision.Exact)
            {
                KernelCompilation.AssertNoSpills(context, compiler, CudaStepRunner.SourceFor(served.Program.Source, $"{T.Schema.Name}, served", precision, KernelCompilation.DeviceOf(70)), capabilities);
            }
        }
    }
}
