using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Lowering;

/// <summary>
/// Adds the penalty of a host to the gradient of every looked-up vector: 2 L2 times the vector for each of its lookups, as a mean over the
/// batch, so that a row is penalised in proportion to its data. The reported loss does not contain the penalty.
/// </summary>
internal static class Regularize
{
    public static Graph Run(Graph graph, HostSpec host)
    {
        if (host.Factorization is not { L2: > 0 } spec)
        {
            return graph;
        }

        var replaced = new Dictionary<Value, Value>();
        var ops = new List<Op>();
        foreach (Op op in graph.Backward)
        {
            ops.Add(op with { Inputs = [.. op.Inputs.Select(v => replaced.TryGetValue(v, out Value? other) ? other : v)] });
            if (op.Kind == OpKind.SegmentSum)
            {
                Value vector = graph.Forward.First(o => o.Kind == OpKind.Lookup && $"d.{o.Inputs[0].Name}" == op.Result!.Name).Inputs[0];
                Value whole = op.Result! with { Name = op.Result.Name + ".l2" };
                ops.Add(new Op(OpKind.Penalty, whole, [op.Result, vector], [], Weight: spec.L2));
                replaced[op.Result] = whole;
            }
        }

        return graph with { Backward = ops };
    }
}
