using System.Collections.Generic;

namespace ModelGen.Samples;

/// <summary>One line of a sample's results: a model in its served form, measured on the test set.</summary>
internal sealed record ResultRow
{
    /// <summary>Name of the method, such as "mlet".</summary>
    public required string Method { get; init; }

    /// <summary>Seed of the training run; null for a line that no run stands behind.</summary>
    public required ulong? Seed { get; init; }

    /// <summary>What was measured, in the order it is shown in.</summary>
    public required IReadOnlyList<Figure> Figures { get; init; }

    /// <summary>Why the ONNX file was not run; null when it was, or when there is none.</summary>
    public string? OnnxNotRun { get; init; }
}

/// <summary>One measured number of a line.</summary>
/// <param name="Key">Name in JSON, such as "auc" or "hr@10".</param>
/// <param name="Heading">Heading of its column, with line breaks where it is long.</param>
/// <param name="Value">The number; null when it was not measured.</param>
/// <param name="Format">How it is shown.</param>
internal sealed record Figure(string Key, string Heading, double? Value, string Format)
{
    /// <summary>A share or a loss.</summary>
    public static Figure Quality(string key, string heading, double? value) => new(key, heading, value, "0.0000");

    /// <summary>A number of bytes, rows or epochs.</summary>
    public static Figure Count(string key, string heading, double? value) => new(key, heading, value, "N0");

    /// <summary>The largest difference between two ways to the same scores.</summary>
    public static Figure Difference(string key, string heading, double? value) => new(key, heading, value, "0.0e+0");
}
