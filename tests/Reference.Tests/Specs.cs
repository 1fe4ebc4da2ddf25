using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Specs;

namespace ModelGen.Reference.Tests;

/// <summary>Model specs of every shape the compiler knows, built without source code, and their printed form.</summary>
internal static class Specs
{
    /// <summary>A named spec of the grid, with the number of ids of each feature.</summary>
    public sealed record Case(string Name, ModelSpec Spec, int[] Ids)
    {
        public override string ToString() => Name;
    }

    public static EmbeddingSpec Embedding(EmbeddingKind kind, int dimension, int inner = 0, int rows = 0) => new(kind, dimension, inner, 0.5f, rows);

    public static CategoricalSpec Feature(string name, EmbeddingSpec embedding, PoolingKind pooling = PoolingKind.None) => new(
        name, name.ToLowerInvariant(), KeyType.Integer, "int", new([]), pooling == PoolingKind.None ? BagForm.None : BagForm.Array, pooling,
        OutOfVocabularyKind.Zero, 1, 0, 0, ' ', RoleKind.None, embedding);

    public static ModelSpec Model(HostSpec host, LossKind loss, int numerics, params CategoricalSpec[] features) => new(
        "Tests", "Sample", "class", loss, new LabelSpec("Y", "y", "float"),
        new(Enumerable.Range(0, numerics).Select(i => new NumericSpec($"N{i}", $"n{i}", "float", TransformKind.None))),
        new(features), host, new OptimizerSpec(OptimizerRule.Sgd, 0.1f, 0.1f, 0.1f, 0.1f, 1e-10f, 0.9f, 0.999f, true));

    public static HostSpec Fm { get; } = new(HostKind.FactorizationMachine, new([]), new([]), new([]), 0);

    public static HostSpec Dlrm(int[] bottom, int[] top) => new(HostKind.Dlrm, new(bottom), new(top), new([]), 0);

    public static HostSpec OfPair(HostKind kind, int factors, params int[] hidden) => new(kind, new([]), new([]), new(hidden), factors);

    public static string Print(ModelSpec spec) => Printer.Print(Lower.Run(spec));

    /// <summary>Two features of width d in a factorisation machine: what the properties of the multi-layer form are tested on.</summary>
    public static ModelSpec Pair(EmbeddingSpec embedding, PoolingKind pooling = PoolingKind.None) =>
        Model(Fm, LossKind.BinaryCrossEntropy, 0, Feature("A", embedding, pooling), Feature("B", embedding));

    /// <summary>All hosts x embedding kinds x losses x numerics x widths, with a single value, a sum bag and a mean bag in each.</summary>
    public static IEnumerable<Case> Grid() =>
        (from host in new[] { HostKind.Dlrm, HostKind.FactorizationMachine }
        from kind in new EmbeddingKind?[] { EmbeddingKind.Full, EmbeddingKind.MultiLayer, EmbeddingKind.Hashed, EmbeddingKind.QuotientRemainder, EmbeddingKind.LowRank, null }
        from loss in new[] { LossKind.BinaryCrossEntropy, LossKind.MeanSquaredError }
        from numerics in new[] { 0, 3 }
        from dimension in new[] { 1, 3, 4 }
        select Cell(host, kind, loss, numerics, dimension)).Concat(
        from host in new[] { OfPair(HostKind.Gmf, 0), OfPair(HostKind.NeuMf, 1, 5, 4), OfPair(HostKind.NeuMf, 2, 3), OfPair(HostKind.TwoTower, 0, 5, 2) }
        from loss in new[] { LossKind.BinaryCrossEntropy, LossKind.MeanSquaredError, LossKind.BayesianPersonalizedRanking }
        from dimension in new[] { 3, 4 }
        select new Case(
            $"{host.Kind} {host.Factors} {loss}, width {dimension}",
            Model(host, loss, 0, Feature("U", Form(EmbeddingKind.Full, dimension)) with { Role = RoleKind.User }, Feature("I", Form(EmbeddingKind.MultiLayer, dimension)) with { Role = RoleKind.Item }),
            [7, 8]));

    // A null kind mixes all kinds in one model.
    private static Case Cell(HostKind host, EmbeddingKind? kind, LossKind loss, int numerics, int dimension)
    {
        EmbeddingKind[] kinds = kind is { } k
            ? [k, k, k]
            : [EmbeddingKind.MultiLayer, EmbeddingKind.QuotientRemainder, EmbeddingKind.LowRank, EmbeddingKind.Hashed, EmbeddingKind.Full];
        PoolingKind[] poolings = [PoolingKind.None, PoolingKind.Sum, PoolingKind.Mean];
        CategoricalSpec[] features = [.. kinds.Select((form, i) => Feature($"F{i}", Form(form, dimension), poolings[i % 3]))];

        // Towers of no, one and two layers, odd and even widths; a bottom tower only where there are numeric inputs.
        int[] bottom = numerics == 0 ? [] : dimension == 4 ? [4] : [5, dimension], top = dimension == 3 ? [] : [5, 2];
        HostSpec hostSpec = host == HostKind.FactorizationMachine ? Fm : Dlrm(bottom, top);
        string name = $"{host} {kind?.ToString() ?? "mixed"} {loss} {numerics} numerics, width {dimension}";
        return new Case(name, Model(hostSpec, loss, numerics, features), [.. features.Select((_, i) => 7 + i)]);
    }

    private static EmbeddingSpec Form(EmbeddingKind kind, int dimension) => kind switch
    {
        EmbeddingKind.MultiLayer => Embedding(kind, dimension, inner: dimension + 2),
        EmbeddingKind.LowRank => Embedding(kind, dimension, inner: (dimension + 1) / 2),
        EmbeddingKind.Hashed or EmbeddingKind.QuotientRemainder => Embedding(kind, dimension, rows: 3),
        _ => Embedding(kind, dimension),
    };
}
