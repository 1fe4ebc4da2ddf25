using System;
using System.Collections.Immutable;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests;

[TestClass]
public class ValueFrequenciesTests
{
    [TestMethod]
    public void Frequencies_sum_the_logarithms_of_training_counts_with_the_mean_over_a_bag()
    {
        ImmutableArray<Vocabulary> vocabularies =
        [
            Vocabulary.Build(TestSchemas.Feature("Item", 4), new KeyColumn(["a", "b"], [0, 0, 0, 1])),
            Vocabulary.Build(TestSchemas.Feature("Tags", 4, isBag: true), new KeyColumn(["x", "y"], [0, 0, 1], [0, 1, 3])),
        ];
        KeyColumn items = new(["b", "unseen", "a"], [0, 1, 2]);
        KeyColumn tags = new(["y", "x", "new"], [0, 1, 2, 1], [0, 2, 2, 4]);
        double[] frequencies = ValueFrequencies.Compute(3, [items, tags], vocabularies);
        Assert.AreEqual(Math.Log(2) + (Math.Log(2) + Math.Log(3)) / 2, frequencies[0], 1e-12);
        Assert.AreEqual(0, frequencies[1]);
        Assert.AreEqual(Math.Log(4) + Math.Log(3) / 2, frequencies[2], 1e-12);
    }
}
