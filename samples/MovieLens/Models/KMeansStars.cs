namespace ModelGen.MovieLens;

// Movies in 50 clusters that start as k-means of a trained table's rows. The weights of the squares are those that the reference results were tuned to.

/// <summary>Clusters that start as k-means and stay so, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.05f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class KMeansFixed : Viewer
{
    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50, Initial = 50, Reassign = Reassignment.Never)]
    public int Movie { get; set; }
}

/// <summary>Clusters that start as k-means and are reassigned, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.07f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class KMeans : Viewer
{
    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50, Initial = 50)]
    public int Movie { get; set; }
}

/// <summary>Clusters that start as k-means and stay so, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.05f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class KMeansFixedSmall : Viewer
{
    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50, Initial = 50, Reassign = Reassignment.Never)]
    public int Movie { get; set; }
}

/// <summary>Clusters that start as k-means and are reassigned, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.1f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class KMeansSmall : Viewer
{
    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50, Initial = 50)]
    public int Movie { get; set; }
}
