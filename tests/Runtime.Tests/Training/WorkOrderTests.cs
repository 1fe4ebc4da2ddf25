using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Tests;

[TestClass]
public class WorkOrderTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(8)]
    public void Every_item_is_listed_once_and_every_thread_has_its_share_of_every_group_loose_ones_last(int threads)
    {
        WorkOrder order = new(4, loose: 1, threads);
        foreach (int[] sizes in new int[][] { [1, 8, 0, 40], [7, 7, 7, 7], [0, 0, 0, 0], [0, 3, 0, 0] })
        {
            order.Arrange(sizes);
            Assert.AreEqual(sizes.Sum(), order.Count);
            Assert.HasCount(threads, order.Ends.ToArray());
            List<(int Group, int Index)> items = [.. Enumerable.Range(0, order.Count).Select(i => order[i])];
            for (int g = 0; g < sizes.Length; g++)
            {
                CollectionAssert.AreEqual(Enumerable.Range(0, sizes[g]).ToArray(), items.Where(i => i.Group == g).Select(i => i.Index).ToArray());
            }

            for (int t = 0; t < threads; t++)
            {
                List<(int Group, int Index)> block = items[(t == 0 ? 0 : order.Ends[t - 1])..order.Ends[t]];
                Assert.IsFalse(block.SkipWhile(i => i.Group != 3).Any(i => i.Group != 3), "nothing comes behind a loose item");
                for (int g = 0; g < sizes.Length; g++)
                {
                    int share = block.Count(i => i.Group == g);
                    Assert.IsTrue(share == sizes[g] / threads || share == (sizes[g] / threads) + 1, $"{share} of {sizes[g]}");
                }
            }
        }
    }
}
