namespace ModelGen.MovieLens;

// Item recommendation from plays: every rating is a positive pair. The users and movies are on the base class; a derived class says how
// they meet and how their vectors are held. Adam moves every row in every step, as the reference results do.

/// <summary>A user who has watched a movie.</summary>
public abstract class Play
{
    /// <summary>Number of the user.</summary>
    [User]
    public int User { get; set; }

    /// <summary>Number of the movie.</summary>
    [Item]
    public int Movie { get; set; }

    /// <summary>Orders the plays of a user.</summary>
    [Timestamp]
    public long Time { get; set; }
}

/// <summary>Plain tables.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 1e-3f, Lazy = false), Full(Dimension = 64)]
public sealed partial class GmfFull : Play;

/// <summary>Plain tables of half the width.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 1e-3f, Lazy = false), Full(Dimension = 32)]
public sealed partial class GmfHalf : Play;

/// <summary>Narrow plain tables.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 1e-3f, Lazy = false), Full(Dimension = 16)]
public sealed partial class GmfNarrow : Play;

/// <summary>Tables of rank 16.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 1e-3f, Lazy = false), LowRank(Dimension = 64, Rank = 16)]
public sealed partial class GmfLowRank : Play;

/// <summary>Tables of 592 rows that ids share.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 1e-3f, Lazy = false), Hashed(Dimension = 64, Rows = 592)]
public sealed partial class GmfHashed : Play;

/// <summary>Products of quotient and remainder rows.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 1e-3f, Lazy = false), QuotientRemainder(Dimension = 64, Buckets = 580)]
public sealed partial class GmfQuotientRemainder : Play;

/// <summary>DPQ, 16 codes of 8 bits per id.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 1e-3f, Lazy = false), Quantized(Dimension = 64, Parts = 16)]
public sealed partial class GmfDpq16 : Play;

/// <summary>DPQ, 32 codes of 8 bits per id.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 1e-3f, Lazy = false), Quantized(Dimension = 64, Parts = 32)]
public sealed partial class GmfDpq32 : Play;

/// <summary>MGQE, 16 codes per id, of 8 bits for the most popular tenth and of 6 bits for the rest.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 1e-3f, Lazy = false), Quantized(Dimension = 64, Parts = 16, Choices = [256, 64], Tiers = [0.1f, 0.9f])]
public sealed partial class GmfMgqe16 : Play;

/// <summary>The same without commitment: nothing draws the queries to their centroids.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 1e-3f, Lazy = false), Quantized(Dimension = 64, Parts = 16, Choices = [256, 64], Tiers = [0.1f, 0.9f], Commitment = 0)]
public sealed partial class GmfMgqe16Uncommitted : Play;

/// <summary>MGQE, 32 codes per id, of 8 bits for the most popular tenth and of 6 bits for the rest.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 1e-3f, Lazy = false), Quantized(Dimension = 64, Parts = 32, Choices = [256, 64], Tiers = [0.1f, 0.9f])]
public sealed partial class GmfMgqe32 : Play;

/// <summary>32 codes of 7 bits per id, centroids as moving averages; meant to start from trained plain tables.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 1e-3f, Lazy = false), Quantized(Dimension = 64, Parts = 32, Choices = [128], Codebook = CodebookUpdate.MovingAverage)]
public sealed partial class GmfCodes7 : Play;

/// <summary>32 codes of 6 bits per id, otherwise as <see cref="GmfCodes7"/>.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 1e-3f, Lazy = false), Quantized(Dimension = 64, Parts = 32, Choices = [64], Codebook = CodebookUpdate.MovingAverage)]
public sealed partial class GmfCodes6 : Play;

/// <summary>32 codes of 5 bits per id, otherwise as <see cref="GmfCodes7"/>.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 1e-3f, Lazy = false), Quantized(Dimension = 64, Parts = 32, Choices = [32], Codebook = CodebookUpdate.MovingAverage)]
public sealed partial class GmfCodes5 : Play;

/// <summary>32 codes of 4 bits per id, otherwise as <see cref="GmfCodes7"/>.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 1e-3f, Lazy = false), Quantized(Dimension = 64, Parts = 32, Choices = [16], Codebook = CodebookUpdate.MovingAverage)]
public sealed partial class GmfCodes4 : Play;

/// <summary>
/// Every value its own part, 16 learned levels per dimension (8 for the rarest ids), moving averages; meant to start from trained plain
/// tables: a scalar quantiser that is trained on.
/// </summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 1e-3f, Lazy = false)]
[Quantized(Dimension = 64, Parts = 64, Choices = [16, 8], Tiers = [0.85f, 0.15f], Codebook = CodebookUpdate.MovingAverage)]
public sealed partial class GmfScalar : Play;
