using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Tests;

[TestClass]
public class TrainerTests
{
    private static readonly DataSet<TinyModel> s_train = TestData.Clicks<TinyModel>(3000);
    private static readonly DataSet<TinyModel> s_validation = TestData.Clicks<TinyModel>(700, seed: 8);

    [TestMethod]
    public void Training_decreases_the_loss_and_ranks_unseen_examples()
    {
        TrainedModel<TinyModel> model = ModelTrainer.Train(s_train, new TrainingOptions { Epochs = 5, BatchSize = 500, Validation = s_validation });
        Assert.HasCount(5, model.History);
        Assert.IsLessThan(0.8 * model.History[0].Loss, model.History[4].Loss);
        Evaluation evaluation = model.Evaluate(s_validation);
        Assert.IsGreaterThan(0.75, evaluation.Auc!.Value);
        Assert.AreEqual(1, evaluation.Calibration, 0.25);
        Assert.IsNotNull(evaluation.AucRare);
        Assert.AreEqual(model.History[model.BestEpoch - 1].Validation, evaluation);
    }

    [TestMethod]
    public void The_same_seed_gives_the_same_bits_on_one_two_and_three_threads()
    {
        float[][] runs = [.. new[] { 1, 2, 3 }.Select(threads => TestData.Bits(ModelTrainer.Train(
            s_train, new TrainingOptions { Epochs = 3, BatchSize = 700, Threads = threads, Validation = s_validation })))];
        CollectionAssert.AreEqual(runs[0], runs[1]);
        CollectionAssert.AreEqual(runs[0], runs[2]);
    }

    [TestMethod]
    public void Another_seed_gives_other_parameters()
    {
        float[] one = TestData.Bits(ModelTrainer.Train(s_train, new TrainingOptions { Seed = 1 }));
        float[] two = TestData.Bits(ModelTrainer.Train(s_train, new TrainingOptions { Seed = 2 }));
        CollectionAssert.AreNotEqual(one, two);
    }

    [TestMethod]
    public void Scores_are_probabilities_and_do_not_depend_on_the_threads()
    {
        TrainedModel<TinyModel> model = ModelTrainer.Train(s_train, new TrainingOptions());
        float[] scores = model.Score(s_train, threads: 1);
        Assert.HasCount(3000, scores);
        Assert.IsTrue(scores.All(s => s is > 0 and < 1));
        CollectionAssert.AreEqual(scores, model.Score(s_train, threads: 3));
    }

    [TestMethod]
    public void The_last_short_batch_is_trained_on()
    {
        TrainedModel<TinyModel> model = ModelTrainer.Train(s_train, new TrainingOptions { BatchSize = 1024 });
        Assert.AreEqual(3, model.State.Steps);
    }

    [TestMethod]
    public void Early_stopping_ends_after_the_patience_and_returns_the_best_epoch()
    {
        // Labels of the validation data are turned around, so that learning makes it worse from the first epoch on.
        DataSet<TinyModel> contrary = TestData.Create<TinyModel>(
            [[.. Enumerable.Range(0, 200).Select(i => $"item {i % 40}")]], [new float[200]], [.. Enumerable.Range(0, 200).Select(i => (float)(i % 2))]);
        TrainingOptions options = new() { Epochs = 20, BatchSize = 500, Validation = contrary, Patience = 2 };
        TrainedModel<TinyModel> stopped = ModelTrainer.Train(s_train, options);
        Assert.IsLessThan(20, stopped.History.Count);
        Assert.AreEqual(stopped.BestEpoch + 2, stopped.History.Count);
        double best = stopped.History.Max(e => e.Validation!.Auc!.Value);
        Assert.AreEqual(best, stopped.History[stopped.BestEpoch - 1].Validation!.Auc);
        Assert.AreEqual(best, stopped.Evaluate(contrary).Auc);

        TrainedModel<TinyModel> direct = ModelTrainer.Train(s_train, options with { Epochs = stopped.BestEpoch, Patience = 0 });
        CollectionAssert.AreEqual(TestData.Bits(direct), TestData.Bits(stopped));
        TrainedModel<TinyModel> last = ModelTrainer.Train(s_train, options with { KeepBest = false });
        CollectionAssert.AreNotEqual(TestData.Bits(last), TestData.Bits(stopped));
        Assert.AreEqual(stopped.BestEpoch, last.BestEpoch);
    }

    [TestMethod]
    public void A_step_limit_ends_training_inside_an_epoch()
    {
        TrainedModel<TinyModel> model = ModelTrainer.Train(s_train, new TrainingOptions { Epochs = 4, BatchSize = 1000, MaxSteps = 4, Validation = s_validation });
        Assert.AreEqual(4, model.State.Steps);
        Assert.HasCount(2, model.History);
        Assert.IsNotNull(model.History[1].Validation);
    }

    [TestMethod]
    public void A_diverging_run_stops_and_keeps_the_last_good_checkpoint()
    {
        using TemporaryFolder folder = new();
        string path = folder["run.safetensors"];
        TrainingOptions options = new() { BatchSize = 500, LearningRate = 1e25f, CheckpointPath = path, CheckpointEverySteps = 1 };
        TrainingDivergedException e = Assert.ThrowsExactly<TrainingDivergedException>(() => ModelTrainer.Train(s_train, options));
        Assert.AreEqual((1, 2L), (e.Epoch, e.Step));
        Assert.IsFalse(double.IsFinite(e.BatchLoss));
        Assert.AreEqual(path, e.CheckpointPath);
        Assert.Contains("epoch 1, step 2", e.Message);
        Assert.Contains("Lower the learning rate", e.Message);
        TrainedModel<TinyModel> good = TrainedModel<TinyModel>.Load(path);
        Assert.AreEqual(1, good.State.Steps);
        Assert.IsTrue(TestData.Bits(good).All(float.IsFinite));
    }

    [TestMethod]
    public void A_diverging_run_without_checkpoint_says_so()
    {
        TrainingDivergedException e = Assert.ThrowsExactly<TrainingDivergedException>(
            () => ModelTrainer.Train(s_train, new TrainingOptions { BatchSize = 500, LearningRate = 1e25f }));
        Assert.IsNull(e.CheckpointPath);
        Assert.Contains("no checkpoint", e.Message);
    }

    [TestMethod]
    public void Cancelling_without_a_path_names_the_position_and_what_is_lost()
    {
        using CancellationTokenSource source = new();
        source.Cancel();
        TrainingCanceledException e = Assert.ThrowsExactly<TrainingCanceledException>(() => ModelTrainer.Train(s_train, new TrainingOptions(), source.Token));
        Assert.AreEqual((1, 0L), (e.Epoch, e.Step));
        Assert.Contains("CheckpointPath", e.Message);
    }

    [TestMethod]
    public void Progress_is_reported_at_the_end_of_each_epoch()
    {
        Recorder recorder = new();
        TrainedModel<TinyModel> model = ModelTrainer.Train(s_train, new TrainingOptions { Epochs = 2, BatchSize = 1000, Validation = s_validation, Progress = recorder });
        TrainingProgress[] ends = [.. recorder.Reports.Where(r => r.Kind == TrainingProgressKind.EpochEnd)];
        Assert.HasCount(2, ends);
        Assert.AreEqual((2, 2, 3L, 3L), (ends[1].Epoch, ends[1].Epochs, ends[1].Step, ends[1].StepsPerEpoch));
        Assert.AreEqual(model.History[1].Loss, ends[1].Loss);
        Assert.AreEqual(model.History[1].Validation, ends[1].ValidationMetrics);
        Assert.AreEqual(TimeSpan.Zero, ends[1].Eta);
        Assert.IsGreaterThan(TimeSpan.Zero, ends[0].Eta);
    }

    [TestMethod]
    public void Console_progress_is_one_line_per_epoch_unless_it_can_overwrite()
    {
        TrainingProgress step = new(TrainingProgressKind.Step, 1, 2, 5, 10, 1000, 0.5, TimeSpan.FromSeconds(3725), null);
        StringWriter plain = new() { NewLine = "\n" };
        ConsoleProgress log = new(plain, overwrites: false);
        log.Report(step);
        log.Report(step with { Kind = TrainingProgressKind.EpochEnd, Step = 10 });
        Assert.AreEqual("epoch 1/2  step 10/10  loss 0.50000  1,000 examples/s\n", plain.ToString());

        StringWriter terminal = new() { NewLine = "\n" };
        ConsoleProgress line = new(terminal, overwrites: true);
        line.Report(step);
        line.Report(step with { Kind = TrainingProgressKind.EpochEnd, Step = 10 });
        string[] writes = terminal.ToString().Split('\r');
        Assert.AreEqual("epoch 1/2  step 5/10  loss 0.50000  1,000 examples/s  01:02:05 left", writes[1]);
        Assert.AreEqual(writes[1].Length, writes[2].TrimEnd('\n').Length);
    }

    [TestMethod]
    public void The_memory_plan_counts_parameters_state_and_the_best_copy()
    {
        MemoryPlan plan = ModelTrainer.Plan(s_train, new TrainingOptions { Validation = s_validation });
        long rows = s_train.Categoricals[0].KeyCount;
        Assert.AreEqual(4 * (rows * 4 + 80 + 16), plan.Parameters);
        Assert.AreEqual(4 * (rows * 4 + 80), plan.OptimizerState);
        Assert.AreEqual(4 * (rows * 4 + 80), plan.BestParameters);
        Assert.AreEqual(s_train.Bytes + s_validation.Bytes, plan.Data);
        Assert.IsGreaterThan(0, plan.Working);
        Assert.AreEqual(0, ModelTrainer.Plan(s_train, new TrainingOptions()).BestParameters);
        Assert.Contains("optimiser state", plan.ToString());
        Assert.Contains("total", plan.ToString());
        Assert.Contains("expected peak", plan.ToString());
        long peak = plan.ExpectedPeak;
        Assert.AreEqual(plan.Total + plan.Process, peak);
    }

    [TestMethod]
    public void The_memory_plan_is_reported_once_before_the_first_step()
    {
        Recorder recorder = new();
        ModelTrainer.Train(s_train, new TrainingOptions { Epochs = 2, Progress = recorder });
        Assert.AreEqual(TrainingProgressKind.Planned, recorder.Reports[0].Kind);
        Assert.AreEqual(1, recorder.Reports.Count(r => r.Memory is not null));
        Assert.AreEqual(ModelTrainer.Plan(s_train, new TrainingOptions { Epochs = 2 }).Total, recorder.Reports[0].Memory!.Total);

        StringWriter log = new();
        new ConsoleProgress(log, overwrites: false).Report(recorder.Reports[0]);
        Assert.Contains("expected peak", log.ToString());
    }

    private sealed class Recorder : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> Reports { get; } = [];

        public void Report(TrainingProgress value) => Reports.Add(value);
    }
}
