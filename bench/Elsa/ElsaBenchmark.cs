using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen.Bench;

/// <summary>
/// Training throughput of ELSA and compressed ELSA beside the peer program: 10,000 items, 4,096 factors, about 110 items per user, steps of
/// 1,024 users; and the whole exponential schedule with restarts down to 16 kept entries.
/// </summary>
internal static class ElsaBenchmark
{
    private const int Items = 10_000;
    private const int Factors = 4096;
    private const int Batch = 1024;
    private const int Steps = 4;
    private const int History = 110;

    // Users of GoodBooks-10k, and the part of them that the schedule is measured with: every epoch's time is scaled, pruning is not.
    private const int ScheduleUsers = 53_424;
    private const int MeasuredUsers = 2 * Batch;

    /// <summary>The rows.</summary>
    public static RowGroup Group { get; } = new("elsa",
    [
        new("elsa_dense", (options, limits) => Measure<ElsaDense>("elsa_dense", Factors, 3.5, options, limits)),
        new("elsa_128", (options, limits) => Measure<ElsaKept128>("elsa_128", 128, 15, options, limits)),
        new("elsa_16", (options, limits) => Measure<ElsaKept16>("elsa_16", 16, 40, options, limits)),
        new("elsa_schedule", (options, _) => Schedule(options)),
    ]);

    /// <summary>Plans a run, writes the plan and trains.</summary>
    public static MemoryPlan TrainOnce<TModel>(int threads)
        where TModel : ElsaMeeting, IAutoencoder<TModel>, new()
    {
        DataSet<TModel> data = Data<TModel>(Batch * Steps);
        RetrievalOptions training = new() { BatchSize = Batch, Threads = threads, Epochs = 1, Schedule = new SparsitySchedule { Kind = SparsityKind.Constant } };
        MemoryPlan plan = RetrievalTrainer.Plan(data, training);
        Console.WriteLine(plan);
        RetrievalTrainer.Train(data, training);
        return plan;
    }

    /// <summary>The work on the first CUDA device, beside the peer there; enough users for its steps to fill an epoch.</summary>
    public static BenchmarkRow MeasureOnDevice<TModel>(string name, int kept, double goal, BenchmarkOptions options)
        where TModel : ElsaMeeting, IAutoencoder<TModel>, new()
    {
        DataSet<TModel> data = Data<TModel>(Batch * 20);
        RetrievalOptions training = new() { BatchSize = Batch, Epochs = 2, Schedule = new SparsitySchedule { Kind = SparsityKind.Constant }, Device = Device.Cuda(0) };
        return new Comparison(name, "users/s", goal)
        {
            Ours = _ => RetrievalTrainer.Train(data, training).History[^1].UsersPerSecond,
            Peer = folder => PeerProgram.OnDevice(folder, "elsa_torch.py", ["--steps", "20", "--kept", kept.ToString(CultureInfo.InvariantCulture)], "users_per_s"),
        }.Measure(options);
    }

    private static BenchmarkRow Measure<TModel>(string name, int kept, double goal, BenchmarkOptions options, Limits limits)
        where TModel : ElsaMeeting, IAutoencoder<TModel>, new()
    {
        DataSet<TModel> data = Data<TModel>(Batch * Steps);
        RetrievalOptions training = new() { BatchSize = Batch, Epochs = 1, Schedule = new SparsitySchedule { Kind = SparsityKind.Constant } };

        // Three products of users x items x entries.
        double flopsPerUser = 6.0 * Items * kept;
        return new Comparison(name, "users/s", goal)
        {
            Ours = threads => RetrievalTrainer.Train(data, training with { Threads = threads }).History[^1].UsersPerSecond,
            Peer = folder => Peer(folder, kept),
            OneThread = true,
            OfLimit = figure => figure * flopsPerUser / 1e9 / limits.FmaGigaflops,
            PlannedBytes = RetrievalTrainer.Plan(data, training).Total,
        }.Measure(options);
    }

    private static BenchmarkRow Schedule(BenchmarkOptions options)
    {
        DataSet<ElsaKept16> data = Data<ElsaKept16>(MeasuredUsers);
        RetrievalOptions training = new()
        {
            BatchSize = Batch,
            Epochs = 10,
            Threads = options.Threads,
            Schedule = new SparsitySchedule { Kind = SparsityKind.Exponential, EpochsPerHalving = 10, Restart = true },
        };
        List<double> ours = [], peers = [];
        string setting = "";
        int epochs = 0;
        for (int run = 0; run < options.Runs; run++)
        {
            long start = Stopwatch.GetTimestamp();
            TrainedRetriever<ElsaKept16> trained = RetrievalTrainer.Train(data, training);
            double all = Stopwatch.GetElapsedTime(start).TotalSeconds, steps = trained.History.Sum(e => e.Seconds);
            epochs = trained.History.Count;
            ours.Add((steps * ScheduleUsers / MeasuredUsers) + all - steps);
            Console.WriteLine($"  elsa_schedule: {epochs} epochs, steps {steps:N1} s with {MeasuredUsers:N0} users, pruning and the rest {all - steps:N1} s, in all {ours[^1]:N0} s with {ScheduleUsers:N0} users");
            if (options.Peers is { } folder && Peer(folder, 16) is { } peer)
            {
                peers.Add((double)epochs * ScheduleUsers / peer.Value);
                setting = peer.Setting;
                Console.WriteLine($"  elsa_schedule: peer {peers[^1]:N0} s at {peer.Value:N0} users/s ({setting})");
            }
        }

        double median = Statistics.Median(ours);
        double? other = peers.Count > 0 ? Statistics.Median(peers) : null;
        return new BenchmarkRow("elsa_schedule", "s (extrapolated)", median, other, other / median, 20, null, Statistics.Spread(ours), setting, peers.Count > 0 ? Statistics.Spread(peers) : null);
    }

    private static PeerFigure? Peer(string folder, int kept) =>
        PeerProgram.Best(folder, "elsa_torch.py", ["--steps", "2", "--kept", kept.ToString(CultureInfo.InvariantCulture)], "users_per_s");

    // The distribution of the peer: item 10,000 u^2 for uniform u, repeated draws counting once.
    private static DataSet<TModel> Data<TModel>(int users)
        where TModel : ElsaMeeting, IAutoencoder<TModel>, new()
    {
        var random = new Random(1);
        List<TModel> pairs = [];
        for (int user = 0; user < users; user++)
        {
            HashSet<int> items = [];
            for (int i = 0; i < History; i++)
            {
                items.Add((int)(Items * Math.Pow(random.NextDouble(), 2)));
            }

            pairs.AddRange(items.Select(item => new TModel { User = user, Item = item }));
        }

        return DataSet<TModel>.FromExamples(pairs);
    }
}
