namespace ModelGen.Tests.Catalogue;

/// <summary>Quantised vectors of width 16: parts of several widths, two tiers and one, unknown values in a shared row and dropped from a bag.</summary>
[EmbeddingModel]
[Dlrm(Bottom = [16, 16], Top = [32, 16])]
[Adagrad(LearningRate = 0.03f, Epsilon = 0.01f)]
public partial class DlrmQuantized
{
    [Label]
    public bool Clicked { get; set; }

    [Numeric(Transform = Transform.Standardize)]
    public float Age { get; set; }

    [Numeric(Transform = Transform.Standardize)]
    public float Hour { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow, MinCount = 2)]
    [Quantized(Dimension = 16, Parts = 4, Choices = [32, 8], Tiers = [0.2f, 0.8f])]
    public string User { get; set; } = "";

    [Categorical, Quantized(Dimension = 16, Parts = 1, Choices = [16])]
    public int App { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero, MinCount = 2), Quantized(Dimension = 16, Parts = 16, Choices = [8], Commitment = 0.25f)]
    public string[] Genres { get; set; } = [];
}

/// <summary>Quantised vectors of width 10 beside other forms: three tiers, 512 choices, buckets, dropped single values, sum bags, Adam.</summary>
[EmbeddingModel]
[FactorizationMachine]
[Adam(LearningRate = 0.005f, Epsilon = 0.01f)]
public partial class FmQuantized
{
    [Label]
    public bool Clicked { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.HashedBucket, Buckets = 3, MinCount = 2)]
    [Quantized(Dimension = 10, Parts = 5, Choices = [64, 8, 4], Tiers = [0.1f, 0.3f, 0.6f])]
    public string User { get; set; } = "";

    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero, MinCount = 2), Quantized(Dimension = 10, Parts = 2, Choices = [512, 16], Tiers = [0.25f, 0.75f], Commitment = 0)]
    public int Item { get; set; }

    [Categorical(Pooling = Pooling.Sum), Quantized(Dimension = 10, Parts = 10, Choices = [4])]
    public int[] Tags { get; set; } = [];

    [Categorical, MultiLayer(Dimension = 10, Inner = 12)]
    public int Place { get; set; }
}

/// <summary>Codebooks that follow moving averages, beside one that follows gradients and a factored table.</summary>
[EmbeddingModel]
[FactorizationMachine]
[Adam(LearningRate = 0.005f, Epsilon = 0.01f)]
public partial class FmAverages
{
    [Label]
    public bool Clicked { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow, MinCount = 2)]
    [Quantized(Dimension = 16, Parts = 2, Choices = [32, 8], Tiers = [0.2f, 0.8f], Codebook = CodebookUpdate.MovingAverage)]
    public string User { get; set; } = "";

    [Categorical, Quantized(Dimension = 16, Parts = 16, Choices = [8], Codebook = CodebookUpdate.MovingAverage, Decay = 0.75f, Commitment = 0.25f)]
    public int[] Tags { get; set; } = [];

    [Categorical, Quantized(Dimension = 16, Parts = 4, Choices = [16])]
    public int Item { get; set; }

    [Categorical, MultiLayer(Dimension = 16, Inner = 16)]
    public int Place { get; set; }
}

/// <summary>Codebooks of each tier's own, with the same and with fewer parts in the tail, and codebooks that all parts share.</summary>
[EmbeddingModel]
[FactorizationMachine]
[Adagrad(LearningRate = 0.03f, Epsilon = 0.01f)]
public partial class FmCodebooks
{
    [Label]
    public bool Clicked { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow, MinCount = 2)]
    [Quantized(Dimension = 12, PartsPerTier = [6, 4, 1], Choices = [32, 8, 8], Tiers = [0.2f, 0.3f, 0.5f], PrivateCodebooks = true)]
    public string User { get; set; } = "";

    [Categorical, Quantized(Dimension = 12, Parts = 3, Choices = [256, 64], Tiers = [0.25f, 0.75f], PrivateCodebooks = true, Codebook = CodebookUpdate.MovingAverage, ReseedEvery = 3)]
    public int Item { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero, MinCount = 2), Quantized(Dimension = 12, Parts = 3, Choices = [16, 4], Tiers = [0.5f, 0.5f], SharedCodebook = true)]
    public int[] Tags { get; set; } = [];

    [Categorical, Quantized(Dimension = 12, Parts = 6, Choices = [8], SharedCodebook = true, Codebook = CodebookUpdate.MovingAverage, ReseedEvery = 4)]
    public string Place { get; set; } = "";

    [Categorical, Quantized(Dimension = 12, Parts = 2, Choices = [16, 8], Tiers = [0.5f, 0.5f], SharedCodebook = true, PrivateCodebooks = true, ReseedEvery = 2)]
    public int Hour { get; set; }
}

/// <summary>The narrowest vectors: width 1, one part, SGD, squared error.</summary>
[EmbeddingModel(Loss = Loss.MeanSquaredError)]
[FactorizationMachine]
[Sgd(LearningRate = 0.02f)]
public partial class FmQuantizedSmallest
{
    [Label]
    public float Rating { get; set; }

    [Categorical, Quantized(Dimension = 1, Parts = 1, Choices = [4])]
    public int User { get; set; }

    [Categorical, Quantized(Dimension = 1, Parts = 1, Choices = [16, 16], Tiers = [0.5f, 0.5f])]
    public string Item { get; set; } = "";
}

/// <summary>One tier, which is DPQ.</summary>
[EmbeddingModel]
[FactorizationMachine]
[Adam(LearningRate = 0.01f)]
public partial class FmOneTier
{
    [Label]
    public bool Clicked { get; set; }

    [Categorical, Quantized(Dimension = 4, Parts = 2, Choices = [16])]
    public string User { get; set; } = "";

    [Categorical, Quantized(Dimension = 4, Parts = 4, Choices = [4])]
    public string Item { get; set; } = "";
}

/// <summary>The softmax form: tiers, private and shared codebooks, several temperatures.</summary>
[EmbeddingModel]
[FactorizationMachine]
[Adam(LearningRate = 0.005f, Epsilon = 0.01f)]
public partial class FmSoftmax
{
    [Label]
    public bool Clicked { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow, MinCount = 2)]
    [Quantized(Dimension = 12, Parts = 3, Choices = [32, 8], Tiers = [0.2f, 0.8f], Form = QuantizedForm.Softmax)]
    public string User { get; set; } = "";

    [Categorical, Quantized(Dimension = 12, PartsPerTier = [6, 2], Choices = [16, 4], Tiers = [0.25f, 0.75f], PrivateCodebooks = true, Form = QuantizedForm.Softmax, Temperature = 0.5f)]
    public int Item { get; set; }

    [Categorical, Quantized(Dimension = 12, Parts = 12, Choices = [16], SharedCodebook = true, Form = QuantizedForm.Softmax, Temperature = 2)]
    public int[] Tags { get; set; } = [];
}

/// <summary>Batch-normalised scores in both forms: tiers, private and shared codebooks, fewer parts in the tail, moving averages, queries as products.</summary>
[EmbeddingModel]
[FactorizationMachine]
[Adam(LearningRate = 0.005f, Epsilon = 0.01f)]
public partial class FmNormalized
{
    [Label]
    public bool Clicked { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow, MinCount = 2)]
    [Quantized(Dimension = 12, Parts = 3, Choices = [32, 8], Tiers = [0.2f, 0.8f], NormalizeScores = true)]
    public string User { get; set; } = "";

    [Categorical, Quantized(Dimension = 12, PartsPerTier = [6, 2], Choices = [16, 4], Tiers = [0.25f, 0.75f], PrivateCodebooks = true, NormalizeScores = true, Form = QuantizedForm.Softmax, Temperature = 0.5f)]
    public int Item { get; set; }

    [Categorical, Quantized(Dimension = 12, Parts = 12, Choices = [16], SharedCodebook = true, NormalizeScores = true, Form = QuantizedForm.Softmax, QueryInner = 5)]
    public int[] Tags { get; set; } = [];

    [Categorical, Quantized(Dimension = 12, PartsPerTier = [4, 1], Choices = [8, 4], Tiers = [0.5f, 0.5f], PrivateCodebooks = true, NormalizeScores = true, Codebook = CodebookUpdate.MovingAverage, Decay = 0.75f, ReseedEvery = 4)]
    public string Place { get; set; } = "";
}

/// <summary>Queries that are products T P, in both forms and under both kinds of codebook.</summary>
[EmbeddingModel]
[FactorizationMachine]
[Adam(LearningRate = 0.005f, Epsilon = 0.01f)]
public partial class FmFactoredQueries
{
    [Label]
    public bool Clicked { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow, MinCount = 2)]
    [Quantized(Dimension = 8, Parts = 4, Choices = [32, 8], Tiers = [0.2f, 0.8f], QueryInner = 12)]
    public string User { get; set; } = "";

    [Categorical, Quantized(Dimension = 8, Parts = 2, Choices = [16], QueryInner = 5, Codebook = CodebookUpdate.MovingAverage, ReseedEvery = 4)]
    public int[] Tags { get; set; } = [];

    [Categorical, Quantized(Dimension = 8, Parts = 2, Choices = [8], QueryInner = 16, Form = QuantizedForm.Softmax)]
    public int Item { get; set; }
}

/// <summary>Codebooks of both kinds whose unused centroids are moved.</summary>
[EmbeddingModel]
[FactorizationMachine]
[Adam(LearningRate = 0.01f)]
public partial class FmReseeded
{
    [Label]
    public bool Clicked { get; set; }

    [Categorical, Quantized(Dimension = 4, Parts = 2, Choices = [16, 8], Tiers = [0.25f, 0.75f], ReseedEvery = 10)]
    public string User { get; set; } = "";

    [Categorical, Quantized(Dimension = 4, Parts = 4, Choices = [16], Codebook = CodebookUpdate.MovingAverage, ReseedEvery = 15)]
    public string Item { get; set; } = "";
}

/// <summary><see cref="FmOneTier"/> with plain tables.</summary>
[EmbeddingModel]
[FactorizationMachine]
[Adam(LearningRate = 0.01f)]
public partial class FmPlain
{
    [Label]
    public bool Clicked { get; set; }

    [Categorical, Full(Dimension = 4)]
    public string User { get; set; } = "";

    [Categorical, MultiLayer(Dimension = 4, Inner = 8)]
    public string Item { get; set; } = "";
}

/// <summary><see cref="FmOneTier"/> with tiers that all have the same choices.</summary>
[EmbeddingModel]
[FactorizationMachine]
[Adam(LearningRate = 0.01f)]
public partial class FmEqualTiers
{
    [Label]
    public bool Clicked { get; set; }

    [Categorical, Quantized(Dimension = 4, Parts = 2, Choices = [16, 16], Tiers = [0.3f, 0.7f])]
    public string User { get; set; } = "";

    [Categorical, Quantized(Dimension = 4, Parts = 4, Choices = [4, 4, 4], Tiers = [0.1f, 0.2f, 0.7f])]
    public string Item { get; set; } = "";
}
