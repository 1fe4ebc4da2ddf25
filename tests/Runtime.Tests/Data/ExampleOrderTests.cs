using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Tests;

[TestClass]
public class ExampleOrderTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(255)]
    [DataRow(256)]
    [DataRow(70_000)]
    public void Examples_ascend_by_id_with_unknown_ones_first_and_equal_ones_as_they_were(int ids)
    {
        Random random = new(ids);
        int[] map = [.. Enumerable.Range(0, ids).Select(id => id == ids / 2 ? -1 : id)];
        random.Shuffle(map);
        int[] codes = [.. Enumerable.Range(0, 3000).Select(_ => random.Next(ids))];
        ExampleOrder order = new(codes, map, ids);
        foreach (int count in new[] { 0, 1, 1000, 64 })
        {
            int[] examples = new int[count];
            for (int i = 0; i < count; i++)
            {
                examples[i] = random.Next(codes.Length);
            }

            int[] expected = [.. examples.OrderBy(e => map[codes[e]])];
            order.Sort(examples);
            CollectionAssert.AreEqual(expected, examples);
        }
    }
}
