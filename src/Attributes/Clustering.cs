using System;

namespace ModelGen;

/// <summary>
/// CEL, clustered embedding learning (Chen et al., WWW 2023): all ids share <see cref="Clusters"/> vectors, and which id reads which
/// vector is learned. Training starts with <see cref="Initial"/> clusters, splits one cluster after another along the principal direction
/// of its members' gradients (GPCA), and from time to time moves ids to the cluster that fits their data best. Served as one cluster
/// number per id, bit-packed, and the vectors. Intervals count optimiser steps.
/// </summary>
public sealed class ClusteredAttribute : EmbeddingAttribute
{
    /// <summary>Most clusters M, 2 to 65,536, and at most the number of ids. The splits go on until there are so many.</summary>
    public int Clusters { get; set; }

    /// <summary>Clusters at the start, 1 (default) to <see cref="Clusters"/>; id i starts in cluster i modulo this number.</summary>
    public int Initial { get; set; } = 1;

    /// <summary>Steps from one split to the next (t2 in the paper's code), at least 1; 10 by default.</summary>
    public int SplitEvery { get; set; } = 10;

    /// <summary>Steps from one possible reassignment to the next (t1 in the paper's code), at least 1; 40 by default.</summary>
    public int ReassignEvery { get; set; } = 40;

    /// <summary>At which multiples of <see cref="ReassignEvery"/> ids are reassigned; the first and those with a prime number by default.</summary>
    public Reassignment Reassign { get; set; } = Reassignment.Prime;

    /// <summary>How a cluster is divided; along the principal direction of its members' gradients by default.</summary>
    public ClusterDivision Division { get; set; } = ClusterDivision.Gpca;

    /// <summary>Which cluster is split; the one with the most training data by default.</summary>
    public ClusterChoice ChooseBy { get; set; } = ClusterChoice.Data;

    /// <summary>Chance that an id keeps its cluster in a reassignment, 0 to below 1; 0.309 as in the paper's code by default.</summary>
    public float Keep { get; set; } = 0.309f;

    /// <summary>
    /// Most training examples of an id by which gradients and losses are measured when a model is trained in batches, 1 to 1,024; 128 by
    /// default. Fewer make splits and reassignments faster and the choices noisier.
    /// </summary>
    public int Interactions { get; set; } = 128;

    /// <summary>
    /// Whether the splits end when the last three together did not lower the validation loss by more than its noise; false by default.
    /// Needs validation data; looked at before every split.
    /// </summary>
    public bool StopWhenIdle { get; set; }

    /// <summary>
    /// With k above 0, from step k of a full-batch factorisation on every id has a vector of its own, which starts at its cluster's and is
    /// pulled to it; the clusters' vectors are then the means of their members' and every id is in the nearest cluster (the personalised phase
    /// of the paper's extension). The differences from the clusters' vectors are served beside the cluster numbers, normally quantised.
    /// 0 (default) for shared vectors alone. Only for [MatrixFactorization].
    /// </summary>
    public int PersonalFrom { get; set; }

    /// <summary>With <see cref="PersonalFrom"/>, weight of the squared distance of every id's vector from its cluster's, at least 0; 50 as in the paper's code by default.</summary>
    public float Pull { get; set; } = 50;

    /// <summary>
    /// With k above 0, every id adds to its cluster's vector a small one that is quantised in k parts as by <see cref="QuantizedAttribute"/>,
    /// a divisor of <see cref="EmbeddingAttribute.Dimension"/>; trained in batches. 0 (default) for none.
    /// </summary>
    public int ResidualParts { get; set; }

    /// <summary>With <see cref="ResidualParts"/>, centroids per part, a power of two, 4 to 65,536; 16 by default.</summary>
    public int ResidualChoices { get; set; } = 16;
}

/// <summary>When ids are reassigned.</summary>
public enum Reassignment
{
    /// <summary>After 1, 2, 3, 5, 7, 11, ... intervals: one or a prime number of them.</summary>
    Prime,

    /// <summary>After every interval.</summary>
    Every,

    /// <summary>Not at all.</summary>
    Never,
}

/// <summary>How the members of a cluster are divided in a split.</summary>
public enum ClusterDivision
{
    /// <summary>By the sign of their gradients along the principal direction of all members' gradients.</summary>
    Gpca,

    /// <summary>At random, in halves.</summary>
    Random,
}

/// <summary>Which cluster is split.</summary>
public enum ClusterChoice
{
    /// <summary>The one with the most training data.</summary>
    Data,

    /// <summary>The one whose summed gradient is the longest.</summary>
    GradientNorm,

    /// <summary>The one with the most members.</summary>
    Members,

    /// <summary>The one whose members have the greatest summed loss.</summary>
    Loss,
}
