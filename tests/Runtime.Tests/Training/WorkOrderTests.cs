using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Tests;

[TestClass]
public class WorkOrderTests
{
    [TestMethod]
    public void Every_item_is_listed_once_and_every_group_is_spread_evenly()
    {
        WorkOrder order = new(4);
        foreach (int[] sizes in new int[][] { [1, 8, 0, 40], [7, 7, 7, 7], [0, 0, 0, 0], [0, 3, 0, 0] })
        {
            order.Arrange(sizes);
            Assert.AreEqual(sizes.Sum(), order.Count);
            List<(int Group, int Index)> items = [.. Enumerable.Range(0, order.Count).Select(i => order[i])];
            for (int g = 0; g < sizes.Length; g++)
            {
                CollectionAssert.AreEqual(Enumerable.Range(0, sizes[g]).ToArray(), items.Where(i => i.Group == g).Select(i => i.Index).ToArray());
                Assert.IsLessThanOrEqualTo((sizes[g] / 2) + 1, items.Take(order.Count / 2).Count(i => i.Group == g));
            }
        }
    }
}
