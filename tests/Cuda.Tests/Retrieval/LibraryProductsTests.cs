using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen.Tests.Retrieval;

/// <summary>Steps over dense rows take the results of the CPU when a matrix library multiplies, which is used for large products over all outputs only.</summary>
[TestClass]
public sealed class LibraryProductsTests
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Steps_equal_those_of_the_CPU(bool isChecked)
    {
        Same<DenseWatching>(null);
        Same<SparseWatching>(40);
        Same<ReluWatching>(45);
        Same<Relu6Watching>(null);

        void Same<T>(int? kept)
            where T : class, IAutoencoder<T>
        {
            HostMatrixLibrary library = Open(isChecked, out CudaDevice device, out HostCudaDriver driver);
            int[] batches = isChecked ? [9, 4] : [40, 1, 19];
            using AutoencoderPair<T> pair = new(device, batches.Sum(), 90, kept, wide: true, capacity: batches.Max(), leastByLibrary: 0);
            pair.AssertSame(pair.Train(batches), 2e-6, $"{typeof(T).Name}, {kept} kept");
            Assert.AreEqual("host products", pair.Device.Products);
            Assert.AreEqual(3 * batches.Length, library.Count);
            Assert.AreEqual(batches.Length, driver.Kernels.Count(kernel => kernel == CudaAutoencoder.BeginRowGradients));
            foreach (AutoencoderKernel kernel in T.Cuda!.Wide.Where(k => k.Work is AutoencoderWork.ScoreTiles or AutoencoderWork.UserTiles or AutoencoderWork.RowTiles))
            {
                CollectionAssert.DoesNotContain(driver.Kernels, kernel.Name);
            }
        }
    }

    [TestMethod]
    public void Small_products_drawn_outputs_and_kept_entries_go_to_the_kernels()
    {
        Own<DenseWatching>(null, wide: true, int.MaxValue, 1L << 28);
        Own<DenseWatching>(null, wide: true, 40, 0);
        Own<SparseWatching>(7, wide: false, int.MaxValue, 0);

        static void Own<T>(int? kept, bool wide, int maxOutput, long least)
            where T : class, IAutoencoder<T>
        {
            HostMatrixLibrary library = Open(isChecked: false, out CudaDevice device, out _);
            using AutoencoderPair<T> pair = new(device, 20, 90, kept, wide, maxOutput, leastByLibrary: least);
            pair.AssertSame(pair.Train(20), 2e-6, typeof(T).Name);
            Assert.AreEqual(0, library.Count);
        }
    }

    [TestMethod]
    public void A_library_that_cannot_be_opened_is_named_in_the_report_and_the_kernels_multiply()
    {
        Requires.HostCompiler();
        HostCudaDriver driver = new();
        using CudaDevice device = HostCudaDriver.Open(checks: false, driver, new HostMatrixLibrary(driver) { Fails = true });
        using AutoencoderPair<DenseWatching> pair = new(device, 20, 90, null, wide: true, leastByLibrary: 0);
        pair.AssertSame(pair.Train(20), 2e-6, "own kernels");
        StringAssert.Contains(pair.Device.Products, "own kernels (host products cannot be used: cublasCreate_v2 failed with CUBLAS_STATUS_NOT_INITIALIZED");
    }

    [TestMethod]
    public void The_report_of_a_run_says_what_multiplies()
    {
        Requires.HostCompiler();
        List<string?> reports = [];
        RetrievalOptions options = new() { MaxSteps = 1, Device = Training.Devices.Device(), Progress = new Collector(report => reports.Add(report.Device)) };
        Listening.Train(Planted.Of((u, i) => new Listening { User = $"u{u}", Song = $"s{i}" }, 60), options);
        StringAssert.Contains(reports.First(report => report is not null), "products over dense rows: own kernels");
    }

    [TestMethod]
    public void Names_of_cublas_span_the_versions_and_its_absence_is_explained()
    {
        string[] names = [.. NativeSearch.CublasCandidates(null, null, AppContext.BaseDirectory).Where(name => !name.Contains('/', StringComparison.Ordinal))];
        CollectionAssert.AreEqual(
            OperatingSystem.IsWindows() ? ["cublas64_13.dll", "cublas64_12.dll", "cublas64_11.dll"] : new[] { "libcublas.so.13", "libcublas.so.12", "libcublas.so.11", "libcublas.so" }, names);
        if (!CublasLibrary.TryLoad(out _, out string whyNot))
        {
            StringAssert.Contains(whyNot, names[0]);
        }
    }

    private static HostMatrixLibrary Open(bool isChecked, out CudaDevice device, out HostCudaDriver driver)
    {
        Requires.HostCompiler();
        driver = new HostCudaDriver();
        HostMatrixLibrary library = new(driver);
        device = HostCudaDriver.Open(isChecked, driver, library);
        return library;
    }

    private sealed class Collector(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
