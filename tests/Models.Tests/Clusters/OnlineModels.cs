namespace ModelGen.Tests.Clusters;

/// <summary>Few clusters on both sides, for a stream.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(NonNegative = true, L2 = 0.001f)]
[Adagrad(LearningRate = 0.05f)]
public partial class StreamFew
{
    [User, Clustered(Dimension = 8, Clusters = 4)]
    public int User { get; set; }

    [Item, Clustered(Dimension = 8, Clusters = 4)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}

/// <summary>Many clusters on both sides, for a stream.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(NonNegative = true, L2 = 0.001f)]
[Adagrad(LearningRate = 0.05f)]
public partial class StreamMany
{
    [User, Clustered(Dimension = 8, Clusters = 100)]
    public int User { get; set; }

    [Item, Clustered(Dimension = 8, Clusters = 100)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}
