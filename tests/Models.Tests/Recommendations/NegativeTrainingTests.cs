using System;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Recommendations;

/// <summary>Training on positive pairs with drawn negatives: reproducible, resumable, and measured by lists.</summary>
[TestClass]
public sealed class NegativeTrainingTests
{
    [TestMethod]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        DataSplit<PlayNeuMf> split = Plays.Create<PlayNeuMf>().SplitLeaveOneOut();
        TrainingOptions options = new() { Epochs = 2, BatchSize = 70, Validation = split.Validation, Threads = 1 };
        TrainedModel<PlayNeuMf> one = PlayNeuMf.Train(split.Training, options), four = PlayNeuMf.Train(split.Training, options with { Threads = 4 });

        Bits.AreEqual(Bits.Of(one.State), Bits.Of(four.State), "one thread and four");
        CollectionAssert.AreEqual(one.History.Select(e => (e.Loss, e.Ranking!.Cutoffs[0])).ToArray(), four.History.Select(e => (e.Loss, e.Ranking!.Cutoffs[0])).ToArray());
    }

    [TestMethod]
    public void The_number_and_the_kind_of_negatives_change_the_result()
    {
        DataSet<PlayFull> data = Plays.Create<PlayFull>();
        int[] Train(TrainingOptions options) => Bits.Of(PlayFull.Train(data, options).State);
        int[] four = Train(new TrainingOptions());

        Bits.AreEqual(four, Train(new TrainingOptions { Negatives = 4 }), "four by default");
        CollectionAssert.AreNotEqual(four, Train(new TrainingOptions { Negatives = 5 }));
        CollectionAssert.AreNotEqual(four, Train(new TrainingOptions { NegativeSampling = NegativeSampling.Popularity }));
    }

    [TestMethod]
    public void A_run_interrupted_inside_an_epoch_and_resumed_equals_an_uninterrupted_one()
    {
        using TemporaryFolder folder = new();
        DataSplit<PlayFull> split = Plays.Create<PlayFull>().SplitLeaveOneOut();
        TrainingOptions options = new() { Epochs = 3, BatchSize = 64, Validation = split.Validation, NegativeSampling = NegativeSampling.Popularity };
        TrainedModel<PlayFull> whole = PlayFull.Train(split.Training, options);

        TrainingOptions first = options with { CheckpointPath = folder["run.safetensors"], MaxSteps = 14 };
        PlayFull.Train(split.Training, first);
        TrainedModel<PlayFull> resumed = PlayFull.Train(split.Training, first with { MaxSteps = null, Resume = true, Threads = 3 });
        Bits.AreEqual(Bits.Of(whole.State), Bits.Of(resumed.State), "resumed");
        Assert.AreEqual(whole.BestEpoch, resumed.BestEpoch);
        CollectionAssert.AreEqual(whole.History.Select(e => e.Ranking!.Cutoffs[0]).ToArray(), resumed.History.Select(e => e.Ranking!.Cutoffs[0]).ToArray());

        CheckpointMismatchException e = Assert.ThrowsExactly<CheckpointMismatchException>(
            () => PlayFull.Train(split.Training, first with { MaxSteps = null, Resume = true, Negatives = 2 }));
        StringAssert.Contains(e.Message, "its number of negatives is 4, this run has 2");
        StringAssert.Contains(
            Assert.ThrowsExactly<CheckpointMismatchException>(
                () => PlayFull.Train(split.Training, first with { MaxSteps = null, Resume = true, NegativeSampling = NegativeSampling.Uniform })).Message,
            "its sampling of negatives is Popularity, this run has Uniform");
    }

    [TestMethod]
    public void The_best_epoch_is_that_of_the_best_lists_and_the_history_survives_the_file()
    {
        using TemporaryFolder folder = new();
        DataSplit<PlayFull> split = Plays.Create<PlayFull>().SplitLeaveOneOut();
        TrainedModel<PlayFull> trained = PlayFull.Train(split.Training, new TrainingOptions { Epochs = 25, BatchSize = 32, Validation = split.Validation, ValidationCutoff = 5 });
        ImmutableArray<double> gains = [.. trained.History.Select(e => e.Ranking!.At(5).Ndcg)];

        Assert.AreEqual(gains.IndexOf(gains.Max()) + 1, trained.BestEpoch);
        Assert.IsGreaterThan(gains[0] + 0.1, gains.Max());
        RankingEvaluation again = trained.EvaluateRanking(split.Validation!, split.Training, new RankingOptions { Cutoffs = [5] });
        Assert.AreEqual(gains.Max(), again.At(5).Ndcg, "the parameters returned are those of the best epoch");
        trained.SaveCheckpoint(folder["model.safetensors"]);
        RankingEvaluation read = TrainedModel<PlayFull>.Load(folder["model.safetensors"]).History[3].Ranking!;
        Assert.AreEqual(trained.History[3].Ranking! with { Cutoffs = [] }, read with { Cutoffs = [] });
        CollectionAssert.AreEqual(trained.History[3].Ranking!.Cutoffs, read.Cutoffs);
    }

    [TestMethod]
    public void The_loss_is_the_mean_over_positives_and_negatives()
    {
        DataSet<PlayFull> data = Plays.Create<PlayFull>();
        TrainedModel<PlayFull> logistic = PlayFull.Train(data, new TrainingOptions { LearningRate = 1e-12f });
        TrainedModel<PlayRanked> pairs = PlayRanked.Train(
            PlayRanked.From(Plays.Pairs(3).Select(p => new PlayRanked { User = p.User, Item = p.Item })), new TrainingOptions { LearningRate = 1e-12f });

        // All scores are nearly zero at the start, under which every loss is log 2.
        Assert.AreEqual(Math.Log(2), logistic.History[0].Loss, 1e-3);
        Assert.AreEqual(Math.Log(2), pairs.History[0].Loss, 1e-3);
    }

    [TestMethod]
    public void Negatives_that_make_no_sense_are_refused()
    {
        DataSet<PlayFull> data = Plays.Create<PlayFull>();
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => PlayFull.Train(data, new TrainingOptions { Negatives = 0 })).Message, "Negatives is 0; it must be 1 to 1,000");
        DataSet<Catalogue.TwoTowerRating> rated = RandomData.Create<Catalogue.TwoTowerRating>(50, 1, keys: 9);
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Catalogue.TwoTowerRating.Train(rated, new TrainingOptions { Negatives = 4 })).Message, "because TwoTowerRating has a label");
        Assert.ThrowsExactly<ArgumentException>(() => PlayFull.Train(data, new TrainingOptions { ValidationCutoff = 0 }));
        DataSet<PlayFull> strangers = PlayFull.From([Plays.Play<PlayFull>(1000, 1, 0)]);
        StringAssert.Contains(
            Assert.ThrowsExactly<DataSetException>(() => PlayFull.Train(data, new TrainingOptions { Validation = strangers })).Message, "none of the 1 users with held-out pairs");
    }
}
