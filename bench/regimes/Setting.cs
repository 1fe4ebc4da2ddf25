using System;

namespace ModelGen.Regimes;

/// <summary>One point of a grid.</summary>
/// <param name="Tower">Learning rate of the host (first-order weights and bias).</param>
/// <param name="Table">Learning rate of the tables (E, or T of MLET).</param>
/// <param name="Factor">Learning rate of P; not used by plain tables.</param>
/// <param name="Sigma">Standard deviation of P's start values; not used by plain tables.</param>
internal sealed record Setting(float Tower, float Table, float Factor, float Sigma)
{
    /// <summary>A rate that moves no entry of P by more than 1e-12 a step or so: P stays at its start values.</summary>
    public const float Frozen = 1e-12f;

    /// <summary>The training options of this point.</summary>
    public TrainingOptions Options => new()
    {
        LearningRate = Tower,
        TableLearningRate = Table,
        FactorLearningRate = Factor,
        FactorSigma = Sigma,
        BatchSize = 128,
        Threads = 1,
    };

    /// <summary>The numbers that matter for a method.</summary>
    public string Describe(Method method) => method switch
    {
        Method.Single => FormattableString.Invariant($"{Tower:g3}"),
        Method.Matched => FormattableString.Invariant($"host {Tower:g3}, E {Table:g3}"),
        Method.FrozenFactor => FormattableString.Invariant($"host {Tower:g3}, T {Table:g3}, sigma {Sigma:g2}"),
        Method.MletOneRate => FormattableString.Invariant($"{Tower:g3}, sigma {Sigma:g2}"),
        _ => FormattableString.Invariant($"host {Tower:g3}, T {Table:g3}, P {Factor:g3}, sigma {Sigma:g2}"),
    };
}
