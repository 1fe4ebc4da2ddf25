using System;

namespace ModelGen;

/// <summary>Marks a partial class as a compact embedding model: the generator writes its trainer, its collapse and its artefacts.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class EmbeddingModelAttribute : Attribute
{
    /// <summary>The training loss; binary cross-entropy on logits by default.</summary>
    public Loss Loss { get; set; } = Loss.BinaryCrossEntropy;
}

/// <summary>The training loss of a model.</summary>
public enum Loss
{
    /// <summary>Binary cross-entropy (natural logarithm) on a logit; labels are 0 or 1, the served score is a probability.</summary>
    BinaryCrossEntropy,

    /// <summary>Squared error (s - y)^2; labels are any finite number, the served score is the raw output.</summary>
    MeanSquaredError,

    /// <summary>
    /// Bayesian personalised ranking, -log sigmoid(s+ - s-) over pairs of a row and a sampled negative of its user. For models of a
    /// [User] and an [Item] without a [Label]; the served score is the raw output.
    /// </summary>
    BayesianPersonalizedRanking,

    /// <summary>
    /// 2 - 2 cos of the scores of all items and the items of the user, divided by the number of items: the loss of
    /// <see cref="ElsaAttribute"/>, which has no other, and of no other host.
    /// </summary>
    Cosine,
}
