namespace ModelGen.MovieLens;

// Rating prediction with shared vectors: users in plain tables, or both sides clustered.

/// <summary>Movies hashed to 50 vectors by their number, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.05f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class HashedItems : Viewer
{
    /// <summary>Number of the movie.</summary>
    [Item(Cardinality = 3953), Hashed(Dimension = 64, Rows = 50)]
    public int Movie { get; set; }
}

/// <summary>Movies in 50 clusters of equal size, drawn at random, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.05f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class RandomClusters : Viewer
{
    /// <summary>Place of the movie in a shuffled list.</summary>
    [Item(Cardinality = 3706), Clustered(Dimension = 64, Clusters = 50, Initial = 50, Reassign = Reassignment.Never)]
    public int Movie { get; set; }
}

/// <summary>Movies in 50 clusters, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.07f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class CelItems : Viewer
{
    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50)]
    public int Movie { get; set; }
}

/// <summary>Movies in 50 clusters without the clamp at zero, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(L2 = 0.07f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class CelItemsFree : Viewer
{
    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50)]
    public int Movie { get; set; }
}

/// <summary>Movies in 50 clusters by the paper's own rule: plain gradient descent and a penalty per id, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2PerId = 5f), Sgd, Full(Dimension = 64)]
public sealed partial class CelItemsSgd : Viewer
{
    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50)]
    public int Movie { get; set; }
}

/// <summary>Movies in 50 clusters that are split and never reassigned, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.07f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class CelFixed : Viewer
{
    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50, Reassign = Reassignment.Never)]
    public int Movie { get; set; }
}

/// <summary>Movies in 50 clusters that are split at random, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.07f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class CelRandom : Viewer
{
    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50, Division = ClusterDivision.Random)]
    public int Movie { get; set; }
}

/// <summary>Movies in 50 clusters, split at random and never reassigned, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.07f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class CelRandomFixed : Viewer
{
    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50, Division = ClusterDivision.Random, Reassign = Reassignment.Never)]
    public int Movie { get; set; }
}

/// <summary>Users and movies in 50 clusters each, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0f), Adam(Lazy = false), Clustered(Dimension = 64, Clusters = 50)]
public sealed partial class CelBoth : Star;

/// <summary>Users and movies in 50 clusters each without the clamp at zero, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(L2 = 0f), Adam(Lazy = false), Clustered(Dimension = 64, Clusters = 50)]
public sealed partial class CelBothFree : Star;

/// <summary>Movies hashed to 50 vectors by their number, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.07f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class HashedItemsSmall : Viewer
{
    /// <summary>Number of the movie.</summary>
    [Item(Cardinality = 1683), Hashed(Dimension = 64, Rows = 50)]
    public int Movie { get; set; }
}

/// <summary>Movies in 50 clusters of equal size, drawn at random, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.07f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class RandomClustersSmall : Viewer
{
    /// <summary>Place of the movie in a shuffled list.</summary>
    [Item(Cardinality = 1682), Clustered(Dimension = 64, Clusters = 50, Initial = 50, Reassign = Reassignment.Never)]
    public int Movie { get; set; }
}

/// <summary>Movies in 50 clusters, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.1f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class CelItemsSmall : Viewer
{
    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50)]
    public int Movie { get; set; }
}

/// <summary>Movies in 50 clusters without the clamp at zero, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(L2 = 0.1f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class CelItemsFreeSmall : Viewer
{
    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50)]
    public int Movie { get; set; }
}

/// <summary>Movies in 50 clusters by the paper's own rule: plain gradient descent and a penalty per id, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2PerId = 1f), Sgd, Full(Dimension = 64)]
public sealed partial class CelItemsSgdSmall : Viewer
{
    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50)]
    public int Movie { get; set; }
}

/// <summary>Movies in 50 clusters that are split and never reassigned, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.1f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class CelFixedSmall : Viewer
{
    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50, Reassign = Reassignment.Never)]
    public int Movie { get; set; }
}

/// <summary>Movies in 50 clusters that are split at random, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.1f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class CelRandomSmall : Viewer
{
    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50, Division = ClusterDivision.Random)]
    public int Movie { get; set; }
}

/// <summary>Movies in 50 clusters, split at random and never reassigned, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.1f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class CelRandomFixedSmall : Viewer
{
    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50, Division = ClusterDivision.Random, Reassign = Reassignment.Never)]
    public int Movie { get; set; }
}

/// <summary>Users and movies in 50 clusters each, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.05f), Adam(Lazy = false), Clustered(Dimension = 64, Clusters = 50)]
public sealed partial class CelBothSmall : Star;

/// <summary>Users and movies in 50 clusters each without the clamp at zero, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(L2 = 0.05f), Adam(Lazy = false), Clustered(Dimension = 64, Clusters = 50)]
public sealed partial class CelBothFreeSmall : Star;
