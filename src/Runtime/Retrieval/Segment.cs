using System.Collections.Immutable;

namespace ModelGen;

/// <summary>
/// A column of sparse item rows with one sign: a group of items that the model uses like an interest. Compressed ELSA reads the columns of
/// its rows as interpretable segments (section 2 of the digest).
/// </summary>
/// <param name="Column">Column, 0 to Dimension - 1.</param>
/// <param name="IsPositive">Whether the group holds the items with positive or with negative values in the column.</param>
/// <param name="Size">Number of items in the group.</param>
/// <param name="Top">The items with the largest values, largest first; the score is the absolute value.</param>
/// <param name="Nearest">The other segment with which most items are shared; null when none is.</param>
/// <param name="Overlap">Items shared with that segment divided by the items in either, 0 to 1.</param>
public sealed record Segment(int Column, bool IsPositive, int Size, ImmutableArray<Recommendation> Top, (int Column, bool IsPositive)? Nearest, double Overlap);
