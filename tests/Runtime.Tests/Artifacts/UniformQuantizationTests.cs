using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests;

/// <summary>Uniform quantisation per dimension, 16-bit floats, the sizes of every format, and the choice of features.</summary>
[TestClass]
public sealed class UniformQuantizationTests
{
    public static IEnumerable<object[]> Formats => ArtifactModels.Formats.Select(format => new object[] { format });

    [TestMethod]
    [DataRow(1), DataRow(2), DataRow(3), DataRow(4), DataRow(5), DataRow(6), DataRow(7), DataRow(8)]
    public void Codes_and_centres_equal_a_plain_implementation(int bits)
    {
        // Odd sizes, more rows than are packed at a time, and a dimension of one value only.
        foreach ((int rows, int width) in new[] { (1, 1), (3, 5), (1025, 7), (2051, 3) })
        {
            CollapsedTable table = ArtifactModels.Table("T", 0, RowIndex.Identity, 0, rows, width, bits);
            for (int row = 0; row < rows; row++)
            {
                table.Values.At((row * width) + width - 1) = 0.25f;
            }

            CollapsedTable quantized = TableQuantizer.Quantize(table, TableFormat.Uniform(bits));
            float[] values = ArtifactModels.ToArray(table.Values), decoded = ArtifactModels.Decode(quantized);
            for (int column = 0; column < width; column++)
            {
                double[] x = [.. Enumerable.Range(0, rows).Select(row => (double)values[(row * width) + column])];
                double least = x.Min(), size = (x.Max() - least) / (1 << bits);
                for (int row = 0; row < rows; row++)
                {
                    int bucket = size == 0 ? 0 : Math.Min((1 << bits) - 1, (int)Math.Floor((x[row] - least) / size));
                    Assert.AreEqual(bucket, ArtifactModels.Codes(quantized, row)[column], $"{rows} x {width}, row {row}, column {column}");
                    Assert.AreEqual(least + ((bucket + 0.5) * size), decoded[(row * width) + column], 1e-6);
                    Assert.IsTrue(Math.Abs(decoded[(row * width) + column] - x[row]) <= (size / 2) + 1e-6, "half a bucket at most");
                }
            }
        }
    }

    [TestMethod]
    public void A_single_row_and_equal_values_are_kept_exactly()
    {
        CollapsedTable table = ArtifactModels.Table("T", 0, RowIndex.Identity, 0, 1, 9, 4);
        CollectionAssert.AreEqual(ArtifactModels.ToArray(table.Values), ArtifactModels.Decode(TableQuantizer.Quantize(table, TableFormat.Uniform(1))));
    }

    [TestMethod]
    public void Bits_outside_1_to_8_are_refused()
    {
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => TableFormat.Uniform(0)).Message, "1 to 8");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => TableFormat.Uniform(9)).Message, "9 bits");
    }

    [TestMethod]
    [DynamicData(nameof(Formats))]
    public void Files_weigh_what_the_formula_says(TableFormat format)
    {
        foreach ((int rows, int width) in new[] { (1, 1), (3, 5), (7, 13), (1025, 3) })
        {
            CollapsedTable table = ArtifactModels.Table("T", 0, RowIndex.Identity, 0, rows, width, 3);
            CollapsedTable stored = format == TableFormat.Float32 ? table : TableQuantizer.Quantize(table, format);
            long n = rows, d = width, b = format.Bits;
            long expected = format.Name switch
            {
                "Float32" => 4 * n * d,
                "Float16" => 2 * n * d,
                "Int8PerRow" => (n * d) + (4 * n),
                "Int8PerTable" => (n * d) + 4,
                "Int4PerRow" => (((n * d) + 1) / 2) + (4 * n),
                _ => (((n * d * b) + 7) / 8) + (8 * d),
            };
            var writer = new SafeTensorsWriter();
            TableTensors.Add(writer, stored, "F");
            Assert.AreEqual(expected, writer.Parts.Sum(p => p.Bytes), $"{rows} x {width}");
            Assert.AreEqual(expected, stored.Bytes);
            Assert.AreEqual(expected, format.Bytes(rows, width));
        }
    }

    [TestMethod]
    public void The_packed_form_is_the_documented_one()
    {
        // Range 0 to 8, eight buckets of one: codes 0, 7, 3, 5 in three bits each, lowest bit first.
        var values = new NativeFloats(4);
        ((float[])[0, 8, 3.5f, 5]).CopyTo(values.Span(0, 4));
        CollapsedTable packed = TableQuantizer.Quantize(new CollapsedTable("T", 0, RowIndex.Identity, 0, 4, 1, values), TableFormat.Uniform(3));
        int word = 0 | (7 << 3) | (3 << 6) | (5 << 9);
        CollectionAssert.AreEqual(new byte[] { (byte)word, (byte)(word >> 8) }, Bytes(packed));

        // Largest magnitude 7, so the scale that clips nothing is 1: codes -7, 1, 2 are 9, 1, 2 as four bits in two's complement.
        ((float[])[-7, 1, 2, 0]).CopyTo(values.Span(0, 4));
        CollapsedTable nibbles = TableQuantizer.Quantize(new CollapsedTable("T", 0, RowIndex.Identity, 0, 1, 4, values), TableFormat.Int4PerRow);
        Assert.AreEqual(1, nibbles.Scales.First);
        CollectionAssert.AreEqual(new byte[] { 9 | (1 << 4), 2 }, Bytes(nibbles));
    }

    [TestMethod]
    public void Halves_are_the_nearest_16_bit_floats()
    {
        CollapsedTable table = ArtifactModels.Table("T", 0, RowIndex.Identity, 0, 5, 7, 4);
        table.Values.At(0) = 65504;
        table.Values.At(1) = 1e-7f;
        table.Values.At(2) = -1e-9f;
        float[] expected = [.. ArtifactModels.ToArray(table.Values).Select(v => (float)(Half)v)];
        CollectionAssert.AreEqual(expected, ArtifactModels.Decode(TableQuantizer.Quantize(table, TableFormat.Float16)));

        table.Values.At(20) = -65505;
        var error = Assert.ThrowsExactly<ArgumentException>(() => TableQuantizer.Quantize(table, TableFormat.Float16));
        StringAssert.Contains(error.Message, "Table 'T', row 2 holds -65505");
    }

    [TestMethod]
    public void Only_the_features_that_are_named_change()
    {
        CollapsedWeights weights = ArtifactModels.Weights();
        CollapsedWeights item = weights.Quantize(TableFormat.Uniform(2), "Item");
        Assert.AreSame(weights.Tables[0], item.Tables[0]);
        Assert.AreSame(weights.Tables[3], item.Tables[3]);
        Assert.AreEqual("Uniform2 Uniform2", $"{item.FindTable("Item.Q").Format} {item.FindTable("Item.R").Format}");
        CollapsedWeights both = item.Quantize(TableFormat.Int8PerTable, "User", "Hour");
        Assert.AreEqual("Int8PerTable Uniform2 Uniform2 Int8PerTable", string.Join(' ', both.Tables.Select(t => t.Format)));

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => weights.Quantize(TableFormat.Float16, "Items")).Message, "no categorical feature 'Items'; there are 'User', 'Item', 'Hour'");
    }

    [TestMethod]
    public void A_table_that_would_not_shrink_stays_as_it_is()
    {
        CollapsedWeights weights = ArtifactModels.Weights();
        CollapsedTable narrow = ArtifactModels.Table("User.W", 0, RowIndex.Identity, 0, 5, 1, 1);
        CollapsedWeights wider = new(weights.Schema, [narrow], weights.Dense, weights.Vocabularies, weights.Scalings);
        Assert.AreSame(narrow, wider.Quantize(TableFormat.Int8PerRow).Tables[0]);
        Assert.AreSame(narrow, wider.Quantize(TableFormat.Int4PerRow).Tables[0]);
        Assert.AreEqual(9, wider.Quantize(TableFormat.Int8PerTable).Tables[0].Bytes);
        Assert.AreEqual(10, wider.Quantize(TableFormat.Float16).Tables[0].Bytes);
    }

    [TestMethod]
    public void Damaged_ranges_and_shapes_are_refused()
    {
        using var folder = new TemporaryFolder();
        CollapsedWeights weights = ArtifactModels.Weights().Quantize(TableFormat.Uniform(4));
        weights.Tables[0].Scales.At(4) = weights.Tables[0].Scales.At(1) - 1;
        weights.Save(folder["x"]);
        var error = Assert.ThrowsExactly<CheckpointFormatException>(() => CollapsedWeights.Load(folder["x"], weights.Schema));
        StringAssert.Contains(error.Message, "'User.E.range' holds");

        byte[] bytes = File.ReadAllBytes(folder["x"]);
        Replace(bytes, "Uniform4 5 3", "Uniform4 5 9");
        File.WriteAllBytes(folder["x"], bytes);
        error = Assert.ThrowsExactly<CheckpointFormatException>(() => CollapsedWeights.Load(folder["x"], weights.Schema));
        StringAssert.Contains(error.Message, "'User.E' is U8 [8]; 5 x 9 values of 4 bits take 23 bytes");
    }

    private static void Replace(byte[] bytes, string from, string to)
    {
        int at = bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(from));
        System.Text.Encoding.UTF8.GetBytes(to).CopyTo(bytes, at);
    }

    private static byte[] Bytes(CollapsedTable table)
    {
        using var stream = new MemoryStream();
        TableTensors.Content(table).WriteTo(stream);
        return stream.ToArray();
    }
}
