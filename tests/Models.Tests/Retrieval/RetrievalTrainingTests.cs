using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using ModelGen.Compiled;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Tests.Retrieval;

/// <summary>Whole runs: levels, supports, resumption, and what a user can get wrong.</summary>
[TestClass]
public sealed class RetrievalTrainingTests
{
    private static readonly RetrievalOptions s_options = new() { Epochs = 2, BatchSize = 64, Schedule = new() { EpochsPerHalving = 1 }, Threads = 2 };

    [TestMethod]
    [DataRow(SparsityKind.Exponential, false, null)]
    [DataRow(SparsityKind.Exponential, true, null)]
    [DataRow(SparsityKind.StepWise, true, 30)]
    [DataRow(SparsityKind.Constant, false, null)]
    public void A_run_gives_the_same_bits_on_any_number_of_threads(SparsityKind kind, bool restart, int? maxOutput)
    {
        RetrievalOptions options = s_options with { Schedule = new() { Kind = kind, Restart = restart, EpochsPerHalving = 1 }, MaxOutput = maxOutput };
        byte[] one = Bytes(Listening.Train(Data(), options with { Threads = 1 }));
        CollectionAssert.AreEqual(one, Bytes(Listening.Train(Data(), options with { Threads = 3 })));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(7)]
    [DataRow(13)]
    [DataRow(15)]
    [DataRow(22)]
    public void A_run_interrupted_anywhere_ends_in_the_same_bits(int stopAfter)
    {
        using TemporaryFolder folder = new();
        RetrievalOptions options = s_options with { MaxOutput = 40 };
        TrainedRetriever<Listening> whole = Listening.Train(Data(), options);
        RetrievalOptions stopped = options with { CheckpointPath = folder["run.safetensors"] };
        Listening.Train(Data(), stopped with { MaxSteps = stopAfter });
        TrainedRetriever<Listening> resumed = Listening.Train(Data(), stopped with { Resume = true, Threads = 1 });
        CollectionAssert.AreEqual(Bytes(whole), Bytes(resumed));
        CollectionAssert.AreEqual(whole.History.Select(e => (e.Epoch, e.Kept, e.Loss)).ToArray(), resumed.History.Select(e => (e.Epoch, e.Kept, e.Loss)).ToArray());
    }

    [TestMethod]
    public void A_falling_rate_falls_over_the_final_level_alone_and_survives_an_interruption()
    {
        using TemporaryFolder folder = new();
        RetrievalOptions falling = s_options with { RateDecay = RateDecay.Linear };
        TrainedRetriever<Listening> constant = Listening.Train(Data(), s_options), decayed = Listening.Train(Data(), falling);
        int pruning = constant.History.Count - s_options.Epochs;
        CollectionAssert.AreEqual(constant.History.Take(pruning).Select(e => e.Loss).ToArray(), decayed.History.Take(pruning).Select(e => e.Loss).ToArray());
        Assert.AreNotEqual(constant.History[^1].Loss, decayed.History[^1].Loss);

        // The last step moves the rows by a share of what it moves them at the full rate.
        int steps = decayed.History.Count * 5;
        Assert.IsLessThan(0.5 * LastStep(s_options), LastStep(falling));

        RetrievalOptions stopped = falling with { CheckpointPath = folder["run.safetensors"] };
        Listening.Train(Data(), stopped with { MaxSteps = steps - 7 });
        CollectionAssert.AreEqual(Bytes(decayed), Bytes(Listening.Train(Data(), stopped with { Resume = true })));

        double LastStep(RetrievalOptions options)
        {
            UnitRows before = Listening.Train(Data(), options with { MaxSteps = steps - 1 }).Rows, after = Listening.Train(Data(), options).Rows;
            return Enumerable.Range(0, after.Rows).Max(row => Enumerable.Range(0, after.CountOf(row)).Max(j => Math.Abs(after.Values(row)[j] - before.Values(row)[j])));
        }
    }

    [TestMethod]
    [DataRow(SparsityKind.Exponential)]
    [DataRow(SparsityKind.Constant)]
    public void Entries_chosen_in_every_step_give_the_same_bits_interrupted_or_not(SparsityKind kind)
    {
        using TemporaryFolder folder = new();
        RetrievalOptions options = s_options with { Schedule = new() { Kind = kind, Support = SupportChoice.EveryStep, EpochsPerHalving = 1 } };
        TrainedRetriever<Listening> whole = Listening.Train(Data(), options with { Threads = 1 });
        Assert.IsTrue(Enumerable.Range(0, whole.Rows.Rows).All(row => whole.Rows.CountOf(row) == 8));
        Assert.IsTrue(Enumerable.Range(0, whole.Rows.Rows).All(row => Math.Abs(whole.Rows.Values(row).ToArray().Sum(v => v * v) - 1) < 1e-5));
        foreach (int stopAfter in new[] { 3, 8 })
        {
            File.Delete(folder["run.safetensors"]);
            RetrievalOptions stopped = options with { CheckpointPath = folder["run.safetensors"] };
            Listening.Train(Data(), stopped with { MaxSteps = stopAfter });
            CollectionAssert.AreEqual(Bytes(whole), Bytes(Listening.Train(Data(), stopped with { Resume = true, Threads = 3 })), $"after {stopAfter} steps");
        }
    }

    [TestMethod]
    public void No_epochs_at_the_target_prune_the_dense_rows_and_leave_them()
    {
        TrainedRetriever<Listening> pruned = Listening.Train(Data(), s_options with { Epochs = 0, Schedule = new() { Kind = SparsityKind.OneShot, EpochsPerHalving = 2 } });
        Assert.HasCount(2, pruned.History);
        UnitRows dense = Listening.Train(Data(), s_options with { MaxSteps = 10, Schedule = new() { Kind = SparsityKind.OneShot, EpochsPerHalving = 3 } }).Rows;
        for (int row = 0; row < dense.Rows; row++)
        {
            float[] values = dense.Values(row).ToArray();
            int[] largest = [.. Enumerable.Range(0, values.Length).OrderByDescending(j => Math.Abs(values[j])).Take(8).Order()];
            double length = Math.Sqrt(largest.Sum(j => (double)values[j] * values[j]));
            CollectionAssert.AreEqual(largest, pruned.Rows.Columns(row).ToArray(), $"row {row}");
            for (int j = 0; j < largest.Length; j++)
            {
                Assert.AreEqual(values[largest[j]] / length, pruned.Rows.Values(row)[j], 1e-6, $"row {row}");
            }
        }
    }

    [TestMethod]
    public void A_cancelled_run_leaves_a_checkpoint_to_continue_from()
    {
        using TemporaryFolder folder = new();
        using CancellationTokenSource stop = new();
        RetrievalOptions options = s_options with { CheckpointPath = folder["run.safetensors"] };
        var thrown = Assert.ThrowsExactly<TrainingCanceledException>(() => Listening.Train(Data(), options with { Progress = new Watcher(stop, () => true) }, stop.Token));
        Assert.AreEqual(folder["run.safetensors"], thrown.CheckpointPath);
        CollectionAssert.AreEqual(Bytes(Listening.Train(Data(), s_options)), Bytes(Listening.Train(Data(), options with { Resume = true })));
    }

    [TestMethod]
    public void A_checkpoint_of_other_settings_or_data_is_refused()
    {
        using TemporaryFolder folder = new();
        RetrievalOptions options = s_options with { CheckpointPath = folder["run.safetensors"] };
        Listening.Train(Data(), options);
        options = options with { Resume = true };
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointMismatchException>(() => Listening.Train(Data(), options with { Seed = 2 })).Message, "seed = 1");
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointMismatchException>(() => Listening.Train(Data(users: 299), options)).Message, "users");
        Assert.ThrowsExactly<CheckpointFormatException>(() => WideListening.Train(Planted.Of((u, i) => new WideListening { User = $"u{u}", Song = $"s{i}" }), options));
    }

    [TestMethod]
    public void Supports_are_nested_and_fixed_within_a_level()
    {
        using var team = new WorkerTeam(2);
        var start = new StartValues(Initialization.Uniform, 0.1, 50, 3, 0);
        using SparseRows full = new(50, 96, null, 2, isWide: true);
        for (int row = 0; row < 50; row++)
        {
            for (int column = 0; column < 96; column++)
            {
                full.Unit.At(full.Start(row) + column) = start.At((row * 96L) + column);
            }
        }

        SparseRows before = full;
        foreach (int kept in new[] { 40, 17, 5, 1 })
        {
            SparseRows next = new SupportSelection(before, kept, SparsityBudget.PerRow).Next(2, restart: false, start, team);
            for (int row = 0; row < 50; row++)
            {
                int[] columns = [.. Columns(next, row)];
                CollectionAssert.IsSubsetOf(columns, Columns(before, row).ToArray());
                Assert.HasCount(kept, columns);
                float least = columns.Min(c => Math.Abs(start.At((row * 96L) + c)));
                Assert.IsFalse(Columns(before, row).Except(columns).Any(c => Math.Abs(start.At((row * 96L) + c)) > least), $"row {row} at {kept}");
            }

            before = next;
            for (int row = 0; row < 50; row++)
            {
                for (int j = 0; j < kept; j++)
                {
                    next.Unit.At(next.Start(row) + j) = next.Values.At(next.Start(row) + j);
                }
            }
        }
    }

    [TestMethod]
    [DataRow(10, 3)]
    [DataRow(10, 10)]
    [DataRow(1, 1)]
    [DataRow(96, 40)]
    public void Of_equal_entries_those_of_the_lower_columns_are_kept(int equal, int kept)
    {
        using var team = new WorkerTeam(2);
        using SparseRows full = new(70, 96, null, 2, isWide: true);
        for (int row = 0; row < 70; row++)
        {
            for (int i = 0; i < equal; i++)
            {
                // From the last column down, signs in turn; the largest magnitude a unit row has is a row's only entry.
                full.Unit.At(full.Start(row) + 95 - i) = (i % 2 == 0 ? 1 : -1) * (float)(1 / Math.Sqrt(equal));
            }
        }

        using SparseRows next = new SupportSelection(full, kept, SparsityBudget.PerRow).Next(2, restart: false, new StartValues(Initialization.Uniform, 0.1, 70, 3, 0), team);
        for (int row = 0; row < 70; row++)
        {
            CollectionAssert.AreEqual(Enumerable.Range(96 - equal, kept).ToArray(), Columns(next, row).ToArray());
            Assert.IsTrue(Enumerable.Range(0, kept).All(j => next.Values.At(next.Start(row) + j) == full.Unit.At(full.Start(row) + next.Indices[next.Start(row) + j])));
        }
    }

    [TestMethod]
    public void All_kept_is_dense_elsa()
    {
        DataSet<T> Of<T>(Func<int, int, T> make)
            where T : class, IModel<T> => Planted.Of(make);
        float[] dense = DenseTwin.Train(Of((u, i) => new DenseTwin { User = u, Movie = i }), s_options).Scores([1, 2, 3]);
        float[] sparse = SparseTwin.Train(Of((u, i) => new SparseTwin { User = u, Movie = i }), s_options).Scores([1, 2, 3]);
        CollectionAssert.AreEqual(dense, sparse);
    }

    [TestMethod]
    public void Pruning_step_by_step_finds_the_planted_topics_better_than_a_random_support()
    {
        (int User, int Item)[] pairs = [.. Planted.Pairs(900, 150, 10, seed: 5)];
        double Recall(SparsityKind kind)
        {
            var held = pairs.GroupBy(p => p.User).Where(g => g.Key < 150).ToDictionary(g => g.Key, g => g.Select(p => p.Item).Order().ToArray());
            DataSet<FixedWatching> train = DataSet<FixedWatching>.FromExamples(pairs.Where(p => p.User >= 150).Select(p => new FixedWatching { User = p.User, Movie = p.Item }));
            TrainedRetriever<FixedWatching> model = FixedWatching.Train(train, new RetrievalOptions { Epochs = 10, Schedule = new() { Kind = kind, EpochsPerHalving = 4 } });
            return held.Values.Average(items =>
            {
                int[] hidden = [.. items.Where((_, i) => i % 4 == 0)], known = [.. items.Except(hidden)];
                return (double)model.Recommend(known, 20).Count(r => hidden.Contains(r.Id)) / hidden.Length;
            });
        }

        double pruned = Recall(SparsityKind.Exponential), random = Recall(SparsityKind.Constant);
        Assert.IsGreaterThan(random + 0.1, pruned, $"pruned {pruned:F3}, random support {random:F3}");
        Assert.IsGreaterThan(0.35, pruned);
    }

    [TestMethod]
    public void Settings_out_of_range_are_named()
    {
        foreach ((RetrievalOptions options, string name) in new (RetrievalOptions, string)[]
        {
            (s_options with { Epochs = -1 }, "Epochs"), (s_options with { Epochs = 0, Schedule = new() { Kind = SparsityKind.Constant } }, "Epochs"),
            (s_options with { Schedule = new() { Support = SupportChoice.EveryStep, Restart = true } }, "goes without Restart"),
            (s_options with { Schedule = new() { Support = SupportChoice.EveryStep }, Budget = SparsityBudget.Global }, "Budget = PerRow"), (s_options with { BatchSize = 0 }, "BatchSize"), (s_options with { MaxOutput = 0 }, "MaxOutput"),
            (s_options with { LearningRate = -1 }, "LearningRate"), (s_options with { RateDecay = (RateDecay)7 }, "RateDecay"), (s_options with { Resume = true }, "Resume"), (s_options with { CheckpointEverySteps = 3 }, "CheckpointEverySteps"),
            (s_options with { Schedule = new() { EpochsPerHalving = 0 } }, "EpochsPerHalving"),
        })
        {
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Listening.Train(Data(), options)).Message, name);
        }
    }

    [TestMethod]
    public void The_plan_holds_the_rows_their_state_and_the_working_memory()
    {
        MemoryPlan plan = RetrievalTrainer.Plan(Data(), s_options);
        Assert.IsGreaterThanOrEqualTo(60L * 128 * 4 * 2, plan.Parameters);
        Assert.IsGreaterThanOrEqualTo(60L * 128 * 4 * 2, plan.OptimizerState);
        Assert.IsGreaterThan(0, plan.Working);
    }

    [TestMethod]
    public void Segments_list_their_items_and_lead_to_recommendations()
    {
        CollapsedRetriever<Listening> model = Listening.Train(Data(), s_options with { Epochs = 4 }).Collapse();
        SegmentReport report = model.Segments(3);
        Assert.AreEqual(model.Weights.Rows.Rows * 8, report.Segments.Sum(s => s.Size));
        Segment first = report.Segments[0];
        Assert.IsTrue(report.Segments.Zip(report.Segments.Skip(1), (a, b) => a.Size >= b.Size).All(holds => holds));
        Assert.HasCount(Math.Min(3, first.Size), first.Top);
        Assert.IsTrue(first.Top.Zip(first.Top.Skip(1), (a, b) => a.Score >= b.Score).All(holds => holds));
        int item = first.Top[0].Id;
        Assert.IsTrue(report.Strongest([item], 8).Any(s => s.Segment == first));
        Assert.IsFalse(report.Items(first, [item], 100).Any(r => r.Id == item));
        Assert.HasCount(first.Size - 1, report.Items(first, [item], 100));
        StringAssert.Contains(report.ToString(), $"{first.Size} items");
        using MemoryStream json = new();
        report.WriteJson(json);
        Assert.AreEqual(report.Segments.Length, System.Text.Json.JsonDocument.Parse(json.ToArray()).RootElement.GetArrayLength());
    }

    private static IEnumerable<int> Columns(SparseRows rows, int row) =>
        Enumerable.Range(0, rows.Count(row)).Select(j => rows.IsFull ? j : rows.Indices[rows.Start(row) + j]);

    private static DataSet<Listening> Data(int users = 300) => Planted.Of((u, i) => new Listening { User = $"u{u}", Song = $"s{i}" }, users);

    private static byte[] Bytes(TrainedRetriever<Listening> model)
    {
        using MemoryStream stream = new();
        model.Collapse().Weights.WriteTo(stream);
        return stream.ToArray();
    }

    private sealed class Watcher(CancellationTokenSource stop, Func<bool> isTime) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (isTime())
            {
                stop.Cancel();
            }
        }
    }
}
