using System;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Hosts;

/// <summary>Generalised matrix factorisation: a weighted inner product of the user's and the item's vector.</summary>
internal static class GmfHost
{
    public static Value Build(GraphBuilder g)
    {
        Value product = g.Multiply("product", g.Embedding(g.Feature(RoleKind.User)), g.Embedding(g.Feature(RoleKind.Item)));
        Value weighted = g.LinearTerm("weighted", product, Init.Uniform, (float)Math.Sqrt(1.0 / product.Width));
        return g.Offset("score", weighted, g.Dense("bias", 1, 1, Init.Zero));
    }
}
