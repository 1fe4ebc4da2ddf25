namespace ModelGen.Regimes;

/// <summary>The rows of the study.</summary>
internal enum Method
{
    /// <summary>A plain table, one learning rate for everything.</summary>
    Single,

    /// <summary>A plain table with a learning rate of its own.</summary>
    Matched,

    /// <summary>MLET whose P keeps its start values: over-parameterised, but without the cross-category term.</summary>
    FrozenFactor,

    /// <summary>MLET, one learning rate for everything, as in the paper.</summary>
    MletOneRate,

    /// <summary>MLET with learning rates of their own for T and P.</summary>
    Mlet,
}
