namespace ModelGen.MovieLens;

// Rating prediction. The weights of the squares are those that the reference results were tuned to, on the smaller and on the larger set.

/// <summary>A user who has rated something.</summary>
public abstract class Viewer
{
    /// <summary>Number of the user.</summary>
    [User(OutOfVocabulary = OutOfVocabulary.SharedRow)]
    public int User { get; set; }

    /// <summary>1 to 5.</summary>
    [Label]
    public float Stars { get; set; }
}

/// <summary>A user who has rated a movie, both embedded in the same way.</summary>
public abstract class Star : Viewer
{
    /// <summary>Number of the movie.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow)]
    public int Movie { get; set; }
}

/// <summary>Non-negative factors in plain tables, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.065f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class Nmf : Star;

/// <summary>Non-negative factors in plain tables, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.1f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class NmfSmall : Star;

/// <summary>Free factors in plain tables, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(L2 = 0.065f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class Mf : Star;

/// <summary>Free factors in plain tables, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(L2 = 0.1f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class MfSmall : Star;

/// <summary>Factors, mean and biases in plain tables, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(Biases = true, L2 = 0.08f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class MfBiased : Star;

/// <summary>Factors, mean and biases in plain tables, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(Biases = true, L2 = 0.12f), Adam(Lazy = false), Full(Dimension = 64)]
public sealed partial class MfBiasedSmall : Star;
