namespace ModelGen.Tests.Clusters;

/// <summary>Both sides personalised from the start, pulled so hard that the difference stays small.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(L2 = 0.02f)]
[Sgd(LearningRate = 1e-4f)]
public partial class BothPersonal
{
    [User(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 6, Clusters = 4, Initial = 4, PersonalFrom = 2, Pull = 50)]
    public int User { get; set; }

    [Item, Clustered(Dimension = 6, Clusters = 5, Initial = 5, PersonalFrom = 3, Pull = 4000)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}

/// <summary>Items free of any pull from the first step on: a full table that starts at the clusters' vectors.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(NonNegative = true, L2 = 0.02f)]
[Sgd(LearningRate = 1e-4f)]
public partial class FreePersonal
{
    [User, Full(Dimension = 8)]
    public int User { get; set; }

    [Item(Cardinality = 30), Clustered(Dimension = 8, Clusters = 5, Initial = 5, PersonalFrom = 1, Pull = 0)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}

/// <summary>Both sides clustered around a mean with biases.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(Biases = true, L2 = 0.03f)]
[Sgd(LearningRate = 1e-4f)]
public partial class BothBiased
{
    [User, Clustered(Dimension = 12, Clusters = 9, Initial = 4, Keep = 0, SplitEvery = 4, ReassignEvery = 6)]
    public int User { get; set; }

    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Clustered(Dimension = 12, Clusters = 10, Initial = 3, SplitEvery = 3, ReassignEvery = 4, PersonalFrom = 14, Pull = 1)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}
