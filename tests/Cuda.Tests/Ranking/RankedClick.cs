namespace ModelGen.Tests.Rankings;

/// <summary>A DLRM over clusters of users, a bag, a number and an item of two factors: nothing of its score is an inner product.</summary>
[EmbeddingModel]
[Dlrm(Bottom = [16, 8], Top = [24])]
[Adagrad(LearningRate = 0.02f, Epsilon = 0.01f)]
public partial class RankedClick
{
    [Label]
    public bool Clicked { get; set; }

    [Numeric]
    public float Age { get; set; }

    [User(OutOfVocabulary = OutOfVocabulary.Zero, MinCount = 2), Clustered(Dimension = 8, Clusters = 4, Initial = 4)]
    public string User { get; set; } = "";

    [Categorical(Pooling = Pooling.Mean), MultiLayer(Dimension = 8, Inner = 12)]
    public string[] Genres { get; set; } = [];

    [Categorical(Pooling = Pooling.Sum), Full(Dimension = 8)]
    public int[] Words { get; set; } = [];

    [Item, MultiLayer(Dimension = 8, Inner = 12)]
    public int Item { get; set; }
}

/// <summary>Towers so wide that a tile lies in a workspace instead of shared memory.</summary>
[EmbeddingModel]
[NeuMf(Hidden = [640, 320])]
[Adagrad(LearningRate = 0.02f, Epsilon = 0.01f)]
public partial class RankedWide
{
    [Label]
    public bool Liked { get; set; }

    [User, Full(Dimension = 8)]
    public int User { get; set; }

    [Item, Hashed(Dimension = 8, Rows = 13)]
    public int Item { get; set; }
}
