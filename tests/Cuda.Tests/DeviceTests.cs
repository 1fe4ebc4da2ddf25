using System;
using System.Linq;
using System.Text;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Cuda;

namespace ModelGen.Tests;

/// <summary>Choosing a device, its errors and its memory.</summary>
[TestClass]
public sealed class DeviceTests
{
    [TestMethod]
    public void DefaultIsTheProcessor()
    {
        Assert.AreEqual(Device.Cpu, default);
        Assert.IsTrue(default(Device).IsCpu);
        Assert.AreEqual("CPU", Device.Cpu.ToString());
        Assert.AreEqual("CUDA device 2", Device.Cuda(2).ToString());
        Assert.IsTrue(Device.Auto.IsAuto);
        Assert.AreNotEqual(Device.Cuda(0), Device.Cuda(1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Device.Cuda(-1));
    }

    [TestMethod]
    [DataRow(0, 0, "CUDA device 0 does not exist: host emulation has no device. Use Device.Cuda with one of them, or Device.Cpu.")]
    [DataRow(1, 1, "CUDA device 1 does not exist: host emulation has one device, number 0. Use Device.Cuda with one of them, or Device.Cpu.")]
    [DataRow(2, 7, "CUDA device 7 does not exist: host emulation has 2 devices, 0 to 1. Use Device.Cuda with one of them, or Device.Cpu.")]
    public void MissingDeviceIsNamed(int devices, int index, string message)
    {
        CudaPlatform platform = HostCudaDriver.Platform(driver: new HostCudaDriver(devices));
        Assert.AreEqual(message, Assert.ThrowsExactly<DeviceException>(() => CudaDevice.Open(platform, index, null)).Message);
    }

    [TestMethod]
    public void PlanThatDoesNotFitIsRefused()
    {
        using CudaDevice device = HostCudaDriver.Open(driver: new HostCudaDriver(memory: 200_000_000));
        DeviceMemoryPlan plan = new DeviceMemoryPlan().Add<float>("table of User", 20_000_000).Add("batches", 1_000_000);
        plan.Check(device);
        plan.Add("optimiser state", 80_000_000);
        string message = Assert.ThrowsExactly<InsufficientMemoryException>(() => plan.Check(device)).Message;
        StringAssert.Contains(message, "The run takes 161.0 MB of device 0: Host");
        StringAssert.Contains(message, "of which 200.0 of 200.0 MB are free and 67 MB are kept back");
        StringAssert.Contains(message, "table of User          80.0 MB\nbatches                 1.0 MB\noptimiser state        80.0 MB\ntotal                 161.0 MB");
    }

    [TestMethod]
    public void DisposedDeviceLeavesNothing()
    {
        var driver = new HostCudaDriver();
        using (CudaDevice device = HostCudaDriver.Open(driver: driver))
        {
            device.Load(Kernels.Axpy);
            device.Allocate<float>("x", 10).Dispose();
            device.Allocate<float>("y", 10);
            Assert.AreEqual(1, driver.LiveAllocations);
        }

        Assert.AreEqual(0, driver.LiveAllocations);
    }

    [TestMethod]
    public void MissingDriverIsExplained()
    {
        if (NativeCudaDriver.TryLoad(out _, out string whyNot))
        {
            Assert.Inconclusive("This machine has a GPU.");
        }

        StringAssert.StartsWith(whyNot, "No GPU: ");
        StringAssert.Contains(whyNot, "Device.Cpu");
        Assert.AreEqual(whyNot, Assert.ThrowsExactly<DeviceException>(CudaPlatform.Native).Message);
    }

    [TestMethod]
    public void NamesOfLibrariesSpanTheVersions()
    {
        string[] names = [.. NativeSearch.NvrtcCandidates(null, null, AppContext.BaseDirectory).Where(name => !name.Contains('/', StringComparison.Ordinal))];
        CollectionAssert.AreEqual(
            OperatingSystem.IsWindows() ? ["nvrtc64_130_0.dll", "nvrtc64_120_0.dll", "nvrtc64_112_0.dll"] : new[] { "libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2", "libnvrtc.so" }, names);
        CollectionAssert.AreEqual(new[] { "/opt/nvrtc/libnvrtc.so.12" }, NativeSearch.NvrtcCandidates("/opt/nvrtc/libnvrtc.so.12", null, "/").ToArray());
    }

    [TestMethod]
    public void MissingLibraryIsReportedWithThePlaces()
    {
        using var folder = new TemporaryFolder();
        var report = new StringBuilder();
        Assert.IsFalse(NativeSearch.TryLoad("no-such-import", [folder["libnvrtc.so.12"], "libno-such-library.so.1"], _ => { }, report));
        System.IO.File.WriteAllText(folder["text.so"], "not a library");
        Assert.IsFalse(NativeSearch.TryLoad("no-such-import", [folder["text.so"]], _ => { }, report));
        Assert.AreEqual(
            $"\n  {folder["libnvrtc.so.12"]}: no such file\n  libno-such-library.so.1: not on the system's library path\n  {folder["text.so"]}: cannot be loaded on this machine", report.ToString());
    }

    [TestMethod]
    public void CodesThatMeanNoDevice()
    {
        Assert.IsNull(CudaError.WhyNoDevice("cuDeviceGetCount", 0, "", 1));
        StringAssert.Contains(CudaError.WhyNoDevice("cuDeviceGetCount", 0, "", 0), "it counts 0");
        StringAssert.Contains(CudaError.WhyNoDevice("cuInit", 34, "CUDA_ERROR_STUB_LIBRARY", 0), "has no device (CUDA_ERROR_STUB_LIBRARY)");
        StringAssert.Contains(CudaError.WhyNoDevice("cuInit", 100, "CUDA_ERROR_NO_DEVICE", 0), "has no device (CUDA_ERROR_NO_DEVICE)");
        foreach (int code in new[] { 2, 3, 803, 999 })
        {
            StringAssert.Contains(CudaError.WhyNoDevice("cuInit", code, "CUDA_ERROR", 0), $"cuInit failed with CUDA_ERROR ({code})");
        }

        Assert.AreEqual(
            "cuMemAlloc_v2 failed with CUDA_ERROR_OUT_OF_MEMORY (2): 12 bytes.", new CudaException("cuMemAlloc_v2", 2, "CUDA_ERROR_OUT_OF_MEMORY", "12 bytes").Message);
    }
}
