using System;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Compiled;

namespace ModelGen.Runtime.Tests.Data;

[TestClass]
public sealed class DistinctIdsTests
{
    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(64, 100)]
    [DataRow(65, 3)]
    [DataRow(4097, 500)]
    [DataRow(1_000_003, 2000)]
    public void Values_are_numbered_in_ascending_order_and_marks_do_not_stay(int values, int count)
    {
        Random random = new(values);
        DistinctIds ids = new();
        ids.Reserve(values);
        for (int round = 0; round < 3; round++)
        {
            int[] drawn = [.. Enumerable.Range(0, count).Select(_ => random.Next(values)), values - 1];
            foreach (int value in drawn)
            {
                ids.Add(value);
            }

            int[] expected = [.. drawn.Distinct().Order()];
            int[] distinct = new int[drawn.Length];
            Assert.AreEqual(expected.Length, ids.Number(distinct));
            CollectionAssert.AreEqual(expected, distinct[..expected.Length]);
            foreach (int value in drawn)
            {
                Assert.AreEqual(Array.IndexOf(expected, value), ids.NumberOf(value));
            }

            ids.Clear(expected);
        }
    }

    [TestMethod]
    public void More_values_may_be_reserved_later()
    {
        DistinctIds ids = new();
        ids.Reserve(10);
        ids.Add(9);
        Assert.AreEqual(1, ids.Number(new int[1]));
        ids.Clear([9]);
        ids.Reserve(5000);
        ids.Add(4999);
        int[] distinct = new int[1];
        Assert.AreEqual(1, ids.Number(distinct));
        Assert.AreEqual(4999, distinct[0]);
    }
}
