namespace ModelGen.MovieLens;

// The models of Plays with neural matrix factorisation: half of a vector meets in a product, half in a tower.

/// <summary>Plain tables.</summary>
[EmbeddingModel, NeuMf(Hidden = [64, 32, 16]), Adam(LearningRate = 1e-3f, Lazy = false), Full(Dimension = 64)]
public sealed partial class NeuMfFull : Play;

/// <summary>Narrow plain tables.</summary>
[EmbeddingModel, NeuMf(Hidden = [64, 32, 16]), Adam(LearningRate = 1e-3f, Lazy = false), Full(Dimension = 16)]
public sealed partial class NeuMfNarrow : Play;

/// <summary>DPQ, 32 codes of 8 bits per id.</summary>
[EmbeddingModel, NeuMf(Hidden = [64, 32, 16]), Adam(LearningRate = 1e-3f, Lazy = false), Quantized(Dimension = 64, Parts = 32)]
public sealed partial class NeuMfDpq32 : Play;

/// <summary>MGQE, 16 codes per id, of 8 bits for the most popular tenth and of 6 bits for the rest.</summary>
[EmbeddingModel, NeuMf(Hidden = [64, 32, 16]), Adam(LearningRate = 1e-3f, Lazy = false), Quantized(Dimension = 64, Parts = 16, Choices = [256, 64], Tiers = [0.1f, 0.9f])]
public sealed partial class NeuMfMgqe16 : Play;

/// <summary>MGQE, 32 codes per id, of 8 bits for the most popular tenth and of 6 bits for the rest.</summary>
[EmbeddingModel, NeuMf(Hidden = [64, 32, 16]), Adam(LearningRate = 1e-3f, Lazy = false), Quantized(Dimension = 64, Parts = 32, Choices = [256, 64], Tiers = [0.1f, 0.9f])]
public sealed partial class NeuMfMgqe32 : Play;
