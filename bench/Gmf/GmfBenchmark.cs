using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen.Bench;

/// <summary>Training throughput of generalised matrix factorisation beside the peer program: the same sizes, batches and distributions.</summary>
internal static class GmfBenchmark
{
    private const int Batch = 1024;
    private const int Users = 6040;
    private const int Items = 3416;
    private const int Dimension = 64;

    // Adam reads gradient, weight and two moments and writes three of them; the tables fit in the last cache, so the share of the
    // limit is that of the bytes that pass, against reading from memory.
    private const double DenseBytes = 4.0 * 6 * (Users + Items) * Dimension / Batch;

    // Per distinct id of a batch, 16 parts: the distances to 256 or 64 centroids of width 4, a subtraction and a multiply-add per dimension.
    private const double SearchFlops = 3.0 * Dimension * ((0.1 * 256) + (0.9 * 64));

    /// <summary>The rows.</summary>
    public static RowGroup Group { get; } = new("gmf",
    [
        new("gmf_plain", (options, limits) => Measure<GmfPlain>("gmf_plain", 1000, ["--plain", "--steps", "1000"], 4, f => f * DenseBytes / 1e9 / limits.StreamGigabytes, options)),
        new("gmf_plain_lazy", (options, _) => Measure<GmfLazy>("gmf_plain_lazy", 1000, ["--plain", "--steps", "1000"], 4, null, options)),
        new("gmf_mgqe", (options, limits) => Measure<GmfMgqe>("gmf_mgqe", 500, [], 40, f => f * DenseBytes / 1e9 / limits.StreamGigabytes, options)),
        new("gmf_mgqe_lazy", (options, limits) => Measure<GmfMgqeLazy>("gmf_mgqe_lazy", 500, [], 40, null, options)),
    ]);

    /// <summary>Plans a run, writes the plan and trains.</summary>
    public static MemoryPlan TrainOnce<TModel>(int threads)
        where TModel : GmfFields, IEmbeddingModel<TModel>, new()
    {
        DataSet<TModel> data = DataSet<TModel>.FromExamples(Examples<TModel>(Batch * 1000));
        TrainingOptions training = new() { BatchSize = Batch, Threads = threads };
        MemoryPlan plan = ModelTrainer.Plan(data, training);
        Console.WriteLine(plan);
        ModelTrainer.Train(data, training);
        return plan;
    }

    /// <summary>The work on the first CUDA device, beside the peer there.</summary>
    public static BenchmarkRow MeasureOnDevice<TModel>(string name, int steps, double goal, BenchmarkOptions options)
        where TModel : GmfFields, IEmbeddingModel<TModel>, new()
    {
        DataSet<TModel> data = DataSet<TModel>.FromExamples(Examples<TModel>(Batch * steps));
        TrainingOptions training = new() { BatchSize = Batch, Epochs = 4, Device = Device.Cuda(0) };
        return new Comparison(name, "samples/s", goal)
        {
            Ours = _ => Statistics.Median([.. ModelTrainer.Train(data, training).History.Skip(1).Select(e => e.ExamplesPerSecond)]),
            Peer = folder => PeerProgram.OnDevice(folder, "gmf_mgqe_torch.py", [], "samples_per_s"),
        }.Measure(options);
    }

    private static BenchmarkRow Measure<TModel>(string name, int steps, string[] peerArguments, double goal, Func<double, double>? ofLimit, BenchmarkOptions options)
        where TModel : GmfFields, IEmbeddingModel<TModel>, new()
    {
        DataSet<TModel> data = DataSet<TModel>.FromExamples(Examples<TModel>(Batch * steps));

        // An epoch to warm up, three to measure.
        TrainingOptions training = new() { BatchSize = Batch, Threads = options.Threads, Epochs = 4 };
        return new Comparison(name, "samples/s", goal)
        {
            Ours = threads => Statistics.Median([.. ModelTrainer.Train(data, training with { Threads = threads }).History.Skip(1).Select(e => e.ExamplesPerSecond)]),
            Peer = folder => PeerProgram.Best(folder, "gmf_mgqe_torch.py", peerArguments, "samples_per_s"),
            OneThread = true,
            OfLimit = ofLimit,
            PlannedBytes = ModelTrainer.Plan(data, training).Total,
        }.Measure(options);
    }

    private static IEnumerable<TModel> Examples<TModel>(int count)
        where TModel : GmfFields, new()
    {
        var random = new Random(1);
        for (int i = 0; i < count; i++)
        {
            double item = random.NextDouble();
            yield return new TModel { Taken = random.NextDouble() < 0.2, User = random.Next(Users), Item = (int)(Items * item * item) };
        }
    }
}
