using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Hosts;

/// <summary>Neural matrix factorisation: a product branch and a tower branch over separate parts of the vectors.</summary>
internal static class NeuMfHost
{
    public static Value Build(GraphBuilder g)
    {
        int factors = g.Model.Host.Factors;
        Value user = g.Embedding(g.Feature(RoleKind.User)), item = g.Embedding(g.Feature(RoleKind.Item));
        Value product = g.Multiply("product", g.Slice("user.factors", user, 0, factors), g.Slice("item.factors", item, 0, factors));
        Value inputs = g.Concat("inputs", g.Slice("user.inputs", user, factors, user.Width - factors), g.Slice("item.inputs", item, factors, item.Width - factors));
        return g.Linear("score", g.Concat("branches", product, g.Tower("hidden", inputs, g.Model.Host.Hidden)), 1);
    }
}
