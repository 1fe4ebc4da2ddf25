using System;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests;

[TestClass]
public sealed class CollapsedCodesTests
{
    [TestMethod]
    public void The_perplexity_of_a_tier_is_the_number_of_centroids_that_evenly_used_would_be_as_varied()
    {
        // Tier 0: part 0 uses four centroids evenly, part 1 one; tier 1: two of three rows on one centroid.
        CollapsedCodes codes = CollapsedCodes.Pack("F.codes", "F.C", 0, 2, [new(8, 16), new(3, 4), new(0, 4)], (row, target) =>
        {
            target[0] = (ushort)(row < 8 ? row % 4 : row % 2);
            target[1] = 3;
        });
        Assert.AreEqual((4.0 + 1) / 2, codes.Perplexity(0), 1e-12);
        Assert.AreEqual((Math.Exp((Math.Log(3) / 3) + (2 * Math.Log(1.5) / 3)) + 1) / 2, codes.Perplexity(1), 1e-12);
        Assert.AreEqual(0, codes.Perplexity(2));
    }

    [TestMethod]
    [DataRow(2), DataRow(3), DataRow(4), DataRow(5), DataRow(7), DataRow(8), DataRow(9), DataRow(11), DataRow(13), DataRow(15), DataRow(16)]
    public void Codes_survive_packing(int bits)
    {
        // Odd numbers of rows and parts, more rows than are packed at a time, a second tier of fewer bits and an empty one.
        (int parts, int half) = (3, bits / 2);
        ImmutableArray<CodeTier> tiers = [new(1025, 1 << bits), new(0, 1 << bits), new(2051, 1 << half)];
        ushort[][] expected = Codes(tiers, parts, bits);
        CollapsedCodes codes = CollapsedCodes.Pack("User.codes", "User.C", 0, parts, tiers, (row, target) => expected[row].CopyTo(target));

        Assert.AreEqual(3076, codes.Rows);
        Assert.AreEqual(((1025 * 3 * bits) + 7) / 8 + (((2051 * 3 * half) + 7) / 8), codes.Bytes);
        ushort[] actual = new ushort[parts];
        for (int row = 0; row < expected.Length; row++)
        {
            codes.Read(row, actual);
            CollectionAssert.AreEqual(expected[row], actual, $"row {row}");
        }
    }

    [TestMethod]
    public void The_packed_form_is_the_documented_one()
    {
        // Two rows of three 3-bit codes, lowest bit first, then from a whole byte on one row of three 2-bit codes.
        ushort[][] rows = [[1, 2, 3], [7, 0, 5], [3, 1, 2]];
        CollapsedCodes codes = CollapsedCodes.Pack("C", "B", 0, 3, [new(2, 8), new(1, 4)], (row, target) => rows[row].CopyTo(target));
        using var stream = new MemoryStream();
        codes.Content.WriteTo(stream);
        int first = 1 | (2 << 3) | (3 << 6) | (7 << 9) | (0 << 12) | (5 << 15);
        CollectionAssert.AreEqual(new byte[] { (byte)first, (byte)(first >> 8), (byte)(first >> 16), 3 | (1 << 2) | (2 << 4) }, stream.ToArray());
    }

    [TestMethod]
    public void Reading_a_row_that_does_not_exist_says_so()
    {
        CollapsedCodes codes = CollapsedCodes.Pack("User.codes", "User.C", 0, 2, [new(5, 4)], (_, _) => { });
        StringAssert.Contains(Assert.Throws<ArgumentOutOfRangeException>(() => codes.Read(5, new ushort[2])).Message, "'User.codes' have 5 rows; row 5");
    }

    [TestMethod]
    [DataRow(0, 4, "0 parts")]
    [DataRow(2, 65537, "65537 choices")]
    [DataRow(2, 1, "1 choices")]
    [DataRow(2, 131072, "131072 choices")]
    public void Impossible_codes_are_refused(int parts, int choices, string message) => StringAssert.Contains(
        Assert.Throws<ArgumentException>(() => CollapsedCodes.Pack("User.codes", "User.C", 0, parts, [new(5, choices)], (_, _) => { })).Message, message);

    [TestMethod]
    public void Codes_must_fit_their_feature_and_codebook()
    {
        Refused("5 ids", rows: 4);
        Refused("belong to feature 3", feature: 3);
        Refused("'Other.C', which is not among", codebook: "Other.C");
        Refused("8 choices in 2 parts; the codebook 'User.C' is 4 x 6", choices: 8);
        Refused("4 choices in 4 parts", parts: 4);

        static void Refused(string message, int rows = 5, int feature = 0, string codebook = "User.C", int choices = 4, int parts = 2) => StringAssert.Contains(
            Assert.Throws<ArgumentException>(() => Weights(CollapsedCodes.Pack("User.codes", codebook, feature, parts, [new(rows, choices)], (_, _) => { }))).Message, message);
    }

    [TestMethod]
    public void A_quantised_model_survives_a_round_trip_and_the_rounding_of_tables()
    {
        using var folder = new TemporaryFolder();
        CollapsedWeights weights = Weights(Sound());
        weights.Save(folder["a"]);
        CollapsedWeights loaded = CollapsedWeights.Load(folder["a"], weights.Schema);
        loaded.Save(folder["b"]);
        CollectionAssert.AreEqual(File.ReadAllBytes(folder["a"]), File.ReadAllBytes(folder["b"]));
        CollapsedCodes codes = loaded.FindCodes("User.codes");
        Assert.AreEqual((0, 2, "User.C", 5L), (codes.Feature, codes.Parts, codes.CodebookName, codes.Rows));
        CollectionAssert.AreEqual(weights.Codes[0].Tiers.ToArray(), codes.Tiers.ToArray());
        CollectionAssert.Contains(weights.Breakdown.ToArray(), ("User.codes", 3L));
        Assert.AreSame(weights.Codes[0], weights.Quantize(TableFormat.Int8PerRow).Codes[0]);
    }

    [TestMethod]
    public void Codebooks_in_16_bit_floats_weigh_two_bytes_a_value()
    {
        using var folder = new TemporaryFolder();
        CollapsedWeights weights = Weights(Sound(), i => (i - 11) / 7f), small = weights.Quantize(TableFormat.Float16, "User");
        CollectionAssert.Contains(small.Breakdown.ToArray(), ("User.C", 2L * 4 * 6));
        CollectionAssert.AreEqual(weights.FindDense("User.C").Values.Select(v => (float)(Half)v).ToArray(), small.FindDense("User.C").Values);
        Assert.AreSame(weights.FindDense("Top0.W"), small.FindDense("Top0.W"));
        Assert.AreSame(weights.Tables[0], small.Tables[0]);

        small.Save(folder["a"]);
        CollapsedWeights loaded = CollapsedWeights.Load(folder["a"], weights.Schema);
        loaded.Save(folder["b"]);
        CollectionAssert.AreEqual(File.ReadAllBytes(folder["a"]), File.ReadAllBytes(folder["b"]));
        Assert.AreEqual(TableFormat.Float16, loaded.FindDense("User.C").Format);
        CollectionAssert.AreEqual(small.FindDense("User.C").Values, loaded.FindDense("User.C").Values);
        CollectionAssert.Contains(loaded.Quantize(TableFormat.Float32).Breakdown.ToArray(), ("User.C", 4L * 4 * 6));

        StringAssert.Contains(Assert.Throws<ArgumentException>(() => weights.Quantize(TableFormat.Int8PerRow, "User")).Message, "'User' is served as codes, which Int8PerRow does not change");
        StringAssert.Contains(
            Assert.Throws<ArgumentException>(() => Weights(Sound(), i => 1e6f * i).Quantize(TableFormat.Float16)).Message, "Parameter 'User.C' holds 1000000; Float16 reaches to 65,504");
    }

    [TestMethod]
    [DataRow("User User.C 2 4:2 4:3", "User User.C 2 4:2 4:9", "User User.C 2 4:2 4:9", "User.codes", DisplayName = "more rows than bytes")]
    [DataRow("User User.C 2 4:2 4:3", "Used User.C 2 4:2 4:3", "is described as", "choices:rows", DisplayName = "no such feature")]
    [DataRow("User User.C 2 4:2 4:3", "User User.C 2 4:2 4-3", "is described as", "choices:rows", DisplayName = "no pair")]
    [DataRow("User User.C 2 4:2 4:3", "User User.C 2 1:2 4:3", "1 choices", "2 to 65536", DisplayName = "too few choices")]
    public void Damaged_descriptions_are_refused(string description, string damaged, string message, string other)
    {
        using var folder = new TemporaryFolder();
        CollapsedWeights weights = Weights(Sound());
        weights.Save(folder["a"]);
        byte[] bytes = File.ReadAllBytes(folder["a"]);
        string text = System.Text.Encoding.Latin1.GetString(bytes);
        StringAssert.Contains(text, description);
        File.WriteAllBytes(folder["a"], System.Text.Encoding.Latin1.GetBytes(text.Replace(description, damaged)));
        string error = Assert.Throws<CheckpointFormatException>(() => CollapsedWeights.Load(folder["a"], weights.Schema)).Message;
        Assert.IsTrue(error.Contains(message) || error.Contains(other), error);
    }

    private static ushort[][] Codes(ImmutableArray<CodeTier> tiers, int parts, int seed)
    {
        var random = new Random(seed);
        return [.. tiers.SelectMany(t => Enumerable.Range(0, (int)t.Rows).Select(r =>
            Enumerable.Range(0, parts).Select(_ => (ushort)(r < 2 ? t.Choices - 1 : random.Next(t.Choices))).ToArray()))];
    }

    private static CollapsedCodes Sound() =>
        CollapsedCodes.Pack("User.codes", "User.C", 0, 2, [new(2, 4), new(3, 4)], (row, target) => target.Fill((ushort)(row % 4)));

    private static CollapsedWeights Weights(CollapsedCodes codes, Func<int, float>? centroids = null)
    {
        CollapsedWeights plain = ArtifactModels.Weights();
        return new CollapsedWeights(
            plain.Schema, [.. plain.Tables.Skip(1)], [.. plain.Dense, new CollapsedDense("User.C", 4, 6, [.. Enumerable.Range(0, 24).Select(centroids ?? (_ => 0))])], plain.Vocabularies, plain.Scalings, [codes]);
    }
}
