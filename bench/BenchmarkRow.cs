namespace ModelGen.Bench;

/// <summary>One measured row.</summary>
/// <param name="Name">Name of the work.</param>
/// <param name="Unit">Unit of the figures.</param>
/// <param name="Ours">Our median.</param>
/// <param name="Peer">The peer's median in its best setting; null when the peer was not run.</param>
/// <param name="Ratio">How many times better we are; null without a peer.</param>
/// <param name="Goal">The ratio (or figure, without a peer) to reach.</param>
/// <param name="OfLimit">Share of the machine's measured limit, 0 to 1.</param>
/// <param name="Spread">(largest - smallest) / median of our runs.</param>
/// <param name="PeerSetting">The setting in which the peer was best.</param>
/// <param name="PeerSpread">(largest - smallest) / median of the peer's runs.</param>
/// <param name="OneThread">Our median on one thread; null where it was not measured.</param>
/// <param name="PlannedBytes">Planned memory of the run, parameters to data set; of a row that measures memory, the expected peak of the process.</param>
internal sealed record BenchmarkRow(
    string Name, string Unit, double Ours, double? Peer, double? Ratio, double Goal, double? OfLimit, double Spread,
    string PeerSetting = "", double? PeerSpread = null, double? OneThread = null, long? PlannedBytes = null);

/// <summary>How to measure.</summary>
/// <param name="Runs">Runs of each side.</param>
/// <param name="Threads">Our threads.</param>
/// <param name="Peers">Folder of the peer programs, or null.</param>
internal sealed record BenchmarkOptions(int Runs, int Threads, string? Peers);
