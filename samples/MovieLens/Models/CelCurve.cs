namespace ModelGen.MovieLens;

// Users and movies in more and more clusters: quality over bytes.

/// <summary>Users and movies in 100 clusters each.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.02f), Adam(Lazy = false), Clustered(Dimension = 64, Clusters = 100, SplitEvery = 5)]
public sealed partial class CelBoth100 : Star;

/// <summary>Users and movies in 200 clusters each.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.02f), Adam(Lazy = false), Clustered(Dimension = 64, Clusters = 200, SplitEvery = 5)]
public sealed partial class CelBoth200 : Star;

/// <summary>Users and movies in 500 clusters each.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.02f), Adam(Lazy = false), Clustered(Dimension = 64, Clusters = 500, SplitEvery = 1)]
public sealed partial class CelBoth500 : Star;

/// <summary>Users and movies in 1,000 clusters each.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.02f), Adam(Lazy = false), Clustered(Dimension = 64, Clusters = 1000, SplitEvery = 1)]
public sealed partial class CelBoth1000 : Star;

/// <summary>Users and movies in 2,000 clusters each.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.02f), Adam(Lazy = false), Clustered(Dimension = 64, Clusters = 2000, SplitEvery = 1)]
public sealed partial class CelBoth2000 : Star;
