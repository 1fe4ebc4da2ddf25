using System;
using System.Collections.Generic;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Tests;

[TestClass]
public class TrainingOptionsTests
{
    public static IEnumerable<object[]> Wrong =>
    [
        [new TrainingOptions { Epochs = 0 }, "Epochs is 0; it must be at least 1"],
        [new TrainingOptions { BatchSize = 0 }, "BatchSize is 0; it must be 1 to 1,048,576"],
        [new TrainingOptions { BatchSize = (1 << 20) + 1 }, "BatchSize is 1048577"],
        [new TrainingOptions { Threads = -1 }, "Threads is -1"],
        [new TrainingOptions { Threads = 1025 }, "Threads is 1025"],
        [new TrainingOptions { LearningRate = 0 }, "LearningRate is 0; it must be a positive, finite number"],
        [new TrainingOptions { TableLearningRate = -1 }, "TableLearningRate is -1"],
        [new TrainingOptions { FactorLearningRate = float.NaN }, "FactorLearningRate is NaN"],
        [new TrainingOptions { TowerLearningRate = float.PositiveInfinity }, "TowerLearningRate is Infinity"],
        [new TrainingOptions { FactorSigma = -0.5f }, "FactorSigma is -0.5; it must be a finite number, at least 0"],
        [new TrainingOptions { Patience = -1 }, "Patience is -1"],
        [new TrainingOptions { Patience = 1 }, "Patience is 1; it needs Validation"],
        [new TrainingOptions { CheckpointPath = " " }, "CheckpointPath is empty"],
        [new TrainingOptions { CheckpointEverySteps = -1 }, "CheckpointEverySteps is -1"],
        [new TrainingOptions { CheckpointEverySteps = 5 }, "CheckpointEverySteps is 5; it needs CheckpointPath"],
        [new TrainingOptions { Resume = true }, "Resume is True; it needs CheckpointPath"],
        [new TrainingOptions { MaxSteps = 0 }, "MaxSteps is 0; it must be at least 1"],
        [new TrainingOptions { Validation = TestData.Clicks<ForeignModel>(10) }, "it must be examples of TinyModel"],
    ];

    [TestMethod]
    [DynamicData(nameof(Wrong))]
    public void A_wrong_setting_is_refused_with_its_name_value_and_rule(TrainingOptions options, string message)
    {
        ArgumentException e = Assert.ThrowsExactly<ArgumentException>(() => ModelTrainer.Train(TestData.Clicks<TinyModel>(10), options));
        Assert.Contains(message, e.Message);
    }

    [TestMethod]
    public void The_defaults_are_accepted()
    {
        new TrainingOptions().Check<TinyModel>();
    }
}
