using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Training;

/// <summary>What a user of a compiled model gets to read when something is wrong.</summary>
[TestClass]
public sealed class ModelInputTests
{
    private static readonly Strict[] s_examples =
        [.. Enumerable.Range(0, 40).Select(i => new Strict { Clicked = i % 3 == 0, Shop = i % 10, Item = 100 + (i % 7), Words = [$"w{i % 5}"] })];

    private static TrainedModel<Strict> Trained => Strict.Train(Strict.From(s_examples), new TrainingOptions { BatchSize = 8 });

    [TestMethod]
    public void An_unknown_value_under_the_error_policy_is_named_when_scoring()
    {
        TrainedModel<Strict> trained = Trained;
        DataSet<Strict> data = Strict.From([new Strict { Item = 107, Words = ["w1"] }]);
        foreach (Func<DataSet<Strict>, float[]> score in new Func<DataSet<Strict>, float[]>[] { d => trained.Score(d), trained.Collapse().Score })
        {
            UnknownKeyException e = Assert.ThrowsExactly<UnknownKeyException>(() => score(data));
            Assert.AreEqual(("Item", "107"), (e.Feature, e.Key));
            Assert.Contains("Feature 'Item' has no row for the key '107'; it knows the 7 keys that occur at least 1 times in the training split.", e.Message);
            Assert.Contains("Set OutOfVocabulary of the feature to SharedRow, HashedBucket or Zero", e.Message);
        }
    }

    [TestMethod]
    public void An_unknown_value_under_the_error_policy_is_named_when_predicting()
    {
        CollapsedModel<Strict> served = Trained.Collapse();
        KeyNotFoundException e = Assert.ThrowsExactly<KeyNotFoundException>(() => served.Predict(new Strict { Item = 107, Words = [] }));
        Assert.AreEqual("Item: '107' was not seen in training.", e.Message);
        e = Assert.ThrowsExactly<KeyNotFoundException>(() => served.Predict(new Strict { Item = 100, Words = ["w1", "new"] }));
        Assert.AreEqual("Words: 'new' was not seen in training.", e.Message);
    }

    [TestMethod]
    public void A_negative_id_is_refused_when_reading_and_when_predicting()
    {
        InvalidValueException e = Assert.ThrowsExactly<InvalidValueException>(() => Strict.From([s_examples[0], new Strict { Item = -4 }]));
        Assert.Contains("example 2, property 'Item': the key of Item is -4; negative ids are refused.", e.Message);
        ArgumentOutOfRangeException p = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.Collapse().Predict(new Strict { Item = -4 }));
        Assert.Contains("Item: id -4 is negative.", p.Message);
    }

    [TestMethod]
    public void An_id_beyond_the_cardinality_is_refused_when_reading_and_when_predicting()
    {
        InvalidValueException e = Assert.ThrowsExactly<InvalidValueException>(() => Strict.From([new Strict { Shop = 10 }]));
        Assert.Contains("the key of Shop is 10, outside 0 to 9 (Cardinality = 10). Raise Cardinality, or choose another OutOfVocabulary policy.", e.Message);
        KeyNotFoundException p = Assert.ThrowsExactly<KeyNotFoundException>(() => Trained.Collapse().Predict(new Strict { Shop = 10, Item = 100 }));
        Assert.Contains("Shop: '10'", p.Message);
    }

    [TestMethod]
    public void A_null_bag_and_a_null_example()
    {
        CollapsedModel<Strict> served = Trained.Collapse();
        Strict empty = new() { Item = 100 }, none = new() { Item = 100, Words = null! };
        Assert.AreEqual(served.Predict(empty), served.Predict(none));
        Assert.ThrowsExactly<ArgumentNullException>(() => served.Predict(null!));
    }

    [TestMethod]
    public void A_validation_set_of_one_class_says_that_its_auc_is_undefined()
    {
        Strict[] clicked = [.. s_examples.Where(e => e.Clicked)];
        TrainedModel<Strict> trained = Strict.Train(Strict.From(s_examples), new TrainingOptions { Epochs = 2, Validation = Strict.From(clicked) });
        Evaluation validation = trained.History[1].Validation!;
        Assert.IsNull(validation.Auc);
        Assert.AreEqual("All 14 labels are 1; AUC needs both classes.", validation.AucUndefined);
        Assert.IsGreaterThan(0, trained.BestEpoch, "the loss decides where the AUC cannot");
    }

    [TestMethod]
    public void A_diverging_run_names_the_step_and_leaves_the_checkpoint_before_it()
    {
        using TemporaryFolder folder = new();
        DataSet<FmSmallest> data = RandomData.Create<FmSmallest>(300, 1, keys: 30);
        TrainingOptions options = new() { BatchSize = 50, CheckpointPath = folder["run.safetensors"] };
        TrainedModel<FmSmallest> good = ModelTrainer.Train(data, options);
        byte[] file = File.ReadAllBytes(options.CheckpointPath);

        TrainingDivergedException e = Assert.ThrowsExactly<TrainingDivergedException>(
            () => ModelTrainer.Train(data, options with { Epochs = 3, Resume = true, LearningRate = 1e30f }));
        Assert.AreEqual(2, e.Epoch);
        Assert.IsTrue(e.Step is > 1 and <= 6, $"step {e.Step}");
        Assert.Contains($"Training diverged in epoch 2, step {e.Step}: ", e.Message);
        Assert.Contains("Lower the learning rate", e.Message);
        Assert.Contains(options.CheckpointPath, e.Message);
        Assert.IsTrue(file.AsSpan().SequenceEqual(File.ReadAllBytes(options.CheckpointPath)), "the checkpoint is untouched");
        Bits.AreEqual(Bits.Of(good.Score(data)), Bits.Of(TrainedModel<FmSmallest>.Load(options.CheckpointPath).Score(data)), "the model before");
    }
}

/// <summary>A model that refuses every unknown value.</summary>
[EmbeddingModel]
[FactorizationMachine]
[MultiLayer(Dimension = 4, Inner = 8)]
public partial class Strict
{
    [Label]
    public bool Clicked { get; set; }

    [Categorical(Cardinality = 10)]
    public int Shop { get; set; }

    [Categorical]
    public int Item { get; set; }

    [Categorical]
    public string[] Words { get; set; } = [];
}
