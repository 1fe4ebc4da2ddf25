namespace ModelGen;

/// <summary>How <see cref="QuantizedAttribute"/> chooses codes and what learns from them.</summary>
public enum QuantizedForm
{
    /// <summary>DPQ-VQ: the nearest centroid, gradients straight through to the queries. What MGQE uses.</summary>
    Nearest,

    /// <summary>
    /// DPQ-SX: the key with the greatest inner product, gradients through the softmax of the inner products; keys and served centroids are
    /// learned apart.
    /// </summary>
    Softmax,
}
