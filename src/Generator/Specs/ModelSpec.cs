using System.Linq;
using ModelGen.Generator.Helpers;

namespace ModelGen.Generator.Specs;

/// <summary>What the user meant by one annotated class, defaults applied: plain values, equal when the meaning is equal.</summary>
public sealed record ModelSpec(
    string Namespace,
    string Name,
    string Keyword,
    LossKind Loss,
    LabelSpec? Label,
    EquatableArray<NumericSpec> Numerics,
    EquatableArray<CategoricalSpec> Categoricals,
    HostSpec Host,
    OptimizerSpec Optimizer)
{
    /// <summary>The property that orders the rows in time, if there is one.</summary>
    public TimestampSpec? Timestamp { get; init; }

    /// <summary>Types of the emitted text that the user's code has another meaning for, so that they are written in full.</summary>
    public EquatableArray<string> Hidden { get; init; }
}

/// <summary>What a categorical property stands for in a recommendation model.</summary>
public enum RoleKind
{
    None,
    User,
    Item,
}

public enum LossKind
{
    BinaryCrossEntropy,
    MeanSquaredError,
    BayesianPersonalizedRanking,
    Cosine,
}

public sealed record LabelSpec(string Property, string Column, string Type);

public enum TimestampKind
{
    Integer,
    Real,
    Date,
}

public sealed record TimestampSpec(string Property, string Column, TimestampKind Kind);

public enum TransformKind
{
    None,
    Log1p,
    Standardize,
}

public sealed record NumericSpec(string Property, string Column, string Type, TransformKind Transform);

public enum KeyType
{
    Text,
    Integer,
    Bool,
    Enum,
}

public enum BagForm
{
    None,
    Array,
    List,
}

public enum PoolingKind
{
    None,
    Sum,
    Mean,
}

public enum OutOfVocabularyKind
{
    Error,
    SharedRow,
    HashedBucket,
    Zero,
}

/// <summary>A categorical property. Type is the element type as written in C#; EnumNames lists the members of an enum.</summary>
public sealed record CategoricalSpec(
    string Property,
    string Column,
    KeyType Key,
    string Type,
    EquatableArray<string> EnumNames,
    BagForm Bag,
    PoolingKind Pooling,
    OutOfVocabularyKind OutOfVocabulary,
    int MinCount,
    long Cardinality,
    int Buckets,
    char Separator,
    RoleKind Role,
    EmbeddingSpec Embedding);

public enum EmbeddingKind
{
    Full,
    MultiLayer,
    Hashed,
    QuotientRemainder,
    LowRank,
    Quantized,
    Sparse,
    Clustered,

    /// <summary>No vector at all: the user of an autoencoder is the sum of its items.</summary>
    None,
}

/// <summary>
/// An embedding parameterisation. Inner is k of MLET or the rank, Rows is m of hashing or c of quotient-remainder. Quantized beside Clustered
/// is what is added to the shared vectors.
/// </summary>
public sealed record EmbeddingSpec(EmbeddingKind Kind, int Dimension, int Inner, float Sigma, int Rows, QuantizedSpec? Quantized = null, ClusteredSpec? Clustered = null)
{
    /// <summary>Entries a row of a sparse table keeps at the end of its schedule; 0 in every other form.</summary>
    public int Kept { get; init; }
}

/// <summary>Product quantisation: D parts, the choices K and the share of the ids of every tier, and the commitment weight.</summary>
public sealed record QuantizedSpec(int Parts, EquatableArray<int> Choices, EquatableArray<float> Tiers, float Commitment)
{
    /// <summary>What is kept of the moving averages in a step, or 0 when the centroids follow gradients.</summary>
    public float Decay { get; init; }

    /// <summary>Inner dimension of the queries, or 0 for a plain table of them.</summary>
    public int Inner { get; init; }

    /// <summary>Temperature of the softmax form, or 0 for the nearest centroid.</summary>
    public float Temperature { get; init; }

    /// <summary>Whether each tier has a codebook of its own.</summary>
    public bool Private { get; init; }

    /// <summary>Whether all parts share one set of centroids.</summary>
    public bool Shared { get; init; }

    /// <summary>Whether scores are batch-normalised.</summary>
    public bool NormalizeScores { get; init; }

    /// <summary>Parts of each tier; Parts is their least common multiple.</summary>
    public EquatableArray<int> TierParts { get; init; }

    /// <summary>Centroids in all codebooks.</summary>
    public int Centroids => Private ? Choices.Sum() : Choices.FirstOrDefault();

    /// <summary>Steps between re-seedings of centroids that are hardly used, or 0.</summary>
    public int ReseedEvery { get; init; }
}

public enum QuantizedFormKind
{
    Nearest,
    Softmax,
}

public enum CodebookUpdateKind
{
    Gradient,
    MovingAverage,
}

/// <summary>Shared vectors: at most Clusters, Initial at the start; intervals in steps; the chance that an id keeps its cluster.</summary>
public sealed record ClusteredSpec(
    int Clusters, int Initial, int SplitEvery, int ReassignEvery, ReassignmentKind Reassign, DivisionKind Division, ChoiceKind ChooseBy, float Keep, int Interactions, bool StopWhenIdle)
{
    /// <summary>Step from which every id has a vector of its own, or 0 for never.</summary>
    public int PersonalFrom { get; init; }

    /// <summary>Weight of the squared distance of an id's own vector from its cluster's.</summary>
    public float Pull { get; init; }
}

public enum ReassignmentKind
{
    Prime,
    Every,
    Never,
}

public enum DivisionKind
{
    Gpca,
    Random,
}

public enum ChoiceKind
{
    Data,
    GradientNorm,
    Members,
    Loss,
}

public enum HostKind
{
    Dlrm,
    FactorizationMachine,
    Gmf,
    NeuMf,
    TwoTower,
    Elsa,
    MatrixFactorization,
}

public enum ClipKind
{
    None,
    Relu,
    Relu6,
}

/// <summary>How the features meet. Bottom and Top are DLRM's towers, Hidden the tower of the hosts of a user and an item, Factors the floats that NeuMF multiplies.</summary>
public sealed record HostSpec(HostKind Kind, EquatableArray<int> Bottom, EquatableArray<int> Top, EquatableArray<int> Hidden, int Factors,
    ClipKind Clip = ClipKind.None, FactorizationSpec? Factorization = null);

/// <summary>Matrix factorisation: biases and a fixed mean, clamped vectors, and the weight of the squares per rating.</summary>
public sealed record FactorizationSpec(bool Biases, bool NonNegative, float L2, float L2PerId = 0);

public enum OptimizerRule
{
    Sgd,
    Adagrad,
    RowWiseAdagrad,
    Adam,
    NAdam,
}

public sealed record OptimizerSpec(
    OptimizerRule Rule, float LearningRate, float TableRate, float FactorRate, float TowerRate, float Epsilon, float Beta1, float Beta2, bool Lazy)
{
    /// <summary>Speed of NAdam's momentum schedule.</summary>
    public float MomentumDecay { get; init; } = 0.004f;
}
