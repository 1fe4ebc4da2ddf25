using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests.Cpu;

[TestClass]
public sealed class DoubleBlocksTests
{
    private const int Size = DoubleBlocks.Size;

    [TestMethod]
    [DataRow(Size, 1)]
    [DataRow(1, Size)]
    public void Products_give_the_bits_of_a_plain_sum_at_every_vector_width(int rowStride, int innerStride)
    {
        (double[] a, double[] b, double[] c) = (Random(1), Random(2), Random(3));
        double[] expected = [.. c];
        for (int i = 0; i < Size; i++)
        {
            for (int j = 0; j < Size; j++)
            {
                for (int k = 0; k < Size; k++)
                {
                    expected[(i * Size) + j] = Math.FusedMultiplyAdd(a[(i * rowStride) + (k * innerStride)], b[(k * Size) + j], expected[(i * Size) + j]);
                }
            }
        }

        foreach (bool wide in new[] { false, true })
        {
            double[] actual = [.. c];
            DoubleBlocks.AddProduct(a, rowStride, innerStride, b, actual, wide);
            CollectionAssert.AreEqual(expected, actual, $"wide: {wide}");
        }
    }

    [TestMethod]
    public void A_factor_times_its_transpose_is_the_block_and_times_its_inverse_the_identity()
    {
        double[] a = Random(4), block = new double[DoubleBlocks.Elements], transposed = new double[DoubleBlocks.Elements];
        DoubleBlocks.Transpose(a, 1, transposed);
        DoubleBlocks.AddProduct(a, transposed, block);
        for (int i = 0; i < Size; i++)
        {
            block[i * (Size + 1)] += 1;
        }

        double[] lower = [.. block], product = new double[DoubleBlocks.Elements], inverse = Random(5), identity = new double[DoubleBlocks.Elements];
        Assert.AreEqual(-1, DoubleBlocks.Factor(lower));
        DoubleBlocks.Transpose(lower, 1, transposed);
        DoubleBlocks.AddProduct(lower, transposed, product);
        DoubleBlocks.InvertLower(lower, inverse);
        DoubleBlocks.AddProduct(lower, inverse, identity);
        for (int i = 0; i < DoubleBlocks.Elements; i++)
        {
            (int row, int column) = (i / Size, i % Size);
            Assert.AreEqual(block[i], product[i], 1e-12);
            Assert.AreEqual(row == column ? 1 : 0, identity[i], 1e-12);
            Assert.IsTrue(column <= row || lower[i] == 0);
        }
    }

    [TestMethod]
    public void A_pivot_that_is_not_positive_is_named()
    {
        double[] block = new double[DoubleBlocks.Elements];
        for (int i = 0; i < Size; i++)
        {
            block[i * (Size + 1)] = i == 9 ? -1 : 2;
        }

        Assert.AreEqual(9, DoubleBlocks.Factor(block));
    }

    private static double[] Random(int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, DoubleBlocks.Elements).Select(_ => random.NextDouble() - 0.5)];
    }
}
