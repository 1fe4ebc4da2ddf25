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
            Vocabulary.Build(TestSchemas.Feature("Item", 4), new KeyColumn { TextKeys = ["a", "b"], Codes = [0, 0, 0, 1] }),
            Vocabulary.Build(TestSchemas.Feature("Tags", 4, isBag: true), new KeyColumn { TextKeys = ["x", "y"], Codes = [0, 0, 1], Offsets = [0, 1, 3] }),
        ];
        DataSet<TinyModel> data = new([0, 0, 1], [], [
            new KeyColumn { TextKeys = ["b", "unseen", "a"], Codes = [0, 1, 2] },
            new KeyColumn { TextKeys = ["y", "x", "new"], Codes = [0, 1, 2, 1], Offsets = [0, 2, 2, 4] }]);
        double[] frequencies = ValueFrequencies.Compute(data, vocabularies);
        Assert.AreEqual(Math.Log(2) + (Math.Log(2) + Math.Log(3)) / 2, frequencies[0], 1e-12);
        Assert.AreEqual(0, frequencies[1]);
        Assert.AreEqual(Math.Log(4) + Math.Log(3) / 2, frequencies[2], 1e-12);
    }
}
