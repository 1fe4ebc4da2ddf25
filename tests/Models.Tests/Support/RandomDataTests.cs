using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;
using ModelGen.Tests.Catalogue;

namespace ModelGen.Tests.Support;

/// <summary>The random data hold the cases that the comparisons are there for.</summary>
[TestClass]
public sealed class RandomDataTests
{
    [TestMethod]
    public void Random_data_hold_empty_bags_repeated_keys_and_values_below_the_minimal_count()
    {
        DataSet<DlrmMixed> data = RandomData.Create<DlrmMixed>(577, 4);
        var vocabularies = ModelTrainer.BuildVocabularies(data.Schema, data);
        KeyColumn genres = data.Categoricals[2];
        int[][] bags = [.. Enumerable.Range(0, data.Count).Select(i => genres.Codes[genres.Offsets![i]..genres.Offsets[i + 1]])];
        Assert.IsTrue(bags.Any(b => b.Length == 0), "empty bags");
        Assert.IsTrue(bags.Any(b => b.Distinct().Count() < b.Length), "repeated keys in a bag");
        Assert.IsTrue(vocabularies[0].UnknownCount > 0, "unknown users");
        Assert.IsTrue(data.Categoricals[0].Codes.Distinct().Count() < data.Count, "repeated users");

        DataSet<FmTwelve> zero = RandomData.Create<FmTwelve>(577, 4);
        Assert.IsTrue(ModelTrainer.BuildVocabularies(zero.Schema, zero)[0].UnknownCount > 0, "users without a vector");
    }

    [TestMethod]
    public void A_large_batch_fills_several_chunks()
    {
        DataSet<FmFactored> data = RandomData.Create<FmFactored>(577, 4);
        Assert.IsTrue(data.Categoricals[0].Codes.Distinct().Count() > ModelSchema.ChunkSlots);
    }

    [TestMethod]
    public void New_keys_are_mixed_in_when_asked_for()
    {
        DataSet<DlrmMixed> data = RandomData.Create<DlrmMixed>(200, 4, keys: 50, unknown: true);
        Assert.IsTrue(data.Categoricals[0].TextKeys.Any(k => int.Parse(k.Split('-', ' ')[1], System.Globalization.CultureInfo.InvariantCulture) >= 200));
    }
}
