namespace ModelGen.MovieLens;

// Rating prediction with shared vectors beside the mean and a bias per user and movie. The weights of the squares are those without biases.

/// <summary>Movies in 50 clusters, mean and biases, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(Biases = true, L2 = 0.07f), Adam(Lazy = false)]
public sealed partial class CelBiased
{
    /// <summary>Number of the user.</summary>
    [User(OutOfVocabulary = OutOfVocabulary.SharedRow), Full(Dimension = 64)]
    public int User { get; set; }

    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50)]
    public int Movie { get; set; }

    /// <summary>1 to 5.</summary>
    [Label]
    public float Stars { get; set; }
}

/// <summary>Users and movies in 50 clusters, mean and biases, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(Biases = true, L2 = 0f), Adam(Lazy = false)]
public sealed partial class CelBothBiased
{
    /// <summary>Number of the user.</summary>
    [User(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50)]
    public int User { get; set; }

    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50)]
    public int Movie { get; set; }

    /// <summary>1 to 5.</summary>
    [Label]
    public float Stars { get; set; }
}

/// <summary>Movies in 50 clusters, mean and biases, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(Biases = true, L2 = 0.1f), Adam(Lazy = false)]
public sealed partial class CelBiasedSmall
{
    /// <summary>Number of the user.</summary>
    [User(OutOfVocabulary = OutOfVocabulary.SharedRow), Full(Dimension = 64)]
    public int User { get; set; }

    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50)]
    public int Movie { get; set; }

    /// <summary>1 to 5.</summary>
    [Label]
    public float Stars { get; set; }
}

/// <summary>Users and movies in 50 clusters, mean and biases, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(Biases = true, L2 = 0.05f), Adam(Lazy = false)]
public sealed partial class CelBothBiasedSmall
{
    /// <summary>Number of the user.</summary>
    [User(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50)]
    public int User { get; set; }

    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50)]
    public int Movie { get; set; }

    /// <summary>1 to 5.</summary>
    [Label]
    public float Stars { get; set; }
}
