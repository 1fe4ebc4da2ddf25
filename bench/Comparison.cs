using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Bench;

/// <summary>
/// Runs our work and the peer's in turn, several times, and takes the medians. The figures of a unit are either rates (higher is better) or
/// times (lower is better).
/// </summary>
/// <param name="Name">Name of the row.</param>
/// <param name="Unit">Unit of the figures.</param>
/// <param name="Goal">Ratio to reach.</param>
internal sealed record Comparison(string Name, string Unit, double Goal)
{
    /// <summary>Our figure from one run; the argument is the number of threads.</summary>
    public required Func<int, double> Ours { get; init; }

    /// <summary>The peer's figure from one run in its best setting; null when there is no peer.</summary>
    public Func<string, PeerFigure?>? Peer { get; init; }

    /// <summary>A peer that runs inside this process.</summary>
    public Func<double>? PeerHere { get; init; }

    /// <summary>Whether a lower figure is better.</summary>
    public bool LowerIsBetter { get; init; }

    /// <summary>Whether our work is measured on one thread too.</summary>
    public bool OneThread { get; init; }

    /// <summary>Share of the machine's limit that a figure of ours is, 0 to 1.</summary>
    public Func<double, double>? OfLimit { get; init; }

    /// <summary>Planned memory of our run in bytes.</summary>
    public long? PlannedBytes { get; init; }

    /// <summary>Measures the row. The first run of ours warms up and is not counted.</summary>
    public BenchmarkRow Measure(BenchmarkOptions options)
    {
        List<double> ours = [], one = [], peers = [];
        string setting = "";
        Ours(options.Threads);
        for (int run = 0; run < options.Runs; run++)
        {
            ours.Add(Ours(options.Threads));
            Console.WriteLine($"  {Name}: ours {ours[^1]:N1} {Unit}");
            if (OneThread)
            {
                one.Add(Ours(1));
                Console.WriteLine($"  {Name}: ours on one thread {one[^1]:N1} {Unit}");
            }

            if (PeerHere is { } here)
            {
                peers.Add(here());
                Console.WriteLine($"  {Name}: peer {peers[^1]:N1} {Unit}");
            }
            else if (Peer is { } peer && options.Peers is { } folder && peer(folder) is { } best)
            {
                peers.Add(best.Value);
                setting = best.Setting;
                Console.WriteLine($"  {Name}: peer {best.Value:N1} {Unit} ({best.Setting})");
            }
        }

        double median = Statistics.Median(ours);
        double? other = peers.Count > 0 ? Statistics.Median(peers) : null;
        return new BenchmarkRow(
            Name, Unit, median, other, LowerIsBetter ? other / median : median / other, Goal, OfLimit?.Invoke(median), Statistics.Spread(ours), setting,
            peers.Count > 0 ? Statistics.Spread(peers) : null, one.Count > 0 ? Statistics.Median(one) : null, PlannedBytes);
    }
}

/// <summary>A figure of a peer.</summary>
/// <param name="Value">The figure.</param>
/// <param name="Setting">The setting in which it was reached.</param>
internal readonly record struct PeerFigure(double Value, string Setting);

/// <summary>Small statistics.</summary>
internal static class Statistics
{
    public static double Median(IReadOnlyCollection<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>(Largest - smallest) / median.</summary>
    public static double Spread(IReadOnlyCollection<double> values) => (values.Max() - values.Min()) / Median(values);
}
