using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Ir;

namespace ModelGen.Generator.Lowering;

/// <summary>
/// Folds a ReLU into the product before it, the gradient of a ReLU into the product before that,
/// and removes gradients that nothing reads (of the numeric inputs).
/// </summary>
internal static class Fuse
{
    public static Graph Run(Graph graph)
    {
        IReadOnlyList<Op> forward = FoldRelu(graph.Forward, graph.Backward);
        return graph with { Forward = forward, Backward = RemoveUnread(FoldMask(graph.Backward)), Served = FoldRelu(graph.Served, []) };
    }

    private static List<Op> FoldRelu(IReadOnlyList<Op> ops, IReadOnlyList<Op> alsoReads)
    {
        var result = new List<Op>();
        foreach (Op op in ops)
        {
            int producer = op.Kind == OpKind.Relu ? result.FindIndex(o => o.Kind == OpKind.Linear && o.Result == op.Inputs[0] && o.Result!.Width > 1) : -1;
            if (producer >= 0 && Readers(op.Inputs[0], ops.Concat(alsoReads)) == 1)
            {
                result[producer] = result[producer] with { Result = op.Result, Relu = true };
            }
            else
            {
                result.Add(op);
            }
        }

        return result;
    }

    private static List<Op> FoldMask(IReadOnlyList<Op> ops)
    {
        var result = new List<Op>();
        foreach (Op op in ops)
        {
            int producer = op.Kind == OpKind.ReluGradient ? result.FindIndex(o => o.Kind == OpKind.LinearInput && o.Result == op.Inputs[0]) : -1;
            if (producer >= 0 && Readers(op.Inputs[0], ops) == 1)
            {
                result[producer] = result[producer] with { Result = op.Result, Mask = op.Inputs[1] };
            }
            else
            {
                result.Add(op);
            }
        }

        return result;
    }

    private static List<Op> RemoveUnread(List<Op> ops)
    {
        while (ops.RemoveAll(op => op.Result is { } value && Readers(value, ops) == 0) > 0)
        {
        }

        return ops;
    }

    private static int Readers(Value value, IEnumerable<Op> ops) => ops.Count(op => op.AllInputs.Contains(value));
}
