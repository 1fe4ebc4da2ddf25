namespace ModelGen.MovieLens;

// Rating prediction with shared vectors: users in plain tables, or both sides clustered.

/// <summary>Movies hashed to 50 vectors, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.05f), Adam(Lazy = false)]
public sealed partial class HashedItems
{
    /// <summary>Number of the user.</summary>
    [User(OutOfVocabulary = OutOfVocabulary.SharedRow), Full(Dimension = 64)]
    public int User { get; set; }

    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Hashed(Dimension = 64, Rows = 50)]
    public int Movie { get; set; }

    /// <summary>1 to 5.</summary>
    [Label]
    public float Stars { get; set; }
}

/// <summary>Movies in 50 clusters, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.07f), Adam(Lazy = false)]
public sealed partial class CelItems
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

/// <summary>Movies in 50 clusters without the clamp at zero, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(L2 = 0.07f), Adam(Lazy = false)]
public sealed partial class CelItemsFree
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

/// <summary>Movies in 50 clusters that are split and never reassigned, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.07f), Adam(Lazy = false)]
public sealed partial class CelFixed
{
    /// <summary>Number of the user.</summary>
    [User(OutOfVocabulary = OutOfVocabulary.SharedRow), Full(Dimension = 64)]
    public int User { get; set; }

    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50, Reassign = Reassignment.Never)]
    public int Movie { get; set; }

    /// <summary>1 to 5.</summary>
    [Label]
    public float Stars { get; set; }
}

/// <summary>Movies in 50 clusters that are split at random, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.07f), Adam(Lazy = false)]
public sealed partial class CelRandom
{
    /// <summary>Number of the user.</summary>
    [User(OutOfVocabulary = OutOfVocabulary.SharedRow), Full(Dimension = 64)]
    public int User { get; set; }

    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50, Division = ClusterDivision.Random)]
    public int Movie { get; set; }

    /// <summary>1 to 5.</summary>
    [Label]
    public float Stars { get; set; }
}

/// <summary>Movies in 50 clusters, split at random and never reassigned, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.07f), Adam(Lazy = false)]
public sealed partial class CelRandomFixed
{
    /// <summary>Number of the user.</summary>
    [User(OutOfVocabulary = OutOfVocabulary.SharedRow), Full(Dimension = 64)]
    public int User { get; set; }

    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50, Division = ClusterDivision.Random, Reassign = Reassignment.Never)]
    public int Movie { get; set; }

    /// <summary>1 to 5.</summary>
    [Label]
    public float Stars { get; set; }
}

/// <summary>Users and movies in 50 clusters each, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0f), Adam(Lazy = false)]
public sealed partial class CelBoth
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

/// <summary>Users and movies in 50 clusters each without the clamp at zero, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(L2 = 0f), Adam(Lazy = false)]
public sealed partial class CelBothFree
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

/// <summary>Movies hashed to 50 vectors, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.07f), Adam(Lazy = false)]
public sealed partial class HashedItemsSmall
{
    /// <summary>Number of the user.</summary>
    [User(OutOfVocabulary = OutOfVocabulary.SharedRow), Full(Dimension = 64)]
    public int User { get; set; }

    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Hashed(Dimension = 64, Rows = 50)]
    public int Movie { get; set; }

    /// <summary>1 to 5.</summary>
    [Label]
    public float Stars { get; set; }
}

/// <summary>Movies in 50 clusters, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.1f), Adam(Lazy = false)]
public sealed partial class CelItemsSmall
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

/// <summary>Movies in 50 clusters without the clamp at zero, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(L2 = 0.1f), Adam(Lazy = false)]
public sealed partial class CelItemsFreeSmall
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

/// <summary>Movies in 50 clusters that are split and never reassigned, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.1f), Adam(Lazy = false)]
public sealed partial class CelFixedSmall
{
    /// <summary>Number of the user.</summary>
    [User(OutOfVocabulary = OutOfVocabulary.SharedRow), Full(Dimension = 64)]
    public int User { get; set; }

    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50, Reassign = Reassignment.Never)]
    public int Movie { get; set; }

    /// <summary>1 to 5.</summary>
    [Label]
    public float Stars { get; set; }
}

/// <summary>Movies in 50 clusters that are split at random, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.1f), Adam(Lazy = false)]
public sealed partial class CelRandomSmall
{
    /// <summary>Number of the user.</summary>
    [User(OutOfVocabulary = OutOfVocabulary.SharedRow), Full(Dimension = 64)]
    public int User { get; set; }

    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50, Division = ClusterDivision.Random)]
    public int Movie { get; set; }

    /// <summary>1 to 5.</summary>
    [Label]
    public float Stars { get; set; }
}

/// <summary>Movies in 50 clusters, split at random and never reassigned, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.1f), Adam(Lazy = false)]
public sealed partial class CelRandomFixedSmall
{
    /// <summary>Number of the user.</summary>
    [User(OutOfVocabulary = OutOfVocabulary.SharedRow), Full(Dimension = 64)]
    public int User { get; set; }

    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 64, Clusters = 50, Division = ClusterDivision.Random, Reassign = Reassignment.Never)]
    public int Movie { get; set; }

    /// <summary>1 to 5.</summary>
    [Label]
    public float Stars { get; set; }
}

/// <summary>Users and movies in 50 clusters each, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.05f), Adam(Lazy = false)]
public sealed partial class CelBothSmall
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

/// <summary>Users and movies in 50 clusters each without the clamp at zero, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(L2 = 0.05f), Adam(Lazy = false)]
public sealed partial class CelBothFreeSmall
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
