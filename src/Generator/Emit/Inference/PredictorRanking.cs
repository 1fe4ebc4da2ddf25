using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Emit.CSharp;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Inference;

/// <summary>Writes the predictor's calls that rank the whole catalogue: by ids, and with typed keys. Only for models with an item.</summary>
internal sealed class PredictorRanking(ModelSpec model, int item, Separation? separation, SourceWriter w)
{
    private readonly CategoricalSpec _item = model.Categoricals[item];

    private string Key => PredictorInputs.KeyTypeOf(_item);

    private bool IsText => _item.Key is KeyType.Text or KeyType.Enum;

    private string Catalogue => _item.Cardinality > 0 ? $"{_item.Cardinality}" : $"_{_item.Property}Ids.Count";

    /// <summary>The calls.</summary>
    public void Write()
    {
        WriteIds();
        w.Line();
        w.Lines(PredictorSelection.Text);
        w.Line();
        WriteTyped();
    }

    private void WriteIds()
    {
        string finish = model.Loss == LossKind.BinaryCrossEntropy ? "\n\n    foreach (ref float score in scores[..count])\n    {\n        score = Probability(score);\n    }" : "";
        PredictorItems items = new(model, item, separation);
        w.Lines($$"""

            /// <summary>
            /// Finds the items with the highest scores for a query, given as for PredictIds with any item. Best first, equal scores in the order of
            /// ids, without the excluded ids. Returns how many there are: as many as fit, or all that are left of the catalogue.
            /// </summary>
            public int RecommendIds(ReadOnlySpan<float> numerics, ReadOnlySpan<int> ids, ReadOnlySpan<int> offsets, ReadOnlySpan<int> excluded, Span<int> items, Span<float> scores)
            {
                int most = Math.Min({{Catalogue}}, Math.Min(items.Length, scores.Length)), count = 0;
                float worst = float.NegativeInfinity;
                Span<ulong> candidates = Candidates(most);
                Span<float> part = stackalloc float[{{items.Rows}}];
            {{Indent(items.Prepare, 4)}}
                for (int first = 0; first < {{Catalogue}} && most > 0; first += {{items.Rows}})
                {
                    int rows = Math.Min({{items.Rows}}, {{Catalogue}} - first);
            {{Indent(items.Score, 8)}}
                    count = Collect(part[..rows], first, excluded, candidates, count, most, ref worst);
                }

                count = Best(candidates[..count], items, scores);
                GC.KeepAlive(_owner);{{finish}}
                return count;
            }
            """);
        items.WriteKernels(w);
    }

    private void WriteTyped()
    {
        string L(string name) => PredictorInputs.Local(model, name);
        (string exclude, string items, string scores, string count) = (L("exclude"), L("items"), L("scores"), L("count"));
        (string ids, string offsets, string at, string total, string met, string best, string key, string id, string i) =
            (L("ids"), L("offsets"), L("at"), L("total"), L("met"), L("best"), L("key"), L("id"), L("i"));
        string parameters = string.Concat(PredictorInputs.Parameters(model, single: true, without: _item).Select(p => p + ", "));
        w.Line("/// <summary>");
        w.Line($"/// Finds the values of {_item.Property} with the highest scores, best first, equal ones in the order of their training frequency, without the excluded");
        w.Line("/// ones; an unknown value excludes nothing. Returns how many there are: as many as fit, or all that are left.");
        w.Line("/// </summary>");
        w.Line("/// <exception cref=\"KeyNotFoundException\">A value is unknown and its feature refuses unknown values.</exception>");
        w.Line("/// <exception cref=\"ArgumentException\">There is not one score per item.</exception>");
        using (w.Block($"public int Recommend({parameters}ReadOnlySpan<{Key}> {exclude}, Span<{Key}> {items}, Span<float> {scores})"))
        {
            w.Lines($$"""
                if ({{items}}.Length != {{scores}}.Length)
                {
                    throw new ArgumentException("There must be as many scores as items.", nameof({{scores}}));
                }

                int {{total}} = {{string.Join(" + ", model.Categoricals.Select(c => c.Bag == BagForm.None ? "1" : $"@{c.Property}.Length"))}};
                Span<int> {{ids}} = {{total}} <= 512 ? stackalloc int[512] : new int[{{total}}];
                Span<int> {{offsets}} = stackalloc int[{{model.Categoricals.Count + 1}}];
                int {{at}} = 0;
                """);
            foreach ((CategoricalSpec c, int f) in model.Categoricals.Select((c, f) => (c, f)))
            {
                PredictorInputs.WriteIds(w, c, $"@{c.Property}", c == _item ? "0" : null, ids, $"{offsets}[{f + 1}]", at, key, id);
            }

            string conversion = IsText ? $"_{_item.Property}Ids.Key({best}[{i}])"
                : _item.Key == KeyType.Bool ? $"{best}[{i}] != 0"
                : $"({Key}){(_item.Cardinality > 0 ? $"{best}[{i}]" : $"_{_item.Property}Ids.Key({best}[{i}])")}";
            string find = _item.Cardinality > 0
                ? $"{(_item.Key == KeyType.Bool ? $"{key} ? 1 : 0" : $"(ulong){key} < {_item.Cardinality}UL ? (int){key} : -1")}"
                : $"_{_item.Property}Ids.Find({key})";
            w.Lines($$"""
                int[] {{met}} = ArrayPool<int>.Shared.Rent({{exclude}}.Length + {{items}}.Length);
                try
                {
                    int {{count}} = 0;
                    foreach ({{Key}} {{key}} in {{exclude}})
                    {
                        {{met}}[{{count}}++] = {{find}};
                    }

                    Span<int> {{best}} = {{met}}.AsSpan({{count}}, {{items}}.Length);
                    {{count}} = this.RecommendIds([{{string.Join(", ", model.Numerics.Select(n => $"@{n.Property}"))}}], {{ids}}, {{offsets}}, {{met}}.AsSpan(0, {{count}}), {{best}}, {{scores}});
                    for (int {{i}} = 0; {{i}} < {{count}}; {{i}}++)
                    {
                        {{items}}[{{i}}] = {{conversion}};
                    }

                    GC.KeepAlive(_owner);
                    return {{count}};
                }
                finally
                {
                    ArrayPool<int>.Shared.Return({{met}});
                }
                """);
        }
    }

    private static string Indent(string text, int spaces) =>
        new string(' ', spaces) + text.Replace("\n", "\n" + new string(' ', spaces));
}
