using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Emit.CSharp;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Inference;

/// <summary>
/// Writes operations of the served graph for a block of examples. Every value of an example has a place of its own among Stride floats, the
/// same in every list of operations; layers run over all examples of the block, everything else example by example between them.
/// </summary>
internal sealed class PredictorProgram
{
    private readonly ModelSpec _model;
    private readonly IReadOnlyList<Op> _ops;
    private readonly Dictionary<Value, int> _offsets = [];
    private readonly HashSet<(Op Concat, int Input)> _inPlace = [];

    public PredictorProgram(ModelSpec model, IReadOnlyList<Op> ops)
    {
        _model = model;
        _ops = ops;
        Floats = Place();
    }

    /// <summary>Floats of one example.</summary>
    public int Floats { get; }

    /// <summary>Where a value begins among the floats of an example.</summary>
    public int Offset(Value value) => _offsets[value];

    /// <summary>Name of the field of a parameter.</summary>
    public static string Field(Parameter parameter) => "_" + TileEmitter.Identifier(parameter.Name);

    /// <summary>
    /// Writes the statements. In reach are the block's first float "block", "rows", and "numerics", "ids" and "offsets" of all examples.
    /// </summary>
    /// <param name="w">The target.</param>
    /// <param name="id">The one id of every example, for a side of a separated score; null to read the ids.</param>
    /// <param name="finish">Statements at the end of every example r, whose floats are "scratch".</param>
    public void Write(SourceWriter w, string? id, IReadOnlyList<string> finish)
    {
        List<(List<Op> Examples, List<Op> Layers)> phases = Phases();
        for (int p = 0; p < phases.Count; p++)
        {
            List<string> statements = [.. phases[p].Examples.SelectMany(op => new[] { $"// {Printer.Line(op)}", Statement(op, id) }), .. p == phases.Count - 1 ? finish : []];
            if (statements.Count > 0)
            {
                using (w.Block("for (int r = 0; r < rows; r++)"))
                {
                    w.Line("Span<float> scratch = MemoryMarshal.CreateSpan(ref Unsafe.Add(ref block, r * Stride), Stride);");
                    if (id is null && phases[p].Examples.Any(op => op.Kind == OpKind.Lookup))
                    {
                        w.Line($"ReadOnlySpan<int> at = offsets.Slice(r * {_model.Categoricals.Count}, {_model.Categoricals.Count + 1});");
                    }

                    if (phases[p].Examples.Any(op => op.Kind == OpKind.Numerics))
                    {
                        w.Line($"ReadOnlySpan<float> values = numerics.Slice(r * {_model.Numerics.Count}, {_model.Numerics.Count});");
                    }

                    foreach (string statement in statements.Where(s => s.Length > 0))
                    {
                        w.Lines(statement);
                    }
                }
            }

            foreach (Op op in phases[p].Layers)
            {
                w.Line($"// {Printer.Line(op)}");
                w.Line($"{Field(op.Parameters[0])}.Run(ref Unsafe.Add(ref block, {_offsets[op.Inputs[0]]}), ref Unsafe.Add(ref block, {_offsets[op.Result!]}), rows, {(op.Relu ? "true" : "false")});");
            }
        }
    }

    // Every list of layers behind the operations that it needs, and those as early as they can be.
    private List<(List<Op> Examples, List<Op> Layers)> Phases()
    {
        var phases = new List<(List<Op> Examples, List<Op> Layers)>();
        var ready = new Dictionary<Value, int>();
        foreach (Op op in _ops.Where(op => op.Result!.Domain == Domain.Example))
        {
            int phase = op.Inputs.Select(v => ready.TryGetValue(v, out int r) ? r : 0).DefaultIfEmpty(0).Max();
            bool layer = PredictorTiles.IsLayer(op);
            bool behindLayers = !layer && op.Inputs.Any(v => ready.TryGetValue(v, out int r) && r == phase && phases[phase].Layers.Any(l => l.Result == v));
            phase += behindLayers ? 1 : 0;
            while (phases.Count <= phase)
            {
                phases.Add(([], []));
            }

            (layer ? phases[phase].Layers : phases[phase].Examples).Add(op);
            ready[op.Result!] = phase;
        }

        if (phases.Count == 0 || phases[phases.Count - 1].Layers.Count > 0)
        {
            phases.Add(([], []));
        }

        return phases;
    }

    // Parts of a concatenation and the vectors of single ids are made where they are read. A layer writes whole vectors of 16 floats.
    private int Place()
    {
        var within = new Dictionary<Value, (Value Whole, int At)>();
        foreach (Op op in _ops)
        {
            int at = 0;
            for (int i = 0; op.Kind == OpKind.Concat && i < op.Inputs.Count; at += op.Inputs[i++].Width)
            {
                Value part = op.Inputs[i];
                Op? producer = _ops.FirstOrDefault(o => o.Result == part);
                if (producer is not null && producer.Kind != OpKind.Concat && !within.ContainsKey(part) && (!PredictorTiles.IsLayer(producer) || part.Width % 16 == 0))
                {
                    within[part] = (op.Result!, at);
                    _inPlace.Add((op, i));
                }
            }

            if (op.Kind == OpKind.Lookup && !IsBag(op) && _ops.FirstOrDefault(o => o.Result == op.Inputs[0]) is { } vector && !PredictorTiles.IsLayer(vector) && !within.ContainsKey(op.Inputs[0]))
            {
                within[op.Inputs[0]] = (op.Result!, 0);
            }
        }

        int floats = 0;
        foreach (Op op in _ops.Where(op => !within.ContainsKey(op.Result!)))
        {
            _offsets[op.Result!] = floats;
            floats += MemoryPlan.Up(op.Result!.Width, 16);
        }

        foreach (Op op in Enumerable.Reverse(_ops).Where(op => within.ContainsKey(op.Result!)))
        {
            Resolve(op.Result!);
        }

        return floats;

        int Resolve(Value value) => _offsets.TryGetValue(value, out int offset) ? offset : _offsets[value] = Resolve(within[value].Whole) + within[value].At;
    }

    private bool IsBag(Op lookup) => _model.Categoricals[lookup.Inputs[0].Feature].Bag != BagForm.None;

    private string Statement(Op op, string? id)
    {
        string y = Span(op.Result!), first = op.Inputs.Count > 0 ? Span(op.Inputs[0]) : "";
        string Each(string value) => $"for (int i = 0; i < {op.Result!.Width}; i++) scratch[{_offsets[op.Result]} + i] = {value};";
        return op.Kind switch
        {
            OpKind.Lookup => Lookup(op, id),
            OpKind.Numerics => string.Join("\n", _model.Numerics.Select((n, i) => $"scratch[{_offsets[op.Result!] + i}] = {Transform(n, i)};")),
            OpKind.Constant => $"{Field(op.Parameters[0])}.AsSpan(0, {op.Result!.Width}).CopyTo({y});",
            OpKind.Linear => $"scratch[{_offsets[op.Result!]}] = {Inner(op)};",
            OpKind.Relu => Each($"Math.Max(0, scratch[{_offsets[op.Inputs[0]]} + i])"),
            OpKind.Concat => Concat(op),
            OpKind.Pairs or OpKind.Fm => $"{PredictorKernels.Interaction(op)}({first}, {y});",
            OpKind.Slice => $"{first}.Slice({op.Number}, {op.Result!.Width}).CopyTo({y});",
            OpKind.Multiply => Product(op),
            OpKind.Add => Sum(op),
            OpKind.Offset => Each($"scratch[{_offsets[op.Inputs[0]]} + i] + {Field(op.Parameters[0])}[i]"),
            _ => throw new LoweringException($"operation {op.Kind} has no inference form"),
        };
    }

    private string Inner(Op op)
    {
        string value = $"Dot({Span(op.Inputs[0])}, {Field(op.Parameters[0])}){(op.Parameters.Count > 1 ? $" + {Field(op.Parameters[1])}[0]" : "")}";
        return op.Relu ? $"Math.Max(0, {value})" : value;
    }

    private string Concat(Op op)
    {
        int at = _offsets[op.Result!];
        var lines = new List<string>();
        for (int i = 0; i < op.Inputs.Count; at += op.Inputs[i++].Width)
        {
            if (!_inPlace.Contains((op, i)))
            {
                lines.Add($"{Span(op.Inputs[i])}.CopyTo(scratch.Slice({at}, {op.Inputs[i].Width}));");
            }
        }

        return string.Join("\n", lines);
    }

    // Vectors of the ids of one feature, pooled.
    private string Lookup(Op op, string? given)
    {
        Value vector = op.Inputs[0];
        int f = vector.Feature;
        string y = Span(op.Result!);
        string Made(string indent, string last) => string.Join("\n", Vector(_ops.First(o => o.Result == vector)).Append(last).Where(l => l.Length > 0).Select(line => indent + line));
        if (!IsBag(op))
        {
            return $$"""
                {
                    int id = {{given ?? $"at[{f}] < at[{f + 1}] ? ids[at[{f}]] : -1"}};
                    if (id < 0)
                    {
                        {{y}}.Clear();
                    }
                    else
                    {
                {{Made("        ", _offsets[vector] == _offsets[op.Result!] ? "" : $"{Span(vector)}.CopyTo({y});")}}
                    }
                }
                """;
        }

        string mean = op.Number == 2 ? $"\nif (at[{f + 1}] - at[{f}] > 1) Scale({y}, 1f / (at[{f + 1}] - at[{f}]));" : "";
        return $$"""
            {{y}}.Clear();
            for (int p = at[{{f}}]; p < at[{{f + 1}}]; p++)
            {
                int id = ids[p];
                if (id >= 0)
                {
            {{Made("        ", $"AddTo({Span(vector)}, {y});")}}
                }
            }
            """ + mean;
    }

    private IEnumerable<string> Vector(Op op)
    {
        foreach (Value input in op.Inputs)
        {
            foreach (string line in Vector(_ops.First(o => o.Result == input)))
            {
                yield return line;
            }
        }

        yield return op.Kind switch
        {
            OpKind.Gather => $"{Field(op.Parameters[0])}.Read({Row(op.Parameters[0])}, {Span(op.Result!)});",
            OpKind.Decode => $"{Field(op.Parameters[0])}.Read(id, {Field(op.Parameters[1])}, {op.Parameters[1].Columns}, {Span(op.Result!)});",
            OpKind.Project when PredictorTiles.IsLayer(op) => $"{Field(op.Parameters[0])}.Run(ref scratch[{_offsets[op.Inputs[0]]}], ref scratch[{_offsets[op.Result!]}], 1, false);",
            OpKind.Project => $"scratch[{_offsets[op.Result!]}] = {Inner(op)};",
            OpKind.Multiply => Product(op),
            OpKind.Add => Sum(op),
            _ => throw new LoweringException($"operation {op.Kind} has no inference form on ids"),
        };
    }

    private static string Row(Parameter table) => table.Index switch
    {
        RowIndexKind.Quotient => $"id / {table.Modulus}",
        RowIndexKind.Remainder => $"id % {table.Modulus}",
        _ => "id",
    };

    private string Sum(Op op) =>
        $"for (int i = 0; i < {op.Result!.Width}; i++) scratch[{_offsets[op.Result]} + i] = {string.Join(" + ", op.Inputs.Select(v => $"scratch[{_offsets[v]} + i]"))};";

    private string Product(Op op) =>
        $"for (int i = 0; i < {op.Result!.Width}; i++) scratch[{_offsets[op.Result]} + i] = scratch[{_offsets[op.Inputs[0]]} + i] * scratch[{_offsets[op.Inputs[1]]} + i];";

    private static string Transform(NumericSpec n, int i) => n.Transform switch
    {
        TransformKind.Log1p => $"MathF.Log(1 + MathF.Max(values[{i}], 0))",
        TransformKind.Standardize => $"(values[{i}] - _scaling[{2 * i}]) * _scaling[{(2 * i) + 1}]",
        _ => $"values[{i}]",
    };

    private string Span(Value value) => $"scratch.Slice({_offsets[value]}, {value.Width})";
}
