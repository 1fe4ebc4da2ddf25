using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Cuda;

namespace ModelGen.Tests;

/// <summary>What every driver has to do; run on the emulation, and on NVIDIA's driver where there is a GPU.</summary>
public abstract unsafe class DriverTests
{
    /// <summary>An opened device.</summary>
    protected abstract CudaDevice Open();

    [TestMethod]
    public void DeviceDescribesItself()
    {
        using CudaDevice device = Open();
        Assert.IsGreaterThanOrEqualTo(1, device.Driver.DeviceCount);
        Assert.IsGreaterThanOrEqualTo(NvrtcCompiler.LeastCapability, device.Info.Capability);
        Assert.IsGreaterThanOrEqualTo(48 << 10, device.Info.SharedBytesPerBlock);
        (long free, long total) = device.Driver.MemoryInfo();
        Assert.IsTrue(free > 0 && free <= total && total <= device.Info.TotalMemory, $"{free} of {total} free, {device.Info}");
    }

    [TestMethod]
    public void KernelTakesArgumentsOfAllTypes()
    {
        using CudaDevice device = Open();
        float[] x = [.. Enumerable.Range(0, 1000).Select(i => i * 0.5f)];
        DeviceBuffer<float> dx = device.Allocate<float>("x", 1000), dy = device.Allocate<float>("y", 1000);
        dx.Upload(x);
        dy.Clear();
        CudaFunction axpy = device.Driver.GetFunction(device.Load(Kernels.Axpy), "axpy");
        device.Driver.Launch(axpy, LaunchSize.Cover(1000, 256), 256, 0, device.Stream, dx, dy, 2.0f, 1000L, 3);
        CollectionAssert.AreEqual(x.Select(v => (2 * v) + 3).ToArray(), dy.ToArray());
    }

    [TestMethod]
    public void BlocksShareMemoryVoteAndShuffle()
    {
        using CudaDevice device = Open();
        float[] x = [.. Enumerable.Range(0, 300).Select(i => (float)((i * 37 % 101) - 50))];
        DeviceBuffer<float> dx = device.Allocate<float>("x", 300), dy = device.Allocate<float>("y", 6);
        DeviceBuffer<int> positives = device.Allocate<int>("positives", 1);
        dx.Upload(x);
        positives.Clear();
        CudaFunction sums = device.Driver.GetFunction(device.Load(Kernels.Sums), "sums");
        device.Driver.Launch(sums, 3, 128, 128 * sizeof(float), device.Stream, dx, dy, positives, 300);
        float[] expected = [.. Enumerable.Range(0, 3).SelectMany(b => Block(x.Skip(b * 128).Take(128)))];
        CollectionAssert.AreEqual(expected, dy.ToArray());
        Assert.AreEqual(x.Count(v => v > 0), positives.ToArray()[0]);

        static float[] Block(System.Collections.Generic.IEnumerable<float> values)
        {
            float[] all = [.. values];
            return [all.Sum(), all.Length < 128 ? float.Max(0, all.Max()) : all.Max()];
        }
    }

    [TestMethod]
    public void SixteenBitFloatsRoundToNearestEven()
    {
        using CudaDevice device = Open();
        float[] x = [0, -0.0f, 1, 1.0009765f, 1.00048828125f, 1.00146484375f, 65504, 65520, 1e-7f, 5.9604645e-8f, 3.1415927f, float.PositiveInfinity, -2.7182817f, 1.00390625f, 1.01171875f, 1e38f];
        int n = x.Length;
        DeviceBuffer<float> dx = device.Allocate<float>("x", n), back = device.Allocate<float>("back", 2 * n);
        DeviceBuffer<ushort> halves = device.Allocate<ushort>("halves", n), bfloats = device.Allocate<ushort>("bfloats", n);
        dx.Upload(x);
        CudaFunction conversions = device.Driver.GetFunction(device.Load(Kernels.Conversions), "conversions");
        device.Driver.Launch(conversions, 1, n, 0, device.Stream, dx, halves, bfloats, back, n);
        CollectionAssert.AreEqual(x.Select(v => BitConverter.HalfToUInt16Bits((Half)v)).ToArray(), halves.ToArray());
        CollectionAssert.AreEqual(x.Select(Bfloat).ToArray(), bfloats.ToArray());
        CollectionAssert.AreEqual(x.SelectMany(v => new[] { (float)(Half)v, BitConverter.UInt32BitsToSingle((uint)Bfloat(v) << 16) }).ToArray(), back.ToArray());

        static ushort Bfloat(float v)
        {
            uint u = BitConverter.SingleToUInt32Bits(v);
            return (ushort)((u + 0x7fff + ((u >> 16) & 1)) >> 16);
        }
    }

    [TestMethod]
    public void TensorCoresMultiply()
    {
        using CudaDevice device = Open();
        if (device.Info.Capability < 80)
        {
            Assert.Inconclusive($"{device.Info} has no tensor cores for tf32 and bfloat16.");
        }

        // Small integers are exact in every format.
        float[] a = [.. Enumerable.Range(0, 256).Select(i => (float)((i * 7 % 13) - 6))];
        float[] b = [.. Enumerable.Range(0, 128).Select(i => (float)((i * 5 % 11) - 5))];
        DeviceBuffer<float> da = device.Allocate<float>("a", 256), db = device.Allocate<float>("b", 128);
        DeviceBuffer<float> tf32 = device.Allocate<float>("tf32", 128), bf16 = device.Allocate<float>("bf16", 128);
        da.Upload(a);
        db.Upload(b);
        CudaFunction products = device.Driver.GetFunction(device.Load(Kernels.Products), "products");
        device.Driver.Launch(products, 1, 32, 0, device.Stream, da, db, tf32, bf16);
        CollectionAssert.AreEqual(Product(8), tf32.ToArray());
        CollectionAssert.AreEqual(Product(16), bf16.ToArray());

        float[] Product(int depth) => [.. Enumerable.Range(0, 128).Select(i => Enumerable.Range(0, depth).Sum(k => a[(i / 8 * 16) + k] * b[(k * 8) + (i % 8)]))];
    }

    [TestMethod]
    public void FillsAndCopies()
    {
        using CudaDevice device = Open();
        ICudaDriver driver = device.Driver;
        DeviceBuffer<uint> x = device.Allocate<uint>("x", 100), y = device.Allocate<uint>("y", 100);
        driver.FillWords(x.Address, 0xdeadbeef, 100, device.Stream);
        driver.FillBytes(x[50], 7, 4 * 25, device.Stream);
        driver.CopyOnDevice(y.Address, x[25], 4 * 75, device.Stream);
        driver.FillWords(y[75], 1, 25, device.Stream);
        uint[] expected = [.. Enumerable.Range(0, 100).Select(i => i < 25 ? 0xdeadbeef : i < 50 ? 0x07070707u : i < 75 ? 0xdeadbeef : 1)];
        CollectionAssert.AreEqual(expected, y.ToArray());
        uint[] part = new uint[10];
        y.Download(part, 20);
        CollectionAssert.AreEqual(expected[20..30], part);
    }

    [TestMethod]
    public void StreamsWaitForEvents()
    {
        using CudaDevice device = Open();
        ICudaDriver driver = device.Driver;
        CudaFunction axpy = driver.GetFunction(device.Load(Kernels.Axpy), "axpy");
        DeviceBuffer<float> x = device.Allocate<float>("x", 64), y = device.Allocate<float>("y", 64);
        float* pinned = (float*)driver.AllocatePinned(64 * sizeof(float));
        for (int i = 0; i < 64; i++)
        {
            pinned[i] = i;
        }

        CudaStream uploads = driver.CreateStream();
        CudaEvent start = driver.CreateEvent(timing: true), uploaded = driver.CreateEvent(timing: true);
        y.Clear();
        driver.Record(start, uploads);
        driver.CopyToDevice(x.Address, (nint)pinned, x.Bytes, uploads);
        driver.Record(uploaded, uploads);
        driver.Wait(device.Stream, uploaded);
        driver.Launch(axpy, 1, 64, 0, device.Stream, x, y, 1.0f, 64L, 0);
        CollectionAssert.AreEqual(Enumerable.Range(0, 64).Select(i => (float)i).ToArray(), y.ToArray());
        driver.Synchronize(uploaded);
        Assert.IsGreaterThanOrEqualTo(0, driver.ElapsedMilliseconds(start, uploaded));
        driver.DestroyEvent(start);
        driver.DestroyEvent(uploaded);
        driver.DestroyStream(uploads);
        driver.FreePinned((nint)pinned);
    }

    [TestMethod]
    public void GraphRepeatsWorkOfTwoStreams()
    {
        using CudaDevice device = Open();
        ICudaDriver driver = device.Driver;
        CudaFunction axpy = driver.GetFunction(device.Load(Kernels.Axpy), "axpy");
        DeviceBuffer<float> x = device.Allocate<float>("x", 32), y = device.Allocate<float>("y", 32), z = device.Allocate<float>("z", 32);
        x.Upload([.. Enumerable.Repeat(1.0f, 32)]);
        y.Clear();
        z.Clear();
        device.Synchronize();
        CudaStream side = driver.CreateStream();
        CudaEvent forked = driver.CreateEvent(timing: false), joined = driver.CreateEvent(timing: false);
        driver.BeginCapture(device.Stream);
        driver.Launch(axpy, 1, 32, 0, device.Stream, x, y, 1.0f, 32L, 0);
        driver.Record(forked, device.Stream);
        driver.Wait(side, forked);
        driver.Launch(axpy, 1, 32, 0, side, y, z, 1.0f, 32L, 0);
        driver.Record(joined, side);
        driver.Wait(device.Stream, joined);
        CudaGraph graph = driver.EndCapture(device.Stream);
        for (int i = 0; i < 3; i++)
        {
            driver.Launch(graph, device.Stream);
        }

        // Nothing ran while it was recorded: y counts the runs, z sums what y was after each.
        CollectionAssert.AreEqual(Enumerable.Repeat(3.0f, 32).ToArray(), y.ToArray());
        CollectionAssert.AreEqual(Enumerable.Repeat(6.0f, 32).ToArray(), z.ToArray());
        driver.DestroyGraph(graph);
        driver.DestroyEvent(forked);
        driver.DestroyEvent(joined);
        driver.DestroyStream(side);
    }

    [TestMethod]
    public void MoreSharedMemoryNeedsPermission()
    {
        using CudaDevice device = Open();
        ICudaDriver driver = device.Driver;
        CudaFunction sums = driver.GetFunction(device.Load(Kernels.Sums), "sums");
        DeviceBuffer<float> x = device.Allocate<float>("x", 128), y = device.Allocate<float>("y", 2);
        DeviceBuffer<int> positives = device.Allocate<int>("positives", 1);
        x.Clear();
        positives.Clear();
        const int Bytes = 60_000;
        CudaException error = Assert.ThrowsExactly<CudaException>(() => driver.Launch(sums, 1, 128, Bytes, device.Stream, x, y, positives, 128));
        StringAssert.Contains(error.Message, "kernel sums, grid 1 x 1 x 1, block 128 x 1 x 1, 60,000 bytes of dynamic shared memory");
        Assert.AreEqual("cuLaunchKernel", error.Call);
        driver.AllowSharedBytes(sums, Bytes);
        driver.Launch(sums, 1, 128, Bytes, device.Stream, x, y, positives, 128);
        CollectionAssert.AreEqual(new float[] { 0, 0 }, y.ToArray());
    }

    [TestMethod]
    public void UnknownKernelIsNamed()
    {
        using CudaDevice device = Open();
        CudaModule module = device.Load(Kernels.Axpy);
        CudaException error = Assert.ThrowsExactly<CudaException>(() => device.Driver.GetFunction(module, "axpby"));
        Assert.AreEqual("cuModuleGetFunction failed with CUDA_ERROR_NOT_FOUND (500): kernel axpby.", error.Message);
    }

    [TestMethod]
    public void TooMuchMemoryIsRefusedWithItsName()
    {
        using CudaDevice device = Open();
        InsufficientMemoryException error = Assert.ThrowsExactly<InsufficientMemoryException>(() => device.Allocate<float>("table of User", 1L << 44));
        StringAssert.Contains(error.Message, "70,368,744.2 MB for 'table of User' cannot be had on device 0");
        StringAssert.Contains(error.Message, "Use a smaller batch");
    }

    [TestMethod]
    public void UsageOfAKernelIsKnown()
    {
        using CudaDevice device = Open();
        KernelUsage usage = device.Driver.GetUsage(device.Driver.GetFunction(device.Load(Kernels.Sums), "sums"));
        Assert.AreEqual(16, usage.SharedBytes);
        Assert.IsGreaterThanOrEqualTo(128, usage.MaxThreads!.Value);
    }

    [TestMethod]
    public void BufferRefusesWhatDoesNotFit()
    {
        using CudaDevice device = Open();
        DeviceBuffer<int> x = device.Allocate<int>("x", 10), empty = device.Allocate<int>("empty", 0);
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => x.Upload(new int[5], 6));
        StringAssert.Contains(error.Message, "Upload of 5 elements at 6: 'x' has 10.");
        Assert.ThrowsExactly<ArgumentException>(() => x.Download(new int[11]));
        Assert.IsEmpty(empty.ToArray());
        empty.Clear();
    }
}

/// <summary>The emulation.</summary>
[TestClass]
public sealed class HostDriverTests : DriverTests
{
    /// <inheritdoc/>
    protected override CudaDevice Open() => HostCudaDriver.Open();
}

/// <summary>NVIDIA's driver, on a machine with a GPU.</summary>
[TestClass]
public sealed class NativeDriverTests : DriverTests
{
    /// <inheritdoc/>
    protected override CudaDevice Open() => CudaDevice.Open(Requires.Gpu(), 0, cache: null);
}
