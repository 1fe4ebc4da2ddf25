namespace ModelGen.MovieLens;

// Users and movies with vectors of their own, pulled to those of 50 clusters.

/// <summary>Vectors of 32 floats, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.05f), Adam(Lazy = false)]
public sealed partial class CelOwn
{
    /// <summary>Number of the user.</summary>
    [User(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 32, Clusters = 50, SplitEvery = 4, PersonalFrom = 250, Pull = 4)]
    public int User { get; set; }

    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 32, Clusters = 50, SplitEvery = 4, PersonalFrom = 250, Pull = 4)]
    public int Movie { get; set; }

    /// <summary>1 to 5.</summary>
    [Label]
    public float Stars { get; set; }
}

/// <summary>Vectors of 16 floats, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.05f), Adam(Lazy = false)]
public sealed partial class CelOwn16
{
    /// <summary>Number of the user.</summary>
    [User(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 16, Clusters = 50, SplitEvery = 4, PersonalFrom = 250, Pull = 4)]
    public int User { get; set; }

    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 16, Clusters = 50, SplitEvery = 4, PersonalFrom = 250, Pull = 4)]
    public int Movie { get; set; }

    /// <summary>1 to 5.</summary>
    [Label]
    public float Stars { get; set; }
}

/// <summary>Vectors of 24 floats, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.05f), Adam(Lazy = false)]
public sealed partial class CelOwn24
{
    /// <summary>Number of the user.</summary>
    [User(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 24, Clusters = 50, SplitEvery = 4, PersonalFrom = 250, Pull = 4)]
    public int User { get; set; }

    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 24, Clusters = 50, SplitEvery = 4, PersonalFrom = 250, Pull = 4)]
    public int Movie { get; set; }

    /// <summary>1 to 5.</summary>
    [Label]
    public float Stars { get; set; }
}

/// <summary>Vectors of 32 floats, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.08f), Adam(Lazy = false)]
public sealed partial class CelOwnSmall
{
    /// <summary>Number of the user.</summary>
    [User(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 32, Clusters = 50, SplitEvery = 4, PersonalFrom = 250, Pull = 4)]
    public int User { get; set; }

    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 32, Clusters = 50, SplitEvery = 4, PersonalFrom = 250, Pull = 4)]
    public int Movie { get; set; }

    /// <summary>1 to 5.</summary>
    [Label]
    public float Stars { get; set; }
}

/// <summary>Clusters whose vectors every id adds 16 codes of 4 bits to, trained in batches, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(Biases = true, L2 = 0.065f), Adam(Lazy = false)]
public sealed partial class CelCodes
{
    /// <summary>Number of the user.</summary>
    [User(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50, SplitEvery = 20, ReassignEvery = 200, ResidualParts = 16)]
    public int User { get; set; }

    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50, SplitEvery = 20, ReassignEvery = 200, ResidualParts = 16)]
    public int Movie { get; set; }

    /// <summary>1 to 5.</summary>
    [Label]
    public float Stars { get; set; }
}
