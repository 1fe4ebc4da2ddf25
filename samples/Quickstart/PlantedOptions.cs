namespace ModelGen.Samples;

/// <summary>What <see cref="PlantedClicks"/> makes. Lengths and exponents are positive, shares lie in 0 to 1.</summary>
internal sealed record PlantedOptions
{
    /// <summary>Users.</summary>
    public int Users { get; init; } = 20_000;

    /// <summary>Apps.</summary>
    public int Apps { get; init; } = 5_000;

    /// <summary>Genres; an app has one to three of them.</summary>
    public int Genres { get; init; } = 24;

    /// <summary>Exponent s of the Zipf law of the users: the i-th most frequent one occurs in proportion to i^-s.</summary>
    public double UserExponent { get; init; } = 1.1;

    /// <summary>Exponent of the Zipf law of the apps.</summary>
    public double AppExponent { get; init; } = 1.1;

    /// <summary>Length r of the latent vectors.</summary>
    public int Rank { get; init; } = 2;

    /// <summary>Groups that the users and, apart from them, the apps belong to.</summary>
    public int Groups { get; init; } = 8;

    /// <summary>Share of a latent vector's variance that comes from its group's prototype; the rest is its own.</summary>
    public double Shared { get; init; } = 0.9;

    /// <summary>Standard deviation of the inner product of a user's and an app's vector, in logits.</summary>
    public double PairScale { get; init; } = 2.5;

    /// <summary>Standard deviation of the weights of single users, apps and genres, in logits.</summary>
    public double BiasScale { get; init; } = 0.5;

    /// <summary>Logit of an average example.</summary>
    public double Offset { get; init; } = -1;
}
