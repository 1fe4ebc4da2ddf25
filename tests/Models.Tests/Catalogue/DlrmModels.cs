using System.Collections.Generic;

namespace ModelGen.Tests.Catalogue;

/// <summary>Everything at once at the paper's widths: text, integers and a mean bag, transforms, a shared row for unknown users.</summary>
[EmbeddingModel]
[Dlrm(Bottom = [32, 16], Top = [24, 8])]
[Adagrad(LearningRate = 0.03f, Epsilon = 0.01f, FactorLearningRate = 0.02f, TowerLearningRate = 0.01f)]
public partial class DlrmMixed
{
    [Label]
    public bool Clicked { get; set; }

    [Numeric(Transform = Transform.Standardize)]
    public float Age { get; set; }

    [Numeric(Transform = Transform.Log1p)]
    public double Visits { get; set; }

    [Numeric]
    public int Hour { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow, MinCount = 2), MultiLayer(Dimension = 16, Inner = 64)]
    public string User { get; set; } = "";

    [Categorical, Full(Dimension = 16)]
    public int App { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero, MinCount = 3), MultiLayer(Dimension = 16, Inner = 32)]
    public string[] Genres { get; set; } = [];
}

/// <summary>No numeric inputs, all forms whose rows are shared or factored, Adam.</summary>
[EmbeddingModel]
[Dlrm(Top = [12])]
[Adam(LearningRate = 0.01f, Epsilon = 0.01f)]
public partial class DlrmShared
{
    [Label]
    public int Clicked { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.HashedBucket, Buckets = 7, MinCount = 2), Hashed(Dimension = 8, Rows = 50)]
    public string User { get; set; } = "";

    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow, MinCount = 2), QuotientRemainder(Dimension = 8, Buckets = 9)]
    public long Item { get; set; }

    [Categorical(Pooling = Pooling.Mean), LowRank(Dimension = 8, Rank = 3)]
    public List<string> Tags { get; set; } = [];
}

/// <summary>Odd widths everywhere, squared error, NAdam.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[Dlrm(Bottom = [3, 5], Top = [9, 7])]
[NAdam(LearningRate = 0.01f, Epsilon = 0.01f)]
public partial class DlrmOdd
{
    [Label]
    public float Rating { get; set; }

    [Numeric]
    public float Price { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero, MinCount = 2), MultiLayer(Dimension = 5, Inner = 12)]
    public string User { get; set; } = "";

    [Categorical(Pooling = Pooling.Sum, OutOfVocabulary = OutOfVocabulary.SharedRow, MinCount = 2), MultiLayer(Dimension = 5, Inner = 3)]
    public int[] Items { get; set; } = [];
}

/// <summary>A width of 20, row-wise accumulators, fewer inner than served dimensions, hashed bags with buckets for unknown values.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[Dlrm(Bottom = [20], Top = [10])]
[RowWiseAdagrad(LearningRate = 0.03f, Epsilon = 0.01f)]
public partial class DlrmWide
{
    [Label]
    public double Rating { get; set; }

    [Numeric(Transform = Transform.Standardize)]
    public double Length { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.HashedBucket, Buckets = 5, MinCount = 2), MultiLayer(Dimension = 20, Inner = 10)]
    public int User { get; set; }

    [Categorical(Pooling = Pooling.Sum, OutOfVocabulary = OutOfVocabulary.HashedBucket, Buckets = 3, MinCount = 2), Hashed(Dimension = 20, Rows = 11)]
    public string[] Words { get; set; } = [];
}

/// <summary>Key types: an enum, a bool, a fixed cardinality; plain tables, SGD.</summary>
[EmbeddingModel]
[Dlrm(Bottom = [6, 4], Top = [8])]
[Sgd(LearningRate = 0.1f)]
public partial class DlrmKeys
{
    [Label]
    public bool Clicked { get; set; }

    [Numeric(Transform = Transform.Log1p)]
    public float Spent { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero), Full(Dimension = 4)]
    public Day Day { get; set; }

    [Categorical, Full(Dimension = 4)]
    public bool Member { get; set; }

    [Categorical(Cardinality = 300, OutOfVocabulary = OutOfVocabulary.SharedRow), Full(Dimension = 4)]
    public int Shop { get; set; }

    [Categorical(Cardinality = 20, OutOfVocabulary = OutOfVocabulary.Zero), Full(Dimension = 4)]
    public IReadOnlyList<long> Aisles { get; set; } = [];
}

/// <summary>Days, for a feature of an enum type.</summary>
public enum Day
{
    /// <summary>Monday.</summary>
    Monday,

    /// <summary>Tuesday.</summary>
    Tuesday,

    /// <summary>Sunday.</summary>
    Sunday,
}

/// <summary>No top tower: the last layer reads the inner products directly.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[Dlrm]
[Adagrad(LearningRate = 0.03f, Epsilon = 0.01f)]
public partial class DlrmFlat
{
    [Label]
    public float Rating { get; set; }

    [Categorical, MultiLayer(Dimension = 16, Inner = 20)]
    public int User { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow), QuotientRemainder(Dimension = 16, Buckets = 5)]
    public string[] Items { get; set; } = [];
}

/// <summary>Ten vectors of an odd width: pairs that are summed over a transposed stack.</summary>
[EmbeddingModel]
[Dlrm(Bottom = [16, 7], Top = [8])]
[Full(Dimension = 7)]
[Adagrad(LearningRate = 0.03f, Epsilon = 0.01f)]
public partial class DlrmMany
{
    [Label]
    public bool Clicked { get; set; }

    [Numeric]
    public float Age { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow)]
    public int C0 { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow)]
    public int C1 { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow)]
    public int C2 { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow)]
    public int C3 { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow)]
    public int C4 { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow)]
    public int C5 { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow)]
    public int C6 { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow)]
    public int C7 { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow)]
    public int C8 { get; set; }
}
