using System.Text.Json.Serialization;

namespace ModelGen.Quality;

/// <summary>What distinguishes the rows of one table: variant, width, rates.</summary>
/// <param name="Variant">"single", "matched" or "mlet".</param>
/// <param name="Inner">Inner width k of MLET; 0 for a plain table.</param>
/// <param name="Dimension">Served width d.</param>
/// <param name="Sigma">Standard deviation of the start values of P; 0 for a plain table.</param>
/// <param name="Multiplier">Rate of the tables divided by the base rate.</param>
/// <param name="Rate">Base rate.</param>
internal sealed record Setting(string Variant, int Inner, int Dimension, double Sigma, double Multiplier, double Rate)
{
    /// <summary>The row's name in tables.</summary>
    [JsonIgnore]
    public string Title => Variant switch
    {
        "matched" => System.FormattableString.Invariant($"matched x{Multiplier}"),
        "mlet" => System.FormattableString.Invariant($"MLET k={Inner}, sigma {Sigma}"),
        _ => Variant,
    };
}

/// <summary>A data set, a host and an optimiser: one table of results.</summary>
internal sealed record Combination(string DataSet, string Host, string Optimizer)
{
    /// <summary>Batch size, largest number of epochs, and epochs without improvement after which training stops.</summary>
    [JsonIgnore]
    public (int BatchSize, int Epochs, int Patience) Protocol => DataSet switch
    {
        "frappe" => this is { Host: "DLRM", Optimizer: "SGD" } ? (512, 12, 2) : (512, 6, 1),
        "kdd12-click-small" => (128, 4, 1),
        _ => (2048, 2, 1),
    };

    /// <summary>The heading of its table.</summary>
    [JsonIgnore]
    public string Title => $"{DataSet}, {Host}, {Optimizer}";
}
