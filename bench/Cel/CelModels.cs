namespace ModelGen.Bench;

/// <summary>A user's rating of an item.</summary>
public abstract class CelRating
{
    /// <summary>Number of the user.</summary>
    [User, Full(Dimension = 64)]
    public int User { get; set; }

    /// <summary>1 to 5.</summary>
    [Label]
    public float Stars { get; set; }
}

/// <summary>50 clusters of items that stay as they are.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.001f), Sgd(LearningRate = 1.25e-6f)]
public sealed partial class CelResting : CelRating
{
    /// <summary>Number of the item.</summary>
    [Item, Clustered(Dimension = 64, Clusters = 50, Initial = 50, Reassign = Reassignment.Never)]
    public int Item { get; set; }
}

/// <summary>50 clusters of items; every item moves to its best one after every step.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.001f), Sgd(LearningRate = 1.25e-6f)]
public sealed partial class CelMoving : CelRating
{
    /// <summary>Number of the item.</summary>
    [Item, Clustered(Dimension = 64, Clusters = 50, Initial = 50, ReassignEvery = 1, Reassign = Reassignment.Every, Keep = 0)]
    public int Item { get; set; }
}

/// <summary>50 clusters of items, one of which is split before every step.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true, L2 = 0.001f), Sgd(LearningRate = 1.25e-6f)]
public sealed partial class CelSplitting : CelRating
{
    /// <summary>Number of the item.</summary>
    [Item, Clustered(Dimension = 64, Clusters = 80, Initial = 50, SplitEvery = 1, Reassign = Reassignment.Never)]
    public int Item { get; set; }
}
