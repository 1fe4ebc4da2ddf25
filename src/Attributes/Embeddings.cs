using System;

namespace ModelGen;

/// <summary>
/// Base of the embedding parameterisations. On a categorical property it applies to that feature,
/// on the class it is the default of every categorical feature without its own.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public abstract class EmbeddingAttribute : Attribute
{
    /// <summary>The served width d, 1 to 1,024; up to 131,072 on the item of an <see cref="ElsaAttribute"/> model.</summary>
    public int Dimension { get; set; }
}

/// <summary>A plain table, n x d, started uniformly in +-sqrt(1/n).</summary>
public sealed class FullAttribute : EmbeddingAttribute;

/// <summary>
/// MLET (Deng et al., ACML 2023): trained as T (n x k) times P (k x d), served as the product E = T P, a plain n x d table.
/// T starts uniformly in +-sqrt(1/n), P at N(0, sigma^2).
/// </summary>
public sealed class MultiLayerAttribute : EmbeddingAttribute
{
    /// <summary>The inner dimension k, normally at least d (section 3 of the paper: k below d loses directions). 1 to 4,096.</summary>
    public int Inner { get; set; }

    /// <summary>Standard deviation of the start values of P; 0 (default) means the paper's 0.25 with DLRM and 0.5 with other hosts.</summary>
    public float Sigma { get; set; }
}

/// <summary>
/// A wide table of which every row keeps only its largest entries: trained with a support that shrinks level by level (compressed ELSA,
/// Vancura et al., WWW 2026), served as <see cref="Kept"/> pairs of index and value per row. On the item of an <see cref="ElsaAttribute"/>
/// model only. Started uniformly in +-sqrt(6 / (n + d)).
/// </summary>
public sealed class SparseAttribute : EmbeddingAttribute
{
    /// <summary>Entries k that a row keeps at the end of the schedule, 1 to <see cref="EmbeddingAttribute.Dimension"/>; at Dimension every entry is kept.</summary>
    public int Kept { get; set; }
}

/// <summary>The hashing trick: a table of <see cref="Rows"/> rows, id modulo Rows.</summary>
public sealed class HashedAttribute : EmbeddingAttribute
{
    /// <summary>Rows of the shared table, at least 1.</summary>
    public int Rows { get; set; }
}

/// <summary>
/// Quotient-remainder (compositional) embedding: the element-wise product of row id / Buckets of one table and
/// row id % Buckets of another. Both start symmetrically around zero, scaled so that the product has the spread of a plain table.
/// </summary>
public sealed class QuotientRemainderAttribute : EmbeddingAttribute
{
    /// <summary>Rows c of the remainder table; the quotient table has ceil(n / c) rows. At least 1.</summary>
    public int Buckets { get; set; }
}

/// <summary>A low-rank table: n x Rank times Rank x d, trained and served as the two factors.</summary>
public sealed class LowRankAttribute : EmbeddingAttribute
{
    /// <summary>The rank r, 1 to d.</summary>
    public int Rank { get; set; }
}

/// <summary>
/// DPQ (Chen et al., ICML 2020) with the tiers of MGQE (Kang et al., WWW 2020): trained as queries Q (n x d) and a codebook of K
/// centroids per part with straight-through gradients, served as one code per part and id, bit-packed, and the codebook.
/// Ids are in the order of their frequency, so a tier is a range of ids. Both start at N(0, 0.01^2).
/// </summary>
public sealed class QuantizedAttribute : EmbeddingAttribute
{
    /// <summary>Parts D that a vector is cut into, one code each; a divisor of <see cref="EmbeddingAttribute.Dimension"/>.</summary>
    public int Parts { get; set; }

    /// <summary>
    /// Centroids per part that the ids of each tier may use, the first ones of the shared codebook: powers of two, 4 to 65,536, none
    /// above the one before it. The paper's choice for two tiers is [256, 64].
    /// </summary>
    public int[] Choices { get; set; } = [256];

    /// <summary>
    /// Share of the vocabulary in each tier, the most frequent ids first; as many as <see cref="Choices"/>, together one. The paper's
    /// choice is [0.1f, 0.9f]. Rows for unknown values are in the last tier.
    /// </summary>
    public float[] Tiers { get; set; } = [1];

    /// <summary>
    /// With k above 0, the queries are the product of T (n x k) and P (k x d), as in <see cref="MultiLayerAttribute"/>, so that rare ids learn
    /// from frequent ones; 0 (default) for a plain table of queries. Up to 4,096.
    /// </summary>
    public int QueryInner { get; set; }

    /// <summary>How codes are chosen: the nearest centroid (default) or, with keys of their own, by inner products under a softmax.</summary>
    public QuantizedForm Form { get; set; }

    /// <summary>With <see cref="QuantizedForm.Softmax"/>, what the inner products are divided by before the softmax; positive, 1 by default.</summary>
    public float Temperature { get; set; } = 1;

    /// <summary>
    /// Whether each tier has a codebook of its own, of its number of <see cref="Choices"/>, instead of sharing the first centroids of one;
    /// false by default, as in the paper.
    /// </summary>
    public bool PrivateCodebooks { get; set; }

    /// <summary>
    /// With <see cref="PrivateCodebooks"/>, the parts of each tier instead of <see cref="Parts"/>: rare ids may have fewer, wider parts. Each
    /// a divisor of <see cref="EmbeddingAttribute.Dimension"/>. Empty (default) for the same parts in every tier.
    /// </summary>
    public int[] PartsPerTier { get; set; } = [];

    /// <summary>
    /// Whether all parts share one set of centroids, K x s instead of K x d floats; false by default (DPQ's sharing across
    /// sub-spaces).
    /// </summary>
    public bool SharedCodebook { get; set; }

    /// <summary>
    /// Whether the scores that codes are chosen by are batch-normalised per centroid, so that a centroid that is near to everything is
    /// chosen less and one that is far more; false by default, as in MGQE. Codes are no longer those of the nearest centroids.
    /// </summary>
    public bool NormalizeScores { get; set; }

    /// <summary>How the centroids follow the queries of the ids that chose them: by gradients (default) or as moving averages.</summary>
    public CodebookUpdate Codebook { get; set; }

    /// <summary>
    /// With <see cref="CodebookUpdate.MovingAverage"/>, what is kept of the averages in every step, above 0 and below 1; 0.99 by default,
    /// an average over about the last hundred batches.
    /// </summary>
    public float Decay { get; set; } = 0.99f;

    /// <summary>
    /// Optimiser steps after which centroids that fewer than 3 % of a fair share of the ids choose are moved to the queries of ids drawn
    /// at random; 0 (default) never does. A few hundred steps are sensible.
    /// </summary>
    public int ReseedEvery { get; set; }

    /// <summary>Weight of the term that pulls the queries to their centroids, at least 0. With 0 nothing keeps the queries from drifting away.</summary>
    public float Commitment { get; set; } = 1;
}
