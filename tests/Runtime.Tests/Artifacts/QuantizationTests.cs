using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests;

[TestClass]
public sealed class QuantizationTests
{
    [TestMethod]
    [DataRow(1, 8), DataRow(7, 8), DataRow(8, 8), DataRow(19, 8), DataRow(64, 8)]
    [DataRow(1, 4), DataRow(7, 4), DataRow(8, 4), DataRow(19, 4), DataRow(64, 4)]
    public void The_error_per_row_is_the_least_over_the_grid(int width, int bits)
    {
        CollapsedTable table = HeavyTailed(50, width);
        CollapsedTable quantized = Quantize(table, bits == 8 ? TableFormat.Int8PerRow : TableFormat.Int4PerRow);
        for (int row = 0; row < table.Rows; row++)
        {
            float[] x = table.Values.Span(row * width, width).ToArray();
            AssertLeast(x, ArtifactModels.Codes(quantized, row), quantized.Scales.At(row), (1 << (bits - 1)) - 1);
        }
    }

    [TestMethod]
    public void The_error_per_table_is_the_least_over_the_grid()
    {
        CollapsedTable table = HeavyTailed(50, 11);
        CollapsedTable quantized = Quantize(table, TableFormat.Int8PerTable);
        int[] codes = [.. Enumerable.Range(0, 50).SelectMany(row => ArtifactModels.Codes(quantized, row))];
        AssertLeast(ArtifactModels.ToArray(table.Values), codes, quantized.Scales.First, 127);
        Assert.AreEqual(1, quantized.Scales.Length);
    }

    [TestMethod]
    public void Outliers_are_clipped_when_that_lowers_the_error()
    {
        // Every value but one lies half way between two codes of the scale that clips nothing.
        var values = new NativeFloats(4000);
        values.Span(0, 4000).Fill(1.2f / 127 * 1.5f);
        values.At(0) = 1.2f;
        CollapsedTable quantized = Quantize(new CollapsedTable("T", 0, RowIndex.Identity, 0, 1, 4000, values), TableFormat.Int8PerRow);
        Assert.IsTrue(quantized.Scales.First < 1.2f / 127 * 0.99f);
        Assert.AreEqual(127, ArtifactModels.Codes(quantized, 0)[0]);
    }

    [TestMethod]
    [DynamicData(nameof(Symmetric))]
    public void Zeros_and_the_smallest_numbers_decode_to_zeros(TableFormat format)
    {
        foreach (float value in new[] { 0f, -0f, float.Epsilon })
        {
            var values = new NativeFloats(12);
            values.Span(0, 12).Fill(value);
            CollapsedTable quantized = Quantize(new CollapsedTable("T", 0, RowIndex.Identity, 0, 3, 4, values), format);
            Assert.IsTrue(ArtifactModels.Decode(quantized).All(v => v == 0));
        }
    }

    [TestMethod]
    public void A_zero_row_beside_others_decodes_to_exact_zeros()
    {
        NativeFloats values = ArtifactModels.Random(30, 8);
        values.Span(10, 10).Clear();
        CollapsedTable quantized = Quantize(new CollapsedTable("T", 0, RowIndex.Identity, 0, 3, 10, values), TableFormat.Int8PerRow);
        Assert.AreEqual(0, quantized.Scales.At(1));
        Assert.IsTrue(ArtifactModels.Decode(quantized)[10..20].All(v => v == 0));
        Assert.IsTrue(ArtifactModels.Decode(quantized)[..10].Any(v => v != 0));
    }

    [TestMethod]
    public void Decoding_and_quantising_follow_the_format()
    {
        CollapsedWeights weights = ArtifactModels.Weights();
        CollapsedWeights quantized = weights.Quantize(TableFormat.Int8PerRow);
        CollapsedWeights decoded = quantized.Quantize(TableFormat.Float32);
        CollectionAssert.AreEqual(ArtifactModels.Decode(quantized.Tables[1]), ArtifactModels.ToArray(decoded.Tables[1].Values));
        Assert.AreSame(weights.Tables[0], weights.Quantize(TableFormat.Float32).Tables[0]);
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => quantized.Quantize(TableFormat.Int8PerTable));
        StringAssert.Contains(error.Message, "'User.E' is stored as Int8PerRow");
        Assert.ThrowsExactly<InvalidOperationException>(() => weights.Tables[0].ReadCodes(0, new int[3]));
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.NegativeInfinity)]
    public void Values_that_are_not_finite_are_refused(float value)
    {
        NativeFloats values = ArtifactModels.Random(30, 8);
        values.At(25) = value;
        var table = new CollapsedTable("User.E", 0, RowIndex.Identity, 0, 3, 10, values);
        var error = Assert.ThrowsExactly<ArgumentException>(() => Quantize(table, TableFormat.Int8PerRow));
        StringAssert.Contains(error.Message, "Table 'User.E', row 2 holds");
    }

    public static IEnumerable<object[]> Symmetric => new[] { TableFormat.Int8PerRow, TableFormat.Int8PerTable, TableFormat.Int4PerRow }.Select(format => new object[] { format });

    private static CollapsedTable Quantize(CollapsedTable table, TableFormat format) => TableQuantizer.Quantize(table, format);

    private static CollapsedTable HeavyTailed(int rows, int width)
    {
        NativeFloats values = ArtifactModels.Random(rows * width, width);
        for (long i = 0; i < values.Length; i++)
        {
            values.At(i) = MathF.Pow(values.At(i), 5);
        }

        return new CollapsedTable("T", 0, RowIndex.Identity, 0, rows, width, values);
    }

    // Tries every scale of the grid the slow way, in double precision.
    private static void AssertLeast(float[] x, int[] codes, float scale, int limit)
    {
        double Error(double s, IEnumerable<double> c) => x.Zip(c, (v, code) => (v - code * s) * (v - code * s)).Sum();
        double largest = x.Max(Math.Abs);
        double least = double.PositiveInfinity;
        for (int i = 0; i < 64; i++)
        {
            double s = largest / limit * Math.Pow(10, -i / 63.0);
            least = Math.Min(least, Error(s, x.Select(v => Math.Clamp(Math.Round(v / s), -limit, limit))));
        }

        Assert.AreEqual(least, Error(scale, codes.Select(c => (double)c)), 1e-3 * least + 1e-14 * largest * largest);
    }
}
