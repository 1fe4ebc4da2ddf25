using System.Collections.Immutable;

namespace ModelGen.Compiled;

/// <summary>A product-quantised embedding: which parameters are its queries and codebook, and how codes are chosen.</summary>
public sealed record QuantizedFeature
{
    /// <summary>Index of the categorical feature.</summary>
    public required int Feature { get; init; }

    /// <summary>Index of the table of queries, or of T when the queries are a product T P.</summary>
    public required int Queries { get; init; }

    /// <summary>Name of the codebook, a dense parameter with a transposed copy.</summary>
    public required string Codebook { get; init; }

    /// <summary>Name of the factor P when the queries are a product T P; null when they are a table.</summary>
    public string? Factor { get; init; }

    /// <summary>Name of the keys of the softmax form, by whose inner products codes are chosen; null when the nearest centroid is.</summary>
    public string? Keys { get; init; }

    /// <summary>Name of the averaged lookups per centroid and part; null when the centroids follow gradients.</summary>
    public string? Counts { get; init; }

    /// <summary>Name of the running moments that scores are normalised by; null when they are not.</summary>
    public string? Statistics { get; init; }

    /// <summary>What is added to the variance of scores that are normalised.</summary>
    public float Epsilon { get; init; }

    /// <summary>Codes per id in training: the least common multiple of the parts of the tiers.</summary>
    public required int Parts { get; init; }

    /// <summary>Whether all parts share one set of centroids, as wide as a part.</summary>
    public bool Shared { get; init; }

    /// <summary>The tiers, from the most frequent ids on.</summary>
    public required ImmutableArray<QuantizedTier> Tiers { get; init; }

    /// <summary>Steps between re-seedings of centroids that are hardly used, or 0 for none.</summary>
    public int ReseedEvery { get; init; }
}

/// <summary>A tier of a quantised embedding.</summary>
/// <param name="Choices">Centroids that its ids may use.</param>
/// <param name="End">Share of the vocabulary up to the end of the tier; 1 for the last, to which the rows for unknown values belong.</param>
/// <param name="First">The first of these centroids, a row of the codebook; 0 where tiers share a prefix.</param>
/// <param name="Repeat">Neighbouring parts that have one code; more than 1 in a tier with fewer parts than others.</param>
public readonly record struct QuantizedTier(int Choices, decimal End, int First, int Repeat)
{
    /// <summary>Whether ids of the tier may use a centroid.</summary>
    public bool MayUse(int centroid) => centroid >= First && centroid < First + Choices;
}
