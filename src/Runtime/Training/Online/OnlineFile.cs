using System;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>What an online trainer keeps beside its model, as tensors of its checkpoint: per clustered side the rings, the clusters, the splits and the windows.</summary>
internal static class OnlineFile
{
    private const int ClusterNumbers = 4;

    /// <summary>Adds a side to a file.</summary>
    public static void Add(SafeTensorsWriter writer, OnlineSide side)
    {
        OnlineClusters clusters = side.Clusters!;
        OnlineRing ring = side.Ring;
        (string name, int ids) = (Prefix(side), ring.Counts.Length);
        writer.Add(name + "counts", ring.Counts, ids);
        writer.Add(name + "others", ring.Others, ids, ring.Length);
        writer.Add(name + "labels", ring.Labels, ids, ring.Length);
        writer.Add(name + "seen", clusters.Seen, ids);
        long[] numbers = [.. clusters.Clusters.SelectMany(c => new[] { c.SinceSplit, c.Recent, c.Generation, c.Parent })];
        writer.Add(name + "clusters", numbers, clusters.Clusters.Length, ClusterNumbers);
        writer.Add<int>(name + "ranking", clusters.Ranking, clusters.Ranking.Length);
        long[] state = [clusters.SinceRanking, clusters.Draws, clusters.Work, clusters.Moves];
        writer.Add(name + "state", state, state.Length);
        (int Parent, OnlineSplit Split)[] splits = [.. clusters.Clusters.SelectMany((c, q) => c.Splits.Select(split => (q, split)))];
        int[] ends = [.. splits.SelectMany(s => new[] { s.Parent, s.Split.Child })];
        double[] directions = [.. splits.SelectMany(s => s.Split.Direction.Append(s.Split.Offset))];
        writer.Add(name + "splits", ends, splits.Length, 2);
        writer.Add(name + "directions", directions, splits.Length, side.Width + 1);
        (int Cluster, GradientWindow Window)[] windows = [.. clusters.Clusters.Select((c, q) => (q, c.Window!)).Where(w => w.Item2 is not null)];
        int[] counts = [.. windows.SelectMany(w => new[] { w.Cluster, w.Window.Count })], members = [.. windows.SelectMany(w => w.Window.Members)];
        float[] gradients = [.. windows.SelectMany(w => w.Window.Gradients)];
        writer.Add(name + "windows", counts, windows.Length, 2);
        writer.Add(name + "members", members, windows.Length, GradientWindow.Length);
        writer.Add(name + "gradients", gradients, windows.Length, GradientWindow.Length, side.Width);
    }

    /// <summary>Reads a side into a freshly made one.</summary>
    /// <exception cref="CheckpointFormatException">The tensors are missing or not sound.</exception>
    public static void Read(SafeTensorsReader file, OnlineSide side)
    {
        OnlineClusters clusters = side.Clusters!;
        OnlineRing ring = side.Ring;
        (string name, int ids, int live) = (Prefix(side), ring.Counts.Length, side.Table.Assignment!.Live);
        int others = checked((int)side.Other.Vocabulary.Rows);
        Ints("counts", ids).CopyTo(ring.Counts, 0);
        Ints("others", ids, ring.Length).CopyTo(ring.Others, 0);
        file.Require(name + "labels", SafeTensorType.F32, ids, ring.Length);
        file.Read(name + "labels", ring.Labels.AsSpan());
        Ints("seen", ids).CopyTo(clusters.Seen, 0);
        long[] numbers = Longs("clusters", clusters.Clusters.Length, ClusterNumbers), state = Longs("state", 4);
        for (int q = 0; q < clusters.Clusters.Length; q++)
        {
            OnlineCluster cluster = clusters.Clusters[q];
            Span<long> own = numbers.AsSpan(q * ClusterNumbers, ClusterNumbers);
            Sound(own[2] is >= 0 and < 64 && own[3] >= -1 && own[3] < live, "clusters");
            (cluster.SinceSplit, cluster.Recent, cluster.Generation, cluster.Parent) = (own[0], own[1], (int)own[2], (int)own[3]);
        }

        clusters.Ranking = Ints("ranking", -1);
        (clusters.SinceRanking, clusters.Draws, clusters.Work, clusters.Moves) = ((int)state[0], state[1], state[2], state[3]);
        int[] splits = Ints("splits", -1, 2);
        file.Require(name + "directions", SafeTensorType.F64, splits.Length / 2, side.Width + 1);
        double[] directions = file.ReadArray<double>(name + "directions");
        for (int s = 0; s < splits.Length / 2; s++)
        {
            Sound((uint)splits[2 * s] < (uint)live && (uint)splits[(2 * s) + 1] < (uint)live, "splits");
            Span<double> own = directions.AsSpan(s * (side.Width + 1), side.Width + 1);
            clusters.Clusters[splits[2 * s]].Splits.Add(new OnlineSplit(splits[(2 * s) + 1], own[..^1].ToArray(), own[^1]));
        }

        int[] windows = Ints("windows", -1, 2), members = Ints("members", windows.Length / 2, GradientWindow.Length);
        file.Require(name + "gradients", SafeTensorType.F32, windows.Length / 2, GradientWindow.Length, side.Width);
        float[] gradients = file.ReadArray<float>(name + "gradients");
        for (int w = 0; w < windows.Length / 2; w++)
        {
            Sound((uint)windows[2 * w] < (uint)live && windows[(2 * w) + 1] >= 0, "windows");
            GradientWindow window = clusters.Clusters[windows[2 * w]].Window = new GradientWindow(side.Width) { Count = windows[(2 * w) + 1] };
            members.AsSpan(w * GradientWindow.Length, GradientWindow.Length).CopyTo(window.Members);
            gradients.AsSpan(w * window.Gradients.Length, window.Gradients.Length).CopyTo(window.Gradients);
        }

        Sound(!ring.Counts.AsSpan().ContainsAnyExceptInRange(0, int.MaxValue), "counts");
        Sound(!ring.Others.AsSpan().ContainsAnyExceptInRange(0, others - 1), "others");
        Sound(!clusters.Seen.AsSpan().ContainsAnyExceptInRange(0, int.MaxValue), "seen");
        Sound(!clusters.Ranking.AsSpan().ContainsAnyExceptInRange(0, live - 1), "ranking");
        Sound(!members.AsSpan().ContainsAnyExceptInRange(0, ids - 1), "members");

        int[] Ints(string tensor, params long[] shape)
        {
            file.Require(name + tensor, SafeTensorType.I32, shape);
            return file.ReadArray<int>(name + tensor);
        }

        long[] Longs(string tensor, params long[] shape)
        {
            file.Require(name + tensor, SafeTensorType.I64, shape);
            return file.ReadArray<long>(name + tensor);
        }

        void Sound(bool holds, string tensor)
        {
            if (!holds)
            {
                throw file.Error($"The tensor '{name}{tensor}' is not sound: it names ids or clusters that do not exist.");
            }
        }
    }

    private static string Prefix(OnlineSide side) => $"online/{side.Table.Parameter.Name}.";
}
