using System;

namespace ModelGen;

/// <summary>
/// Base of the optimisers. Each group of parameters may have its own rate: the tables (rows looked up by id),
/// the factors added by MLET or low-rank forms, and the towers (everything else). 0 means <see cref="LearningRate"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public abstract class OptimizerAttribute : Attribute
{
    /// <summary>The base learning rate, positive.</summary>
    public float LearningRate { get; set; } = 0.01f;

    /// <summary>Rate of the embedding tables; 0 means <see cref="LearningRate"/>.</summary>
    public float TableLearningRate { get; set; }

    /// <summary>Rate of the added dense factors (P of MLET); 0 means <see cref="LearningRate"/>.</summary>
    public float FactorLearningRate { get; set; }

    /// <summary>Rate of the towers, biases and first-order weights; 0 means <see cref="LearningRate"/>.</summary>
    public float TowerLearningRate { get; set; }
}

/// <summary>Plain stochastic gradient descent: w -= rate g.</summary>
public sealed class SgdAttribute : OptimizerAttribute;

/// <summary>Adagrad, element-wise: a += g^2; w -= rate g / (sqrt(a) + epsilon).</summary>
public sealed class AdagradAttribute : OptimizerAttribute
{
    /// <summary>Added to the root; 1e-10 by default.</summary>
    public float Epsilon { get; set; } = 1e-10f;
}

/// <summary>Adagrad with one accumulator per table row (the mean of g^2 over the row); element-wise on the rest.</summary>
public sealed class RowWiseAdagradAttribute : OptimizerAttribute
{
    /// <summary>Added to the root; 1e-10 by default.</summary>
    public float Epsilon { get; set; } = 1e-10f;
}

/// <summary>Adam; table rows are updated lazily, only when they occur, with the bias correction of the global step.</summary>
public sealed class AdamAttribute : OptimizerAttribute
{
    /// <summary>
    /// Whether table rows rest when they do not occur in a batch (default). Otherwise every step updates every row, with a gradient of
    /// zero where it does not occur, as frameworks with dense gradients do; a step then takes time in proportion to the whole table.
    /// </summary>
    public bool Lazy { get; set; } = true;

    /// <summary>Decay of the first moment; 0.9 by default.</summary>
    public float Beta1 { get; set; } = 0.9f;

    /// <summary>Decay of the second moment; 0.999 by default.</summary>
    public float Beta2 { get; set; } = 0.999f;

    /// <summary>Added to the root; 1e-8 by default.</summary>
    public float Epsilon { get; set; } = 1e-8f;
}

/// <summary>Adam with Nesterov momentum under the schedule beta1 (1 - 0.96^(t decay) / 2) of its paper; table rows are updated lazily.</summary>
public sealed class NAdamAttribute : OptimizerAttribute
{
    /// <summary>Whether table rows rest when they do not occur in a batch (default); see <see cref="AdamAttribute.Lazy"/>.</summary>
    public bool Lazy { get; set; } = true;

    /// <summary>Decay of the first moment; 0.9 by default.</summary>
    public float Beta1 { get; set; } = 0.9f;

    /// <summary>Decay of the second moment; 0.999 by default.</summary>
    public float Beta2 { get; set; } = 0.999f;

    /// <summary>Added to the root; 1e-7 by default.</summary>
    public float Epsilon { get; set; } = 1e-7f;

    /// <summary>Speed at which the momentum rises from half its value to <see cref="Beta1"/>, at least 0; 0.004 by default, as in the paper (0.96^(t/250)).</summary>
    public float MomentumDecay { get; set; } = 0.004f;
}
