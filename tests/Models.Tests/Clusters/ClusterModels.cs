namespace ModelGen.Tests.Clusters;

/// <summary>Planted clusters of items, as many as the model may learn.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(NonNegative = true, L2 = 0.001f)]
[Adam(LearningRate = 0.01f)]
public partial class Planted
{
    [User, Full(Dimension = 16)]
    public int User { get; set; }

    [Item, Clustered(Dimension = 16, Clusters = 8)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}

/// <summary><see cref="Planted"/> without a reassignment and with random splits: what the planted clusters cannot be found by.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(NonNegative = true, L2 = 0.001f)]
[Adam(LearningRate = 0.01f)]
public partial class PlantedBlind
{
    [User, Full(Dimension = 16)]
    public int User { get; set; }

    [Item, Clustered(Dimension = 16, Clusters = 8, Division = ClusterDivision.Random, Reassign = Reassignment.Never)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}

/// <summary>All six clusters in use from the start, and fixed.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization]
[Adam]
public partial class FixedClusters
{
    [User, Full(Dimension = 4)]
    public int User { get; set; }

    [Item, Clustered(Dimension = 4, Clusters = 6, Initial = 6, Reassign = Reassignment.Never)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}

/// <summary>Both sides clustered, plain gradient descent.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization]
[Sgd(LearningRate = 1e-4f)]
public partial class BothSides
{
    [User, Clustered(Dimension = 12, Clusters = 9, Initial = 4, Keep = 0, SplitEvery = 4, ReassignEvery = 6)]
    public int User { get; set; }

    [Item, Clustered(Dimension = 12, Clusters = 10, Initial = 3, SplitEvery = 3, ReassignEvery = 4)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}

/// <summary>As many clusters as ids: a full table by another name.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(NonNegative = true, L2 = 0.02f)]
[Adam(LearningRate = 0.01f)]
public partial class OwnClusters
{
    [User, Full(Dimension = 8)]
    public int User { get; set; }

    [Item(Cardinality = 30), Clustered(Dimension = 8, Clusters = 30, Initial = 30, Reassign = Reassignment.Never)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}

/// <summary>The full table that <see cref="OwnClusters"/> must be.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(NonNegative = true, L2 = 0.02f)]
[Adam(LearningRate = 0.01f)]
public partial class OwnRows
{
    [User, Full(Dimension = 8)]
    public int User { get; set; }

    [Item(Cardinality = 30), Full(Dimension = 8)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}

/// <summary>Seven rows that the items of <see cref="OwnRows"/> share.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(NonNegative = true, L2 = 0.02f)]
[Adam(LearningRate = 0.01f)]
public partial class HashedRows
{
    [User, Full(Dimension = 8)]
    public int User { get; set; }

    [Item(Cardinality = 30), Hashed(Dimension = 8, Rows = 7)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}

/// <summary>One cluster that is not split within a thousand steps, and stops by itself if it were.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization]
[Adam(LearningRate = 0.01f)]
public partial class OneVector
{
    [User, Full(Dimension = 4)]
    public int User { get; set; }

    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 4, Clusters = 20, SplitEvery = 2, StopWhenIdle = true)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}

/// <summary>Rows for unknown values that training never meets, on both sides.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(NonNegative = true)]
[Adam(LearningRate = 0.01f)]
public partial class Cold
{
    [User(OutOfVocabulary = OutOfVocabulary.SharedRow), Full(Dimension = 4)]
    public int User { get; set; }

    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 4, Clusters = 5, SplitEvery = 3)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}

/// <summary>Planted clusters and differences of the items from them.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(NonNegative = true, L2 = 0.001f)]
[Adam(LearningRate = 0.01f)]
public partial class PlantedPersonal
{
    [User, Full(Dimension = 16)]
    public int User { get; set; }

    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 16, Clusters = 8, PersonalFrom = 400, Pull = 0.5f)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}

/// <summary>The full table that <see cref="FreePersonal"/> must be.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(NonNegative = true, L2 = 0.02f)]
[Sgd(LearningRate = 1e-4f)]
public partial class FreeRows
{
    [User, Full(Dimension = 8)]
    public int User { get; set; }

    [Item(Cardinality = 30), Full(Dimension = 8)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}

/// <summary>As many clusters as ids, with biases: a full table by another name.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(Biases = true, L2 = 0.02f)]
[Adam(LearningRate = 0.01f)]
public partial class OwnClustersBiased
{
    [User, Full(Dimension = 8)]
    public int User { get; set; }

    [Item(Cardinality = 30), Clustered(Dimension = 8, Clusters = 30, Initial = 30, Reassign = Reassignment.Never)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}

/// <summary>The full table that <see cref="OwnClustersBiased"/> must be.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(Biases = true, L2 = 0.02f)]
[Adam(LearningRate = 0.01f)]
public partial class OwnRowsBiased
{
    [User, Full(Dimension = 8)]
    public int User { get; set; }

    [Item(Cardinality = 30), Full(Dimension = 8)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}

/// <summary>A penalty per id, plain gradient descent.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(Biases = true, L2PerId = 3)]
[Sgd(LearningRate = 1e-4f)]
public partial class PenalisedIds
{
    [User, Full(Dimension = 12)]
    public int User { get; set; }

    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 12, Clusters = 10, Initial = 3, SplitEvery = 3, ReassignEvery = 4)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}
