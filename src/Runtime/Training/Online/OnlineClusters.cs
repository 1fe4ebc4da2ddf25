using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// The clusters of one side under a stream of interactions: what every id has met lately, what every cluster needs for its next split, and the
/// splits that members have still to be routed through. Costs are counted in vectors of the width that are read.
/// </summary>
internal sealed class OnlineClusters
{
    // Popular clusters that are tried for an id, and how many interactions their ranking holds.
    private const int Popular = 4;
    private const int RankEvery = 1024;

    // An id is looked at again whenever what is remembered of it has been replaced so many times.
    private const int Recheck = 2;
    private const int TryStream = 1 << 22;

    private readonly OnlineSide _own;
    private readonly OnlineOptions _options;
    private readonly CounterRandom _random;
    private readonly int[] _sizes;
    private readonly List<int> _tried = [];
    private readonly float[] _gradient;
    private readonly float[] _bestGradient;

    /// <summary>Prepares the clusters of a side.</summary>
    public OnlineClusters(OnlineSide own, OnlineOptions options)
    {
        (_own, _options) = (own, options);
        _random = new CounterRandom(options.Seed, TryStream + own.Index);
        Seen = new int[Assignment.Clusters.Length];
        _sizes = new int[Assignment.Capacity];
        Assignment.Sizes().CopyTo(_sizes, 0);
        Clusters = new OnlineCluster[Assignment.Capacity];
        for (int q = 0; q < Clusters.Length; q++)
        {
            Clusters[q] = new OnlineCluster();
        }

        (_gradient, _bestGradient) = (new float[own.Width], new float[own.Width]);
    }

    /// <summary>Splits of its cluster that every id has been routed through.</summary>
    public int[] Seen { get; }

    /// <summary>What is known of every cluster.</summary>
    public OnlineCluster[] Clusters { get; }

    /// <summary>The most popular clusters when they were last ranked.</summary>
    public int[] Ranking { get; set; } = [];

    /// <summary>Interactions since the clusters were last ranked.</summary>
    public int SinceRanking { get; set; }

    /// <summary>Random numbers drawn.</summary>
    public long Draws { get; set; }

    /// <summary>Vectors read.</summary>
    public long Work { get; set; }

    /// <summary>Ids that were moved by a reassignment.</summary>
    public long Moves { get; set; }

    private Assignment Assignment => _own.Table.Assignment!;

    private bool MaySplit => Assignment.Live < Assignment.Capacity;

    /// <summary>Routes an id through the splits of its cluster since it was last seen.</summary>
    public void CatchUp(int id)
    {
        while (Next(id, Assignment.Clusters[id], Seen[id]) is { } split)
        {
            if (split.Leaves(Gradient(id, Assignment.Clusters[id])) && _sizes[Assignment.Clusters[id]] > 1)
            {
                Move(id, split.Child, 0);
            }
            else
            {
                Seen[id]++;
            }
        }
    }

    /// <summary>The cluster an id would be routed to now.</summary>
    public int Destination(int id)
    {
        (int cluster, int seen) = (Assignment.Clusters[id], Seen[id]);
        while (Next(id, cluster, seen) is { } split)
        {
            (cluster, seen) = split.Leaves(Gradient(id, cluster)) ? (split.Child, 0) : (cluster, seen + 1);
        }

        return cluster;
    }

    /// <summary>After an interaction of an id: moves it when its number of interactions is a power of two (or what is remembered of it has been replaced twice), and splits its cluster when that is due.</summary>
    public void AfterInteraction(int id)
    {
        int count = _own.Ring.Counts[id];
        if (count > 1 && ((count & (count - 1)) == 0 || count % (Recheck * _options.Remembered) == 0))
        {
            Reassign(id);
        }
        else if (count % _options.Remembered == 0 && MaySplit)
        {
            Remember(id, Gradient(id, Assignment.Clusters[id]));
        }

        int cluster = Assignment.Clusters[id];
        Clusters[cluster].SinceSplit++;
        Clusters[cluster].Recent++;
        if (MaySplit && Clusters[cluster].SinceSplit >= _options.FirstSplit(_own.Width) << Math.Min(Clusters[cluster].Generation, 32))
        {
            Split(cluster);
        }

        if (++SinceRanking >= Math.Max(RankEvery, Assignment.Capacity))
        {
            Rank();
        }
    }

    /// <summary>Gives a cluster whose vector is all zero, which no gradient of a clamped product can leave, that of the most popular one.</summary>
    public void Revive(int cluster)
    {
        Work++;
        if (_own.Table.Parameter.NonNegative && Ranking.Length > 0 && Ranking[0] != cluster
            && _own.Table.Values.Span((long)cluster * _own.Width, _own.Width).IndexOfAnyExcept(0f) < 0)
        {
            ClusterDivider.CopyRow(_own.Table, _own.Optimizer, Ranking[0], cluster);
        }
    }

    private OnlineSplit? Next(int id, int cluster, int seen) =>
        _own.Ring.Counts[id] > 0 && seen < Clusters[cluster].Splits.Count ? Clusters[cluster].Splits[seen] : null;

    // Its own cluster, its kin, the popular ones and some at random are tried on what is remembered of an id; the least loss wins, a tie stays.
    private void Reassign(int id)
    {
        int from = Assignment.Clusters[id], best = from;
        double least = _own.Loss(id, from, _bestGradient);
        Work += _own.Ring.Held(id);
        _tried.Clear();
        _tried.Add(from);
        Try(Clusters[from].Parent);
        Try(Clusters[from].Splits.Count > 0 ? Clusters[from].Splits[^1].Child : -1);
        foreach (int popular in Ranking)
        {
            Try(popular);
        }

        for (int i = 0; i < _options.Candidates && Assignment.Live > 1; i++)
        {
            Try((int)(_random.Uniform(Draws++) * Assignment.Live));
        }

        if (best != from && _sizes[from] > 1)
        {
            Moves++;
            Move(id, best, Clusters[best].Splits.Count);
        }

        if (MaySplit)
        {
            Remember(id, _bestGradient);
        }

        void Try(int cluster)
        {
            if (cluster < 0 || _tried.Count >= _options.Candidates || _tried.Contains(cluster))
            {
                return;
            }

            _tried.Add(cluster);
            double loss = _own.Loss(id, cluster, _gradient);
            Work += _own.Ring.Held(id);
            if (loss < least && _sizes[from] > 1)
            {
                (least, best) = (loss, cluster);
                _gradient.CopyTo(_bestGradient, 0);
            }
        }
    }

    private void Split(int cluster)
    {
        OnlineCluster parent = Clusters[cluster];
        int child = Assignment.Live;
        parent.SinceSplit = 0;
        if (parent.Window?.Divide(child, id => Assignment.Clusters[id] == cluster) is not var (split, leaving) || leaving.Length >= _sizes[cluster])
        {
            return;
        }

        Work += GradientWindow.SplitCost(_own.Width);
        foreach (int id in parent.Window.Asked)
        {
            // Those in the window have been asked; the others are when they are next seen.
            Seen[id] += Assignment.Clusters[id] == cluster && Seen[id] == parent.Splits.Count ? 1 : 0;
        }

        ClusterDivider.Split(_own.Table, _own.Optimizer, cluster, leaving);
        parent.Splits.Add(split);
        foreach (int id in leaving)
        {
            Seen[id] = 0;
        }

        _sizes[cluster] -= leaving.Length;
        _sizes[child] = leaving.Length;
        parent.Window = null;
        Clusters[child].Generation = ++parent.Generation;
        Clusters[child].Parent = cluster;
        if (!MaySplit)
        {
            // No split is left, and so nothing to remember for one.
            Array.ForEach(Clusters, c => c.Window = null);
        }
    }

    private void Rank()
    {
        SinceRanking = 0;
        Ranking = [.. Enumerable.Range(0, Assignment.Live).OrderByDescending(q => Clusters[q].Recent).Take(Popular)];
        Work += Assignment.Live / _own.Width;
        for (int q = 0; q < Assignment.Live; q++)
        {
            Clusters[q].Recent /= 2;
        }
    }

    private void Remember(int id, ReadOnlySpan<float> gradient)
    {
        Work++;
        (Clusters[Assignment.Clusters[id]].Window ??= new GradientWindow(_own.Width)).Add(id, gradient);
    }

    private ReadOnlySpan<float> Gradient(int id, int cluster)
    {
        Work += _own.Ring.Held(id) + 1;
        _own.Loss(id, cluster, _gradient);
        return _gradient;
    }

    private void Move(int id, int cluster, int seen)
    {
        _sizes[Assignment.Clusters[id]]--;
        _sizes[cluster]++;
        Assignment.Clusters[id] = cluster;
        Seen[id] = seen;
    }
}

/// <summary>What a stream of interactions has left of a cluster.</summary>
internal sealed class OnlineCluster
{
    /// <summary>Interactions of its members since it was last split.</summary>
    public long SinceSplit { get; set; }

    /// <summary>Interactions of its members lately: halved at every ranking.</summary>
    public long Recent { get; set; }

    /// <summary>How often it and those it came from were split.</summary>
    public int Generation { get; set; }

    /// <summary>The cluster it was split from, or -1.</summary>
    public int Parent { get; set; } = -1;

    /// <summary>Its splits so far.</summary>
    public List<OnlineSplit> Splits { get; } = [];

    /// <summary>Gradients of its members since its last split; null before the first and when no split is left.</summary>
    public GradientWindow? Window { get; set; }
}
