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
