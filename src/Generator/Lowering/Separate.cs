using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Lowering;

/// <summary>One part of a separated score: the inner product of a value of the query and a value of the item, weighted by a parameter if there is one.</summary>
public sealed record SeparatedProduct(Value Query, Parameter? Weight, Value Item);

/// <summary>
/// A served score as one inner product of a query, which does not depend on the item, and a vector of the item alone. QueryOps and
/// ItemOps compute what is read below; the terms are of width 1 and are added to the products, as the parameters Constants are.
/// </summary>
public sealed record Separation(
    IReadOnlyList<Op> QueryOps, IReadOnlyList<Op> ItemOps, IReadOnlyList<SeparatedProduct> Products,
    IReadOnlyList<Value> QueryTerms, IReadOnlyList<Parameter> Constants, IReadOnlyList<Value> ItemTerms)
{
    /// <summary>Floats of the products.</summary>
    public int ProductWidth => Products.Sum(p => p.Query.Width);

    /// <summary>Whether the query has a float for its own terms, where the item has a one.</summary>
    public bool HasQueryTerm => QueryTerms.Count + Constants.Count > 0;

    /// <summary>Whether the item has a float for its own terms, where the query has a one.</summary>
    public bool HasItemTerm => ItemTerms.Count > 0;

    /// <summary>Floats of a query and of an item's vector.</summary>
    public int Width => ProductWidth + (HasQueryTerm ? 1 : 0) + (HasItemTerm ? 1 : 0);
}

/// <summary>
/// Separates the served score of a model of a user and an item into a query and an item vector where its form allows: products of the
/// two sides, sums of them, and terms of one side. A score that mixes the sides in a layer with an activation cannot be separated.
/// </summary>
public static class Separate
{
    /// <summary>The separation, or null when the model has no item or its score has another form.</summary>
    public static Separation? Run(Graph graph, ModelSpec model)
    {
        int item = -1;
        for (int f = 0; f < model.Categoricals.Count; f++)
        {
            item = model.Categoricals[f].Role == RoleKind.Item ? f : item;
        }

        return item < 0 ? null : new Walk(graph, item).Separation();
    }

    private enum Side
    {
        Query,
        Item,
        Both,
    }

    // A value of both sides: element-wise products, not summed yet (width above 1), or the terms of a score.
    private sealed class Mixed
    {
        public List<SeparatedProduct> Products { get; } = [];

        public List<Value> QueryTerms { get; } = [];

        public List<Parameter> Constants { get; } = [];

        public List<Value> ItemTerms { get; } = [];

        public bool IsSummed { get; set; }
    }

    private sealed class Walk(Graph graph, int item)
    {
        private readonly Dictionary<Value, Side> _sides = [];
        private readonly Dictionary<Value, Mixed> _mixed = [];
        private readonly Dictionary<Value, Op> _producers = graph.Served.ToDictionary(op => op.Result!);
        private readonly List<Op> _queryOps = [];
        private readonly List<Op> _itemOps = [];

        public Separation? Separation()
        {
            foreach (Op op in graph.Served)
            {
                Side side = SideOf(op);
                _sides[op.Result!] = side;
                if (side == Side.Query)
                {
                    _queryOps.Add(op);
                }
                else if (side == Side.Item)
                {
                    _itemOps.Add(op);
                }
                else if (Meet(op) is { } mixed)
                {
                    _mixed[op.Result!] = mixed;
                }
            }

            Value score = graph.Served[graph.Served.Count - 1].Result!;
            return !_mixed.TryGetValue(score, out Mixed? sum) || !sum.IsSummed
                ? null
                : new Separation(
                    Needed(_queryOps, sum.Products.Select(p => p.Query).Concat(sum.QueryTerms)), Needed(_itemOps, sum.Products.Select(p => p.Item).Concat(sum.ItemTerms)),
                    sum.Products, sum.QueryTerms, sum.Constants, sum.ItemTerms);
        }

        private Side SideOf(Op op)
        {
            if (op.Result!.Domain == Domain.Id)
            {
                return op.Result.Feature == item ? Side.Item : Side.Query;
            }

            Side[] sides = [.. op.Inputs.Select(v => _sides[v]).Distinct()];
            return sides.Length == 0 ? Side.Query : sides.Length == 1 ? sides[0] : Side.Both;
        }

        private Mixed? Meet(Op op) => op.Kind switch
        {
            OpKind.Multiply => Product(op),
            OpKind.Linear => Weigh(op),
            OpKind.Fm => Pairs(op),
            OpKind.Pairs when op.Number == 2 => Pairs(op),
            OpKind.Add => Sum(op),
            OpKind.Offset => Shift(op),
            _ => null,
        };

        private Mixed? Product(Op op)
        {
            (Value left, Value right) = (op.Inputs[0], op.Inputs[1]);
            if (_sides[left] == Side.Both || _sides[right] == Side.Both)
            {
                return null;
            }

            (Value query, Value vector) = _sides[left] == Side.Query ? (left, right) : (right, left);
            var mixed = new Mixed { IsSummed = op.Result!.Width == 1 };
            mixed.Products.Add(new SeparatedProduct(query, null, vector));
            return mixed;
        }

        // A layer of one output without an activation sums up weighted products.
        private Mixed? Weigh(Op op)
        {
            if (op.Relu || op.Parameters[0].Columns != 1 || !_mixed.TryGetValue(op.Inputs[0], out Mixed? products) || products.IsSummed)
            {
                return null;
            }

            var mixed = new Mixed { IsSummed = true };
            mixed.Products.AddRange(products.Products.Select(p => p with { Weight = op.Parameters[0] }));
            mixed.Constants.AddRange(op.Parameters.Skip(1));
            return mixed;
        }

        // The inner products of all pairs: the sums of either side with each other, and the pairs within a side.
        private Mixed? Pairs(Op op)
        {
            if (_producers[op.Inputs[0]] is not { Kind: OpKind.Concat } stack || stack.Inputs.Count != op.Number || stack.Inputs.Any(v => _sides[v] == Side.Both))
            {
                return null;
            }

            Value[] query = [.. stack.Inputs.Where(v => _sides[v] == Side.Query)], vectors = [.. stack.Inputs.Where(v => _sides[v] == Side.Item)];
            var mixed = new Mixed { IsSummed = true };
            mixed.Products.Add(new SeparatedProduct(Total(_queryOps, op, "query", query), null, Total(_itemOps, op, "item", vectors)));
            Within(_queryOps, op, "query", query, mixed.QueryTerms);
            Within(_itemOps, op, "item", vectors, mixed.ItemTerms);
            return mixed;
        }

        private Mixed? Sum(Op op)
        {
            var mixed = new Mixed { IsSummed = true };
            foreach (Value term in op.Inputs)
            {
                switch (_sides[term])
                {
                    case Side.Query when term.Width == 1:
                        mixed.QueryTerms.Add(term);
                        break;
                    case Side.Item when term.Width == 1:
                        mixed.ItemTerms.Add(term);
                        break;
                    case Side.Both when _mixed.TryGetValue(term, out Mixed? part) && part.IsSummed:
                        Append(mixed, part);
                        break;
                    default:
                        return null;
                }
            }

            return mixed;
        }

        private Mixed? Shift(Op op)
        {
            if (!_mixed.TryGetValue(op.Inputs[0], out Mixed? part) || !part.IsSummed)
            {
                return null;
            }

            var mixed = new Mixed { IsSummed = true };
            Append(mixed, part);
            mixed.Constants.Add(op.Parameters[0]);
            return mixed;
        }

        private static void Append(Mixed mixed, Mixed part)
        {
            mixed.Products.AddRange(part.Products);
            mixed.QueryTerms.AddRange(part.QueryTerms);
            mixed.Constants.AddRange(part.Constants);
            mixed.ItemTerms.AddRange(part.ItemTerms);
        }

        private static Value Total(List<Op> ops, Op op, string side, Value[] vectors) =>
            vectors.Length == 1 ? vectors[0] : Emit(ops, OpKind.Add, $"{op.Result!.Name}.{side}.sum", vectors[0].Width, vectors);

        private static void Within(List<Op> ops, Op op, string side, Value[] vectors, List<Value> terms)
        {
            if (vectors.Length > 1)
            {
                Value stack = Emit(ops, OpKind.Concat, $"{op.Result!.Name}.{side}.stack", vectors.Sum(v => v.Width), vectors);
                terms.Add(Emit(ops, OpKind.Fm, $"{op.Result.Name}.{side}", 1, [stack], vectors.Length));
            }
        }

        private static Value Emit(List<Op> ops, OpKind kind, string name, int width, Value[] inputs, int number = 0)
        {
            var result = new Value(name, Domain.Example, -1, width);
            ops.Add(new Op(kind, result, inputs, [], number));
            return result;
        }

        // The operations behind some values, in their order.
        private static List<Op> Needed(List<Op> ops, IEnumerable<Value> values)
        {
            var needed = new HashSet<Value>(values);
            var kept = new List<Op>();
            foreach (Op op in Enumerable.Reverse(ops))
            {
                if (needed.Contains(op.Result!))
                {
                    needed.UnionWith(op.Inputs);
                    kept.Insert(0, op);
                }
            }

            return kept;
        }
    }
}
