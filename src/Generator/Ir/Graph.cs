using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Ir;

/// <summary>
/// Where a value lives: computed once per distinct id of one feature in the batch, or once per example; in an autoencoder once per
/// row of the item table, once per user of the batch, or once per user and output item.
/// Work on ids is done once however often an id repeats, which is what makes wide inner dimensions cheap.
/// </summary>
public enum Domain
{
    Id,
    Example,
    Row,
    User,
    Score,
}

/// <summary>A value of the graph: Width floats at every place of its domain.</summary>
public sealed record Value(string Name, Domain Domain, int Feature, int Width);

public enum RowIndexKind
{
    Identity,
    Quotient,
    Remainder,
    Assignment,
}

public enum Group
{
    Table,
    Factor,
    Average,
    Tower,
    Fixed,
}

public enum Init
{
    Zero,
    UniformByRows,
    Uniform,
    Normal,
    Xavier,
    HalfNormal,
    LabelMean,
}

/// <summary>
/// A parameter. A table has Rows = 0 (known from the data only) and a feature; a dense one has literal Rows.
/// With Codes it is a table of codes instead of floats, one column per part; such a table is only served. A NonNegative one is clamped
/// at zero after every update.
/// </summary>
public sealed record Parameter(
    string Name, int Feature, bool IsTable, RowIndexKind Index, int Modulus, int Rows, int Columns, Group Group, Init Init, float Scale, Quantization? Codes = null,
    bool NonNegative = false)
{
    /// <summary>Whether the parameter is dense and belongs to the embedding of one feature.</summary>
    public bool IsFactor => Group is Group.Factor or Group.Average;

    /// <summary>Entries a row keeps at the end of training, or in the served model has; 0 when rows are dense.</summary>
    public int Kept { get; init; }
}

/// <summary>
/// How vectors are quantised: Parts codes per id; Choices and Tiers say, tier by tier from the most frequent ids on, how many of the
/// first centroids an id may use and which share of the vocabulary the tier has.
/// </summary>
public sealed record Quantization(int Parts, IReadOnlyList<int> Choices, IReadOnlyList<decimal> Tiers, float Commitment)
{
    /// <summary>What is kept of the moving averages in a step, or 0 when the centroids follow gradients.</summary>
    public float Decay { get; init; }

    /// <summary>Steps between re-seedings of centroids that are hardly used, or 0; the runtime does them between steps.</summary>
    public int ReseedEvery { get; init; }

    /// <summary>With moving averages, the averaged number of lookups per centroid and part.</summary>
    public Parameter? Counts { get; init; }

    /// <summary>Temperature of the softmax form, or 0 when the nearest centroid is chosen.</summary>
    public float Temperature { get; init; }

    /// <summary>The keys of the softmax form, of the shape of the codebook.</summary>
    public Parameter? Keys { get; init; }

    /// <summary>
    /// With batch-normalised scores, their running moments per centroid: the weight of what has been averaged, mean and variance. The
    /// constants are those of the authors of DPQ.
    /// </summary>
    public Parameter? Statistics { get; init; }

    /// <summary>What a step keeps of the running moments of the scores.</summary>
    public const float Momentum = 0.99f;

    /// <summary>What is added to the variance of the scores.</summary>
    public const float Epsilon = 1e-3f;

    /// <summary>Whether each tier has centroids of its own, one tier's after the other's in the codebook, instead of a prefix.</summary>
    public bool Private { get; init; }

    /// <summary>Whether all parts share one set of centroids, as wide as a part.</summary>
    public bool Shared { get; init; }

    /// <summary>Parts of each tier. Parts is their least common multiple: a code of a tier with fewer stands for several neighbouring ones.</summary>
    public IReadOnlyList<int> TierParts { get; init; } = [];

    /// <summary>Rows of the codebook.</summary>
    public int Centroids => Private ? Choices.Sum() : Choices[0];

    /// <summary>Parts that have centroids of their own.</summary>
    public int CodebookParts => Shared ? 1 : Parts;

    /// <summary>The first row of the codebook that a tier may use.</summary>
    public int First(int tier) => Private ? Choices.Take(tier).Sum() : 0;

    /// <summary>Neighbouring parts that share one code of a tier.</summary>
    public int Repeat(int tier) => TierParts.Count == 0 ? 1 : Parts / TierParts[tier];

    /// <summary>Bits of one code in a tier.</summary>
    public int Bits(int tier) => Enumerable.Range(1, 16).First(bits => Choices[tier] <= 1 << bits);

    /// <summary>Share of the vocabulary up to the end of a tier.</summary>
    public decimal End(int tier) => Tiers.Take(tier + 1).Sum();
}

/// <summary>
/// One operation. Result is null for an operation that only accumulates into a parameter.
/// Number is the operation's integer attribute (see <see cref="Ops"/>), Mask the output whose sign a fused ReLU gradient follows,
/// Quantization the codes that a quantising operation makes or reads, Weight that of a penalty.
/// </summary>
public sealed record Op(
    OpKind Kind, Value? Result, IReadOnlyList<Value> Inputs, IReadOnlyList<Parameter> Parameters, int Number = 0, bool Relu = false, Value? Mask = null,
    Quantization? Quantization = null, float Weight = 0)
{
    public IEnumerable<Value> AllInputs => Mask is null ? Inputs : Inputs.Concat([Mask]);
}

/// <summary>
/// What replaces a pair of parameters in the served model: the product T P, or, when the result holds codes, the nearest centroids (or,
/// of the softmax form, the greatest keys) of the queries Left, or Left times Factor, in Right. With Left alone (Right is the same) the
/// result holds its rows at unit length or, when it holds codes, the clusters of the ids whose shared vectors Left has.
/// </summary>
public sealed record CollapseRule(Parameter Result, Parameter Left, Parameter Right, Parameter? Factor = null)
{
    /// <summary>Whether the rule makes rows of unit length.</summary>
    public bool IsUnit => Left == Right && Result.Codes is null;

    /// <summary>Whether the rule makes the clusters of the ids.</summary>
    public bool IsAssignment => Left == Right && Result.Codes is not null;
}

/// <summary>The whole model at one point of the lowering.</summary>
public sealed record Graph(
    string Name,
    string Loss,
    IReadOnlyList<string> Features,
    IReadOnlyList<Parameter> Parameters,
    IReadOnlyList<Op> Forward,
    IReadOnlyList<Op> Backward,
    IReadOnlyList<CollapseRule> Collapse,
    IReadOnlyList<Op> Served,
    IReadOnlyList<Parameter> ServedParameters);
