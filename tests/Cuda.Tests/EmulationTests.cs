using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Cuda;

namespace ModelGen.Tests;

/// <summary>What the emulation finds in wrong kernels, and that it finds nothing in right ones.</summary>
[TestClass]
public sealed class EmulationTests
{
    [TestMethod]
    [DataRow("parts[t] = 1; y[t] = parts[63 - t];", "static shared memory of 256 bytes, which thread")]
    [DataRow("parts[t] = 1; __syncwarp(); y[t] = parts[63 - t];", "without a barrier between")]
    [DataRow("parts[0] = t; __syncthreads(); y[t] = parts[0];", "writes to offset 0 of static shared memory")]
    [DataRow("parts[t] = 1; __syncthreads(); y[t] = parts[63 - t]; parts[t] = 2;", "of static shared memory of 256 bytes, which thread")]
    [DataRow("parts[t] = __shfl_xor_sync(~0u, t, 1); y[t] = parts[t ^ 1];", "without a barrier between")]
    [DataRow("y[0] = t;", "writes to offset 0 of an allocation of 256 bytes")]
    [DataRow("if (blockIdx.x == 0) { y[t] = 1; } else { parts[t] = y[t]; }", "of block (")]
    [DataRow("if (t == 3) { y[0] += 1; } else { atomicAdd(y, 1.0f); }", "offset 0 of an allocation")]
    public void RacesAreFound(string body, string found) => StringAssert.Contains(Failure(body), found);

    [TestMethod]
    [DataRow("parts[t] = t; __syncthreads(); y[t] = parts[63 - t];", true)]
    [DataRow("parts[t] = t; __syncwarp(); y[t] = parts[t ^ 1];", true)]
    [DataRow("parts[t] = t; __syncthreads(); float v = parts[63 - t]; __syncthreads(); parts[t] = v; y[t] = v;", true)]
    [DataRow("atomicAdd(y, 1.0f);", true)]
    [DataRow("unsigned char* b = (unsigned char*)y; b[t] = t;", true)]
    [DataRow("__shared__ bool last; y[t + 64 * blockIdx.x] = t; __threadfence(); __syncthreads(); if (t == 0) { last = atomicAdd((int*)y + 128, 1) == 1; } __syncthreads(); if (last) { y[t] += y[t + 64]; }", false)]
    public void RightKernelsPass(string body, bool oneBlock)
    {
        for (int order = 0; order < 4; order++)
        {
            Run(body, oneBlock ? 1 : 2, order, length: oneBlock ? 64 : 129, clear: true);
        }
    }

    [TestMethod]
    [DataRow("y[t + 1] = t;", "writes 4 bytes at offset 256 of an allocation of 256 bytes (Probe.cu:4)")]
    [DataRow("y[t - 1 + 0 * n] = t;", "writes 4 bytes 4 bytes before an allocation of 256 bytes")]
    [DataRow("extern __shared__ float more[]; more[t + 16] = 1; y[t] = 1;", "of dynamic shared memory of 64 bytes")]
    [DataRow("float* wild = (float*)8192; y[t] = wild[t];", "which belongs to no allocation")]
    [DataRow("*(float4*)(y + 1) = make_float4(1, 2, 3, 4);", "an access to a misaligned or null address")]
    [DataRow("parts[t + n] = 1;", "an index is outside of its array")]
    [DataRow("y[t] = 100000 * (n * 1000);", "a signed product overflows")]
    [DataRow("y[t] = t / (n - 64);", "a division by zero")]
    public void WrongAccessesAreFound(string body, string found) => StringAssert.Contains(Failure(body), found);

    [TestMethod]
    [DataRow("if (t < 32) { __syncthreads(); } else { __syncwarp(); __syncthreads(); }", "reaches a barrier while other threads of the block wait at the one in line 4")]
    [DataRow("if (t % 2 == 0) { y[t] = __shfl_sync(~0u, 1.0f, 0); }", "which names lane 1 that has returned")]
    [DataRow("if (t == 0) { __syncwarp(1); __shfl_sync(3u, 1, 0); } __syncthreads();", "wait for each other")]
    [DataRow("__shfl_sync(2u << (t & 31), 1, 0);", "in which its own lane")]
    public void WrongBarriersAreFound(string body, string found) => StringAssert.Contains(Failure(body.Replace("} else {", "}\nelse {", System.StringComparison.Ordinal)), found);

    [TestMethod]
    public void MemoryWithoutContentIsNotANumber()
    {
        float[] y = Run("y[t] = parts[t] + 1;", 1, 0, 64, clear: false);
        Assert.IsTrue(y.All(float.IsNaN));
        y = Run("extern __shared__ float more[]; if (t == 0) { y[0] = more[3]; }", 1, 0, 64, clear: false);
        Assert.IsTrue(y.All(float.IsNaN));
    }

    [TestMethod]
    public void UnfinishedCopyIsNotANumber()
    {
        const string Copy = "__shared__ __align__(16) float copied[64]; copied[t] = y[t]; __syncthreads(); if (t < 16) {{ copy_async_16(copied + 4 * t, y + 4 * t); copy_async_commit(); {0} }} __syncthreads(); y[t] = copied[t] + 1;";
        Assert.IsTrue(Run(string.Format(System.Globalization.CultureInfo.InvariantCulture, Copy, ""), 1, 0, 64, clear: true).All(float.IsNaN));
        Assert.IsTrue(Run(string.Format(System.Globalization.CultureInfo.InvariantCulture, Copy, "copy_async_wait<0>();"), 1, 0, 64, clear: true).All(v => v == 1));
    }

    [TestMethod]
    public void GuardsShowWritesWithoutChecks()
    {
        using CudaDevice device = HostCudaDriver.Open(checks: false);
        CudaException error = Assert.ThrowsExactly<CudaException>(() => Run(device, "y[t + 1] = t;", 1, 64, clear: false));
        StringAssert.Contains(error.Message, "kernel probe wrote next to an allocation of 256 bytes");
    }

    [TestMethod]
    public void MissingWaitShows()
    {
        using CudaDevice device = HostCudaDriver.Open();
        DeviceBuffer<float> y = device.Allocate<float>("y", 4);
        y.Clear();
        device.Synchronize();
        CudaStream other = device.Driver.CreateStream();
        device.Driver.FillWords(y.Address, 0x3f800000, 4, other);
        CollectionAssert.AreEqual(new float[4], y.ToArray());
        device.Driver.Synchronize(other);
        CollectionAssert.AreEqual(new float[] { 1, 1, 1, 1 }, y.ToArray());
    }

    [TestMethod]
    public void ArgumentsOfOtherTypesAreRefused()
    {
        using CudaDevice device = HostCudaDriver.Open();
        CudaFunction axpy = device.Driver.GetFunction(device.Load(Kernels.Axpy), "axpy");
        DeviceBuffer<float> x = device.Allocate<float>("x", 4);
        CudaException error = Assert.ThrowsExactly<CudaException>(() => device.Driver.Launch(axpy, 1, 4, 0, device.Stream, x, x, 1.0f, 4, 0));
        StringAssert.Contains(error.Message, "the arguments are of types 'ppfii', the kernel declares 'ppfli'");
    }

    [TestMethod]
    public void UnjoinedRecordingIsRefused()
    {
        using CudaDevice device = HostCudaDriver.Open();
        ICudaDriver driver = device.Driver;
        DeviceBuffer<float> x = device.Allocate<float>("x", 4);
        CudaStream side = driver.CreateStream();
        CudaEvent forked = driver.CreateEvent(timing: false);
        driver.BeginCapture(device.Stream);
        driver.Record(forked, device.Stream);
        driver.Wait(side, forked);
        driver.FillBytes(x.Address, 0, 16, side);
        CudaException error = Assert.ThrowsExactly<CudaException>(() => driver.EndCapture(device.Stream));
        Assert.AreEqual("CUDA_ERROR_STREAM_CAPTURE_UNJOINED", error.CodeName);
    }

    [TestMethod]
    public void UnknownFunctionIsACompilationError()
    {
        Requires.HostCompiler();
        KernelCompilationException error = Assert.ThrowsExactly<KernelCompilationException>(() => Run("y[t] = __no_such_intrinsic(t);", 1, 0, 64, clear: true));
        StringAssert.Contains(error.Message, "Probe.cu:4");
        StringAssert.Contains(error.Message, "__no_such_intrinsic");
    }

    private static string Failure(string body)
    {
        Requires.HostCompiler();
        CudaException error = Assert.ThrowsExactly<CudaException>(() => Run(body, 2, 0, 64, clear: true));
        StringAssert.Contains(error.Message, "kernel probe, block (");
        return error.Message;
    }

    private static float[] Run(string body, int blocks, int order, int length, bool clear)
    {
        using CudaDevice device = HostCudaDriver.Open(driver: new HostCudaDriver { Order = order });
        return Run(device, body, blocks, length, clear);
    }

    private static float[] Run(CudaDevice device, string body, int blocks, int length, bool clear)
    {
        var source = new KernelSource("Probe", $$"""
            extern "C" __global__ void __launch_bounds__(64) probe(float* y, int n)
            {
                __shared__ float parts[64]; int t = threadIdx.x;
                {{body}}
            }
            """);
        DeviceBuffer<float> y = device.Allocate<float>("y", length);
        if (clear)
        {
            y.Clear();
        }

        device.Driver.Launch(device.Driver.GetFunction(device.Load(source), "probe"), blocks, 64, 64, device.Stream, y, 64);
        return y.ToArray();
    }
}
