using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Training;

/// <summary>The same data, options and seed give the same bits, whatever the threads and interruptions.</summary>
[TestClass]
public sealed class ReproducibilityTests
{
    [TestMethod]
    [DynamicData(nameof(AllModels.Names), typeof(AllModels))]
    public void Any_number_of_threads_gives_the_same_bits(string model) => AllModels.Run(model, new Threads());

    [TestMethod]
    public void Two_runs_give_the_same_bits_and_another_seed_gives_others()
    {
        DataSet<DlrmMixed> data = RandomData.Create<DlrmMixed>(500, 6);
        int[] Run(ulong seed) => Bits.Of(ModelTrainer.Train(data, new TrainingOptions { BatchSize = 200, Seed = seed }).State);
        int[] first = Run(3);
        Bits.AreEqual(first, Run(3), "the same seed");
        Assert.IsTrue(first.Zip(Run(4)).Count(p => p.First != p.Second) > first.Length / 4, "another seed changes most parameters");
    }

    [TestMethod]
    public void The_trainer_takes_the_steps_of_the_shuffled_order()
    {
        DataSet<FmTwelve> data = RandomData.Create<FmTwelve>(300, 6);
        TrainedModel<FmTwelve> trained = ModelTrainer.Train(data, new TrainingOptions { BatchSize = 128, Seed = 9 });
        using Session<FmTwelve> session = new(data, 128, seed: 9);
        double[] losses = session.Train(ShuffleOrder.Create(300, 9, 0), [128, 128, 44]);
        Bits.AreEqual(Bits.Of(session.State), Bits.Of(trained.State), "trainer and steps");
        Assert.AreEqual(((128 * losses[0]) + (128 * losses[1]) + (44 * losses[2])) / 300, trained.History[0].Loss, 1e-12);
    }

    [TestMethod]
    public void A_run_killed_inside_an_epoch_and_resumed_equals_an_uninterrupted_one()
    {
        Resume<DlrmShared>();
        Resume<DlrmOdd>();
        Resume<FmAverages>();
        Resume<FmNormalized>();
        Resume<FmReseeded>(rate: 0.3f);
    }

    private static void Resume<T>(float rate = 0.05f)
        where T : class, IEmbeddingModel<T>
    {
        using TemporaryFolder folder = new();
        (DataSet<T> data, DataSet<T> validation) = RandomData.Create<T>(900, 6, keys: 60).Split(0.8, 1);
        TrainingOptions options = new() { Epochs = 4, BatchSize = 64, Seed = 2, Validation = Known(data, validation), LearningRate = rate };
        TrainedModel<T> whole = ModelTrainer.Train(data, options);

        // The end of an epoch is reported before it is written, so the file then holds the last checkpoint inside the epoch.
        TrainingOptions interrupted = options with { CheckpointPath = folder["run.safetensors"], CheckpointEverySteps = 5, Threads = 3 };
        Assert.ThrowsExactly<KilledException>(() => ModelTrainer.Train(data, interrupted with { Progress = new Killer(epoch: 3) }));
        TrainedModel<T> resumed = ModelTrainer.Train(data, interrupted with { Resume = true, Threads = 2 });

        string name = typeof(T).Name;
        Bits.AreEqual(Bits.Of(whole.State), Bits.Of(resumed.State), name);
        Assert.AreEqual(whole.BestEpoch, resumed.BestEpoch, name);
        CollectionAssert.AreEqual(
            whole.History.Select(h => (h.Epoch, h.Loss, h.Validation)).ToArray(), resumed.History.Select(h => (h.Epoch, h.Loss, h.Validation)).ToArray(), name);
        Assert.IsTrue(whole.BestEpoch is > 0 and < 4, $"{name}: the best epoch, {whole.BestEpoch}, should not be the last, so that keeping it is tested");
    }

    // The validation examples whose keys all occur in training, for features that refuse others.
    private static DataSet<T> Known<T>(DataSet<T> training, DataSet<T> validation)
        where T : class, IEmbeddingModel<T>
    {
        HashSet<int>[] seen = [.. training.Categoricals.Select(c => c.Codes.ToHashSet())];
        return validation.Where(i => validation.Categoricals.Select((c, f) => c.Offsets is { } o
            ? c.Codes[o[i]..o[i + 1]].All(seen[f].Contains)
            : seen[f].Contains(c.Codes[i])).All(known => known));
    }

    private sealed class Threads : IModelAction
    {
        public void Run<T>()
            where T : class, IEmbeddingModel<T>
        {
            DataSet<T> data = RandomData.Create<T>(900, 6);
            (int[] Parameters, int[] Scores)? first = null;
            foreach (int threads in (int[])[1, 2, 3, 5])
            {
                TrainedModel<T> model = ModelTrainer.Train(data, new TrainingOptions { Epochs = 2, BatchSize = 600, Threads = threads });
                (int[] Parameters, int[] Scores) bits = (Bits.Of(model.State), Bits.Of(model.Score(data, threads)));
                first ??= bits;
                Bits.AreEqual(first.Value.Parameters, bits.Parameters, $"{typeof(T).Name}, parameters with {threads} threads");
                Bits.AreEqual(first.Value.Scores, bits.Scores, $"{typeof(T).Name}, scores with {threads} threads");
            }
        }
    }

    private sealed class KilledException : Exception;

    private sealed class Killer(int epoch) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Kind == TrainingProgressKind.EpochEnd && value.Epoch == epoch)
            {
                throw new KilledException();
            }
        }
    }
}
