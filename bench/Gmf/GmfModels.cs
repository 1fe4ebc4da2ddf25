namespace ModelGen.Bench;

/// <summary>The inputs of the recommendation benchmark: a user, an item and whether they met.</summary>
public class GmfFields
{
    /// <summary>Whether the user took the item.</summary>
    [Label]
    public bool Taken { get; set; }

    /// <summary>The user, 6,040 of them.</summary>
    [User]
    public int User { get; set; }

    /// <summary>The item, 3,416 of them, the most frequent ones first.</summary>
    [Item]
    public int Item { get; set; }
}

/// <summary>Plain tables; every row moves in every step, as with the peer's Adam.</summary>
[EmbeddingModel]
[Gmf]
[Full(Dimension = 64)]
[Adam(LearningRate = 0.001f, Epsilon = 1e-8f, Lazy = false)]
public partial class GmfPlain : GmfFields;

/// <summary>Plain tables; rows rest while they do not occur.</summary>
[EmbeddingModel]
[Gmf]
[Full(Dimension = 64)]
[Adam(LearningRate = 0.001f, Epsilon = 1e-8f)]
public partial class GmfLazy : GmfFields;

/// <summary>Multi-granular quantised embeddings: 16 parts, 256 centroids for the first tenth of the ids and 64 for the rest.</summary>
[EmbeddingModel]
[Gmf]
[Quantized(Dimension = 64, Parts = 16, Choices = [256, 64], Tiers = [0.1f, 0.9f])]
[Adam(LearningRate = 0.001f, Epsilon = 1e-8f, Lazy = false)]
public partial class GmfMgqe : GmfFields;

/// <summary>The same; rows rest while they do not occur.</summary>
[EmbeddingModel]
[Gmf]
[Quantized(Dimension = 64, Parts = 16, Choices = [256, 64], Tiers = [0.1f, 0.9f])]
[Adam(LearningRate = 0.001f, Epsilon = 1e-8f)]
public partial class GmfMgqeLazy : GmfFields;
