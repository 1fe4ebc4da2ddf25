using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Ir;

namespace ModelGen.Generator.Hosts;

/// <summary>Second-order factorisation machine: bias, first-order terms, all pairwise inner products of the embeddings.</summary>
internal static class FactorizationMachineHost
{
    public static Value Build(GraphBuilder g)
    {
        int count = g.Model.Categoricals.Count;
        Value[] vectors = [.. Enumerable.Range(0, count).Select(g.Embedding)];
        var terms = new List<Value> { g.Fm("second", g.Concat("stack", vectors), count) };
        terms.AddRange(Enumerable.Range(0, count).Select(g.FirstOrder));
        if (g.Model.Numerics.Count > 0)
        {
            terms.Add(g.LinearTerm("linear", g.Numerics()));
        }

        return g.Offset("score", g.Add("terms", [.. terms]), g.Dense("bias", 1, 1, Init.Zero));
    }
}
