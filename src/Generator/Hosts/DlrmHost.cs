using System.Linq;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Hosts;

/// <summary>DLRM: bottom tower, pairwise inner products, top tower.</summary>
internal static class DlrmHost
{
    public static Value Build(GraphBuilder g)
    {
        HostSpec host = g.Model.Host;
        int dimension = g.Model.Categoricals[0].Embedding.Dimension;
        bool numerics = g.Model.Numerics.Count > 0;

        // Without numeric inputs a learned constant takes the bottom tower's place.
        Value bottom = numerics
            ? g.Tower("bottom", g.Numerics(), host.Bottom)
            : g.Constant("constant", g.Dense("constant.c", 1, dimension, Init.Normal, (float)System.Math.Sqrt(1.0 / dimension)));
        Value[] vectors = [bottom, .. Enumerable.Range(0, g.Model.Categoricals.Count).Select(g.Embedding)];
        Value stack = g.Concat("stack", vectors);
        Value pairs = g.Pairs("pairs", stack, vectors.Length);
        Value top = g.Tower("top", numerics ? g.Concat("interaction", bottom, pairs) : pairs, host.Top);
        return g.Linear("score", top, 1);
    }
}
