using System.Collections.Generic;

namespace ModelGen.Reference;

/// <summary>
/// What an operation's line must hold: the number of values and parameters, the attribute, and whether it defines a value or
/// adds to a parameter.
/// </summary>
/// <param name="Values">Number of values read; -1 for one or more.</param>
/// <param name="LeastParameters">Least number of parameters read.</param>
/// <param name="MostParameters">Greatest number of parameters read.</param>
/// <param name="Attribute">Required attribute, or null.</param>
/// <param name="Accumulates">Whether it adds to a parameter's gradient.</param>
internal sealed record OpSignature(int Values, int LeastParameters = 0, int MostParameters = 0, string? Attribute = null, bool Accumulates = false)
{
    public static IReadOnlyDictionary<string, OpSignature> Forward { get; } = new Dictionary<string, OpSignature>
    {
        ["gather"] = new(0, 1, 1),
        ["project"] = new(1, 1, 1),
        ["multiply"] = new(2),
        ["lookup"] = new(1, Attribute: "pool"),
        ["numerics"] = new(0),
        ["constant"] = new(0, 1, 1),
        ["linear"] = new(1, 1, 2),
        ["relu"] = new(1),
        ["concat"] = new(-1),
        ["pairs"] = new(1, Attribute: "vectors"),
        ["fm"] = new(1, Attribute: "vectors"),
        ["add"] = new(-1),
        ["offset"] = new(1, 1, 1),
        ["logistic"] = new(1),
        ["squared"] = new(1),
    };

    public static IReadOnlyDictionary<string, OpSignature> Backward { get; } = new Dictionary<string, OpSignature>
    {
        ["logistic_gradient"] = new(1),
        ["squared_gradient"] = new(1),
        ["linear_input"] = new(1, 1, 1),
        ["linear_weight"] = new(2, Accumulates: true),
        ["column_sum"] = new(1, Accumulates: true),
        ["relu_gradient"] = new(2),
        ["slice"] = new(1, Attribute: "at"),
        ["pairs_gradient"] = new(2, Attribute: "vectors"),
        ["fm_gradient"] = new(2, Attribute: "vectors"),
        ["add"] = new(-1),
        ["segment_sum"] = new(1, Attribute: "pool"),
        ["project_input"] = new(1, 1, 1),
        ["project_weight"] = new(2, Accumulates: true),
        ["multiply"] = new(2),
        ["scatter"] = new(1, Accumulates: true),
    };
}
