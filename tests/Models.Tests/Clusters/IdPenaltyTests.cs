using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Clusters;

/// <summary>The penalty of every id's squared vector, however many ratings it has.</summary>
[TestClass]
public sealed class IdPenaltyTests
{
    [TestMethod]
    [DataRow(FeatureRole.User, true)]
    [DataRow(FeatureRole.User, false)]
    [DataRow(FeatureRole.Item, true)]
    [DataRow(FeatureRole.Item, false)]
    public void A_step_follows_the_slope_of_the_summed_errors_and_of_the_squares_of_all_ids_with_ratings(FeatureRole side, bool biases)
    {
        DataSet<PenalisedIds> data = RandomData.Create<PenalisedIds>(1200, 7, keys: 60);
        using FullBatchSession<PenalisedIds> session = new(data);

        // Biases start at zero, and step 1 is none of a split.
        session.State.Steps = 1;
        session.Step();
        Table table = session.State.Tables.Single(t => session.State.Schema.Categoricals[t.Parameter.Feature].Role == side && (t.Parameter.Width == 1) == biases);
        int width = table.Parameter.Width;
        int[] counts = ClusterData.Count(data, table.Parameter.Feature, session.State.Vocabularies[table.Parameter.Feature]);
        double[]? members = table.Assignment is { } z ? ClusterData.Sum(z, id => counts[id] > 0 ? 1 : 0) : null;
        int[] places = [.. new[] { 0, 1, 2 }.Select(row => (row * width) + (width / 2))];
        double[] slopes = [.. places.Select(at =>
        {
            double ids = members?[at / width] ?? Math.Min(counts[at / width], 1);
            return (At(0.01f) - At(-0.01f)) / 0.02 / Math.Max(1, members is null ? 1 : ids);

            double At(float shift)
            {
                float kept = table.Values.At(at);
                table.Values.At(at) = kept + shift;
                double value = session.Loss + (3 * ids * Math.Pow(table.Values.At(at), 2));
                table.Values.At(at) = kept;
                return value;
            }
        })];
        float[] before = [.. places.Select(at => table.Values.At(at))];
        session.Step();
        for (int i = 0; i < places.Length; i++)
        {
            Assert.AreEqual(slopes[i], (before[i] - table.Values.At(places[i])) / 1e-4, (0.01 * Math.Abs(slopes[i])) + 0.02, $"element {places[i]}");
        }
    }

    [TestMethod]
    public void Training_in_batches_and_from_a_stream_refuse_it()
    {
        DataSet<PenalisedIds> data = RandomData.Create<PenalisedIds>(300, 7, keys: 20);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => ModelTrainer.Train(data, new TrainingOptions())).Message, "[MatrixFactorization(L2PerId = 3)] of PenalisedIds");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => OnlineTrainer<PenalisedIds>.Start(data)).Message, "L2PerId");
    }
}
