using System.Collections.Generic;

namespace ModelGen.Reference;

/// <summary>A model as its printed text describes it.</summary>
/// <param name="Name">Class name of the model.</param>
/// <param name="Loss">"logistic", "squared", "ranking" or "cosine".</param>
/// <param name="Features">Categorical features in declaration order.</param>
/// <param name="Parameters">Trained parameters.</param>
/// <param name="Forward">The forward pass; its last operation is the loss.</param>
/// <param name="Backward">The gradient pass; reads values of the forward pass and its own.</param>
/// <param name="Collapse">Products and codes that replace pairs of parameters when the model is served.</param>
/// <param name="ServedParameters">Parameters of the served model.</param>
/// <param name="Served">The served pass; its last operation is the score.</param>
public sealed record IrModel(
    string Name,
    string Loss,
    IReadOnlyList<string> Features,
    IReadOnlyList<IrParameter> Parameters,
    IReadOnlyList<IrOp> Forward,
    IReadOnlyList<IrOp> Backward,
    IReadOnlyList<IrProduct> Collapse,
    IReadOnlyList<IrParameter> ServedParameters,
    IReadOnlyList<IrOp> Served);

/// <summary>Which row of a table an id reads.</summary>
public enum IrIndex
{
    /// <summary>Row = id.</summary>
    Identity,

    /// <summary>Row = id / modulus.</summary>
    Quotient,

    /// <summary>Row = id % modulus.</summary>
    Remainder,

    /// <summary>Row = the cluster of the id, below the modulus.</summary>
    Assignment,
}

/// <summary>Which learning rate a parameter follows.</summary>
public enum IrGroup
{
    /// <summary>Embedding tables.</summary>
    Table,

    /// <summary>Dense factors added by an embedding form.</summary>
    Factor,

    /// <summary>Codebooks that follow moving averages, and their counts.</summary>
    Average,

    /// <summary>Everything else.</summary>
    Tower,

    /// <summary>Measured, not trained.</summary>
    Fixed,
}

/// <summary>A parameter: a table, whose row count follows from the ids of its feature, or a dense matrix.</summary>
/// <param name="Name">Name, such as "User.T".</param>
/// <param name="Feature">Feature of a table; null for a dense parameter.</param>
/// <param name="Index">Which row of the table an id reads.</param>
/// <param name="Modulus">Modulus of a quotient or remainder; 0 otherwise.</param>
/// <param name="Rows">Rows of a dense parameter; 0 for a table.</param>
/// <param name="Columns">Columns.</param>
/// <param name="Init">How it is started, as printed.</param>
/// <param name="Scale">Scale of the start values.</param>
/// <param name="Group">Learning-rate group.</param>
/// <param name="Codes">How the codes of a served table were chosen; null for numbers.</param>
/// <param name="NonNegative">Whether every update clamps it at zero.</param>
public sealed record IrParameter(
    string Name, string? Feature, IrIndex Index, int Modulus, int Rows, int Columns, string Init, double Scale, IrGroup Group, IrQuantization? Codes = null,
    bool NonNegative = false)
{
    /// <summary>Entries a row of a sparse table keeps; 0 when rows are dense.</summary>
    public int Kept { get; init; }

    /// <summary>Whether the parameter is a table.</summary>
    public bool IsTable => Feature is not null;

    /// <summary>The row an id reads.</summary>
    /// <param name="id">The id.</param>
    /// <param name="clusters">Cluster of every id, for a table whose rows are assigned.</param>
    public int RowOf(int id, int[]? clusters = null) => Index switch
    {
        IrIndex.Assignment => clusters![id],
        IrIndex.Quotient => id / Modulus,
        IrIndex.Remainder => id % Modulus,
        _ => id,
    };

    /// <summary>Rows of the table for a number of ids; the literal rows of a dense parameter.</summary>
    public int RowsFor(int ids) => !IsTable ? Rows : Index switch
    {
        IrIndex.Quotient => (ids + Modulus - 1) / Modulus,
        IrIndex.Remainder => int.Min(ids, Modulus),
        IrIndex.Assignment => Modulus,
        _ => ids,
    };
}

/// <summary>One operation.</summary>
/// <param name="Line">Line of the text, from 1, for messages.</param>
/// <param name="Name">Name of the operation.</param>
/// <param name="Target">The value it defines, or the parameter it adds to.</param>
/// <param name="Accumulates">Whether it adds to the gradient of a parameter instead of defining a value.</param>
/// <param name="Feature">Feature of a value per distinct id; null for a value per example.</param>
/// <param name="Width">Width of the defined value; 0 when it accumulates.</param>
/// <param name="Inputs">Values read.</param>
/// <param name="Parameters">Parameters read.</param>
/// <param name="Pool">"none", "sum" or "mean" for lookups and segment sums.</param>
/// <param name="Vectors">Vectors in the stack of an interaction.</param>
/// <param name="At">First column of a slice.</param>
/// <param name="Relu">Whether a ReLU follows the product.</param>
/// <param name="Mask">Value whose positive entries let the gradient pass; null when all pass.</param>
/// <param name="Quantization">How a quantising operation chooses codes; null for others.</param>
/// <param name="Commitment">Weight of the pull of queries to their centroids.</param>
/// <param name="Decay">What is kept of moving averages, or of moments, in a step; 0 without them.</param>
/// <param name="L2">Weight of the squares of looked-up vectors.</param>
public sealed record IrOp(
    int Line,
    string Name,
    string Target,
    bool Accumulates,
    string? Feature,
    int Width,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Parameters,
    string Pool,
    int Vectors,
    int At,
    bool Relu,
    string? Mask,
    IrQuantization? Quantization,
    double Commitment,
    double Decay,
    double L2)
{
    /// <summary>Where the value lives: "example", "id", "row", "user" or "score".</summary>
    public string Domain { get; init; } = "example";

    /// <summary>Upper limit of a clip; 0 for none.</summary>
    public int Most { get; init; }
}

/// <summary>What yields a served parameter: a matrix product, the nearest centroids of queries when the result holds codes, the clusters of the ids when both are one table, or the rows of one table at unit length.</summary>
/// <param name="Result">Served parameter.</param>
/// <param name="Left">Trained table.</param>
/// <param name="Right">Trained factor or codebook.</param>
/// <param name="Factor">What the table is multiplied by before codes are chosen; null when the table holds the queries.</param>
/// <param name="Moments">What scores are normalised by; null when they are not.</param>
public sealed record IrProduct(string Result, string Left, string Right, string? Factor = null, string? Moments = null);
