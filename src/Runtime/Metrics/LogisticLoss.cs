using System;

namespace ModelGen;

/// <summary>Logistic functions of a raw score (logit), in double precision and without overflow.</summary>
internal static class LogisticLoss
{
    /// <summary>Probability 1 / (1 + exp(-score)).</summary>
    public static double Probability(double score)
    {
        double e = Math.Exp(-Math.Abs(score));
        return score >= 0 ? 1 / (1 + e) : e / (1 + e);
    }

    /// <summary>Binary cross-entropy, natural logarithm: log(1 + exp(score)) - label * score.</summary>
    public static double Compute(double score, double label) =>
        Math.Max(score, 0) - (label * score) + Log1p(Math.Exp(-Math.Abs(score)));

    /// <summary>log(1 + x) that keeps its digits for a small x.</summary>
    private static double Log1p(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : Math.Log(u) * (x / (u - 1));
    }
}
