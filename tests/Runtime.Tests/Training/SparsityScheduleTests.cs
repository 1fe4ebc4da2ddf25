using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Tests.Training;

/// <summary>The level lists of section 4.1 of the compressed ELSA digest.</summary>
[TestClass]
public sealed class SparsityScheduleTests
{
    [TestMethod]
    public void The_published_exponential_example_has_its_70_pruning_epochs()
    {
        SparsityLevel[] levels = [.. new SparsitySchedule { EpochsPerHalving = 10 }.Levels(4096, 16, 10)];
        Assert.HasCount(71, levels);
        CollectionAssert.AreEqual(new[] { 4096, 1910, 1782 }, levels[..3].Select(l => l.Kept).ToArray());
        foreach ((int epoch, int kept) in new[] { (10, 1024), (20, 512), (30, 256), (40, 128), (50, 64), (60, 32), (69, 17) })
        {
            Assert.AreEqual(new SparsityLevel(kept, 1, kept), levels[epoch], $"epoch {epoch}");
        }

        Assert.AreEqual(new SparsityLevel(16, 10, 16), levels[70]);
    }

    [TestMethod]
    [DataRow(128, 40, 137)]
    [DataRow(64, 50, 68)]
    [DataRow(32, 60, 34)]
    [DataRow(8, 80, 8)]
    public void Other_targets_end_where_the_published_runs_end(int kept, int epochs, int last)
    {
        var levels = new SparsitySchedule { EpochsPerHalving = 10 }.Levels(4096, kept, 10);
        Assert.AreEqual(epochs, levels.Length - 1);
        Assert.AreEqual(last, levels[^2].Kept);
    }

    [TestMethod]
    public void The_reference_run_is_reproduced()
    {
        int[] kept = [.. new SparsitySchedule().Levels(1024, 16, 10).Select(l => l.Kept)];
        CollectionAssert.AreEqual(new[] { 1024, 445, 388 }, kept[..3]);
        CollectionAssert.AreEqual(new[] { 18, 16 }, kept[^2..]);
        Assert.HasCount(26, kept);
    }

    [TestMethod]
    public void Linear_levels_fall_by_one_step()
    {
        SparsityLevel[] levels = [.. new SparsitySchedule { Kind = SparsityKind.Linear, EpochsPerHalving = 10 }.Levels(4096, 16, 10)];
        Assert.HasCount(71, levels);
        int step = (4096 - 16) / 70;
        for (int i = 0; i < 70; i++)
        {
            Assert.AreEqual(new SparsityLevel(4096 - (i * step), 1, 4096 - (i * step)), levels[i]);
        }
    }

    [TestMethod]
    public void Step_wise_levels_are_the_published_list()
    {
        SparsityLevel[] levels = [.. new SparsitySchedule { Kind = SparsityKind.StepWise, EpochsPerHalving = 10 }.Levels(4096, 16, 10)];
        CollectionAssert.AreEqual(new[] { 4096, 1024, 512, 256, 128, 64, 32, 16 }, levels.Select(l => l.Kept).ToArray());
        Assert.IsTrue(levels.All(l => l.Epochs == 10));
    }

    [TestMethod]
    public void One_shot_goes_from_all_entries_to_the_target()
    {
        SparsityLevel[] levels = [.. new SparsitySchedule { Kind = SparsityKind.OneShot, EpochsPerHalving = 7 }.Levels(4096, 16, 20)];
        CollectionAssert.AreEqual(new[] { new SparsityLevel(4096, 7, 4096), new SparsityLevel(16, 20, 16) }, levels);
    }

    [TestMethod]
    public void The_smooth_schedule_has_no_jump_and_the_same_length()
    {
        int[] kept = [.. new SparsitySchedule { Kind = SparsityKind.SmoothExponential, EpochsPerHalving = 10 }.Levels(4096, 16, 10).Select(l => l.Kept)];
        Assert.HasCount(71, kept);
        Assert.AreEqual(4096, kept[0]);
        for (int i = 1; i < kept.Length; i++)
        {
            Assert.IsGreaterThan(0.85, (double)kept[i] / kept[i - 1], $"epoch {i}");
        }
    }

    [TestMethod]
    public void Every_schedule_falls_to_the_target_and_dense_rows_have_one_level()
    {
        foreach (SparsityKind kind in Enum.GetValues<SparsityKind>())
        {
            var schedule = new SparsitySchedule { Kind = kind, EpochsPerHalving = 3 };
            CollectionAssert.AreEqual(new[] { new SparsityLevel(50, 4, 50) }, schedule.Levels(50, 50, 4).ToArray());
            foreach ((int r, int v) in new[] { (2, 1), (100, 99), (100, 51), (100, 1), (1000, 7) })
            {
                int[] kept = [.. schedule.Levels(r, v, 4).Select(l => l.Kept)];
                Assert.AreEqual(v, kept[^1], $"{kind} {r} {v}");
                Assert.IsTrue(kept.Zip(kept.Skip(1), (a, b) => b <= a).All(falls => falls), $"{kind} {r} {v}: {string.Join(" ", kept)}");
                Assert.IsTrue(kind == SparsityKind.Constant ? kept.Length == 1 : kept[0] == r, $"{kind} {r} {v}");
            }
        }
    }

    [TestMethod]
    public void Entries_chosen_in_every_step_are_chosen_among_those_of_the_level_before()
    {
        var schedule = new SparsitySchedule { Kind = SparsityKind.StepWise, Support = SupportChoice.EveryStep, EpochsPerHalving = 2 };
        CollectionAssert.AreEqual(
            new[] { new SparsityLevel(64, 2, 64), new SparsityLevel(16, 2, 64), new SparsityLevel(8, 3, 16) }, schedule.Levels(64, 8, 3).ToArray());
        CollectionAssert.AreEqual(new[] { new SparsityLevel(8, 3, 64) }, (schedule with { Kind = SparsityKind.Constant }).Levels(64, 8, 3).ToArray());
    }

    [TestMethod]
    public void Numbers_out_of_range_are_refused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SparsitySchedule().Levels(10, 11, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SparsitySchedule().Levels(10, 0, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SparsitySchedule().Levels(10, 2, -1));
    }
}
