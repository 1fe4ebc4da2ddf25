using System;
using System.Collections.Immutable;

namespace ModelGen;

/// <summary>How a ranking is measured.</summary>
public sealed record RankingOptions
{
    /// <summary>Lengths K of the lists that are measured, each at least 1; 10 alone by default.</summary>
    public ImmutableArray<int> Cutoffs { get; init; } = [10];

    /// <summary>
    /// Whether items without a training pair are left out of the lists; false by default. It matters with a fixed cardinality, whose ids
    /// need not all occur; a vocabulary knows no other items.
    /// </summary>
    public bool TrainedItemsOnly { get; init; }

    /// <summary>Threads, 1 to 1,024; 0 (default) uses all cores. The result does not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// Where the items are scored: <see cref="Device.Cpu"/> (default), a CUDA device, or <see cref="Device.Auto"/>. A device ranks retrieval
    /// models, collapsed models whose score is an inner product ([Gmf], [MatrixFactorization], [TwoTower] and factorisation machines) with the
    /// scores of the CPU, and trained models of any host with scores that differ by roundings. Other collapsed models are ranked on the CPU, and
    /// refused when the device was asked for by number.
    /// </summary>
    public Device Device { get; init; }

    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    internal void Check()
    {
        if (Cutoffs.IsDefaultOrEmpty)
        {
            throw new ArgumentException($"{nameof(RankingOptions)}.{nameof(Cutoffs)} is empty; give at least one length of a list, such as 10.", nameof(Cutoffs));
        }

        foreach (int cutoff in Cutoffs)
        {
            if (cutoff < 1)
            {
                throw new ArgumentException($"{nameof(RankingOptions)}.{nameof(Cutoffs)} contains {cutoff}; the length of a list must be at least 1.", nameof(Cutoffs));
            }
        }

        if (Threads is < 0 or > WorkerTeam.MaximumSize)
        {
            throw new ArgumentException($"{nameof(RankingOptions)}.{nameof(Threads)} is {Threads}; it must be 1 to 1,024, or 0 for all cores.", nameof(Threads));
        }
    }
}
