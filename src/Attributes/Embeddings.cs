using System;

namespace ModelGen;

/// <summary>
/// Base of the embedding parameterisations. On a categorical property it applies to that feature,
/// on the class it is the default of every categorical feature without its own.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public abstract class EmbeddingAttribute : Attribute
{
    /// <summary>The served width d, 1 to 1,024.</summary>
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
