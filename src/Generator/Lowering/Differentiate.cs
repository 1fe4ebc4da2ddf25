using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Ir;

namespace ModelGen.Generator.Lowering;

/// <summary>Reverse mode at compile time: walks the forward pass backwards and applies each operation's gradient rule.</summary>
internal static class Differentiate
{
    public static Graph Run(Graph graph)
    {
        var tape = new GradientBuilder();
        foreach (Op op in graph.Forward.Reverse())
        {
            Gradients.Rules[op.Kind](tape, op);
        }

        // Work on examples first, then the work on ids of one feature after another, as the step runs them.
        IEnumerable<Op> ordered = tape.Ops.Where(op => !OnIds(op))
            .Concat(Enumerable.Range(0, graph.Features.Count).SelectMany(f => tape.Ops.Where(op => OnIds(op) && Feature(op) == f)));
        return graph with { Backward = [.. ordered] };
    }

    private static bool OnIds(Op op) => op.Kind == OpKind.SegmentSum || op.Inputs[0].Domain == Domain.Id;

    private static int Feature(Op op) => op.Kind == OpKind.SegmentSum ? op.Result!.Feature : op.Inputs[0].Feature;
}

/// <summary>Collects backward operations and the gradient contributions of each value.</summary>
internal sealed class GradientBuilder
{
    private readonly Dictionary<Value, List<Value>> _contributions = [];

    public List<Op> Ops { get; } = [];

    /// <summary>The gradient of a value: the sum of what its readers contributed, or null when nothing reads it.</summary>
    public Value? GradientOf(Value value)
    {
        if (!_contributions.TryGetValue(value, out List<Value>? parts))
        {
            return null;
        }

        if (parts.Count > 1)
        {
            Value sum = value with { Name = $"d.{value.Name}.sum" };
            Ops.Add(new Op(OpKind.Add, sum, [.. parts], []));
            _contributions[value] = [sum];
        }

        return _contributions[value][0];
    }

    /// <summary>Passes a gradient to a value unchanged.</summary>
    public void Pass(Value value, Value gradient)
    {
        if (!_contributions.TryGetValue(value, out List<Value>? parts))
        {
            _contributions[value] = parts = [];
        }

        parts.Add(gradient);
    }

    /// <summary>Contributes a new operation's result to the gradient of a value.</summary>
    public void Contribute(Value value, OpKind kind, IReadOnlyList<Value> inputs, IReadOnlyList<Parameter> parameters, int number = 0, Quantization? quantization = null)
    {
        int part = _contributions.TryGetValue(value, out List<Value>? parts) ? parts.Count : 0;
        Value result = value with { Name = $"d{(part == 0 ? string.Empty : part.ToString(System.Globalization.CultureInfo.InvariantCulture))}.{value.Name}" };
        while (Ops.Any(op => op.Result == result))
        {
            result = result with { Name = result.Name + "'" };
        }

        Ops.Add(new Op(kind, result, inputs, parameters, number, Quantization: quantization));
        Pass(value, result);
    }

    /// <summary>Accumulates into parameters.</summary>
    public void Accumulate(IReadOnlyList<Parameter> parameters, OpKind kind, IReadOnlyList<Value> inputs, Quantization? quantization = null) =>
        Ops.Add(new Op(kind, null, inputs, parameters, Quantization: quantization));
}
