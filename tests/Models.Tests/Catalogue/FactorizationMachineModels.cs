using System.Collections.Generic;

namespace ModelGen.Tests.Catalogue;

/// <summary>The narrowest model: width 1, one factor of a single column, no numeric inputs, SGD, squared error.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[FactorizationMachine]
[Sgd(LearningRate = 0.02f)]
public partial class FmSmallest
{
    [Label]
    public float Rating { get; set; }

    [Categorical, MultiLayer(Dimension = 1, Inner = 20)]
    public int User { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero, MinCount = 2), Full(Dimension = 1)]
    public string Item { get; set; } = "";
}

/// <summary>Numeric inputs beside a width of 3, row-wise accumulators.</summary>
[EmbeddingModel]
[FactorizationMachine]
[RowWiseAdagrad(LearningRate = 0.03f, Epsilon = 0.01f, TowerLearningRate = 0.005f)]
public partial class FmNumerics
{
    [Label]
    public bool Clicked { get; set; }

    [Numeric(Transform = Transform.Standardize)]
    public float Age { get; set; }

    [Numeric]
    public int Hour { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow, MinCount = 2), MultiLayer(Dimension = 3, Inner = 5)]
    public string User { get; set; } = "";

    [Categorical, QuotientRemainder(Dimension = 3, Buckets = 4)]
    public int Item { get; set; }
}

/// <summary>A width of 12, Adam, low-rank mean bags, unknown values dropped from bags.</summary>
[EmbeddingModel]
[FactorizationMachine]
[Adam(LearningRate = 0.01f, Epsilon = 0.01f)]
public partial class FmTwelve
{
    [Label]
    public byte Clicked { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero, MinCount = 2), Full(Dimension = 12)]
    public string User { get; set; } = "";

    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero, MinCount = 2), LowRank(Dimension = 12, Rank = 5)]
    public int[] Items { get; set; } = [];

    [Categorical, MultiLayer(Dimension = 12, Inner = 24, Sigma = 0.3f)]
    public int App { get; set; }
}

/// <summary>Five forms of width 10 in sum bags, NAdam.</summary>
[EmbeddingModel]
[FactorizationMachine]
[NAdam(LearningRate = 0.005f, Epsilon = 0.01f)]
public partial class FmForms
{
    [Label]
    public bool Clicked { get; set; }

    [Categorical(Pooling = Pooling.Sum), Full(Dimension = 10)]
    public string[] A { get; set; } = [];

    [Categorical(Pooling = Pooling.Sum), MultiLayer(Dimension = 10, Inner = 16)]
    public string[] B { get; set; } = [];

    [Categorical(Pooling = Pooling.Sum), Hashed(Dimension = 10, Rows = 13)]
    public int[] C { get; set; } = [];

    [Categorical(Pooling = Pooling.Sum), QuotientRemainder(Dimension = 10, Buckets = 6)]
    public int[] D { get; set; } = [];

    [Categorical(Pooling = Pooling.Sum), LowRank(Dimension = 10, Rank = 1)]
    public List<int> E { get; set; } = [];
}

/// <summary>The embedding given once for the class, a width of 8, Adagrad.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[FactorizationMachine]
[MultiLayer(Dimension = 8, Inner = 16)]
[Adagrad(LearningRate = 0.02f, Epsilon = 0.01f)]
public partial class FmDefault
{
    [Label]
    public float Rating { get; set; }

    [Numeric(Transform = Transform.Log1p)]
    public float Price { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.HashedBucket, Buckets = 4, MinCount = 2)]
    public string User { get; set; } = "";

    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero, MinCount = 2)]
    public string[] Words { get; set; } = [];
}

/// <summary>A width of 4 with factored tables only.</summary>
[EmbeddingModel]
[FactorizationMachine]
[Adagrad(LearningRate = 0.03f, Epsilon = 0.01f)]
public partial class FmFactored
{
    [Label]
    public bool Clicked { get; set; }

    [Categorical, MultiLayer(Dimension = 4, Inner = 4)]
    public int User { get; set; }

    [Categorical, MultiLayer(Dimension = 4, Inner = 64)]
    public int Item { get; set; }
}
