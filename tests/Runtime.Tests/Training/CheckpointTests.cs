using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Tests;

[TestClass]
public class CheckpointTests
{
    private static readonly DataSet<TinyModel> s_train = TestData.Clicks<TinyModel>(1500, items: 100);
    private static readonly DataSet<TinyModel> s_validation = TestData.Clicks<TinyModel>(300, items: 60, seed: 8);
    private static readonly TrainingOptions s_options = new() { Epochs = 4, BatchSize = 200, Threads = 1, Validation = s_validation };

    [TestMethod]
    [DataRow(0)]
    [DataRow(3)]
    [DataRow(7)]
    [DataRow(8)]
    [DataRow(21)]
    [DataRow(31)]
    public void A_run_cancelled_in_any_step_resumes_to_the_same_bits(int step)
    {
        using TemporaryFolder folder = new();
        TrainedModel<TinyModel> whole = ModelTrainer.Train(s_train, s_options);
        TrainingOptions options = s_options with { CheckpointPath = folder["run.safetensors"], Resume = true };
        TrainingCanceledException e = CancelIn(step, options);
        Assert.AreEqual(options.CheckpointPath, e.CheckpointPath);
        Assert.AreEqual((step / 8 + 1, step % 8 + 1L), (e.Epoch, e.Step));
        TrainedModel<TinyModel> resumed = ModelTrainer.Train(s_train, options);

        CollectionAssert.AreEqual(TestData.Bits(whole), TestData.Bits(resumed));
        Assert.AreEqual(whole.BestEpoch, resumed.BestEpoch);
        CollectionAssert.AreEqual(
            whole.History.Select(h => (h.Epoch, h.Loss, h.Validation)).ToArray(),
            resumed.History.Select(h => (h.Epoch, h.Loss, h.Validation)).ToArray());
        Assert.HasCount(1, folder.Files());
    }

    [TestMethod]
    public void A_run_interrupted_twice_after_its_best_epoch_still_returns_that_epoch()
    {
        // Few items and a high rate: the best epoch is an early one, so its parameters must travel through both checkpoints.
        using TemporaryFolder folder = new();
        TrainingOptions options = s_options with { Epochs = 8, LearningRate = 1 };
        TrainedModel<TinyModel> whole = ModelTrainer.Train(s_train, options);
        Assert.IsLessThan(7, whole.BestEpoch);
        options = options with { CheckpointPath = folder["run.safetensors"], Resume = true };
        CancelIn(whole.BestEpoch * 8 + 3, options);
        CollectionAssert.AreEqual(TestData.Bits(whole), TestData.Bits(TrainedModel<TinyModel>.Load(options.CheckpointPath!)));
        CancelIn(whole.BestEpoch * 8 + 6, options);
        CollectionAssert.AreEqual(TestData.Bits(whole), TestData.Bits(ModelTrainer.Train(s_train, options)));
    }

    [TestMethod]
    public void A_run_stopped_by_a_step_limit_continues_under_a_higher_one()
    {
        using TemporaryFolder folder = new();
        TrainedModel<TinyModel> whole = ModelTrainer.Train(s_train, s_options);
        TrainingOptions options = s_options with { CheckpointPath = folder["run.safetensors"], Resume = true };
        TrainedModel<TinyModel> part = ModelTrainer.Train(s_train, options with { MaxSteps = 11 });
        Assert.AreEqual(11, part.State.Steps);
        CollectionAssert.AreEqual(TestData.Bits(whole), TestData.Bits(ModelTrainer.Train(s_train, options)));
    }

    [TestMethod]
    public void A_finished_run_is_extended_by_more_epochs()
    {
        using TemporaryFolder folder = new();
        TrainingOptions options = s_options with { CheckpointPath = folder["run.safetensors"], Resume = true };
        ModelTrainer.Train(s_train, options with { Epochs = 2 });
        TrainedModel<TinyModel> again = ModelTrainer.Train(s_train, options with { Epochs = 2 });
        Assert.AreEqual(16, again.State.Steps);
        CollectionAssert.AreEqual(TestData.Bits(ModelTrainer.Train(s_train, s_options)), TestData.Bits(ModelTrainer.Train(s_train, options)));
    }

    [TestMethod]
    public void A_saved_model_scores_the_same_after_loading()
    {
        using TemporaryFolder folder = new();
        TrainedModel<TinyModel> model = ModelTrainer.Train(s_train, s_options);
        model.SaveCheckpoint(folder["model.safetensors"]);
        TrainedModel<TinyModel> loaded = TrainedModel<TinyModel>.Load(folder["model.safetensors"]);
        CollectionAssert.AreEqual(TestData.Bits(model), TestData.Bits(loaded));
        CollectionAssert.AreEqual(model.Score(s_validation), loaded.Score(s_validation));
        Assert.AreEqual(model.Evaluate(s_validation), loaded.Evaluate(s_validation));
        CollectionAssert.AreEqual(model.History.ToArray(), loaded.History.ToArray());
        Assert.AreEqual(model.BestEpoch, loaded.BestEpoch);
    }

    [TestMethod]
    public void Resuming_with_another_seed_batch_size_or_data_is_refused()
    {
        using TemporaryFolder folder = new();
        TrainingOptions options = s_options with { CheckpointPath = folder["run.safetensors"], Resume = true };
        ModelTrainer.Train(s_train, options with { Epochs = 1 });
        Refused(s_train, options with { Seed = 9 }, "its seed is 1, this run has 9");
        Refused(s_train, options with { BatchSize = 100 }, "its batch size is 200, this run has 100");
        Refused(TestData.Clicks<TinyModel>(1400, items: 100), options, "its number of training examples is 1500, this run has 1400");
        Refused(TestData.Clicks<TinyModel>(1500, items: 100, seed: 99), options, "the values of Item");
        TrainedModel<TinyModel>.Load(options.CheckpointPath!).SaveCheckpoint(options.CheckpointPath!);
        Refused(s_train, options, "finished model without optimiser state");
    }

    [TestMethod]
    public void Keeping_the_best_from_a_file_that_does_not_hold_it_is_refused()
    {
        using TemporaryFolder folder = new();
        TrainingOptions options = s_options with { CheckpointPath = folder["run.safetensors"], Resume = true };
        CancelIn(11, options with { KeepBest = false });
        Refused(s_train, options, "KeepBest = false");
        ModelTrainer.Train(s_train, options with { KeepBest = false });
    }

    [TestMethod]
    public void A_truncated_checkpoint_is_refused()
    {
        using TemporaryFolder folder = new();
        string path = Written(folder);
        byte[] bytes = File.ReadAllBytes(path);
        foreach (int length in new[] { 0, 5, 100, bytes.Length - 1 })
        {
            File.WriteAllBytes(path, bytes[..length]);
            CheckpointFormatException e = Assert.ThrowsExactly<CheckpointFormatException>(() => TrainedModel<TinyModel>.Load(path));
            Assert.Contains(path, e.Message);
        }
    }

    [TestMethod]
    public void A_checkpoint_of_another_model_version_or_fingerprint_is_refused()
    {
        using TemporaryFolder folder = new();
        string path = Written(folder);
        Assert.Contains("belongs to model Tiny, not to Foreign", Assert.ThrowsExactly<CheckpointFormatException>(
            () => TrainedModel<ForeignModel>.Load(path)).Message);
        Tampered(path, "\"fingerprint\":\"tiny-1\"", "\"fingerprint\":\"tiny-0\"", "its fingerprint is tiny-0, that of the class now is tiny-1");
        Tampered(path, "\"formatVersion\":\"1\"", "\"formatVersion\":\"7\"", "format version 7");
        Tampered(path, "modelgen.checkpoint", "modelgen.collapsed!", "not a training checkpoint");
    }

    [TestMethod]
    public void A_file_that_is_not_there_starts_a_new_run_when_resuming_and_is_an_error_when_loading()
    {
        using TemporaryFolder folder = new();
        string path = folder["none.safetensors"];
        Assert.ThrowsExactly<FileNotFoundException>(() => TrainedModel<TinyModel>.Load(path));
        ModelTrainer.Train(s_train, s_options with { Epochs = 1, CheckpointPath = path, Resume = true });
        Assert.IsTrue(File.Exists(path));
    }

    [TestMethod]
    public void An_unwritable_path_is_found_before_the_first_step()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["file"], "");
        foreach (string path in new[] { folder[""], Path.Combine(folder["file"], "run.safetensors") })
        {
            int tiles = 0;
            TinyModel.BeforeTile = _ => tiles++;
            try
            {
                ArtifactWriteException e = Assert.ThrowsExactly<ArtifactWriteException>(() => ModelTrainer.Train(s_train, s_options with { CheckpointPath = path }));
                Assert.Contains(path, e.Message);
            }
            finally
            {
                TinyModel.BeforeTile = null;
            }

            Assert.AreEqual(0, tiles);
        }
    }

    private static string Written(TemporaryFolder folder)
    {
        string path = folder["run.safetensors"];
        ModelTrainer.Train(s_train, s_options with { Epochs = 1, CheckpointPath = path });
        return path;
    }

    private static TrainingCanceledException CancelIn(int step, TrainingOptions options)
    {
        using CancellationTokenSource source = new();
        TinyModel.BeforeTile = current =>
        {
            if (current == step)
            {
                source.Cancel();
            }
        };
        try
        {
            return Assert.ThrowsExactly<TrainingCanceledException>(() => ModelTrainer.Train(s_train, options, source.Token));
        }
        finally
        {
            TinyModel.BeforeTile = null;
        }
    }

    private static void Refused(DataSet<TinyModel> data, TrainingOptions options, string message)
    {
        byte[] before = File.ReadAllBytes(options.CheckpointPath!);
        CheckpointMismatchException e = Assert.ThrowsExactly<CheckpointMismatchException>(() => ModelTrainer.Train(data, options));
        Assert.Contains(message, e.Message);
        CollectionAssert.AreEqual(before, File.ReadAllBytes(options.CheckpointPath!));
    }

    /// <summary>Replaces a piece of the header by one of the same length, checks the message, and puts it back.</summary>
    private static void Tampered(string path, string from, string to, string message)
    {
        byte[] sound = File.ReadAllBytes(path);
        byte[] wrong = (byte[])sound.Clone();
        int at = sound.AsSpan().IndexOf(Encoding.UTF8.GetBytes(from));
        Assert.IsGreaterThan(0, at);
        Encoding.UTF8.GetBytes(to).CopyTo(wrong, at);
        File.WriteAllBytes(path, wrong);
        Assert.Contains(message, Assert.ThrowsExactly<CheckpointFormatException>(() => TrainedModel<TinyModel>.Load(path)).Message);
        File.WriteAllBytes(path, sound);
    }
}
