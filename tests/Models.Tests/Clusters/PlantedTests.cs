using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Tests.Clusters;

/// <summary>Clusters that are in the data are found.</summary>
[TestClass]
public sealed class PlantedTests
{
    [TestMethod]
    public void Planted_clusters_are_found_on_all_ratings_at_once()
    {
        (DataSet<Planted> training, DataSet<Planted> test) = PlantedRatings.Create<Planted>();
        TrainedModel<Planted> trained = ModelTrainer.Train(training, new TrainingOptions { FullBatch = true, Epochs = 700 });
        Assert.AreEqual(8, trained.State.Tables[1].Assignment!.Live);
        double purity = PlantedRatings.Purity(trained.State, 1), error = trained.Evaluate(test).Mse;
        Assert.IsTrue(purity >= 0.95, $"purity {purity:f3}");
        Assert.IsTrue(error < 0.03, $"error {error:f4}");

        (DataSet<PlantedBlind> blind, _) = PlantedRatings.Create<PlantedBlind>();
        TrainedModel<PlantedBlind> lost = ModelTrainer.Train(blind, new TrainingOptions { FullBatch = true, Epochs = 700 });
        Assert.IsTrue(PlantedRatings.Purity(lost.State, 1) < 0.5, "neither splits nor reassignments look at the data");
    }

    [TestMethod]
    public void Planted_clusters_are_found_in_batches()
    {
        (DataSet<Planted> training, _) = PlantedRatings.Create<Planted>();
        TrainedModel<Planted> trained = ModelTrainer.Train(training, new TrainingOptions { BatchSize = 1024, Epochs = 50 });
        double purity = PlantedRatings.Purity(trained.State, 1);
        Assert.IsTrue(purity >= 0.95, $"purity {purity:f3}");
    }
}
