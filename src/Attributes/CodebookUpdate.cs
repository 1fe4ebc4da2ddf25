namespace ModelGen;

/// <summary>How the centroids of <see cref="QuantizedAttribute"/> follow the queries.</summary>
public enum CodebookUpdate
{
    /// <summary>By the optimiser, with the gradient of the mean squared distance between centroids and queries, as the authors of DPQ do.</summary>
    Gradient,

    /// <summary>
    /// As moving averages of the queries that chose them (k-means over the latest batches). The optimiser and its rates do not touch them.
    /// </summary>
    MovingAverage,
}
