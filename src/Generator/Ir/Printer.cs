using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Ir;

/// <summary>The readable text form of a graph: what --explain shows, what tests compare, what the reference interpreter reads.</summary>
public static class Printer
{
    public static string Print(Graph graph)
    {
        var text = new StringBuilder();
        text.Append("model ").Append(graph.Name).Append(" loss=").Append(graph.Loss).Append('\n');
        text.Append("features ").Append(string.Join(" ", graph.Features)).Append('\n');
        text.Append("parameters\n");
        foreach (Parameter parameter in graph.Parameters)
        {
            text.Append("  ").Append(Declare(parameter, graph.Features)).Append('\n');
        }

        Section(text, "forward", graph.Forward, graph.Features);
        Section(text, "backward", graph.Backward, graph.Features);
        text.Append("collapse\n");
        foreach (CollapseRule rule in graph.Collapse)
        {
            string source = rule.IsAssignment ? $"assignment {rule.Left.Name}" : rule.IsUnit ? $"unit {rule.Left.Name}" : $"{(rule.Result.Codes is null ? "product" : rule.Result.Codes.Keys is null ? "nearest" : "greatest")} {rule.Left.Name}{(rule.Factor is { } factor ? " " + factor.Name : "")} {rule.Right.Name}{(rule.Result.Codes?.Statistics is { } moments ? " by " + moments.Name : "")}";
            text.Append($"  {rule.Result.Name} = {source}\n");
        }

        text.Append("served parameters\n");
        foreach (Parameter parameter in graph.ServedParameters)
        {
            text.Append("  ").Append(Declare(parameter, graph.Features)).Append('\n');
        }

        Section(text, "served", graph.Served, graph.Features);
        return text.ToString();
    }

    /// <summary>One operation on one line.</summary>
    public static string Line(Op op, IReadOnlyList<string>? features = null)
    {
        var text = new StringBuilder();
        if (op.Result is { } result)
        {
            string domain = result.Domain.ToString().ToLowerInvariant() + (result.Feature < 0 || features is null ? "" : $"({features[result.Feature]})");
            text.Append($"{result.Name} : {domain} x {result.Width} = ");
        }
        else
        {
            text.Append($"{op.Parameters[0].Name} += ");
        }

        text.Append(Ops.Table[op.Kind].Name);
        foreach (Value input in op.Inputs)
        {
            text.Append(' ').Append(input.Name);
        }

        foreach (Parameter parameter in op.Parameters.Skip(op.Result is null ? 1 : 0))
        {
            text.Append(' ').Append(parameter.Name);
        }

        text.Append(op.Kind switch
        {
            OpKind.Lookup or OpKind.SegmentSum => " pool=" + op.Number switch { 1 => "sum", 2 => "mean", _ => "none" },
            OpKind.Pairs or OpKind.PairsGradient or OpKind.Fm or OpKind.FmGradient => $" vectors={op.Number}",
            OpKind.Clip or OpKind.ClipGradient => op.Number > 0 ? $" most={op.Number}" : string.Empty,
            OpKind.Slice or OpKind.SliceGradient => $" at={op.Number}",
            OpKind.Quantize or OpKind.Decode or OpKind.QuantizeCodebook or OpKind.SoftmaxInput or OpKind.SoftmaxKeys or OpKind.SoftmaxValues => Codes(op.Quantization!),
            OpKind.QuantizeAverage => $"{Codes(op.Quantization!)} decay={op.Quantization!.Decay.ToString("R", CultureInfo.InvariantCulture)}",
            OpKind.QuantizeStatistics => $"{Codes(op.Quantization!)} momentum={Quantization.Momentum.ToString("R", CultureInfo.InvariantCulture)}",
            OpKind.QuantizeInput => $" commitment={op.Quantization!.Commitment.ToString("R", CultureInfo.InvariantCulture)}",
            OpKind.Penalty => $" l2={op.Weight.ToString("R", CultureInfo.InvariantCulture)}",
            _ => string.Empty,
        });
        if (op.Relu)
        {
            text.Append(" relu");
        }

        if (op.Mask is not null)
        {
            text.Append(" mask=").Append(op.Mask.Name);
        }

        return text.ToString();
    }

    private static void Section(StringBuilder text, string title, IReadOnlyList<Op> ops, IReadOnlyList<string> features)
    {
        text.Append(title).Append('\n');
        foreach (Op op in ops)
        {
            text.Append("  ").Append(Line(op, features)).Append('\n');
        }
    }

    private static string Codes(Quantization q) =>
        $" parts={(q.TierParts.Any(p => p != q.Parts) ? string.Join(",", q.TierParts) : q.Parts.ToString(CultureInfo.InvariantCulture))} choices={string.Join(",", q.Choices)}"
        + $" tiers={string.Join(",", q.Tiers.Select(t => t.ToString(CultureInfo.InvariantCulture)))}{(q.Private ? " private=1" : "")}{(q.Shared ? " shared=1" : "")}"
        + (q.Temperature > 0 ? $" temperature={q.Temperature.ToString("R", CultureInfo.InvariantCulture)}" : "")
        + (q.Statistics is null ? "" : $" epsilon={Quantization.Epsilon.ToString("R", CultureInfo.InvariantCulture)}");

    private static string Declare(Parameter p, IReadOnlyList<string> features)
    {
        string init = $"init={Snake(p.Init.ToString())} scale={p.Scale.ToString("R", CultureInfo.InvariantCulture)} group={p.Group.ToString().ToLowerInvariant()}{(p.NonNegative ? " nonnegative" : "")}";
        if (!p.IsTable)
        {
            return $"dense {p.Name} {p.Rows} x {p.Columns} {init}";
        }

        string id = features[p.Feature];
        if (p.Codes is { } codes)
        {
            return $"codes {p.Name} [{id}]{Codes(codes)}";
        }

        string index = p.Index switch
        {
            RowIndexKind.Quotient => $"[{id} / {p.Modulus}]",
            RowIndexKind.Remainder => $"[{id} % {p.Modulus}]",
            RowIndexKind.Assignment => $"[{id} @ {p.Modulus}]",
            _ => $"[{id}]",
        };
        return $"table {p.Name} {index} x {p.Columns} {init}{(p.Kept > 0 ? $" kept={p.Kept}" : string.Empty)}";
    }

    private static string Snake(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "_" : string.Empty) + char.ToLowerInvariant(c) : c.ToString()));
}
