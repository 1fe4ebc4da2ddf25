using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests;

[TestClass]
public sealed class CollapsedWeightsTests
{
    public static IEnumerable<object[]> Formats => ArtifactModels.Formats.Select(format => new object[] { format });

    [TestMethod]
    [DynamicData(nameof(Formats))]
    public void A_model_survives_a_round_trip(TableFormat format)
    {
        using var folder = new TemporaryFolder();
        CollapsedWeights weights = ArtifactModels.Weights().Quantize(format);
        weights.Save(folder["a"]);
        CollapsedWeights loaded = CollapsedWeights.Load(folder["a"], weights.Schema);
        loaded.Save(folder["b"]);

        CollectionAssert.AreEqual(File.ReadAllBytes(folder["a"]), File.ReadAllBytes(folder["b"]));
        foreach (CollapsedTable table in weights.Tables)
        {
            CollapsedTable other = loaded.FindTable(table.Name);
            Assert.AreEqual(format, other.Format);
            Assert.AreEqual((table.Feature, table.Index, table.Modulus, table.Rows, table.Width), (other.Feature, other.Index, other.Modulus, other.Rows, other.Width));
            CollectionAssert.AreEqual(ArtifactModels.Decode(table), ArtifactModels.Decode(other));
        }

        CollectionAssert.AreEqual(weights.FindDense("Top0.W").Values, loaded.FindDense("Top0.W").Values);
        CollectionAssert.AreEqual(weights.Vocabularies[0].TextKeys, loaded.Vocabularies[0].TextKeys);
        CollectionAssert.AreEqual(weights.Vocabularies[1].IntegerKeys, loaded.Vocabularies[1].IntegerKeys);
        Assert.IsTrue(weights.Scalings.SequenceEqual(loaded.Scalings));
        Assert.AreEqual(weights.Bytes, loaded.Bytes);
    }

    [TestMethod]
    public void The_breakdown_counts_every_part()
    {
        CollapsedWeights weights = ArtifactModels.Weights();
        int text = Encoding.UTF8.GetByteCount("annaböb日本");
        (string, long)[] expected =
        [
            ("User.E", 60), ("Item.Q", 60), ("Item.R", 60), ("Hour.E", 192), ("Top0.W", 24), ("Top0.b", 12),
            ("User.offsets", 40), ("User.keys", text), ("Item.keys", 24), ("numeric.scaling", 8),
        ];
        CollectionAssert.AreEqual(expected, weights.Breakdown.ToArray());
        Assert.AreEqual(expected.Sum(e => e.Item2), weights.Bytes);

        IReadOnlyList<(string Name, long Bytes)> quantized = weights.Quantize(TableFormat.Int8PerRow).Breakdown;
        CollectionAssert.Contains(quantized.ToArray(), ("User.E", 15L));
        CollectionAssert.Contains(quantized.ToArray(), ("User.E.scale", 20L));
        CollectionAssert.Contains(weights.Quantize(TableFormat.Int8PerTable).Breakdown.ToArray(), ("User.E.scale", 4L));
    }

    [TestMethod]
    public void Another_format_version_or_model_is_refused()
    {
        using var folder = new TemporaryFolder();
        CollapsedWeights weights = ArtifactModels.Weights();
        void Refused(string from, string to, string problem)
        {
            var stream = new MemoryStream();
            weights.WriteTo(stream);
            byte[] bytes = stream.ToArray();
            int header = (int)BitConverter.ToInt64(bytes);
            string json = Encoding.UTF8.GetString(bytes, 8, header);
            Assert.IsTrue(json.Contains(from), from);

            // The header is padded with spaces, which take up the difference in length.
            byte[] changed = Encoding.UTF8.GetBytes(json.Replace(from, to).TrimEnd());
            File.WriteAllBytes(folder["x"], [.. BitConverter.GetBytes((long)changed.Length), .. changed, .. bytes[(8 + header)..]]);
            var error = Assert.ThrowsExactly<CheckpointFormatException>(() => CollapsedWeights.Load(folder["x"], weights.Schema));
            StringAssert.Contains(error.Message, problem);
        }

        Refused("\"format\":\"modelgen.collapsed\",", "", "not a file of ModelGen");
        Refused("modelgen.collapsed", "modelgen.checkpoint", "of the format 'modelgen.checkpoint', expected 'modelgen.collapsed'");
        Refused("\"formatVersion\":\"1\"", "\"formatVersion\":\"2\"", "format version 2; this release reads version 1");
        Refused("f00d", "beef", "fingerprint beef; the class 'Clicks' has f00d");
        Refused("\"tables\":\"User.E", "\"tables\":\"User.X User.E", "entry 'table.User.X' is missing");
        Refused("\"dense\":\"Top0.W", "\"dense\":\"Top9.W", "'Top9.W' is missing");
        Refused("User Identity 0 Float32", "User Identity 0 Float64", "described as 'User Identity 0 Float64'");
        Refused("User Identity 0 Float32", "User 0 0 Float32", "described as");
        Refused("User Identity 0 Float32", "Cousin Identity 0 Float32", "described as");
        Refused("User Identity 0 Float32", "User Identity 9 Float32", "modulus 9 does not fit");
        Refused("User Identity 0 Float32", "User Quotient 2 Float32", "'User.E' has 5 rows; the 5 ids of feature 'User' need 3");
        Refused("User Identity 0 Float32", "User Identity 0 Int8PerRow", "'User.E' is F32 [5, 3], expected I8");
        Refused("User Identity 0 Float32", "User Identity 0 Uniform9", "described as");
        Refused("User Identity 0 Float32", "User Identity 0 Uniform4", "for packed codes rows and width");
        Refused("User Identity 0 Float32", "User Identity 0 Uniform4 5 3", "'User.E' is F32 [5, 3], expected U8");
        Refused("\"shape\":[5,3]", "\"shape\":[15,0]", "but 60 bytes are given");
        Refused("User.offsets", "Uses.offsets", "'User.offsets' is missing");
        Refused("numeric.scaling", "numeric.scalinG", "'numeric.scaling' is missing");
    }

    [TestMethod]
    public void Vocabularies_that_contradict_themselves_are_refused()
    {
        using var folder = new TemporaryFolder();
        CollapsedWeights weights = ArtifactModels.Weights();
        weights.Save(folder["x"]);
        byte[] bytes = File.ReadAllBytes(folder["x"]);
        SafeTensorInfo offsets, keys;
        using (SafeTensorsReader reader = SafeTensorsReader.Open(folder["x"]))
        {
            (offsets, keys) = (reader.Find("User.offsets"), reader.Find("User.keys"));
        }

        void Refused(long position, byte value, string problem)
        {
            byte[] changed = [.. bytes];
            changed[position] = value;
            File.WriteAllBytes(folder["x"], changed);
            var error = Assert.ThrowsExactly<CheckpointFormatException>(() => CollapsedWeights.Load(folder["x"], weights.Schema));
            StringAssert.Contains(error.Message, problem);
        }

        Refused(offsets.Start, 1, "does not rise from 0");
        Refused(offsets.Start + 8, 200, "does not rise from 0");
        Refused(offsets.Start + 32, 3, "does not rise from 0");
        Refused(keys.Start, 0xFF, "The vocabulary of 'User' is not sound");
    }

    [TestMethod]
    public void Scales_must_be_finite_and_not_negative()
    {
        using var folder = new TemporaryFolder();
        CollapsedWeights weights = ArtifactModels.Weights().Quantize(TableFormat.Int8PerRow);
        weights.Tables[0].Scales.At(2) = float.NaN;
        weights.Save(folder["x"]);
        var error = Assert.ThrowsExactly<CheckpointFormatException>(() => CollapsedWeights.Load(folder["x"], weights.Schema));
        StringAssert.Contains(error.Message, "'User.E.scale' holds NaN at 2");
    }

    [TestMethod]
    public void Parts_that_do_not_fit_each_other_are_refused()
    {
        CollapsedWeights w = ArtifactModels.Weights();
        void Refused(Func<object> act, string problem) => StringAssert.Contains(Assert.Throws<ArgumentException>(act).Message, problem);
        Refused(() => new CollapsedWeights(w.Schema, w.Tables, w.Dense, [], w.Scalings), "0 vocabularies");
        Refused(() => new CollapsedWeights(w.Schema, w.Tables, w.Dense, w.Vocabularies, []), "0 scalings");
        Refused(() => new CollapsedWeights(w.Schema, [w.Tables[0], w.Tables[0]], w.Dense, w.Vocabularies, w.Scalings), "Two parameters are named 'User.E'");
        Refused(
            () => new CollapsedWeights(w.Schema, [ArtifactModels.Table("T", 3, RowIndex.Identity, 0, 1, 1, 0)], w.Dense, w.Vocabularies, w.Scalings),
            "belongs to feature 3");
        Refused(() => new CollapsedTable("a b", 0, RowIndex.Identity, 0, 1, 1, new NativeFloats(1)), "white space");
        Refused(() => new CollapsedTable("T", 0, RowIndex.Identity, 0, 2, 1, new NativeFloats(1)), "1 values are given");
        Refused(() => new CollapsedTable("T", 0, RowIndex.Quotient, 0, 1, 1, new NativeFloats(1)), "modulus 0");
        Refused(() => new CollapsedDense("D", 2, 2, [1]), "1 values are given");
    }

    [TestMethod]
    public void Copies_of_trained_parameters_leave_the_padding_out_and_do_not_share_memory()
    {
        NativeFloats arena = ArtifactModels.Random(64, 5);
        var parameter = new DenseParameter("D", 2, 3, 16, 16, 2, -1, 0, ParameterGroup.Tower, Initialization.Zero, 0);
        CollapsedDense dense = CollapsedDense.From(parameter, arena);
        CollectionAssert.AreEqual((float[])[arena.At(16), arena.At(17), arena.At(18), arena.At(32), arena.At(33), arena.At(34)], dense.Values);

        var description = new TableParameter("T", 0, RowIndex.Remainder, 4, 16, ParameterGroup.Table, Initialization.Zero, 0);
        CollapsedTable table = CollapsedTable.From(new Table(description, 4, arena, []));
        float before = table.Values.At(3);
        arena.At(3) = 99;
        Assert.AreEqual(before, table.Values.At(3));
        Assert.AreEqual((RowIndex.Remainder, 4, 4L, 16), (table.Index, table.Modulus, table.Rows, table.Width));
    }
}
