using System;
using ModelGen.Compiled;

namespace ModelGen.Bench;

/// <summary>Training throughput of the click models beside the peer program, ours and the peer's runs in turn.</summary>
internal static class CtrBenchmark
{
    private const int Batch = 2048;
    private const int Steps = 40;

    // Multiply-adds per example of the towers, forward and both gradients; the embedding side is left out of the share of the limit.
    private const double TowerFlops = 2.0 * 3 * ((13 * 512) + (512 * 256) + (256 * 64) + (64 * 16) + (367 * 512) + (512 * 256) + 256);

    /// <summary>Throughput.</summary>
    public static RowGroup Group { get; } = new("ctr",
    [
        new("ctr_mlet", (options, limits) => Measure<CtrMlet>("ctr_mlet", [], options, limits)),
        new("ctr_plain", (options, limits) => Measure<CtrPlain>("ctr_plain", ["--plain"], options, limits)),
    ]);

    /// <summary>Peak memory of a process.</summary>
    public static RowGroup MemoryGroup { get; } = new("memory", [new("ctr_memory", (options, _) => Memory(options))], Alone: true);

    /// <summary>Peak memory of this process, which must not have done anything else, after one run; the goal is parameters, optimiser state, data set and 150 MB.</summary>
    private static BenchmarkRow Memory(BenchmarkOptions options)
    {
        DataSet<CtrMlet> data = CtrData.Create<CtrMlet>(Batch * Steps);
        TrainingOptions training = new() { BatchSize = Batch, Threads = options.Threads };
        MemoryPlan plan = ModelTrainer.Plan(data, training);
        Console.WriteLine(plan);
        ModelTrainer.Train(data, training);
        double peak = System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64 / 1e6;
        long fixedBytes = plan.Parameters + plan.OptimizerState + plan.Data;
        return new BenchmarkRow("ctr_memory", "MB", peak, null, null, (fixedBytes / 1e6) + 150, null, 0, PlannedBytes: plan.ExpectedPeak);
    }

    private static BenchmarkRow Measure<TModel>(string name, string[] peerArguments, BenchmarkOptions options, Limits limits)
        where TModel : CtrFields, IEmbeddingModel<TModel>, new()
    {
        DataSet<TModel> data = CtrData.Create<TModel>(Batch * Steps);
        TrainingOptions training = new() { BatchSize = Batch, Threads = options.Threads };
        return new Comparison(name, "samples/s", 3)
        {
            Ours = threads => ModelTrainer.Train(data, training with { Threads = threads }).History[0].ExamplesPerSecond,
            Peer = folder => PeerProgram.Best(folder, "ctr_mlet_torch.py", ["--steps", "20", .. peerArguments], "samples_per_s"),
            OneThread = true,
            OfLimit = figure => figure * TowerFlops / 1e9 / limits.FmaGigaflops,
            PlannedBytes = ModelTrainer.Plan(data, training).Total,
        }.Measure(options);
    }
}
