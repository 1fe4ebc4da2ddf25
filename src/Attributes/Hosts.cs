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
