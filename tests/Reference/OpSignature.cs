using System.Collections.Generic;

namespace ModelGen.Reference;

/// <summary>
/// What an operation's line must hold: the number of values and parameters, the attributes, and whether it defines a value or
/// adds to a parameter.
/// </summary>
/// <param name="Values">Number of values read; -1 for one or more.</param>
/// <param name="LeastParameters">Least number of parameters read.</param>
/// <param name="MostParameters">Greatest number of parameters read.</param>
/// <param name="Accumulates">Whether it adds to a parameter's gradient.</param>
/// <param name="Attributes">Required attributes.</param>
internal sealed record OpSignature(int Values, int LeastParameters = 0, int MostParameters = 0, bool Accumulates = false, params string[] Attributes)
{
    public static IReadOnlyDictionary<string, OpSignature> Forward { get; } = new Dictionary<string, OpSignature>
    {
        ["gather"] = new(0, 1, 1),
        ["project"] = new(1, 1, 1),
        ["multiply"] = new(2),
        ["quantize"] = new(1, 1, 3, false, "parts", "choices", "tiers"),
        ["decode"] = new(0, 2, 2, false, "parts", "choices", "tiers"),
        ["lookup"] = new(1, Attributes: "pool"),
        ["numerics"] = new(0),
        ["constant"] = new(0, 1, 1),
        ["linear"] = new(1, 1, 2),
        ["relu"] = new(1),
        ["concat"] = new(-1),
        ["pairs"] = new(1, Attributes: "vectors"),
        ["fm"] = new(1, Attributes: "vectors"),
        ["add"] = new(-1),
        ["offset"] = new(1, 1, 1),
        ["logistic"] = new(1),
        ["squared"] = new(1),
        ["normalize"] = new(1),
        ["history_sum"] = new(1),
        ["similarity"] = new(2),
        ["clip"] = new(1),
        ["cosine"] = new(1),
        ["ranking"] = new(1),
        ["slice"] = new(1, Attributes: "at"),
    };

    public static IReadOnlyDictionary<string, OpSignature> Backward { get; } = new Dictionary<string, OpSignature>
    {
        ["logistic_gradient"] = new(1),
        ["squared_gradient"] = new(1),
        ["ranking_gradient"] = new(1),
        ["slice_gradient"] = new(1, Attributes: "at"),
        ["linear_input"] = new(1, 1, 1),
        ["linear_weight"] = new(2, Accumulates: true),
        ["column_sum"] = new(1, Accumulates: true),
        ["relu_gradient"] = new(2),
        ["slice"] = new(1, Attributes: "at"),
        ["pairs_gradient"] = new(2, Attributes: "vectors"),
        ["fm_gradient"] = new(2, Attributes: "vectors"),
        ["add"] = new(-1),
        ["segment_sum"] = new(1, Attributes: "pool"),
        ["project_input"] = new(1, 1, 1),
        ["project_weight"] = new(2, Accumulates: true),
        ["multiply"] = new(2),
        ["quantize_input"] = new(3, 0, 0, false, "commitment"),
        ["quantize_codebook"] = new(2, 0, 0, true, "parts", "choices", "tiers"),
        ["quantize_average"] = new(2, 1, 1, true, "parts", "choices", "tiers", "decay"),
        ["quantize_statistics"] = new(1, 1, 1, true, "parts", "choices", "tiers", "momentum"),
        ["softmax_input"] = new(2, 2, 3, false, "parts", "choices", "tiers"),
        ["softmax_keys"] = new(2, 1, 2, true, "parts", "choices", "tiers"),
        ["softmax_values"] = new(2, 1, 1, true, "parts", "choices", "tiers"),
        ["penalty"] = new(2, Attributes: "l2"),
        ["scatter"] = new(1, Accumulates: true),
        ["cosine_gradient"] = new(1),
        ["clip_gradient"] = new(2),
        ["similarity_user"] = new(2),
        ["similarity_row"] = new(2),
        ["history_spread"] = new(1),
        ["normalize_gradient"] = new(3),
    };
}
