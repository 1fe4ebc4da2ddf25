using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Cuda;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Training;

/// <summary>Whole runs on a device: what happens around the steps is that of the CPU.</summary>
[TestClass]
public sealed class RunTests
{
    [TestMethod]
    public void A_run_gives_the_losses_of_the_CPU()
    {
        // Clusters that split and move, and codebooks that are re-seeded, are worked on on the host between steps.
        Same<FmTwelve>();
        Same<FmReseeded>();
        Same<MfClustered>();
    }

    [TestMethod]
    public void Checkpoints_move_between_the_CPU_and_a_device()
    {
        using TemporaryFolder folder = new();
        (DataSet<DlrmMixed> data, DataSet<DlrmMixed> validation) = Data<DlrmMixed>();
        TrainingOptions options = new() { Epochs = 2, BatchSize = 64, Validation = validation, CheckpointPath = folder["run.safetensors"] };
        TrainedModel<DlrmMixed> whole = ModelTrainer.Train(data, options);
        foreach (bool device in new[] { true, false })
        {
            File.Delete(options.CheckpointPath!);
            ModelTrainer.Train(data, options with { Epochs = 1, Device = device ? Devices.Device() : Device.Cpu });
            TrainedModel<DlrmMixed> resumed = ModelTrainer.Train(data, options with { Resume = true, Device = device ? Device.Cpu : Devices.Device() });
            Compare(whole, resumed, device ? "begun on a device" : "ended on a device");
        }
    }

    [TestMethod]
    public void The_memory_on_the_device_is_reported_before_the_first_step()
    {
        var reports = new List<TrainingProgress>();
        ModelTrainer.Train(Data<FmTwelve>().Data, new TrainingOptions { BatchSize = 64, Device = Devices.Device(), Progress = new Collector(reports.Add) });
        Assert.AreEqual(TrainingProgressKind.Planned, reports[0].Kind);
        Assert.AreEqual(TrainingProgressKind.Start, reports[1].Kind);
        StringAssert.Contains(reports[1].Device, "optimiser state");
        StringAssert.Contains(reports[1].Device, "total");
    }

    [TestMethod]
    public void A_run_that_does_not_fit_is_refused_with_its_plan()
    {
        Requires.HostCompiler();
        TrainingOptions options = new() { Device = Device.Cuda(0, HostCudaDriver.Platform(checks: false, new HostCudaDriver(memory: 64L << 20))) };
        InsufficientMemoryException e = Assert.ThrowsExactly<InsufficientMemoryException>(() => ModelTrainer.Train(Data<DlrmMixed>().Data, options));
        StringAssert.Contains(e.Message, "vectors and gradients");
        StringAssert.Contains(e.Message, "Device.Cpu");
    }

    [TestMethod]
    public void Without_a_device_an_automatic_choice_is_the_CPU_and_a_device_by_number_is_refused()
    {
        if (CudaPlatform.TryNative(out _, out _))
        {
            Assert.Inconclusive("There is a device.");
        }

        (DataSet<FmTwelve> data, _) = Data<FmTwelve>();
        TrainedModel<FmTwelve> cpu = ModelTrainer.Train(data, new TrainingOptions()), chosen = ModelTrainer.Train(data, new TrainingOptions { Device = Device.Auto });
        Bits.AreEqual(Bits.Of(cpu.State), Bits.Of(chosen.State), "automatic");
        Assert.ThrowsExactly<DeviceException>(() => ModelTrainer.Train(data, new TrainingOptions { Device = Device.Cuda(0) }));
    }

    [TestMethod]
    public void An_automatic_choice_takes_the_device_that_is_there_and_says_why_it_is_the_CPU()
    {
        Requires.HostCompiler();
        (DataSet<FmTwelve> data, _) = Data<FmTwelve>();
        string? Where(HostCudaDriver driver)
        {
            string? where = null;
            TrainingOptions options = new()
            {
                MaxSteps = 1, Device = Device.AutoOn(HostCudaDriver.Platform(checks: false, driver)),
                Progress = new Collector(report => where = report.Kind == TrainingProgressKind.Start ? report.Device : where),
            };
            ModelTrainer.Train(data, options);
            return where;
        }

        StringAssert.Contains(Where(new HostCudaDriver()), "optimiser state");
        StringAssert.StartsWith(Where(new HostCudaDriver(devices: 0)), "CPU: ");
        StringAssert.Contains(Where(new HostCudaDriver { FailsContext = true }), "CPU: cuDevicePrimaryCtxRetain failed");
    }

    [TestMethod]
    public void A_cancelled_run_leaves_a_checkpoint_of_its_last_step()
    {
        using TemporaryFolder folder = new();
        using CancellationTokenSource source = new();
        (DataSet<FmTwelve> data, _) = Data<FmTwelve>();
        TrainingOptions options = new() { Epochs = 3, BatchSize = 64, Device = Devices.Device(), CheckpointPath = folder["run.safetensors"] };
        var progress = new Collector(report => { if (report.Kind == TrainingProgressKind.EpochEnd) { source.Cancel(); } });
        Assert.ThrowsExactly<TrainingCanceledException>(() => ModelTrainer.Train(data, options with { Progress = progress }, source.Token));
        TrainedModel<FmTwelve> resumed = ModelTrainer.Train(data, options with { Resume = true });
        Compare(ModelTrainer.Train(data, options with { CheckpointPath = null, Device = Device.Cpu }), resumed, "resumed");
    }

    [TestMethod]
    public void A_run_cancelled_inside_a_replay_ends_after_its_step_and_goes_on_from_there()
    {
        Requires.HostCompiler();
        using TemporaryFolder folder = new();
        using CancellationTokenSource source = new();
        (DataSet<FmTwelve> data, _) = Data<FmTwelve>();
        int replays = 0;
        HostCudaDriver driver = new();
        driver.DuringReplay = () =>
        {
            if (++replays == 3)
            {
                source.Cancel();
            }
        };
        TrainingOptions options = new() { Epochs = 2, BatchSize = 64, Device = Device.Cuda(0, HostCudaDriver.Platform(checks: false, driver)), CheckpointPath = folder["run.safetensors"] };
        TrainingCanceledException cancelled = Assert.ThrowsExactly<TrainingCanceledException>(() => ModelTrainer.Train(data, options, source.Token));
        Assert.AreEqual((1, 3L, 3), (cancelled.Epoch, cancelled.Step, replays));
        Assert.AreEqual(0, driver.LiveAllocations);
        Compare(ModelTrainer.Train(data, options with { CheckpointPath = null, Device = Device.Cpu }), ModelTrainer.Train(data, options with { Resume = true }), "resumed");
    }

    private static void Same<T>()
        where T : class, IEmbeddingModel<T>
    {
        (DataSet<T> data, DataSet<T> validation) = Data<T>();
        TrainingOptions options = new() { Epochs = 2, BatchSize = 64, Validation = validation };
        Compare(ModelTrainer.Train(data, options), ModelTrainer.Train(data, options with { Device = Devices.Device() }), typeof(T).Name);
    }

    private static (DataSet<T> Data, DataSet<T> Validation) Data<T>()
        where T : class, IEmbeddingModel<T>
    {
        DataSet<T> data = RandomData.Create<T>(500, 7, keys: 30);
        int[] all = [.. Enumerable.Range(0, 500)];
        return (data, data.Select(all[..100]));
    }

    private static void Compare<T>(TrainedModel<T> expected, TrainedModel<T> actual, string message)
        where T : class, IEmbeddingModel<T>
    {
        Assert.HasCount(expected.History.Count, actual.History, message);
        foreach ((EpochResult mine, EpochResult other) in expected.History.Zip(actual.History))
        {
            Assert.AreEqual(mine.Loss, other.Loss, 1e-4 * mine.Loss, $"{message}: epoch {mine.Epoch}");
            if (T.Schema.Loss == Loss.BinaryCrossEntropy && mine.Validation is { } validation)
            {
                Assert.AreEqual(validation.LogLoss, other.Validation!.LogLoss, 1e-4 * validation.LogLoss, $"{message}: validation of epoch {mine.Epoch}");
            }
        }
    }

    private sealed class Collector(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
