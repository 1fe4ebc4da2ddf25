using System;
using System.Collections.Immutable;

namespace ModelGen.Compiled;

/// <summary>
/// Everything about a compiled model that is known when the application is built: a plain description that the
/// generated code hands to the runtime. Sizes in floats are literals of the generated code; row counts are not here,
/// they come from the data.
/// </summary>
public sealed record ModelSchema
{
    /// <summary>Class name of the model, for messages and file metadata.</summary>
    public required string Name { get; init; }

    /// <summary>Hash of the model's intermediate representation; a checkpoint of another model is refused by it.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The training loss.</summary>
    public required Loss Loss { get; init; }

    /// <summary>Column of the label; null when every row is a positive pair of a user and an item.</summary>
    public required string? LabelColumn { get; init; }

    /// <summary>Whether there is no label: every row is a positive pair of a user and an item.</summary>
    public bool IsImplicit => LabelColumn is null;

    /// <summary>The column that orders the rows in time; null when there is none.</summary>
    public TimestampFeature? Timestamp { get; init; }

    /// <summary>Numeric inputs in declaration order.</summary>
    public required ImmutableArray<NumericFeature> Numerics { get; init; }

    /// <summary>Categorical inputs in declaration order.</summary>
    public required ImmutableArray<CategoricalFeature> Categoricals { get; init; }

    /// <summary>Tables, in the order of <see cref="ModelState.Tables"/>.</summary>
    public required ImmutableArray<TableParameter> Tables { get; init; }

    /// <summary>Dense parameters, in arena order: towers first, then factors.</summary>
    public required ImmutableArray<DenseParameter> Dense { get; init; }

    /// <summary>The quantised embeddings, in the order of their features.</summary>
    public ImmutableArray<QuantizedFeature> Quantized { get; init; } = [];

    /// <summary>Length of the dense arena in floats (padding included).</summary>
    public required int DenseFloats { get; init; }

    /// <summary>First float of the factor region of the dense arena; towers lie before it.</summary>
    public required int FactorOffset { get; init; }

    /// <summary>Length of the arena of transposed weights in floats.</summary>
    public required int TransposedFloats { get; init; }

    /// <summary>Length of one lane's tile workspace in floats, training step.</summary>
    public required int TileFloats { get; init; }

    /// <summary>Optimiser of the model.</summary>
    public required OptimizerSchema Optimizer { get; init; }

    /// <summary>The model's intermediate representation in its readable text form.</summary>
    public required string Ir { get; init; }

    /// <summary>Index of the categorical input with a role.</summary>
    /// <param name="role">The user or the item.</param>
    /// <param name="purpose">What needs it, for the message, such as "A split by user".</param>
    /// <exception cref="InvalidOperationException">The model has no such input.</exception>
    public int Require(FeatureRole role, string purpose)
    {
        for (int f = 0; f < Categoricals.Length; f++)
        {
            if (Categoricals[f].Role == role)
            {
                return f;
            }
        }

        throw new InvalidOperationException($"{purpose} needs a [{role}] property, and {Name} has none. Write [{role}] in place of [Categorical] on the property that holds the {role.ToString().ToLowerInvariant()}.");
    }

    /// <summary>Examples in one tile. The batch is cut by index, never by thread count.</summary>
    public const int TileExamples = 64;

    /// <summary>Lanes: fixed groups of tiles, each with its own gradient accumulators, reduced in lane order.</summary>
    public const int Lanes = 8;

    /// <summary>Distinct ids in one unit of embedding work of a feature with factors, each of which adds a share of their gradient.</summary>
    public const int ChunkSlots = 256;

    /// <summary>Distinct ids in one unit of embedding work of a feature without.</summary>
    public const int PlainChunkSlots = 64;
}

/// <summary>What a timestamp is made of.</summary>
public enum TimestampKind
{
    /// <summary>A 64-bit integer.</summary>
    Integer,

    /// <summary>A floating-point number.</summary>
    Real,

    /// <summary>A date with a time of day.</summary>
    Date,
}

/// <summary>The column that orders the rows in time; no input of the model.</summary>
/// <param name="Name">Property name.</param>
/// <param name="Column">Column name.</param>
/// <param name="Kind">What its values are.</param>
public sealed record TimestampFeature(string Name, string Column, TimestampKind Kind);

/// <summary>A numeric input.</summary>
/// <param name="Name">Property name.</param>
/// <param name="Column">Column name.</param>
/// <param name="Transform">Transform applied before the first layer.</param>
public sealed record NumericFeature(string Name, string Column, Transform Transform);

/// <summary>How the keys of a categorical feature are held.</summary>
public enum KeyKind
{
    /// <summary>Text keys (string and enum properties).</summary>
    Text,

    /// <summary>64-bit integer keys (integer and bool properties).</summary>
    Integer,
}

/// <summary>What a categorical input stands for in a recommendation model.</summary>
public enum FeatureRole
{
    /// <summary>An input like any other.</summary>
    None,

    /// <summary>Who acts.</summary>
    User,

    /// <summary>What is recommended, rated or retrieved.</summary>
    Item,
}

/// <summary>A categorical input and the layout of its vectors inside a batch.</summary>
public sealed record CategoricalFeature
{
    /// <summary>Property name.</summary>
    public required string Name { get; init; }

    /// <summary>Column name.</summary>
    public required string Column { get; init; }

    /// <summary>Text or integer keys.</summary>
    public required KeyKind KeyKind { get; init; }

    /// <summary>Whether an example holds a bag of values.</summary>
    public required bool IsBag { get; init; }

    /// <summary>How a bag is combined.</summary>
    public required Pooling Pooling { get; init; }

    /// <summary>Policy for unknown values.</summary>
    public required OutOfVocabulary OutOfVocabulary { get; init; }

    /// <summary>Least count in the training split for a value to enter the vocabulary.</summary>
    public required int MinCount { get; init; }

    /// <summary>Fixed number of ids, or 0 for a vocabulary.</summary>
    public required long Cardinality { get; init; }

    /// <summary>Extra rows under <see cref="OutOfVocabulary.HashedBucket"/>.</summary>
    public required int Buckets { get; init; }

    /// <summary>Separator of a bag's values inside one text cell.</summary>
    public required char Separator { get; init; }

    /// <summary>Whether it is the user, the item or neither.</summary>
    public FeatureRole Role { get; init; }

    /// <summary>Floats per distinct id in <see cref="FeatureBatch.Vectors"/> and per example in <see cref="FeatureBatch.Gradients"/>.</summary>
    public required int VectorStride { get; init; }

    /// <summary>First float of this feature's factors in the dense arena.</summary>
    public required int FactorOffset { get; init; }

    /// <summary>Floats of this feature's factors in the dense arena (0 when it has none).</summary>
    public required int FactorFloats { get; init; }

    /// <summary>Distinct ids in one unit of embedding work.</summary>
    public int ChunkSlots => FactorFloats > 0 ? ModelSchema.ChunkSlots : ModelSchema.PlainChunkSlots;

    /// <summary>Codes per distinct id of a quantised embedding (0 for other forms).</summary>
    public int Codes { get; init; }

    /// <summary>Whether the tiles of a training step read table rows themselves, so that the step computes no vectors of this feature.</summary>
    public bool ReadsRows { get; init; }

    /// <summary>How the ids are clustered; null when they are not.</summary>
    public ClusterSchema? Clusters { get; init; }

    /// <summary>Rows kept beside the vocabulary for unknown values.</summary>
    public int ExtraRows => OutOfVocabulary switch
    {
        OutOfVocabulary.SharedRow => 1,
        OutOfVocabulary.HashedBucket => Buckets,
        _ => 0,
    };
}

/// <summary>The clustering of a feature's ids; see <see cref="ClusteredAttribute"/> for the meaning of each value.</summary>
/// <param name="Clusters">Most clusters.</param>
/// <param name="Initial">Clusters at the start.</param>
/// <param name="SplitEvery">Steps from one split to the next.</param>
/// <param name="ReassignEvery">Steps from one possible reassignment to the next.</param>
/// <param name="Reassign">At which multiples ids are reassigned.</param>
/// <param name="Division">How a cluster is divided.</param>
/// <param name="ChooseBy">Which cluster is split.</param>
/// <param name="Keep">Chance that an id keeps its cluster in a reassignment.</param>
/// <param name="Interactions">Most training examples of an id by which gradients and losses are measured.</param>
/// <param name="StopWhenIdle">Whether the splits end when they no longer lower the validation loss.</param>
/// <param name="VectorOffset">Where the shared vector lies in a slot of <see cref="FeatureBatch.Vectors"/>.</param>
public sealed record ClusterSchema(
    int Clusters, int Initial, int SplitEvery, int ReassignEvery, Reassignment Reassign, ClusterDivision Division, ClusterChoice ChooseBy, float Keep, int Interactions, bool StopWhenIdle,
    int VectorOffset = 0)
{
    /// <summary>Step from which every id has a vector of its own, or 0 for never.</summary>
    public int PersonalFrom { get; init; }

    /// <summary>Weight of the squared distance of an id's own vector from its cluster's.</summary>
    public float Pull { get; init; }
}

/// <summary>Which row of a table an id reads.</summary>
public enum RowIndex
{
    /// <summary>Row = id. Distinct ids read distinct rows.</summary>
    Identity,

    /// <summary>Row = id / modulus.</summary>
    Quotient,

    /// <summary>Row = id % modulus.</summary>
    Remainder,

    /// <summary>Row = the cluster of the id, which is learned; the modulus is the greatest number of clusters.</summary>
    Assignment,
}

/// <summary>Which learning rate a parameter follows.</summary>
public enum ParameterGroup
{
    /// <summary>Embedding tables.</summary>
    Table,

    /// <summary>Dense factors added by an embedding form.</summary>
    Factor,

    /// <summary>Codebooks that follow moving averages, and the averaged counts beside them; the optimiser leaves them alone.</summary>
    Average,

    /// <summary>Everything else.</summary>
    Tower,

    /// <summary>Measured on the training data and not trained.</summary>
    Fixed,
}

/// <summary>How a parameter is started.</summary>
public enum Initialization
{
    /// <summary>All zero.</summary>
    Zero,

    /// <summary>Uniform in +-scale/sqrt(rows of the table).</summary>
    UniformByRows,

    /// <summary>Uniform in +-scale.</summary>
    Uniform,

    /// <summary>Normal with standard deviation scale.</summary>
    Normal,

    /// <summary>Uniform in +-scale sqrt(6 / (rows + columns)).</summary>
    Xavier,

    /// <summary>Absolute value of a normal number with standard deviation scale times the root of the mean label's size.</summary>
    HalfNormal,

    /// <summary>The mean label of the training data.</summary>
    LabelMean,
}

/// <summary>A table parameter: one row per id (or per quotient, remainder, bucket).</summary>
/// <param name="Name">Name in files, such as "User.T".</param>
/// <param name="Feature">Index of the categorical feature.</param>
/// <param name="Index">Which row an id reads.</param>
/// <param name="Modulus">Modulus of the quotient or remainder, or the clusters of an assignment; 0 for identity.</param>
/// <param name="Width">Floats per row.</param>
/// <param name="Group">Learning-rate group.</param>
/// <param name="Initialization">How it is started.</param>
/// <param name="Scale">Scale of the start values.</param>
/// <param name="NonNegative">Whether every update clamps its values at zero.</param>
public sealed record TableParameter(
    string Name, int Feature, RowIndex Index, int Modulus, int Width, ParameterGroup Group, Initialization Initialization, float Scale,
    bool NonNegative = false)
{
    /// <summary>Entries a row keeps at the end of the schedule; 0 when rows are dense.</summary>
    public int Kept { get; init; }

    /// <summary>Rows of the table for a number of ids.</summary>
    public long Rows(long ids) => Index switch
    {
        RowIndex.Quotient => (ids + Modulus - 1) / Modulus,
        RowIndex.Remainder => long.Min(ids, Modulus),
        RowIndex.Assignment => Modulus,
        _ => ids,
    };
}

/// <summary>
/// A dense parameter in the arena. Logical shape Rows x Columns; stored row-major with <see cref="Stride"/> floats per row
/// and <see cref="PaddedRows"/> rows, the padding being zero and staying zero.
/// </summary>
/// <param name="Name">Name in files, such as "Top0.W".</param>
/// <param name="Rows">Logical rows (inputs of a layer).</param>
/// <param name="Columns">Logical columns (outputs of a layer).</param>
/// <param name="Offset">First float in the arena; a multiple of 16.</param>
/// <param name="Stride">Floats per stored row.</param>
/// <param name="PaddedRows">Stored rows.</param>
/// <param name="TransposedOffset">First float of its transposed copy, or -1 when none is kept.</param>
/// <param name="TransposedStride">Floats per row of the transposed copy.</param>
/// <param name="Group">Learning-rate group.</param>
/// <param name="Initialization">How it is started.</param>
/// <param name="Scale">Scale of the start values.</param>
public sealed record DenseParameter(
    string Name, int Rows, int Columns, int Offset, int Stride, int PaddedRows, int TransposedOffset, int TransposedStride,
    ParameterGroup Group, Initialization Initialization, float Scale)
{
    /// <summary>Floats the parameter takes in the arena.</summary>
    public int Floats => Stride * PaddedRows;
}

/// <summary>The optimisers.</summary>
public enum OptimizerKind
{
    /// <summary>Plain gradient descent.</summary>
    Sgd,

    /// <summary>Element-wise Adagrad.</summary>
    Adagrad,

    /// <summary>Adagrad with one accumulator per table row.</summary>
    RowWiseAdagrad,

    /// <summary>Adam, lazy on table rows.</summary>
    Adam,

    /// <summary>Adam with Nesterov momentum, lazy on table rows.</summary>
    NAdam,
}

/// <summary>The optimiser of a model with its default rates.</summary>
/// <param name="Kind">Update rule.</param>
/// <param name="LearningRate">Base rate.</param>
/// <param name="TableLearningRate">Rate of the tables.</param>
/// <param name="FactorLearningRate">Rate of the factors.</param>
/// <param name="TowerLearningRate">Rate of the rest.</param>
/// <param name="Beta1">First-moment decay (Adam, NAdam).</param>
/// <param name="Beta2">Second-moment decay (Adam, NAdam).</param>
/// <param name="Lazy">Whether table rows that do not occur in a batch rest; otherwise they are updated with a gradient of zero.</param>
public sealed record OptimizerSchema(
    OptimizerKind Kind, float LearningRate, float TableLearningRate, float FactorLearningRate, float TowerLearningRate, float Beta1, float Beta2, bool Lazy = true)
{
    /// <summary>Speed of NAdam's momentum schedule beta1 (1 - 0.96^(t decay) / 2).</summary>
    public float MomentumDecay { get; init; } = 0.004f;

    /// <summary>State buffers of a dense parameter, each of the parameter's own shape.</summary>
    public int DenseStates => Kind switch { OptimizerKind.Sgd => 0, OptimizerKind.Adam or OptimizerKind.NAdam => 2, _ => 1 };

    /// <summary>Floats per row of each state buffer of a table of the given width.</summary>
    public ImmutableArray<int> TableStateWidths(int width) => Kind switch
    {
        OptimizerKind.Sgd => [],
        OptimizerKind.RowWiseAdagrad => [1],
        OptimizerKind.Adagrad => [width],
        _ => [width, width],
    };
}
