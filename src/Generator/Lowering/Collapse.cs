using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Lowering;

/// <summary>
/// Derives the served graph: the forward pass without the loss, in which the product T P of a multi-layer embedding
/// is one plain table E, and the queries of a quantised one are its codes. Other forms are served as they are trained.
/// </summary>
internal static class Collapse
{
    public static Graph Run(Graph graph, ModelSpec model)
    {
        var rules = new List<CollapseRule>();
        var served = new List<Op>();
        Dictionary<Value, Op> producers = graph.Forward.ToDictionary(op => op.Result!);
        var dropped = new HashSet<Op>();
        foreach (Op op in graph.Forward.Where(op => op.Kind == OpKind.Quantize || (op.Kind == OpKind.Project && Collapses(op, model))))
        {
            for (Op? before = producers[op.Inputs[0]]; before is not null; before = before.Inputs.Count > 0 ? producers[before.Inputs[0]] : null)
            {
                dropped.Add(before);
            }
        }

        foreach (Op op in graph.Forward)
        {
            if (op.Kind is OpKind.Logistic or OpKind.Squared or OpKind.Ranking || dropped.Contains(op))
            {
                continue;
            }

            if (op.Kind == OpKind.Quantize)
            {
                // The queries are a table, or a table times a factor.
                Op last = producers[op.Inputs[0]];
                Parameter? factor = last.Kind == OpKind.Project ? last.Parameters[0] : null;
                Parameter queries = (factor is null ? last : producers[last.Inputs[0]]).Parameters[0];
                string name = $"{model.Categoricals[queries.Feature].Property}.codes";
                Parameter codes = queries with { Name = name, Columns = op.Quantization!.Parts, Init = Init.Zero, Scale = 0, Codes = op.Quantization };
                rules.Add(new CollapseRule(codes, queries, op.Quantization.Keys ?? op.Parameters[0], factor));
                served.Add(new Op(OpKind.Decode, op.Result, [], [codes, op.Parameters[0]], Quantization: op.Quantization));
            }
            else if (op.Kind == OpKind.Project && Collapses(op, model))
            {
                Parameter table = producers[op.Inputs[0]].Parameters[0];
                Parameter product = table with { Name = $"{model.Categoricals[table.Feature].Property}.E", Columns = op.Parameters[0].Columns };
                rules.Add(new CollapseRule(product, table, op.Parameters[0]));
                served.Add(new Op(OpKind.Gather, op.Result, [], [product]));
            }
            else
            {
                served.Add(op);
            }
        }

        return graph with { Collapse = rules, Served = served, ServedParameters = [.. served.SelectMany(op => op.Parameters).Distinct()] };
    }

    private static bool Collapses(Op project, ModelSpec model) =>
        model.Categoricals[project.Result!.Feature].Embedding.Kind == EmbeddingKind.MultiLayer;
}
