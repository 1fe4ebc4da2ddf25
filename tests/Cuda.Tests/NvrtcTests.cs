using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Cuda;

namespace ModelGen.Tests;

/// <summary>The compiler, which needs no GPU.</summary>
[TestClass]
public sealed class NvrtcTests
{
    /// <summary>Where registers and spills are reported.</summary>
    public TestContext TestContext { get; set; } = null!;

    private static IEnumerable<object[]> Architectures => [["sm_70"], ["sm_80"], ["sm_90"]];

    [TestMethod]
    [DynamicData(nameof(Architectures))]
    public void KernelsCompileWithoutSpills(string architecture)
    {
        NvrtcCompiler compiler = Requires.Nvrtc();
        foreach (KernelSource source in (KernelSource[])[Kernels.Axpy, Kernels.Sums, Kernels.Conversions, Kernels.Products])
        {
            KernelImage image = compiler.Compile(source, architecture);
            Assert.AreEqual(KernelImageFormat.Cubin, image.Format);
            CollectionAssert.AreEqual("\u007fELF"u8.ToArray(), image.Bytes.Take(4).ToArray());
            Assert.AreEqual("", image.Log);
            Assert.AreEqual(1, image.Usage.Count);
            foreach ((string kernel, KernelUsage usage) in image.Usage)
            {
                TestContext.WriteLine($"{architecture} {kernel}: {usage.Registers} registers, {usage.SpillBytes} bytes spilled, {usage.SharedBytes} bytes shared");
                Assert.AreEqual(0, usage.SpillBytes);
                Assert.IsTrue(usage.Registers is > 0 and <= 64);
            }
        }

        Assert.AreEqual(16, compiler.Compile(Kernels.Sums, architecture).Usage["sums"].SharedBytes);
    }

    [TestMethod]
    public void SpillsAreReported()
    {
        var source = new KernelSource("Spilling", """
            extern "C" __global__ void __launch_bounds__(1024, 2) spilling(float* a, int n)
            {
                float x[80];
                for (int i = 0; i < 80; i++) { x[i] = a[i * n + threadIdx.x]; }
                __syncthreads();
                for (int i = 0; i < 80; i++) { for (int j = 0; j < 80; j++) { x[i] = fmaf(x[j], x[i], x[79 - i]); } }
                for (int i = 0; i < 80; i++) { a[i * n + threadIdx.x] = x[i]; }
            }
            """);
        KernelUsage usage = Requires.Nvrtc().Compile(source, "sm_80").Usage["spilling"];
        Assert.AreEqual(32, usage.Registers);
        Assert.IsGreaterThan(0, usage.SpillBytes!.Value);
    }

    [TestMethod]
    public void A_text_that_spills_is_compiled_once_more_with_other_options()
    {
        var source = new KernelSource("Spilling", """
            #ifndef ROOM
            #define ROOM 1024, 2
            #endif
            extern "C" __global__ void __launch_bounds__(ROOM) spilling(float* a, int n)
            {
                float x[80];
                for (int i = 0; i < 80; i++) { x[i] = a[i * n + threadIdx.x]; }
                __syncthreads();
                for (int i = 0; i < 80; i++) { a[i * n + threadIdx.x] = x[79 - i]; }
            }
            """);
        NvrtcCompiler compiler = Requires.Nvrtc();
        KernelUsage tight = compiler.Compile(source, "sm_80").Usage["spilling"], roomy = compiler.Compile(source with { OptionsWhenSpilling = ["--define-macro=ROOM=256"] }, "sm_80").Usage["spilling"];
        Assert.IsGreaterThan(0, tight.SpillBytes!.Value);
        Assert.AreEqual(0, roomy.SpillBytes);
        Assert.IsGreaterThan(80, roomy.Registers);
        Assert.AreEqual(tight, compiler.Compile(source with { OptionsWhenSpilling = ["--define-macro=OTHER"] }, "sm_80").Usage["spilling"]);
    }

    [TestMethod]
    public void NewerDeviceGetsIntermediateLanguage()
    {
        NvrtcCompiler compiler = Requires.Nvrtc();
        string architecture = compiler.ArchitectureFor(Device(99, 0));
        Assert.AreEqual($"compute_{compiler.Capabilities[^1]}", architecture);
        KernelImage image = compiler.Compile(Kernels.Axpy, architecture);
        Assert.AreEqual(KernelImageFormat.Ptx, image.Format);
        Assert.AreEqual(0, image.Bytes[^1]);
        StringAssert.Contains(Encoding.UTF8.GetString([.. image.Bytes]), ".visible .entry axpy(");
    }

    [TestMethod]
    public void ErrorShowsTheLine()
    {
        var source = new KernelSource("Broken", """
            extern "C" __global__ void broken(float* y)
            {
                y[threadIdx.x] = unknown_name;
            }
            """);
        NvrtcCompiler compiler = Requires.Nvrtc();
        KernelCompilationException error = Assert.ThrowsExactly<KernelCompilationException>(() => compiler.Compile(source, "sm_80"));
        StringAssert.Contains(error.Message, $"The kernels of Broken do not compile for sm_80 ({compiler.Name}):");
        StringAssert.Contains(error.Message, "identifier \"unknown_name\" is undefined\n     3 |     y[threadIdx.x] = unknown_name;");
    }

    [TestMethod]
    public void UnknownOptionIsNamed()
    {
        var source = new KernelSource("Axpy", Kernels.Axpy.Text, ["--no-such-option"]);
        NvrtcCompiler compiler = Requires.Nvrtc();
        CudaException error = Assert.ThrowsExactly<CudaException>(() => compiler.Compile(source, "sm_80"));
        StringAssert.Contains(error.Message, "NVRTC_ERROR_INVALID_OPTION (5): Axpy for sm_80, options --gpu-architecture=sm_80");
    }

    [TestMethod]
    public void ThreadsCompileAtOnce()
    {
        NvrtcCompiler compiler = Requires.Nvrtc();
        KernelImage[] images = new KernelImage[6];
        Parallel.For(0, images.Length, i => images[i] = compiler.Compile(Kernels.Sums, "sm_80"));
        Assert.IsTrue(images.All(image => image.Bytes.SequenceEqual(images[0].Bytes)));
    }

    [TestMethod]
    public void DevicesOutOfReachAreRefused()
    {
        StringAssert.Contains(
            Refusal([35, 90], Device(6, 1)), "device 0: Probe, compute capability 6.1, 10 multiprocessors, 1,000 MB is too old: kernels need compute capability 7.0 (Volta) or later");
        StringAssert.Contains(
            Refusal([75, 120], Device(7, 0)), "NVRTC X compiles for compute capabilities 7.5 to 12.0 and so not for device 0: Probe, compute capability 7.0");
        StringAssert.Contains(Refusal([75, 120], Device(7, 0)), "Install an older NVRTC");
        StringAssert.Contains(Refusal([35, 62], Device(9, 0)), "Install a newer NVRTC");
        Assert.AreEqual("sm_90", NvrtcCompiler.ArchitectureFor("NVRTC X", [35, 70, 90], Device(9, 0)));
        Assert.AreEqual("compute_80", NvrtcCompiler.ArchitectureFor("NVRTC X", [70, 80, 90], Device(8, 9)));

        static string Refusal(int[] capabilities, CudaDeviceInfo device) =>
            Assert.ThrowsExactly<DeviceException>(() => NvrtcCompiler.ArchitectureFor("NVRTC X", [.. capabilities], device)).Message;
    }

    private static CudaDeviceInfo Device(int major, int minor) => new(0, "Probe", major, minor, 10, 1_000_000_000, 48 << 10, 1 << 20);
}
