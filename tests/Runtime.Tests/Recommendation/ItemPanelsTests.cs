using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Runtime.Tests.Recommendation;

[TestClass]
public sealed class ItemPanelsTests
{
    [TestMethod]
    [DataRow(1, 1, 1)]
    [DataRow(31, 5, 3)]
    [DataRow(32, 16, 8)]
    [DataRow(100, 65, 8)]
    public void Products_with_all_items_are_those_of_the_definition(int items, int width, int count)
    {
        Random random = new(items);
        float[][] vectors = [.. Enumerable.Range(0, items).Select(_ => Vector(random, width))];
        float[] queries = Vector(random, 8 * width), scores = new float[count * items];
        ItemPanels panels = new(items, width);
        for (int item = 0; item < items; item++)
        {
            panels.Set(item, vectors[item]);
        }

        panels.Multiply(queries, count, scores);
        for (int q = 0; q < count; q++)
        {
            for (int item = 0; item < items; item++)
            {
                double expected = Enumerable.Range(0, width).Sum(k => (double)queries[(q * width) + k] * vectors[item][k]);
                Assert.AreEqual(expected, scores[(q * items) + item], 1e-5 * width, $"query {q}, item {item}");
            }
        }
    }

    [TestMethod]
    public void A_product_does_not_depend_on_the_other_queries_of_its_block()
    {
        Random random = new(3);
        ItemPanels panels = new(50, 33);
        for (int item = 0; item < 50; item++)
        {
            panels.Set(item, Vector(random, 33));
        }

        float[] queries = Vector(random, 8 * 33), block = new float[8 * 50], single = new float[50];
        panels.Multiply(queries, 8, block);
        float[] moved = new float[8 * 33];
        queries.AsSpan(5 * 33, 33).CopyTo(moved);
        panels.Multiply(moved, 1, single);

        CollectionAssert.AreEqual(block[250..300], single);
    }

    private static float[] Vector(Random random, int width) => [.. Enumerable.Range(0, width).Select(_ => (2 * random.NextSingle()) - 1)];
}
