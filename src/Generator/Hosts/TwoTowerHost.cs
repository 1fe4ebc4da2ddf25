using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Hosts;

/// <summary>Two towers: the inner product of a tower over the user's vector and one over the item's.</summary>
internal static class TwoTowerHost
{
    public static Value Build(GraphBuilder g)
    {
        Value user = g.Tower("user", g.Embedding(g.Feature(RoleKind.User)), g.Model.Host.Hidden);
        Value item = g.Tower("item", g.Embedding(g.Feature(RoleKind.Item)), g.Model.Host.Hidden);
        return g.Offset("score", g.Fm("product", g.Concat("towers", user, item), 2), g.Dense("bias", 1, 1, Init.Zero));
    }
}
