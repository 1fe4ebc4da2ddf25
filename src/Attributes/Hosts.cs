using System;

namespace ModelGen;

/// <summary>
/// DLRM: a bottom tower over the numeric inputs, all pairwise inner products of its output and the embeddings, a top tower.
/// Without numeric inputs a learned constant vector stands where the bottom tower's output would be.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class DlrmAttribute : Attribute
{
    /// <summary>Widths of the bottom tower, ReLU after each; the last must equal the embedding dimension. Empty without numeric inputs.</summary>
    public int[] Bottom { get; set; } = [];

    /// <summary>Hidden widths of the top tower, ReLU after each; a last layer of width 1 follows.</summary>
    public int[] Top { get; set; } = [];
}

/// <summary>
/// Factorisation machine of second order: a bias, one weight per categorical value, a linear term over the numeric inputs,
/// and the inner products of all pairs of embeddings.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class FactorizationMachineAttribute : Attribute;

/// <summary>
/// ELSA, a scalable linear autoencoder for retrieval (Vancura et al., RecSys 2022): the items of a user are added up as unit vectors, and an
/// item's score is its inner product with the sum, its own part taken out. The model has a <see cref="UserAttribute"/>, an
/// <see cref="ItemAttribute"/> with [Full] or <see cref="SparseAttribute"/>, and no label; its loss is the cosine between the scores of all
/// items and the history. Users are not stored. Its optimiser is <see cref="NAdamAttribute"/> with rate 0.1 unless another is given.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ElsaAttribute : Attribute
{
    /// <summary>What happens to the scores before the loss; none by default. The published variants clip, on small sets none is better.</summary>
    public ScoreClip Clip { get; set; } = ScoreClip.None;
}

/// <summary>How the scores of an autoencoder are limited before the loss. A score at a limit has no gradient.</summary>
public enum ScoreClip
{
    /// <summary>The scores as they are.</summary>
    None,

    /// <summary>max(s, 0).</summary>
    Relu,

    /// <summary>min(max(s, 0), 6).</summary>
    Relu6,
}

/// <summary>
/// Generalised matrix factorisation: a weighted inner product of the [User] and the [Item] vector, sum over k of w_k p_k q_k + b.
/// Tables start at N(0, 0.01^2), the weights uniformly in +-1/sqrt(d).
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class GmfAttribute : Attribute;

/// <summary>
/// Neural matrix factorisation: the first <see cref="Factors"/> floats of the [User] and the [Item] vector meet in an element-wise
/// product, the rest in a tower over both, and a last layer scores the two together. The parts of a vector are separate tables in the
/// sense of the original. Tables start at N(0, 0.01^2).
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeuMfAttribute : Attribute
{
    /// <summary>Floats of a vector that meet in the product, 1 to Dimension - 1; 0 (default) means half of them.</summary>
    public int Factors { get; set; }

    /// <summary>Widths of the tower, ReLU after each; at least one.</summary>
    public int[] Hidden { get; set; } = [];
}

/// <summary>
/// Two towers: one over the [User] vector, one over the [Item] vector, of the same widths, and the inner product of their outputs plus a bias.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class TwoTowerAttribute : Attribute
{
    /// <summary>Widths of either tower, ReLU after each; at least one.</summary>
    public int[] Hidden { get; set; } = [];
}

/// <summary>
/// Matrix factorisation for ratings: the inner product of the [User] and the [Item] vector, optionally with a fixed mean and a bias per
/// user and item. Trained under the squared error. Without biases the vectors start at |N(0, 1)|, scaled so that the first prediction is
/// about the mean label; with biases at N(0, 0.1^2), the biases at zero.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class MatrixFactorizationAttribute : Attribute
{
    /// <summary>Whether the mean training label, a bias per user and a bias per item are added to the product; false by default.</summary>
    public bool Biases { get; set; }

    /// <summary>Whether the vectors are kept at or above zero: they are clamped after every update. Not together with <see cref="Biases"/>. False by default.</summary>
    public bool NonNegative { get; set; }

    /// <summary>
    /// Weight of the squared vectors (and biases) of every rating beside its squared error, so that a row is penalised in proportion to
    /// its ratings. At least 0, the default.
    /// </summary>
    public float L2 { get; set; }

    /// <summary>
    /// Weight c1 of the squared vector (and bias) of every id with ratings beside the summed squared error of all ratings, whatever the number of its ratings:
    /// the penalty of the CEL paper (section 3 of the digest). A cluster's vector counts once for each of its members. Only for steps on all ratings at once
    /// (TrainingOptions.FullBatch); training in batches refuses it. At least 0, the default.
    /// </summary>
    public float L2PerId { get; set; }
}
