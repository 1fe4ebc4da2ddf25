using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Cuda;

namespace ModelGen;

/// <content>Lists for many users at once.</content>
public sealed partial class TrainedRetriever<TModel>
{
    /// <summary>The best items for many histories, best first; the items of a history and those never seen in training are left out. Of equal scores the lower id comes first.</summary>
    /// <param name="histories">Ids of items, one array per list.</param>
    /// <param name="count">Length of the lists, at least 1; shorter when there are not as many items. At most 1,024 on a device.</param>
    /// <param name="options">Threads or device; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item, or <paramref name="count"/> is out of range.</exception>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    /// <exception cref="DeviceException">The device asked for cannot be used.</exception>
    public Recommendation[][] Recommend(IReadOnlyList<int[]> histories, int count, RankingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(histories);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        options ??= new RankingOptions();
        options.Check();
        InteractionMatrix told = InteractionMatrix.From(histories.Count, Rows.Rows, [.. histories.SelectMany((history, user) => history.Select(_ => user))], [.. histories.SelectMany(history => history)]);
        int length = int.Min(count, Rows.Rows);
        (int[] items, float[] scores) = DeviceChoice.Open(options.Device, lacking: null, out _) is { } device
            ? ListsOn(device, told, length)
            : ListsOnCpu(options, told, length);
        return [.. Enumerable.Range(0, histories.Count).Select(user => Enumerable.Range(user * length, length)
            .Where(at => items[at] >= 0).Select(at => new Recommendation(items[at], Items.KeyText(items[at]), scores[at])).ToArray())];
    }

    private (int[] Items, float[] Scores) ListsOnCpu(RankingOptions options, InteractionMatrix told, int length)
    {
        using WorkerTeam team = new(TrainingOptions.CountThreads(options.Threads));
        return TopLists.Find(new UnitRowsQueryScorer(Rows, told, team.Size), told, Unseen(), length, team);
    }

    private (int[] Items, float[] Scores) ListsOn(CudaDevice device, InteractionMatrix told, int length)
    {
        using DeviceRanker ranker = new(device, new UnitRowsDeviceScorer(Rows));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, RankingKernels.MostItems);
        return ranker.Top(told, Unseen(), length);
    }
}
