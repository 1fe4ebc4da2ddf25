using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Regimes;

/// <summary>A method in a regime: the setting that tuning chose, and the test result of every seed.</summary>
/// <param name="Method">The method.</param>
/// <param name="Chosen">The setting with the highest validation AUC in the tuning world.</param>
/// <param name="Tests">One result per seed; null where training diverged.</param>
internal sealed record MethodResult(Method Method, Setting Chosen, IReadOnlyList<Evaluation?> Tests)
{
    /// <summary>AUC of every seed; a diverged run counts as chance.</summary>
    public IReadOnlyList<double> Auc => [.. Tests.Select(test => test?.Auc ?? 0.5)];

    /// <summary>AUC on the rare tenth, of every seed.</summary>
    public IReadOnlyList<double> AucRare => [.. Tests.Select(test => test?.AucRare ?? 0.5)];
}

/// <summary>All methods of a regime under one optimiser.</summary>
/// <param name="Regime">The regime.</param>
/// <param name="Adagrad">Adagrad, or else SGD.</param>
/// <param name="BestAuc">AUC of the true probabilities, of every seed.</param>
/// <param name="Methods">One result per method.</param>
internal sealed record RegimeResult(Regime Regime, bool Adagrad, IReadOnlyList<double> BestAuc, IReadOnlyDictionary<Method, MethodResult> Methods);
