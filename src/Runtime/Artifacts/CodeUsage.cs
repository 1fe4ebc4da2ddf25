namespace ModelGen;

/// <summary>How evenly the ids of a tier of a quantised embedding use the centroids.</summary>
/// <param name="Feature">Name of the feature.</param>
/// <param name="Tier">Number of the tier, 0 for the most frequent ids.</param>
/// <param name="Rows">Ids of the tier, rows for unknown values included.</param>
/// <param name="Choices">Centroids that they may use.</param>
/// <param name="Perplexity">
/// exp(-sum of p log p) over the shares p of the ids on each centroid, the mean over the parts: as many centroids, used evenly, would be as
/// varied. From 1 (all ids on one centroid of each part) to the smaller of Choices and Rows; 0 for a tier without rows.
/// </param>
public sealed record CodeUsage(string Feature, int Tier, long Rows, int Choices, double Perplexity);
