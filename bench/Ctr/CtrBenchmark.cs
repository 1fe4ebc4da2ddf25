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

    /// <summary>Plans a run, writes the plan and trains.</summary>
    public static MemoryPlan TrainOnce<TModel>(int threads)
        where TModel : CtrFields, IEmbeddingModel<TModel>, new()
    {
        DataSet<TModel> data = CtrData.Create<TModel>(Batch * Steps);
        TrainingOptions training = new() { BatchSize = Batch, Threads = threads };
        MemoryPlan plan = ModelTrainer.Plan(data, training);
        Console.WriteLine(plan);
        ModelTrainer.Train(data, training);
        return plan;
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
