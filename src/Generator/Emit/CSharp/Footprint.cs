using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.CSharp;

/// <summary>The sizes of a model in bytes, as formulas in the row counts, for the hover text.</summary>
internal static class Footprint
{
    public static void Write(SourceWriter w, ModelSpec model, Graph graph, MemoryPlan plan)
    {
        int states = OptimizerRules.For(model.Optimizer).States;
        long towers = graph.Parameters.Where(p => p.Group == Group.Tower && !p.IsTable).Sum(p => (long)p.Rows * p.Columns);
        w.Line("/// <remarks>");
        w.Line($"/// <para>{Host(model)}, {model.Loss}, {model.Optimizer.Rule}. n is the number of rows of a feature: its vocabulary and the rows for unknown values.</para>");
        w.Line("/// <list type=\"bullet\">");
        for (int f = 0; f < model.Categoricals.Count; f++)
        {
            CategoricalSpec c = model.Categoricals[f];
            string trained = Bytes(graph.Parameters.Where(p => p.Feature == f));
            string served = Bytes(graph.ServedParameters.Where(p => p.Feature == f), served: true);
            if (c.Embedding.Kind == EmbeddingKind.None)
            {
                w.Line($"/// <item>{c.Property}: {Method(c.Embedding)}.</item>");
                continue;
            }

            w.Line($"/// <item>{c.Property}: {Method(c.Embedding)}; trained {trained} bytes, served {served} bytes.</item>");
        }

        w.Line("/// </list>");
        w.Line($"/// <para>Towers: {4 * towers} bytes. Optimiser state: {states} x the trained bytes{(model.Optimizer.Rule == OptimizerRule.RowWiseAdagrad ? " of dense parameters, one float per table row" : "")}. " +
            $"Working memory of a tile: {4 * plan.TileFloats} bytes.</para>");
        w.Line("/// </remarks>");
    }

    private static string Host(ModelSpec model) => model.Host.Kind switch
    {
        HostKind.Elsa => $"ELSA{(model.Host.Clip == ClipKind.None ? "" : ", scores clipped by " + model.Host.Clip)}",
        HostKind.Dlrm => $"DLRM, bottom [{string.Join(", ", model.Host.Bottom)}], top [{string.Join(", ", model.Host.Top)}]",
        HostKind.Gmf => "Generalised matrix factorisation",
        HostKind.NeuMf => $"NeuMF, {model.Host.Factors} factors, hidden [{string.Join(", ", model.Host.Hidden)}]",
        HostKind.MatrixFactorization => $"Matrix factorisation{(model.Host.Factorization!.Biases ? " with biases" : "")}{(model.Host.Factorization.NonNegative ? ", non-negative" : "")}",
        HostKind.TwoTower => $"Two towers [{string.Join(", ", model.Host.Hidden)}]",
        _ => "Factorisation machine",
    };

    private static string Method(EmbeddingSpec e) => e.Kind switch
    {
        EmbeddingKind.MultiLayer => $"MLET, T (n x {e.Inner}) times P ({e.Inner} x {e.Dimension}), collapsed to E (n x {e.Dimension})",
        EmbeddingKind.Hashed => $"hashed table of {e.Rows} x {e.Dimension}",
        EmbeddingKind.QuotientRemainder => $"quotient (n / {e.Rows}) times remainder ({e.Rows}) rows of {e.Dimension}",
        EmbeddingKind.Quantized => $"quantised, queries {(e.Quantized!.Inner == 0 ? "Q" : $"T (n x {e.Quantized.Inner}) times P")} (n x {e.Dimension}) to {string.Join(" or ", e.Quantized!.TierParts.Distinct())} parts of {string.Join(", ", e.Quantized.Choices)} choices, collapsed to their codes",
        EmbeddingKind.Sparse => $"sparse rows, A (n x {e.Dimension}) pruned to {e.Kept} entries per row, collapsed to unit rows of (index, value) pairs",
        EmbeddingKind.None => "the sum of its items, not stored",
        EmbeddingKind.Clustered => $"clustered, {e.Clustered!.Clusters} shared vectors of {e.Dimension}{Residual(e)}, collapsed to one cluster number per id{(e.Quantized is null ? "" : " and its codes")}",
        EmbeddingKind.LowRank => $"low rank, U (n x {e.Inner}) times V ({e.Inner} x {e.Dimension})",
        _ => $"table E (n x {e.Dimension})",
    };

    private static string Residual(EmbeddingSpec e) => e.Quantized is { } q ? $" plus queries Q (n x {e.Dimension}) to {q.Parts} parts of {q.Choices[0]} choices"
        : e.Clustered!.PersonalFrom > 0 ? $" plus a table R (n x {e.Dimension})" : "";

    private static string Bytes(IEnumerable<Parameter> parameters, bool served = false) => string.Join(" + ", parameters.Select(p =>
        served && p.Kept > 0 ? $"{(p.Columns > 65536 ? 8 : 6) * p.Kept} n"
        : p.Codes is { } codes ? Codes(codes)
        : !p.IsTable ? $"{4L * p.Rows * p.Columns}" : p.Index switch
        {
            RowIndexKind.Quotient => $"{4 * p.Columns} ceil(n / {p.Modulus})",
            RowIndexKind.Remainder => $"{4 * p.Columns} min(n, {p.Modulus})",
            RowIndexKind.Assignment => $"4 n + {4L * p.Columns * p.Modulus}",
            _ => $"{4 * p.Columns} n",
        }));

    private static string Codes(Quantization q) => string.Join(" + ", q.Choices.Select((_, tier) =>
    {
        string bytes = (q.Parts / q.Repeat(tier) * q.Bits(tier) / 8.0).ToString(CultureInfo.InvariantCulture);
        return q.Choices.Count == 1 ? $"{bytes} n" : $"{bytes} x {q.Tiers[tier].ToString(CultureInfo.InvariantCulture)} n";
    }));
}
