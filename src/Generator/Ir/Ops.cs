using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Generator.Ir;

/// <summary>The operations. Order: on ids, on examples, losses, then what only the backward pass uses; the last group is that of autoencoders.</summary>
public enum OpKind
{
    Embed,
    Gather,
    Project,
    Multiply,
    Quantize,
    Decode,
    Lookup,
    Numerics,
    Constant,
    Linear,
    Relu,
    Concat,
    Pairs,
    Fm,
    Add,
    Offset,
    Logistic,
    Squared,
    Ranking,
    LogisticGradient,
    SquaredGradient,
    RankingGradient,
    LinearInput,
    LinearWeight,
    ColumnSum,
    ReluGradient,
    Slice,
    SliceGradient,
    PairsGradient,
    FmGradient,
    SegmentSum,
    ProjectInput,
    ProjectWeight,
    QuantizeInput,
    QuantizeCodebook,
    QuantizeAverage,
    QuantizeStatistics,
    SoftmaxInput,
    SoftmaxKeys,
    SoftmaxValues,
    Penalty,
    Scatter,
    Normalize,
    HistorySum,
    Similarity,
    Clip,
    Cosine,
    CosineGradient,
    ClipGradient,
    SimilarityUser,
    SimilarityRow,
    HistorySpread,
    NormalizeGradient,
}

/// <summary>One row of the operation table: the name in the text form and the shape rule, which explains itself when it is broken.</summary>
public sealed record OpInfo(string Name, Func<Op, string?> Check);

/// <summary>The operation table. Gradients are in Lowering/Gradients, code forms in Emit.</summary>
public static class Ops
{
    public static IReadOnlyDictionary<OpKind, OpInfo> Table { get; } = new Dictionary<OpKind, OpInfo>
    {
        [OpKind.Embed] = new("embed", op => Result(op, op.Number)),
        [OpKind.Gather] = new("gather", op => Table1(op) ?? Result(op, op.Parameters[0].Columns)),
        [OpKind.Project] = new("project", op => Arity(op, 1, 1) ?? Same("input", op.Inputs[0].Width, op.Parameters[0].Rows) ?? Result(op, op.Parameters[0].Columns)),
        [OpKind.Multiply] = new("multiply", op => Arity(op, 2, 0) ?? Same("factors", op.Inputs[0].Width, op.Inputs[1].Width) ?? Result(op, op.Inputs[0].Width)),
        [OpKind.Quantize] = new("quantize", op => Arity(op, 1, (op.Quantization?.Keys is null ? 1 : 2) + Moments(op)) ?? Codebook(op, op.Parameters[0]) ?? Result(op, op.Inputs[0].Width)),
        [OpKind.Decode] = new("decode", op => Arity(op, 0, 2) ?? Codebook(op, op.Parameters[1]) ?? Same("codes", op.Parameters[0].Columns, op.Quantization!.Parts)),
        [OpKind.Lookup] = new("lookup", op => Arity(op, 1, 0) ?? Result(op, op.Inputs[0].Width)),
        [OpKind.Numerics] = new("numerics", op => Result(op, op.Number)),
        [OpKind.Constant] = new("constant", op => Result(op, op.Parameters[0].Columns)),
        [OpKind.Linear] = new("linear", op => Same("input", op.Inputs[0].Width, op.Parameters[0].Rows) ?? Result(op, op.Parameters[0].Columns)),
        [OpKind.Relu] = new("relu", op => Arity(op, 1, 0) ?? Result(op, op.Inputs[0].Width)),
        [OpKind.Concat] = new("concat", op => Result(op, op.Inputs.Sum(v => v.Width))),
        [OpKind.Pairs] = new("pairs", op => Stack(op) ?? Result(op, op.Number * (op.Number - 1) / 2)),
        [OpKind.Fm] = new("fm", op => Stack(op) ?? Result(op, 1)),
        [OpKind.Add] = new("add", op => op.Inputs.Select(v => Same("terms", v.Width, op.Result!.Width)).FirstOrDefault(e => e is not null)),
        [OpKind.Offset] = new("offset", op => Arity(op, 1, 1) ?? Same("offset", op.Inputs[0].Width, op.Parameters[0].Columns) ?? Result(op, op.Inputs[0].Width)),
        [OpKind.Logistic] = new("logistic", op => Arity(op, 1, 0) ?? Same("score", op.Inputs[0].Width, 1) ?? Result(op, 1)),
        [OpKind.Squared] = new("squared", op => Arity(op, 1, 0) ?? Same("score", op.Inputs[0].Width, 1) ?? Result(op, 1)),
        [OpKind.Ranking] = new("ranking", op => Arity(op, 1, 0) ?? Same("score", op.Inputs[0].Width, 1) ?? Result(op, 1)),
        [OpKind.LogisticGradient] = new("logistic_gradient", op => Result(op, 1)),
        [OpKind.SquaredGradient] = new("squared_gradient", op => Result(op, 1)),
        [OpKind.RankingGradient] = new("ranking_gradient", op => Result(op, 1)),
        [OpKind.LinearInput] = new("linear_input", op => Same("gradient", op.Inputs[0].Width, op.Parameters[0].Columns) ?? Result(op, op.Parameters[0].Rows)),
        [OpKind.LinearWeight] = new("linear_weight", op => Outer(op)),
        [OpKind.ColumnSum] = new("column_sum", op => Same("gradient", op.Inputs[0].Width, op.Parameters[0].Columns)),
        [OpKind.ReluGradient] = new("relu_gradient", op => Arity(op, 2, 0) ?? Same("mask", op.Inputs[0].Width, op.Inputs[1].Width) ?? Result(op, op.Inputs[0].Width)),
        [OpKind.Slice] = new("slice", op => op.Number + op.Result!.Width > op.Inputs[0].Width ? $"slice {op.Number}+{op.Result.Width} passes the width {op.Inputs[0].Width}" : null),
        [OpKind.SliceGradient] = new("slice_gradient", op => op.Number + op.Inputs[0].Width > op.Result!.Width ? $"slice {op.Number}+{op.Inputs[0].Width} passes the width {op.Result.Width}" : null),
        [OpKind.PairsGradient] = new("pairs_gradient", op => Same("pairs", op.Inputs[0].Width, op.Number * (op.Number - 1) / 2) ?? Result(op, op.Inputs[1].Width)),
        [OpKind.FmGradient] = new("fm_gradient", op => Same("score", op.Inputs[0].Width, 1) ?? Result(op, op.Inputs[1].Width)),
        [OpKind.SegmentSum] = new("segment_sum", op => Result(op, op.Inputs[0].Width)),
        [OpKind.ProjectInput] = new("project_input", op => Same("gradient", op.Inputs[0].Width, op.Parameters[0].Columns) ?? Result(op, op.Parameters[0].Rows)),
        [OpKind.ProjectWeight] = new("project_weight", op => Outer(op)),
        [OpKind.QuantizeInput] = new("quantize_input", op => Arity(op, 3, 0) ?? (op.Quantization is null ? "has no quantization" : null) ?? Same("queries", op.Inputs[1].Width, op.Inputs[0].Width) ?? Result(op, op.Inputs[0].Width)),
        [OpKind.QuantizeCodebook] = new("quantize_codebook", op => Arity(op, 2, 1) ?? Codebook(op, op.Parameters[0])),
        [OpKind.QuantizeAverage] = new("quantize_average", op => Arity(op, 2, 2) ?? Codebook(op, op.Parameters[0]) ?? Same("counts", op.Parameters[1].Columns, op.Quantization!.CodebookParts)),
        [OpKind.QuantizeStatistics] = new("quantize_statistics", op => Arity(op, 1, 2) ?? Codebook(op, op.Parameters[1]) ?? Same("moments", op.Parameters[0].Columns, op.Quantization!.Centroids) ?? Same("moments", op.Parameters[0].Rows, 3)),
        [OpKind.SoftmaxInput] = new("softmax_input", op => Arity(op, 2, 2 + Moments(op)) ?? Codebook(op, op.Parameters[0]) ?? Codebook(op, op.Parameters[1]) ?? Same("queries", op.Inputs[1].Width, op.Inputs[0].Width) ?? Result(op, op.Inputs[0].Width)),
        [OpKind.SoftmaxKeys] = new("softmax_keys", op => Arity(op, 2, 2 + Moments(op)) ?? Codebook(op, op.Parameters[0]) ?? Codebook(op, op.Parameters[1]) ?? Same("queries", op.Inputs[1].Width, op.Inputs[0].Width)),
        [OpKind.SoftmaxValues] = new("softmax_values", op => Arity(op, 2, 2) ?? Codebook(op, op.Parameters[0]) ?? Codebook(op, op.Parameters[1]) ?? Same("queries", op.Inputs[1].Width, op.Inputs[0].Width)),
        [OpKind.Penalty] = new("penalty", op => Arity(op, 2, 0) ?? Same("gradient", op.Inputs[0].Width, op.Inputs[1].Width) ?? Result(op, op.Inputs[0].Width)),
        [OpKind.Scatter] = new("scatter", op => Table1(op) ?? Same("row", op.Inputs[0].Width, op.Parameters[0].Columns)),
        [OpKind.Normalize] = new("normalize", op => Arity(op, 1, 0) ?? Domains(op, Domain.Row, Domain.Row) ?? Result(op, op.Inputs[0].Width)),
        [OpKind.HistorySum] = new("history_sum", op => Arity(op, 1, 0) ?? Domains(op, Domain.User, Domain.Row) ?? Result(op, op.Inputs[0].Width)),
        [OpKind.Similarity] = new("similarity", op => Arity(op, 2, 0) ?? Domains(op, Domain.Score, Domain.User, Domain.Row) ?? Same("rows", op.Inputs[1].Width, op.Inputs[0].Width) ?? Result(op, 1)),
        [OpKind.Clip] = new("clip", op => Arity(op, 1, 0) ?? Domains(op, Domain.Score, Domain.Score) ?? Result(op, 1)),
        [OpKind.Cosine] = new("cosine", op => Arity(op, 1, 0) ?? Domains(op, Domain.User, Domain.Score) ?? Result(op, 1)),
        [OpKind.CosineGradient] = new("cosine_gradient", op => Arity(op, 1, 0) ?? Domains(op, Domain.Score, Domain.Score) ?? Result(op, 1)),
        [OpKind.ClipGradient] = new("clip_gradient", op => Arity(op, 2, 0) ?? Domains(op, Domain.Score, Domain.Score, Domain.Score) ?? Result(op, 1)),
        [OpKind.SimilarityUser] = new("similarity_user", op => Arity(op, 2, 0) ?? Domains(op, Domain.User, Domain.Score, Domain.Row) ?? Result(op, op.Inputs[1].Width)),
        [OpKind.SimilarityRow] = new("similarity_row", op => Arity(op, 2, 0) ?? Domains(op, Domain.Row, Domain.Score, Domain.User) ?? Result(op, op.Inputs[1].Width)),
        [OpKind.HistorySpread] = new("history_spread", op => Arity(op, 1, 0) ?? Domains(op, Domain.Row, Domain.User) ?? Result(op, op.Inputs[0].Width)),
        [OpKind.NormalizeGradient] = new("normalize_gradient", op => Arity(op, 3, 0) ?? Domains(op, Domain.Row, Domain.Row, Domain.Row, Domain.Row) ?? Result(op, op.Inputs[0].Width)),
    };

    /// <summary>Whether an operation's row of the table says itself which domains it takes.</summary>
    public static bool ChecksDomains(OpKind kind) => kind >= OpKind.Normalize;

    private static string? Result(Op op, int width) => op.Result is null ? "has no result" : Same("result", op.Result.Width, width);

    private static string? Same(string what, int actual, int expected) => actual == expected ? null : $"{what} has width {actual}, expected {expected}";

    private static string? Arity(Op op, int inputs, int parameters) =>
        op.Inputs.Count == inputs && op.Parameters.Count == parameters ? null : $"takes {inputs} inputs and {parameters} parameters, got {op.Inputs.Count} and {op.Parameters.Count}";

    private static string? Domains(Op op, Domain result, params Domain[] inputs) =>
        op.Result?.Domain == result && op.Inputs.Select(v => v.Domain).SequenceEqual(inputs) ? null
            : $"takes values per {string.Join(", ", inputs)} and gives one per {result}";

    private static string? Table1(Op op) => op.Parameters.Count == 1 && op.Parameters[0].IsTable ? null : "takes one table";

    private static string? Stack(Op op) => op.Number > 0 && op.Inputs[0].Width % op.Number == 0 ? null : $"width {op.Inputs[0].Width} is not a stack of {op.Number} vectors";

    private static string? Codebook(Op op, Parameter codebook) =>
        op.Quantization is not { } q ? "has no quantization"
        : Vector(op) % q.Parts != 0 ? $"{q.Parts} parts do not divide the width {Vector(op)}"
        : q.Tiers.Count != q.Choices.Count ? $"{q.Tiers.Count} tiers for {q.Choices.Count} choices"
        : Same("codebook", codebook.Columns, Vector(op) / q.Parts * q.CodebookParts) ?? Same("centroids", codebook.Rows, q.Centroids);

    // Moments that scores are normalised by are read beside centroids and keys.
    private static int Moments(Op op) => op.Quantization?.Statistics is null ? 0 : 1;

    // The width of the vector that an operation quantises or decodes.
    private static int Vector(Op op) => op.Inputs.Count > 0 ? op.Inputs[0].Width : op.Result!.Width;

    private static string? Outer(Op op) =>
        Same("left", op.Inputs[0].Width, op.Parameters[0].Rows) ?? Same("right", op.Inputs[1].Width, op.Parameters[0].Columns);
}
