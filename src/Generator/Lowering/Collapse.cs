using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Lowering;

/// <summary>
/// Derives the served graph: the forward pass without the loss, in which the product T P of a multi-layer embedding
/// is one plain table E, the queries of a quantised one are its codes, the shared vectors of a clustered one are a codebook of which
/// each id has one row, and rows that are normalised are stored at unit length. Other forms are served as they are trained.
/// </summary>
internal static class Collapse
{
    public static Graph Run(Graph graph, ModelSpec model)
    {
        var rules = new List<CollapseRule>();
        var served = new List<Op>();
        Dictionary<Value, Op> producers = graph.Forward.ToDictionary(op => op.Result!);
        var dropped = new HashSet<Op>();
        foreach (Op op in graph.Forward.Where(op => op.Kind is OpKind.Quantize or OpKind.Normalize || (op.Kind == OpKind.Project && Collapses(op, model))))
        {
            for (Op? before = producers[op.Inputs[0]]; before is not null; before = before.Inputs.Count > 0 ? producers[before.Inputs[0]] : null)
            {
                dropped.Add(before);
            }
        }

        foreach (Op op in graph.Forward)
        {
            if (op.Kind is OpKind.Logistic or OpKind.Squared or OpKind.Ranking or OpKind.Cosine or OpKind.Clip || dropped.Contains(op))
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
            else if (op.Kind == OpKind.Gather && op.Parameters[0].Index == RowIndexKind.Assignment)
            {
                Parameter shared = op.Parameters[0];
                var one = new Quantization(1, [shared.Modulus], [1], 0);
                Parameter codes = shared with { Name = $"{model.Categoricals[shared.Feature].Property}.z", Index = RowIndexKind.Identity, Modulus = 0, Columns = 1, Init = Init.Zero, Scale = 0, Codes = one };
                Parameter vectors = shared with { IsTable = false, Index = RowIndexKind.Identity, Modulus = 0, Rows = shared.Modulus, Init = Init.Zero, Scale = 0 };
                rules.Add(new CollapseRule(codes, shared, shared));
                served.Add(new Op(OpKind.Decode, op.Result, [], [codes, vectors], Quantization: one));
            }
            else if (op.Kind == OpKind.Normalize)
            {
                Parameter table = producers[op.Inputs[0]].Parameters[0];
                Parameter unit = table with { Name = $"{model.Categoricals[table.Feature].Property}.N" };
                rules.Add(new CollapseRule(unit, table, table));
                served.Add(new Op(OpKind.Gather, op.Result, [], [unit]));
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
