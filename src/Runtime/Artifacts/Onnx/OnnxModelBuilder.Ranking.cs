using System;
using System.Linq;

namespace ModelGen.Compiled;

public sealed partial class OnnxModelBuilder
{
    private CategoricalFeature? _item;
    private Vocabulary? _items;

    private bool Ranks => _item is not null;

    /// <summary>
    /// Makes the model one that ranks a catalogue instead of one that scores examples, whatever is added afterwards: the inputs are those of
    /// a single query without the item, repeated for every item, and <see cref="Score"/> adds what picks the best.
    /// </summary>
    internal void RankCatalogue(CategoricalFeature item, Vocabulary items)
    {
        _item = item;
        _items = items;
    }

    /// <summary>
    /// Declares the output. A model that scores examples gets "probability" or "score", [batch]. One that ranks a catalogue gets the further
    /// inputs "exclude", the keys of items that are left out, and "count", [1], the number of items wanted, and the outputs "items" and
    /// "scores", best first, equal scores in the order of ids, as many as wanted or as are left.
    /// </summary>
    /// <param name="raw">Raw scores, [rows, 1].</param>
    /// <param name="logistic">Whether a score is served as a probability.</param>
    public void Score(string raw, bool logistic)
    {
        if (!Ranks)
        {
            Output(Squeeze(logistic ? Sigmoid(raw) : raw, 1), logistic ? "probability" : "score", OnnxType.Float, "batch");
            return;
        }

        CategoricalFeature item = _item!;
        Vocabulary items = _items!;
        string exclude = Input("exclude", item.KeyKind == KeyKind.Text ? OnnxType.String : OnnxType.Int64, "excluded");
        string wanted = Input("count", OnnxType.Int64, 1L);

        // Unknown keys are written into a place behind the last item, which is cut off again.
        long count = items.Count;
        long[] ids = [.. Enumerable.Range(0, items.Count).Select(id => (long)id)];
        string excluded = item switch
        {
            { Cardinality: > 0 } => Where(Inside(exclude, count), exclude, Constant(count)),
            { KeyKind: KeyKind.Text } => LabelEncoder(exclude, items.TextKeys, ids, count),
            _ => LabelEncoder(exclude, items.IntegerKeys, ids, count),
        };
        string updates = Node("Expand", [Constant(float.NegativeInfinity), Node("Shape", [excluded])]);
        string mask = Slice(Node("ScatterElements", [Expand(Constant(0f), count + 1), excluded, updates]), 0, 0, count);
        string left = ReduceSum(Cast(Equal(mask, Constant(0f)), OnnxType.Int64), keepDimensions: true, 0);

        string best = Fresh("TopK"), places = Fresh("TopK");
        AddNode("TopK", [Add(Squeeze(raw, 1), mask), Min(wanted, left)], [best, places], [], "");
        string keys = item switch
        {
            { Cardinality: > 0 } => places,
            { KeyKind: KeyKind.Text } => Node(
                "LabelEncoder", [places],
                [OnnxAttribute.Ints("keys_int64s", ids), OnnxAttribute.Strings("values_strings", items.TextKeys), OnnxAttribute.String("default_string", "")], MachineLearningDomain),
            _ => Gather(Initializer("catalogue.keys", items.IntegerKeys, count), places),
        };
        Output(keys, "items", item.KeyKind == KeyKind.Text ? OnnxType.String : OnnxType.Int64, "listed");
        Output(logistic ? Sigmoid(best) : best, "scores", OnnxType.Float, "listed");
    }

    // The ids of the catalogue in place of those of an input.
    private string CatalogueIds(CategoricalFeature item)
    {
        string ids = Node("Range", [Constant(0L), Constant((long)_items!.Count), Constant(1L)]);
        _idSources[ids] = new IdSource(item, _items.Rows, _items.Rows);
        return ids;
    }

    // One row for every item of the catalogue.
    private string Repeat(string x, bool hasColumns) => hasColumns ? Expand(x, _items!.Count, 1) : Expand(x, _items!.Count);

    private string Expand(string x, params ReadOnlySpan<long> shape) => Node("Expand", [x, Constants(shape)]);
}
