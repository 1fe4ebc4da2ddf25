using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;

namespace ModelGen;

/// <summary>
/// Quality of the lists of items that a model ranks for its users: every item of the catalogue is a candidate but those the user has met
/// before. The place of an item is the number of candidates with a larger score and half of those with an equal one.
/// </summary>
public sealed record RankingEvaluation
{
    /// <summary>Users whose lists were measured.</summary>
    public required int Users { get; init; }

    /// <summary>Held-out items of these users, which their lists should hold.</summary>
    public required long HeldOut { get; init; }

    /// <summary>Items of the catalogue.</summary>
    public required int Items { get; init; }

    /// <summary>Users left out because the model does not know them, or none of their held-out items could be found.</summary>
    public required int LeftOutUsers { get; init; }

    /// <summary>Held-out pairs left out because the item is not in the catalogue.</summary>
    public required long UnknownItems { get; init; }

    /// <summary>Held-out pairs left out because the user has met the item before, which removes it from the list.</summary>
    public required long MetBefore { get; init; }

    /// <summary>The measures, one for every length of a list asked for.</summary>
    public required ImmutableArray<RankingAt> Cutoffs { get; init; }

    /// <summary>The measures of lists of one length.</summary>
    /// <param name="length">A length that was asked for.</param>
    /// <exception cref="ArgumentOutOfRangeException">It was not asked for.</exception>
    public RankingAt At(int length) => Cutoffs.FirstOrDefault(c => c.Length == length)
        ?? throw new ArgumentOutOfRangeException(nameof(length), length, $"Lists of length {length} were not measured; {nameof(RankingOptions)}.{nameof(RankingOptions.Cutoffs)} had {string.Join(", ", Cutoffs.Select(c => c.Length))}.");

    /// <summary>The measures on one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", Cutoffs)} ({Users} users)");
}

/// <summary>Means over the users, for lists of one length K.</summary>
/// <param name="Length">The length K.</param>
/// <param name="HitRate">HR@K: the share of users with a held-out item among the first K.</param>
/// <param name="Ndcg">
/// NDCG@K: the sum of 1 / log2(place + 2) over the held-out items among the first K, the best place being 0, divided by the largest
/// that the number of held-out items allows.
/// </param>
/// <param name="Recall">Recall@K, calibrated: held-out items among the first K, divided by the smaller of K and their number.</param>
public sealed record RankingAt(int Length, double HitRate, double Ndcg, double Recall)
{
    /// <summary>The measures on one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"HR@{Length} {HitRate:F4}, NDCG@{Length} {Ndcg:F4}, recall@{Length} {Recall:F4}");
}
