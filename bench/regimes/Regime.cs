using System.Collections.Generic;
using ModelGen.Samples;

namespace ModelGen.Regimes;

/// <summary>One kind of data and training.</summary>
/// <param name="Name">Short name, for tables.</param>
/// <param name="World">The planted truth.</param>
/// <param name="Rows">Training rows.</param>
/// <param name="Dimension">Served width d: 2, 4 or 16.</param>
/// <param name="Epochs">Passes over the training rows.</param>
internal sealed record Regime(string Name, PlantedOptions World, int Rows = 200_000, int Dimension = 4, int Epochs = 1)
{
    private static readonly PlantedOptions BaseWorld = new()
    {
        Users = 20_000, Apps = 5_000, UserExponent = 1, AppExponent = 1, Rank = 2, Groups = 16, Shared = 0.8, PairScale = 2, BiasScale = 0.5,
    };

    /// <summary>The base regime first, then one change at a time.</summary>
    public static IReadOnlyList<Regime> All { get; } =
    [
        new("base", BaseWorld),
        new("few rows (50k)", BaseWorld, Rows: 50_000),
        new("many rows (800k)", BaseWorld, Rows: 800_000),
        new("three epochs", BaseWorld, Epochs: 3),
        new("d = 2", BaseWorld, Dimension: 2),
        new("d = 16", BaseWorld, Dimension: 16),
        new("nothing shared", BaseWorld with { Shared = 0 }),
        new("all shared, 4 groups", BaseWorld with { Shared = 0.95, Groups = 4 }),
        new("true rank 8", BaseWorld with { Rank = 8 }),
        new("light tail (exponent 1.3)", BaseWorld with { UserExponent = 1.3, AppExponent = 1.3 }),
        new("no head (exponent 0.6)", BaseWorld with { UserExponent = 0.6, AppExponent = 0.6 }),
    ];
}
