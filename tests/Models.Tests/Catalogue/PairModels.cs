namespace ModelGen.Tests.Catalogue;

/// <summary>A product of a multi-layer and a hashed table, under Adam that moves every row in every step.</summary>
[EmbeddingModel]
[Gmf]
[Adam(LearningRate = 0.03f, Epsilon = 0.01f, Lazy = false)]
public partial class GmfDense
{
    [User, MultiLayer(Dimension = 16, Inner = 20, Sigma = 2)]
    public int User { get; set; }

    [Item(OutOfVocabulary = OutOfVocabulary.SharedRow, MinCount = 2), Hashed(Dimension = 16, Rows = 9)]
    public string Item { get; set; } = "";

    [Label]
    public bool Liked { get; set; }
}

/// <summary>Pairs without a label under the ranking loss, the item first.</summary>
[EmbeddingModel(Loss = Loss.BayesianPersonalizedRanking)]
[Gmf]
[NAdam(LearningRate = 0.01f, Epsilon = 0.01f, Lazy = false)]
public partial class GmfRanking
{
    [Item, MultiLayer(Dimension = 6, Inner = 10)]
    public int Item { get; set; }

    [User, QuotientRemainder(Dimension = 6, Buckets = 7)]
    public string User { get; set; } = "";
}

/// <summary>Both branches, half of the vectors each, with quantised users.</summary>
[EmbeddingModel]
[NeuMf(Hidden = [16, 8])]
[Adam(LearningRate = 0.03f, Epsilon = 0.01f)]
public partial class NeuMfMixed
{
    [Label]
    public bool Liked { get; set; }

    [User(OutOfVocabulary = OutOfVocabulary.SharedRow, MinCount = 2), Quantized(Dimension = 16, Parts = 4, Choices = [16, 4], Tiers = [0.2f, 0.8f])]
    public int User { get; set; }

    [Item, Full(Dimension = 16)]
    public int Item { get; set; }
}

/// <summary>Branches of uneven widths that no vector divides.</summary>
[EmbeddingModel]
[NeuMf(Factors = 3, Hidden = [5])]
[Adagrad(LearningRate = 0.02f, Epsilon = 0.01f)]
public partial class NeuMfOdd
{
    [Item, LowRank(Dimension = 7, Rank = 3)]
    public int Item { get; set; }

    [User(OutOfVocabulary = OutOfVocabulary.Zero, MinCount = 2), Full(Dimension = 7)]
    public string User { get; set; } = "";

    [Label]
    public bool Liked { get; set; }
}

/// <summary>Ratings from two towers.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[TwoTower(Hidden = [12, 5])]
[Adagrad(LearningRate = 0.02f, Epsilon = 0.01f)]
public partial class TwoTowerRating
{
    [Label]
    public float Stars { get; set; }

    [User, MultiLayer(Dimension = 8, Inner = 16)]
    public int User { get; set; }

    [Item, Full(Dimension = 8)]
    public string Item { get; set; } = "";
}
