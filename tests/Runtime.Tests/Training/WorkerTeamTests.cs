using System;
using System.Linq;
using System.Threading;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Tests;

[TestClass]
public class WorkerTeamTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    public void Every_item_of_every_run_is_executed_exactly_once(int size)
    {
        using WorkerTeam team = new(size);
        for (int run = 0; run < 3000; run++)
        {
            int count = run % 17;
            Counter counter = new(count);
            team.Run(count, counter);
            Assert.IsTrue(counter.Hits.All(h => h == 1), $"run {run} of {count} items: {string.Join(' ', counter.Hits)}");
        }
    }

    [TestMethod]
    public void Threads_that_fell_asleep_take_part_again()
    {
        using WorkerTeam team = new(2);
        for (int run = 0; run < 5; run++)
        {
            Thread.Sleep(20);
            Meeting meeting = new();
            team.Run(2, meeting);
            Assert.AreEqual(2, meeting.Arrived);
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public void An_exception_reaches_the_caller_and_the_team_stays_usable(int size)
    {
        using WorkerTeam team = new(size);
        for (int run = 0; run < 200; run++)
        {
            InvalidOperationException e = Assert.ThrowsExactly<InvalidOperationException>(() => team.Run(50, new Failing(failAt: 20)));
            Assert.AreEqual("item 20", e.Message);
            Counter counter = new(50);
            team.Run(50, counter);
            Assert.IsTrue(counter.Hits.All(h => h == 1));
        }
    }

    [TestMethod]
    public void A_run_allocates_nothing_on_the_calling_thread()
    {
        using WorkerTeam team = new(2);
        Counter counter = new(64);
        team.Run(64, counter);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int run = 0; run < 100; run++)
        {
            team.Run(64, counter);
        }

        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void A_disposed_team_refuses_work_and_a_size_below_one_is_refused()
    {
        WorkerTeam team = new(3);
        team.Dispose();
        team.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => team.Run(1, new Counter(1)));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new WorkerTeam(0));
    }

    private sealed class Counter(int count) : ITeamWork
    {
        public int[] Hits { get; } = new int[count];

        public void Execute(int item) => Interlocked.Increment(ref Hits[item]);
    }

    /// <summary>Two items that wait for each other, which only two threads can do.</summary>
    private sealed class Meeting : ITeamWork
    {
        private readonly Barrier _barrier = new(2);
        private int _arrived;

        public int Arrived => _arrived;

        public void Execute(int item)
        {
            Assert.IsTrue(_barrier.SignalAndWait(TimeSpan.FromSeconds(30)), "the other thread never came");
            Interlocked.Increment(ref _arrived);
        }
    }

    private sealed class Failing(int failAt) : ITeamWork
    {
        public void Execute(int item)
        {
            if (item == failAt)
            {
                throw new InvalidOperationException($"item {item}");
            }
        }
    }
}
