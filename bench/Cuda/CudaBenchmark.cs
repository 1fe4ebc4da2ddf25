using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen.Bench;

/// <summary>
/// Training on the first CUDA device beside the peer programs on the same device, the share of the device's measured copy bandwidth that
/// looking up and updating rows reaches, and the time from the start of a process to its first step with compiled kernels in the cache.
/// </summary>
internal static class CudaBenchmark
{
    /// <summary>First argument of the process that takes one step.</summary>
    public const string Command = "cuda-first-step";

    private const int RowFloats = 64;
    private const int LargeBatch = 65_536;

    /// <summary>The rows.</summary>
    public static RowGroup Group { get; } = new("cuda",
    [
        new("cuda_rows", (options, _) => Rows(options)),
        new("cuda_ctr_mlet", (options, _) => Ctr("cuda_ctr_mlet", 2048, 200, 10, [], options)),
        new("cuda_ctr_mlet_compiled", (options, _) => Ctr("cuda_ctr_mlet_compiled", 2048, 200, 2, ["--compile"], options)),
        new("cuda_ctr_mlet_65536", (options, _) => Ctr("cuda_ctr_mlet_65536", LargeBatch, 8, 3, [], options)),
        new("cuda_gmf_mgqe", (options, _) => GmfBenchmark.MeasureOnDevice<GmfMgqe>("cuda_gmf_mgqe", 500, 5, options)),
        new("cuda_elsa_dense", (options, _) => ElsaBenchmark.MeasureOnDevice<ElsaDense>("cuda_elsa_dense", 4096, 5, options)),
        new("cuda_elsa_128", (options, _) => ElsaBenchmark.MeasureOnDevice<ElsaKept128>("cuda_elsa_128", 128, 5, options)),
        new("cuda_first_step", (options, _) => FirstStep(options)),
    ]);

    /// <summary>Why there is no device to measure; null when there is one.</summary>
    public static string? WhyNot => CudaPlatform.TryNative(out _, out string whyNot) ? null : whyNot;

    /// <summary>The process: trains one step of the click model on the device and writes the milliseconds since the process began.</summary>
    public static int RunFirstStep()
    {
        ModelTrainer.Train(CtrData.Create<CtrMlet>(2048), new TrainingOptions { BatchSize = 2048, MaxSteps = 1, Device = Device.Cuda(0) });
        using Process process = Process.GetCurrentProcess();
        Console.WriteLine((DateTime.Now - process.StartTime).TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture));
        return 0;
    }

    private static BenchmarkRow Ctr(string name, int batch, int steps, double goal, string[] peerArguments, BenchmarkOptions options)
    {
        DataSet<CtrMlet> data = CtrData.Create<CtrMlet>(batch * steps);

        // An epoch to warm up, one to measure.
        TrainingOptions training = new() { BatchSize = batch, Epochs = 2, Device = Device.Cuda(0) };
        return new Comparison(name, "samples/s", goal)
        {
            Ours = _ => ModelTrainer.Train(data, training).History[^1].ExamplesPerSecond,
            Peer = folder => PeerProgram.OnDevice(folder, "ctr_mlet_torch.py", ["--steps", "50", "--batch", batch.ToString(CultureInfo.InvariantCulture), .. peerArguments], "samples_per_s"),
        }.Measure(options);
    }

    // Of a step: rows of the lookups are read, their gradients written and read again, and the row and the state of every distinct id read and written.
    private static BenchmarkRow Rows(BenchmarkOptions options)
    {
        const int Steps = 12;
        var random = new Random(1);
        CudaRows[] examples = [.. Enumerable.Range(0, LargeBatch * Steps).Select(_ => new CudaRows
        {
            Clicked = random.NextDouble() < 0.25, A = CtrData.ZipfId(random.NextDouble(), 1_000_000), B = CtrData.ZipfId(random.NextDouble(), 1_000_000),
        })];
        double distinct = examples.Chunk(LargeBatch).Average(batch => batch.Select(e => e.A).Distinct().Count() + batch.Select(e => e.B).Distinct().Count());
        double bytesPerExample = sizeof(float) * RowFloats * ((3.0 * 2 * LargeBatch) + (4 * distinct)) / LargeBatch;
        double copy = CopyGigabytes();
        Console.WriteLine($"  cuda_rows: the device copies {copy:N0} GB/s, read and written; {distinct:N0} distinct ids in a batch of {LargeBatch:N0} examples");
        DataSet<CudaRows> data = DataSet<CudaRows>.FromExamples(examples);
        TrainingOptions training = new() { BatchSize = LargeBatch, Epochs = 3, Device = Device.Cuda(0) };
        return new Comparison("cuda_rows", "% of the copy bandwidth", 70)
        {
            Ours = _ => 100 * ModelTrainer.Train(data, training).History[^1].ExamplesPerSecond * bytesPerExample / 1e9 / copy,
        }.Measure(options);
    }

    private static double CopyGigabytes()
    {
        const long Vectors = 1L << 26;
        const int Rounds = 20, Threads = 256;
        using CudaDevice device = CudaDevice.Open(CudaPlatform.Native(), 0, null);
        CudaModule module = device.Load(new KernelSource("Copy", """
            extern "C" __global__ void copy(const float4* from, float4* to, long long count)
            {
                for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += (long long)gridDim.x * blockDim.x)
                {
                    to[i] = from[i];
                }
            }
            """));
        CudaFunction function = device.Driver.GetFunction(module, "copy");
        using DeviceBuffer<float> from = device.Allocate<float>("source of a copy", 4 * Vectors), to = device.Allocate<float>("target of a copy", 4 * Vectors);
        from.Clear();
        Copy();
        device.Synchronize();
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < Rounds; round++)
        {
            Copy();
        }

        device.Synchronize();
        return Rounds * 2.0 * 16 * Vectors / 1e9 / Stopwatch.GetElapsedTime(start).TotalSeconds;

        void Copy() => device.Driver.Launch(function, new LaunchSize(8192, 1), Threads, 0, device.Stream, from, to, Vectors);
    }

    private static BenchmarkRow FirstStep(BenchmarkOptions options)
    {
        List<double> times = [];
        for (int run = 0; run <= options.Runs; run++)
        {
            double milliseconds = double.Parse(OwnProcess.Run(Command), CultureInfo.InvariantCulture);
            Console.WriteLine($"  cuda_first_step: {milliseconds:N0} ms");

            // The first process fills the cache of kernels.
            if (run > 0)
            {
                times.Add(milliseconds);
            }
        }

        return new BenchmarkRow("cuda_first_step", "ms", Statistics.Median(times), null, null, 2000, null, Statistics.Spread(times));
    }
}
