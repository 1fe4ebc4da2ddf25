namespace ModelGen.Tests.Catalogue;

/// <summary>Both sides clustered and kept non-negative, with a penalty.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(NonNegative = true, L2 = 0.1f)]
[Adam(LearningRate = 0.01f, Epsilon = 0.01f)]
public partial class MfClustered
{
    [User, Clustered(Dimension = 10, Clusters = 7, Initial = 5)]
    public int User { get; set; }

    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow, MinCount = 2), Clustered(Dimension = 10, Clusters = 6, Initial = 2, SplitEvery = 3, ReassignEvery = 4)]
    public string Item { get; set; } = "";

    [Label]
    public float Stars { get; set; }
}

/// <summary>Users of their own beside clustered items, free signs, under SGD, where the mean over the members matters.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(L2 = 0.05f)]
[Sgd(LearningRate = 0.05f)]
public partial class MfItems
{
    [User, Full(Dimension = 16)]
    public int User { get; set; }

    [Item, Clustered(Dimension = 16, Clusters = 8, Initial = 3, SplitEvery = 5, ReassignEvery = 5, Reassign = Reassignment.Every, Keep = 0)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}

/// <summary>Full tables around a mean with biases, and a penalty on all of them.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(Biases = true, L2 = 0.2f)]
[Adam(LearningRate = 0.01f, Epsilon = 0.01f, Lazy = false)]
public partial class MfBiases
{
    [Item, Full(Dimension = 8)]
    public int Item { get; set; }

    [User(OutOfVocabulary = OutOfVocabulary.SharedRow, MinCount = 2), MultiLayer(Dimension = 8, Inner = 12)]
    public int User { get; set; }

    [Label]
    public float Stars { get; set; }
}

/// <summary>Plain tables, non-negative.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(NonNegative = true, L2 = 0.01f)]
[RowWiseAdagrad(LearningRate = 0.05f, Epsilon = 0.01f)]
public partial class MfNonNegative
{
    [User, Full(Dimension = 3)]
    public int User { get; set; }

    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow), Hashed(Dimension = 3, Rows = 11)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}

/// <summary>Clusters inside other hosts: single values and bags, beside other forms, many more clusters than splits.</summary>
[EmbeddingModel]
[Dlrm(Bottom = [16, 12], Top = [24])]
[Adagrad(LearningRate = 0.02f, Epsilon = 0.01f)]
public partial class DlrmClustered
{
    [Label]
    public bool Clicked { get; set; }

    [Numeric]
    public float Age { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.HashedBucket, Buckets = 3, MinCount = 2), Clustered(Dimension = 12, Clusters = 33, Initial = 4, SplitEvery = 2, ReassignEvery = 3)]
    public string User { get; set; } = "";

    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero, MinCount = 2), Clustered(Dimension = 12, Clusters = 5, ChooseBy = ClusterChoice.Loss)]
    public int[] Tags { get; set; } = [];

    [Categorical, MultiLayer(Dimension = 12, Inner = 16)]
    public int Place { get; set; }
}

/// <summary>Clusters under a factorisation machine, whose first-order weights stay with the ids.</summary>
[EmbeddingModel]
[FactorizationMachine]
[Adam(LearningRate = 0.01f, Epsilon = 0.01f)]
public partial class FmClustered
{
    [Label]
    public bool Clicked { get; set; }

    [Categorical, Clustered(Dimension = 4, Clusters = 2, SplitEvery = 4, ReassignEvery = 4, ChooseBy = ClusterChoice.GradientNorm)]
    public int User { get; set; }

    [Categorical, Clustered(Dimension = 4, Clusters = 20, Initial = 20, Reassign = Reassignment.Never)]
    public string Item { get; set; } = "";
}

/// <summary>Clusters with codes added to their vectors on one side, in a factorisation with biases.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[MatrixFactorization(Biases = true, L2 = 0.1f)]
[Adam(LearningRate = 0.01f, Epsilon = 0.01f)]
public partial class MfResidual
{
    [User, Full(Dimension = 12)]
    public int User { get; set; }

    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow, MinCount = 2), Clustered(Dimension = 12, Clusters = 5, Initial = 2, SplitEvery = 3, ReassignEvery = 4, ResidualParts = 4, ResidualChoices = 8)]
    public int Item { get; set; }

    [Label]
    public float Stars { get; set; }
}

/// <summary>Clusters with codes added to their vectors under another host, for a single value and a bag.</summary>
[EmbeddingModel]
[Dlrm(Top = [10])]
[Adagrad(LearningRate = 0.02f, Epsilon = 0.01f)]
public partial class DlrmResidual
{
    [Label]
    public bool Clicked { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.HashedBucket, Buckets = 3, MinCount = 2), Clustered(Dimension = 6, Clusters = 7, Initial = 3, SplitEvery = 2, ReassignEvery = 3, ResidualParts = 2)]
    public string User { get; set; } = "";

    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero, MinCount = 2), Clustered(Dimension = 6, Clusters = 4, ResidualParts = 6, ResidualChoices = 4)]
    public int[] Tags { get; set; } = [];
}
