using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Cuda;
using ModelGen.Tests.Training;

namespace ModelGen.Tests.Retrieval;

/// <summary>
/// The kernels of autoencoders take the steps of the CPU, over dense rows, masked dense rows and kept entries, for all and for drawn outputs,
/// with every clip; items of no history and popular ones are among them.
/// </summary>
[TestClass]
public sealed class AutoencoderTests
{
    private const double Tolerance = 2e-6;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(3, 29, 300)]
    [DataRow(70, 90, 40)]
    public void Steps_equal_those_of_the_CPU(int users, int items, int maxOutput)
    {
        Same<DenseWatching>(null, wide: true);
        Same<SparseWatching>(7, wide: false);
        Same<SparseWatching>(40, wide: true);
        Same<SparseWatching>(null, wide: true);
        Same<BroadWatching>(15, wide: false);
        Same<ReluWatching>(20, wide: false);
        Same<ReluWatching>(45, wide: true);
        Same<Relu6Watching>(30, wide: false);
        Same<Relu6Watching>(null, wide: true);

        void Same<T>(int? kept, bool wide)
            where T : class, IAutoencoder<T>
        {
            using AutoencoderPair<T> pair = new(Devices.Any(), users, items, kept, wide, maxOutput);
            pair.AssertSame(pair.Train(users), Tolerance, $"{typeof(T).Name}, {users} users, {items} items, {kept} kept");
        }
    }

    [TestMethod]
    [DataRow(null, true)]
    [DataRow(60, true)]
    [DataRow(8, false)]
    public void Steps_of_nadam_with_batches_of_changing_size_equal_those_of_the_CPU(int? kept, bool wide)
    {
        using AutoencoderPair<Listening> pair = new(Devices.Any(), 60, 150, kept, wide, maxOutput: 120, capacity: 40);
        pair.AssertSame(pair.Train(40, 1, 19), 2e-4, $"{kept} kept");
    }

    [TestMethod]
    [DataRow(null, true)]
    [DataRow(45, true)]
    [DataRow(20, false)]
    public void Entries_chosen_in_every_step_are_those_of_the_CPU(int? kept, bool wide)
    {
        foreach (Func<CudaDevice> device in new[] { Devices.Any, Devices.Checked })
        {
            using AutoencoderPair<SparseWatching> pair = new(device(), 24, 40, kept, wide, chosen: 9);
            pair.AssertSame(pair.Train(10, 14), Tolerance, $"{kept} kept");
        }
    }

    [TestMethod]
    public void Every_access_to_memory_is_in_bounds_and_free_of_races()
    {
        Check<DenseWatching>(null, wide: true, int.MaxValue);
        Check<SparseWatching>(7, wide: false, 20);
        Check<ReluWatching>(45, wide: true, 20);
        Check<Relu6Watching>(30, wide: false, int.MaxValue);

        void Check<T>(int? kept, bool wide, int maxOutput)
            where T : class, IAutoencoder<T>
        {
            using AutoencoderPair<T> pair = new(Devices.Checked(), 12, 30, kept, wide, maxOutput);
            pair.AssertSame(pair.Train(12), Tolerance, typeof(T).Name);
        }
    }

    [TestMethod]
    public void The_same_step_gives_the_same_bits()
    {
        foreach ((int? kept, bool wide) in new (int?, bool)[] { (null, true), (7, false) })
        {
            int[] Run()
            {
                using AutoencoderPair<SparseWatching> pair = new(Devices.Any(), 40, 90, kept, wide);
                pair.Train(25, 15);
                return [.. pair.Rows.Values.Span(0, (int)pair.Rows.SlotCount).ToArray().Select(BitConverter.SingleToInt32Bits)];
            }

            CollectionAssert.AreEqual(Run(), Run());
        }
    }

    [TestMethod]
    public void Tensor_cores_round_the_factors_of_products_over_dense_rows()
    {
        using AutoencoderPair<DenseWatching> pair = new(Devices.Any(), 20, 70, null, wide: true, precision: MatrixPrecision.TensorFloat32);
        (double cpu, double device) = pair.Train(20)[0];
        Assert.AreEqual(cpu, device, 2e-3 * cpu);
        Assert.AreNotEqual(cpu, device, 1e-9);
    }

    [TestMethod]
    public void Runs_through_all_levels_give_the_losses_of_the_CPU()
    {
        foreach (int? maxOutput in new int?[] { null, 40 })
        {
            RetrievalOptions options = Options with { MaxOutput = maxOutput };
            Compare(Listening.Train(Data(), options), Listening.Train(Data(), options with { Device = Devices.Device() }), $"{maxOutput} outputs");
        }
    }

    [TestMethod]
    public void Checkpoints_move_between_the_CPU_and_a_device()
    {
        using TemporaryFolder folder = new();
        RetrievalOptions options = Options with { CheckpointPath = folder["run.safetensors"] };
        TrainedRetriever<Listening> whole = Listening.Train(Data(), options);
        foreach (bool device in new[] { true, false })
        {
            File.Delete(options.CheckpointPath!);
            Listening.Train(Data(), options with { MaxSteps = 7, Device = device ? Devices.Device() : Device.Cpu });
            Compare(whole, Listening.Train(Data(), options with { Resume = true, Device = device ? Device.Cpu : Devices.Device() }), device ? "begun on a device" : "ended on a device");
        }
    }

    [TestMethod]
    public void The_memory_on_the_device_is_reported_first_and_a_run_that_does_not_fit_is_refused_with_its_plan()
    {
        List<TrainingProgress> reports = [];
        Listening.Train(Data(), Options with { MaxSteps = 1, Device = Devices.Device(), Progress = new Collector(reports.Add) });
        Assert.AreEqual(TrainingProgressKind.Start, reports[0].Kind);
        StringAssert.Contains(reports[0].Device, "rows and optimiser state");

        Requires.HostCompiler();
        Device small = Device.Cuda(0, HostCudaDriver.Platform(checks: false, new HostCudaDriver(memory: 64L << 20)));
        StringAssert.Contains(Assert.ThrowsExactly<InsufficientMemoryException>(() => Listening.Train(Data(), Options with { Device = small })).Message, "history sums");
    }

    [TestMethod]
    public void A_loss_that_is_not_finite_names_its_cause_and_changes_nothing()
    {
        using AutoencoderPair<SparseWatching> pair = new(Devices.Any(), 10, 30, 7, wide: false);
        pair.Rows.Values.At(pair.Rows.Start(0)) = float.NaN;
        pair.Device.Attach(pair.Rows);
        Assert.IsFalse(double.IsFinite(pair.Train(10)[0].Device));
        Assert.AreEqual("parameter Movie.A was not finite before the step", pair.Device.FindFault());
    }

    [TestMethod]
    public void Kernels_compile_without_spills_for_every_architecture()
    {
        Compile<DenseWatching>();
        Compile<BroadWatching>();
        Compile<ReluWatching>();
        Compile<Relu6Watching>();
        Compile<WideListening>();

        void Compile<T>()
            where T : class, IAutoencoder<T>
        {
            NvrtcCompiler compiler = Requires.Nvrtc();
            string[] kernels = [.. T.Cuda!.Wide.Concat(T.Cuda.Sparse).Select(k => k.Name).Append(CudaAutoencoder.Normalize).Append(CudaAutoencoder.BeginRowGradients).Distinct()];
            foreach (MatrixPrecision precision in new[] { MatrixPrecision.Exact, MatrixPrecision.TensorFloat32 })
            {
                int[] capabilities = [.. KernelCompilation.Capabilities(compiler).Where(c => c >= 80 || precision == MatrixPrecision.Exact)];
                KernelSource source = CudaStepRunner.SourceFor(T.Cuda.Source, $"{T.Schema.Name} {precision}", precision, KernelCompilation.DeviceOf(capabilities[0]));
                KernelCompilation.AssertNoSpills(TestContext, compiler, source, capabilities, kernels);
            }
        }
    }

    private static RetrievalOptions Options => new() { Epochs = 2, BatchSize = 64, Schedule = new() { EpochsPerHalving = 1 }, Threads = 2 };

    private static DataSet<Listening> Data() => Planted.Of((u, i) => new Listening { User = $"u{u}", Song = $"s{i}" }, 120);

    private static void Compare(TrainedRetriever<Listening> expected, TrainedRetriever<Listening> actual, string what)
    {
        Assert.HasCount(expected.History.Count, actual.History, what);
        foreach ((RetrievalEpoch mine, RetrievalEpoch other) in expected.History.Zip(actual.History))
        {
            Assert.AreEqual(mine.Kept, other.Kept, what);
            Assert.AreEqual(mine.Loss, other.Loss, 2e-3 * mine.Loss, $"{what}: epoch {mine.Epoch}");
        }
    }

    private sealed class Collector(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
