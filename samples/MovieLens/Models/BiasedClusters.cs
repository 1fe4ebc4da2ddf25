namespace ModelGen.MovieLens;

// Rating prediction with shared vectors beside the mean and a bias per user and movie. The weights of the squares are those without biases.

/// <summary>Movies in 50 clusters, mean and biases, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(Biases = true, L2 = 0.07f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class CelBiased : Viewer
{
    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50)]
    public int Movie { get; set; }
}

/// <summary>Users and movies in 50 clusters, mean and biases, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(Biases = true, L2 = 0f), Adam(Lazy = false), Clustered(Dimension = 64, Clusters = 50)]
public sealed partial class CelBothBiased : Star;

/// <summary>Movies in 50 clusters, mean and biases, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(Biases = true, L2 = 0.1f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class CelBiasedSmall : Viewer
{
    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50)]
    public int Movie { get; set; }
}

/// <summary>Users and movies in 50 clusters, mean and biases, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(Biases = true, L2 = 0.05f), Adam(Lazy = false), Clustered(Dimension = 64, Clusters = 50)]
public sealed partial class CelBothBiasedSmall : Star;
