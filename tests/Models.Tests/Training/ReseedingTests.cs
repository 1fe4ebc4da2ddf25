using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Catalogue;
using ModelGen.Tests.Support;

namespace ModelGen.Tests.Training;

/// <summary>Centroids that hardly any id chooses come back to life.</summary>
[TestClass]
public sealed class ReseedingTests
{
    [TestMethod]
    public void Unused_centroids_move_to_queries_of_the_tier_that_owns_them_and_their_state_is_cleared()
    {
        using Session<FmReseeded> session = new(RandomData.Create<FmReseeded>(900, 7, keys: 60), 100);
        session.Train(ShuffleOrder.Create(900, 1, 0), [100, 100, 100]);
        ModelState state = session.State;
        QuantizedRows rows = new(state, state.Schema.Quantized[0]);

        // All centroids of part 0 lie far away but two; part 1 is used as it is.
        for (int k = 0; k < 16; k++)
        {
            state.Dense.Span(rows.Codebook.Offset + (k * rows.Codebook.Stride), 2).Fill(k is 1 or 9 ? k * 1e-3f : 1000 + k);
        }

        state.RefreshTransposed(rows.Codebook, 0, 16);
        state.Steps = 10;
        using WorkerTeam team = new(2);
        int moved = new Reseeding(state, 5, team).AfterStep();
        Assert.IsTrue(moved >= 14, $"{moved} moved");
        HashSet<(float, float)> head = [.. Queries(0, rows.Ends[0])], tail = [.. Queries(rows.Ends[0], rows.Count)];
        for (int k = 0; k < 16; k++)
        {
            Span<float> centroid = state.Dense.Span(rows.Codebook.Offset + (k * rows.Codebook.Stride), 2);
            if (k is not (1 or 9))
            {
                Assert.Contains((centroid[0], centroid[1]), k < 8 ? tail : head, $"centroid {k}");
                Assert.IsTrue(state.DenseState.All(s => s.At(rows.Codebook.Offset + (k * rows.Codebook.Stride)) == 0), $"state of {k}");
            }
        }

        IEnumerable<(float, float)> Queries(long first, long end)
        {
            for (long row = first; row < end; row++)
            {
                yield return (rows.Stored(row)[0], rows.Stored(row)[1]);
            }
        }
    }

    [TestMethod]
    public void Nothing_moves_between_the_steps_that_are_named()
    {
        using Session<FmReseeded> session = new(RandomData.Create<FmReseeded>(900, 7, keys: 60), 100);
        using WorkerTeam team = new(1);
        session.State.Steps = 9;
        Assert.AreEqual(0, new Reseeding(session.State, 5, team).AfterStep());
    }

    [TestMethod]
    public void The_result_does_not_depend_on_the_threads()
    {
        DataSet<FmReseeded> data = RandomData.Create<FmReseeded>(900, 7, keys: 60);
        int[] Run(int threads) => Bits.Of(ModelTrainer.Train(data, new TrainingOptions { Epochs = 4, BatchSize = 100, Threads = threads }).State);
        Bits.AreEqual(Run(1), Run(3), "threads");
    }

    [TestMethod]
    public void Codebooks_do_not_collapse_in_a_thousand_steps()
    {
        DataSet<FmReseeded> data = RandomData.Create<FmReseeded>(2000, 7, keys: 200);
        CollapsedModel<FmReseeded> served = ModelTrainer.Train(data, new TrainingOptions { Epochs = 50, BatchSize = 100 }).Collapse();
        Assert.HasCount(3, served.CodeUsage);
        foreach (CodeUsage usage in served.CodeUsage)
        {
            Assert.IsTrue(usage.Perplexity > usage.Choices / 4.0, usage.ToString());
        }
    }
}
