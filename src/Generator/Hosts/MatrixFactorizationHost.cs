using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Hosts;

/// <summary>Matrix factorisation: the inner product of the user's and the item's vector, with biases around a fixed mean if wanted.</summary>
internal static class MatrixFactorizationHost
{
    public static Value Build(GraphBuilder g)
    {
        (int user, int item) = (g.Feature(RoleKind.User), g.Feature(RoleKind.Item));
        Value product = g.Pairs("product", g.Concat("vectors", g.Embedding(user), g.Embedding(item)), 2);
        return g.Model.Host.Factorization!.Biases
            ? g.Offset("score", g.Add("terms", product, g.FirstOrder(user), g.FirstOrder(item)), g.LabelMean("mean"))
            : product;
    }
}
