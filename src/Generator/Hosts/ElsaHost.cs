using System.Linq;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Hosts;

/// <summary>ELSA: rows of unit length, the history's sum, its inner products with all rows without the item's own part.</summary>
internal static class ElsaHost
{
    public static Value Build(GraphBuilder g)
    {
        int item = Enumerable.Range(0, g.Model.Categoricals.Count).First(f => g.Model.Categoricals[f].Role == RoleKind.Item);
        Value rows = g.Normalize($"{g.Model.Categoricals[item].Property}.n", g.Rows(item));
        Value scores = g.Similarity("score", g.HistorySum("history", rows), rows);
        return g.Model.Host.Clip switch
        {
            ClipKind.Relu => g.Clip("score.clip", scores, 0),
            ClipKind.Relu6 => g.Clip("score.clip", scores, 6),
            _ => scores,
        };
    }
}
