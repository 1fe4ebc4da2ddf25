namespace ModelGen.Tests.Recommendations;

/// <summary>Plain tables.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 0.02f)]
[Full(Dimension = 16)]
public partial class PlayFull : PlayFields;

/// <summary>Multi-layer tables.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 0.02f)]
[MultiLayer(Dimension = 16, Inner = 24)]
public partial class PlayMultiLayer : PlayFields;

/// <summary>Quantised tables.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 0.02f)]
[Quantized(Dimension = 16, Parts = 4, Choices = [16], Commitment = 0.25f)]
public partial class PlayQuantized : PlayFields;

/// <summary>Tiers of codes of 8, 5 and 3 bits.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 0.02f)]
[Quantized(Dimension = 16, Parts = 8, Choices = [256, 32, 8], Tiers = [0.2f, 0.3f, 0.5f])]
public partial class PlayTiers : PlayFields;

/// <summary>Codes of 7 bits that do not fill whole bytes, more of them than a word holds.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 0.02f)]
[Quantized(Dimension = 22, Parts = 11, Choices = [128])]
public partial class PlayOddCodes : PlayFields;

/// <summary>One code per item.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 0.02f)]
[Quantized(Dimension = 16, Parts = 1, Choices = [16])]
public partial class PlayOneCode : PlayFields;

/// <summary>Tiers with codebooks and parts of their own.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 0.02f)]
[Quantized(Dimension = 16, PartsPerTier = [8, 4], Choices = [16, 8], Tiers = [0.3f, 0.7f], PrivateCodebooks = true)]
public partial class PlayOwnTiers : PlayFields;

/// <summary>One set of centroids for all parts.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 0.02f)]
[Quantized(Dimension = 16, Parts = 4, Choices = [16], SharedCodebook = true)]
public partial class PlaySharedCodes : PlayFields;

/// <summary>The ranking loss, integer items of a fixed cardinality.</summary>
[EmbeddingModel(Loss = Loss.BayesianPersonalizedRanking), Gmf, Adam(LearningRate = 0.02f)]
[Full(Dimension = 16)]
public partial class PlayRanked
{
    [User]
    public int User { get; set; }

    [Item(Cardinality = 50)]
    public int Item { get; set; }

    [Timestamp]
    public long Time { get; set; }
}

/// <summary>All items share one row, so that all scores of a user are equal.</summary>
[EmbeddingModel, Gmf, Adam(LearningRate = 0.02f)]
[Full(Dimension = 4)]
public partial class PlayTied : IPlay
{
    [User]
    public int User { get; set; }

    [Item, Hashed(Dimension = 4, Rows = 1)]
    public string Item { get; set; } = "";

    [Timestamp]
    public long Time { get; set; }
}

/// <summary>Both branches of NeuMF.</summary>
[EmbeddingModel, NeuMf(Hidden = [16, 8]), Adam(LearningRate = 0.02f)]
[Full(Dimension = 12)]
public partial class PlayNeuMf : PlayFields;

/// <summary>Two towers.</summary>
[EmbeddingModel, TwoTower(Hidden = [16, 8]), Adam(LearningRate = 0.02f)]
[Full(Dimension = 12)]
public partial class PlayTowers : IPlay
{
    [User(OutOfVocabulary = OutOfVocabulary.SharedRow, MinCount = 2)]
    public int User { get; set; }

    [Item]
    public string Item { get; set; } = "";

    [Timestamp]
    public long Time { get; set; }
}

/// <summary>A factorisation machine whose queries have a bag, a category and a number beside the user.</summary>
[EmbeddingModel, FactorizationMachine, Adagrad(LearningRate = 0.1f)]
[Full(Dimension = 8)]
public partial class PlayContext : IPlay
{
    [Numeric]
    public float Hour => Time % 24;

    [Categorical]
    public string[] Mood => Time % 3 == 0 ? [] : Time % 3 == 1 ? ["calm", $"mood {User % 3}"] : ["calm", "calm", "loud"];

    [Item]
    public string Item { get; set; } = "";

    [Categorical]
    public int Device => User % 2;

    [User]
    public int User { get; set; }

    [Timestamp]
    public long Time { get; set; }
}

/// <summary>A play whose inputs carry no setting of their own.</summary>
public abstract class PlayFields : IPlay
{
    [User]
    public int User { get; set; }

    [Item]
    public string Item { get; set; } = "";

    [Timestamp]
    public long Time { get; set; }
}

/// <summary>What the models over plays have in common.</summary>
public interface IPlay
{
    /// <summary>Who.</summary>
    int User { get; set; }

    /// <summary>What.</summary>
    string Item { get; set; }

    /// <summary>When.</summary>
    long Time { get; set; }
}
