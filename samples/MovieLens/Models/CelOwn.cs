namespace ModelGen.MovieLens;

// Users and movies with vectors of their own, pulled to those of 50 clusters.

/// <summary>Vectors of 32 floats, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.05f), Adam(Lazy = false), Clustered(Dimension = 32, Clusters = 50, SplitEvery = 4, PersonalFrom = 250, Pull = 4)]
public sealed partial class CelOwn : Star;

/// <summary>Vectors of 16 floats, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.05f), Adam(Lazy = false), Clustered(Dimension = 16, Clusters = 50, SplitEvery = 4, PersonalFrom = 250, Pull = 4)]
public sealed partial class CelOwn16 : Star;

/// <summary>Vectors of 24 floats, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.05f), Adam(Lazy = false), Clustered(Dimension = 24, Clusters = 50, SplitEvery = 4, PersonalFrom = 250, Pull = 4)]
public sealed partial class CelOwn24 : Star;

/// <summary>Vectors of 32 floats, smaller set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.08f), Adam(Lazy = false), Clustered(Dimension = 32, Clusters = 50, SplitEvery = 4, PersonalFrom = 250, Pull = 4)]
public sealed partial class CelOwnSmall : Star;

/// <summary>Clusters whose vectors every id adds 16 codes of 4 bits to, trained in batches, larger set.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(Biases = true, L2 = 0.065f), Adam(Lazy = false), Clustered(Dimension = 64, Clusters = 50, SplitEvery = 20, ReassignEvery = 200, ResidualParts = 16)]
public sealed partial class CelCodes : Star;
