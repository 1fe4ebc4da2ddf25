using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen.Bench;

/// <summary>Training throughput of the click models beside the peer program, ours and the peer's runs in turn.</summary>
internal static class CtrBenchmark
{
    private const int Batch = 2048;
    private const int Steps = 40;

    // Multiply-adds per example of the towers, forward and both gradients; the embedding side is left out of the share of the limit.
    private const double TowerFlops = 2.0 * 3 * ((13 * 512) + (512 * 256) + (256 * 64) + (64 * 16) + (367 * 512) + (512 * 256) + 256);

    public static IEnumerable<BenchmarkRow> Run(BenchmarkOptions options, Limits limits)
    {
        yield return Measure<CtrMlet>("ctr_mlet", [], options, limits);
        yield return Measure<CtrPlain>("ctr_plain", ["--plain"], options, limits);
    }

    /// <summary>Peak memory of this process, which must not have done anything else, after one run; the goal is the plan and 300 MB.</summary>
    public static BenchmarkRow Memory(BenchmarkOptions options)
    {
        DataSet<CtrMlet> data = CtrData.Create<CtrMlet>(Batch * Steps);
        TrainingOptions training = new() { BatchSize = Batch, Threads = options.Threads };
        MemoryPlan plan = ModelTrainer.Plan(data, training);
        Console.WriteLine(plan);
        ModelTrainer.Train(data, training);
        double peak = System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64 / 1e6;
        long fixedBytes = plan.Parameters + plan.OptimizerState + plan.Data;
        return new BenchmarkRow("ctr_memory", "MB", peak, null, null, (fixedBytes / 1e6) + 300, null, 0, PlannedBytes: plan.Total);
    }

    private static BenchmarkRow Measure<TModel>(string name, string[] peerArguments, BenchmarkOptions options, Limits limits)
        where TModel : CtrFields, IEmbeddingModel<TModel>, new()
    {
        DataSet<TModel> data = CtrData.Create<TModel>(Batch * Steps);
        TrainingOptions training = new() { BatchSize = Batch, Threads = options.Threads };
        ModelTrainer.Train(data, training);
        var ours = new List<double>();
        var peers = new List<double>();
        string peerSetting = "";
        for (int run = 0; run < options.Runs; run++)
        {
            ours.Add(ModelTrainer.Train(data, training).History[0].ExamplesPerSecond);
            Console.WriteLine($"  {name}: ours {ours[^1]:N0} samples/s");
            if (options.Peers is { } folder && PeerProgram.Best(folder, "ctr_mlet_torch.py", ["--steps", "20", .. peerArguments], "samples_per_s") is { } best)
            {
                peers.Add(best.Value);
                peerSetting = best.Setting;
                Console.WriteLine($"  {name}: peer {best.Value:N0} samples/s ({best.Setting})");
            }
        }

        double median = Statistics.Median(ours);
        double? peer = peers.Count > 0 ? Statistics.Median(peers) : null;
        return new BenchmarkRow(
            name, "samples/s", median, peer, peer is null ? null : median / peer, 1.5, median * TowerFlops / 1e9 / limits.FmaGigaflops,
            (ours.Max() - ours.Min()) / median, peerSetting, ModelTrainer.Plan(data, training).Total);
    }
}
