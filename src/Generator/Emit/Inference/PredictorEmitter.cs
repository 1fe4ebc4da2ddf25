using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ModelGen.Generator.Emit.CSharp;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Inference;

/// <summary>
/// Writes the text of the stand-alone predictor: one class over the collapsed weights that references the framework only.
/// The same text is compiled into the application and, at export, into the inference assembly.
/// </summary>
internal sealed class PredictorEmitter
{
    // Above this many floats of intermediate values the predictor keeps them on the heap instead of the stack.
    private const int StackFloats = 32768;

    private readonly ModelSpec _model;
    private readonly Graph _graph;
    private readonly SourceWriter _w = new();
    private readonly Dictionary<Value, int> _offsets = [];
    private readonly Separation? _separation;
    private readonly PredictorRanking? _ranking;

    private PredictorEmitter(ModelSpec model, Graph graph)
    {
        _model = model;
        _graph = graph;
        _separation = Separate.Run(graph, model);
        int item = model.Categoricals.Select((c, f) => c.Role == RoleKind.Item ? f : -1).Max();
        _ranking = item < 0 ? null : new PredictorRanking(model, item, _separation, _w);
    }

    /// <summary>The class, without usings and namespace, under the given access modifier.</summary>
    public static string Emit(ModelSpec model, Graph graph, string modifier) => new PredictorEmitter(model, graph).Write(modifier);

    private string Write(string modifier)
    {
        _w.Line($"/// <summary>Scores {_model.Name} from its collapsed weights. Thread-safe; a call allocates nothing.</summary>");
        using (_w.Block($"{modifier} sealed class {_model.Name}Predictor"))
        {
            WriteFields();
            WriteConstructor();
            _w.Line();
            WriteLoad();
            new PredictorInputs(_model, _w).Write();
            WriteScore();
            WriteSeparation();
            _ranking?.Write();
            foreach (Op op in _graph.Served.Concat(_separation?.QueryOps ?? []).Concat(_separation?.ItemOps ?? []))
            {
                PredictorKernels.Write(_w, op, _kernels);
            }

            PredictorSupport.Write(_w, _model, _graph.ServedParameters.Any(p => p.Codes is not null));
        }

        return _w.ToString();
    }

    private readonly HashSet<string> _kernels = [];

    private void WriteFields()
    {
        foreach (Parameter p in _graph.ServedParameters)
        {
            _w.Line($"private readonly {(p.Codes is not null ? "Codes" : p.IsTable ? "Table" : "float[]")} {Field(p)};");
        }

        foreach (CategoricalSpec c in _model.Categoricals.Where(c => c.Cardinality == 0))
        {
            _w.Line(c.Key is KeyType.Text or KeyType.Enum
                ? $"private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _{c.Property}Ids;"
                : $"private readonly Dictionary<long, int> _{c.Property}Ids;");
            _w.Line($"private readonly int _{c.Property}Count;");
        }

        _ranking?.WriteField();

        if (_model.Numerics.Any(n => n.Transform == TransformKind.Standardize))
        {
            _w.Line("private readonly float[] _scaling;");
        }

        _w.Line();
    }

    private void WriteConstructor()
    {
        _w.Line("/// <summary>Reads the collapsed weights, a safetensors stream.</summary>");
        _w.Line("/// <exception cref=\"InvalidDataException\">The stream is damaged or holds something else.</exception>");
        using IDisposable block = _w.Block($"public {_model.Name}Predictor(Stream weights)");
        _w.Line("var file = new Tensors(weights);");
        foreach (Parameter p in _graph.ServedParameters.Where(p => p.Codes is null))
        {
            _w.Line(p.IsTable
                ? $"{Field(p)} = new Table(file, \"{p.Name}\", {p.Columns});"
                : $"{Field(p)} = file.Dense(\"{p.Name}\", {p.Rows}, {p.Columns}, {PredictorKernels.Stride(p.Columns)});");
        }

        foreach (CategoricalSpec c in _model.Categoricals.Where(c => c.Cardinality == 0))
        {
            string kind = c.Key is KeyType.Text or KeyType.Enum ? "Text" : "Integers";
            _w.Line($"Dictionary<{(kind == "Text" ? "string" : "long")}, int> ids{c.Property} = file.{kind}(\"{c.Property}\");");
            _w.Line($"_{c.Property}Count = ids{c.Property}.Count;");
            _w.Line($"_{c.Property}Ids = ids{c.Property}{(kind == "Text" ? ".GetAlternateLookup<ReadOnlySpan<char>>()" : "")};");
        }

        _ranking?.WriteAssignment();
        foreach (Parameter p in _graph.ServedParameters.Where(p => p.Codes is not null))
        {
            _w.Line($"{Field(p)} = new Codes(file, \"{p.Name}\", {(p.Codes!.Shared ? "true" : "false")}, {Tiers(_model.Categoricals[p.Feature], p.Codes!)});");
        }

        if (_model.Numerics.Any(n => n.Transform == TransformKind.Standardize))
        {
            _w.Line($"_scaling = file.Floats(\"numeric.scaling\", {2 * _model.Numerics.Count});");
        }
    }

    // Where each tier of codes ends, and its bits; the rows for unknown values are in the last.
    private static string Tiers(CategoricalSpec c, Quantization q)
    {
        string count = c.Cardinality > 0 ? c.Cardinality.ToString(CultureInfo.InvariantCulture) : $"_{c.Property}Count";
        int extra = c.OutOfVocabulary switch { OutOfVocabularyKind.SharedRow => 1, OutOfVocabularyKind.HashedBucket => c.Buckets, _ => 0 };
        return string.Join(", ", q.Choices.Select((_, t) =>
            $"({(t < q.Choices.Count - 1 ? $"(int)({q.End(t).ToString(CultureInfo.InvariantCulture)}m * {count})" : $"{count} + {extra}")}, {q.Bits(t)}, {q.First(t)}, {q.Parts / q.Repeat(t)})"));
    }

    private void WriteLoad() => _w.Lines($$"""
        /// <summary>The predictor over the weights embedded in this assembly.</summary>
        public static {{_model.Name}}Predictor Load()
        {
            using Stream weights = typeof({{_model.Name}}Predictor).Assembly.GetManifestResourceStream("weights")
                ?? throw new InvalidDataException("This assembly holds no resource named 'weights'.");
            return new {{_model.Name}}Predictor(weights);
        }

        """);

    private void WriteScore()
    {
        _w.Lines("""
            /// <summary>
            /// Score of one example given as raw numeric values and ids: feature f owns ids[offsets[f] .. offsets[f + 1]), -1 is the zero vector.
            /// </summary>
            public float PredictIds(ReadOnlySpan<float> numerics, ReadOnlySpan<int> ids, ReadOnlySpan<int> offsets) => SCORE;

            /// <summary>The same before it becomes a probability: the raw output of the last layer.</summary>
            public float ScoreIds(ReadOnlySpan<float> numerics, ReadOnlySpan<int> ids, ReadOnlySpan<int> offsets)
            """.Replace("SCORE", _model.Loss == LossKind.BinaryCrossEntropy
                ? "(float)(1 / (1 + Math.Exp(-(double)ScoreIds(numerics, ids, offsets))))"
                : "ScoreIds(numerics, ids, offsets)"));
        using IDisposable block = _w.Braces();
        WriteOps(_graph.Served);
        Value score = _graph.Served[_graph.Served.Count - 1].Result!;
        _w.Line($"return scratch[{_offsets[score]}];");
    }

    // The scratch of some operations, every value at an address of its own, and their statements.
    private void WriteOps(IReadOnlyList<Op> ops)
    {
        int floats = 0;
        _offsets.Clear();
        foreach (Op op in ops)
        {
            _offsets[op.Result!] = floats;
            floats += MemoryPlan.Up(op.Result!.Width, 16);
        }

        _w.Line($"Span<float> scratch = {(floats > StackFloats ? "new" : "stackalloc")} float[{floats}];");
        foreach (Op op in ops.Where(op => op.Result!.Domain == Domain.Example))
        {
            _w.Line($"// {Printer.Line(op)}");
            _w.Lines(Statement(op));
        }
    }

    // The two sides of a score that is an inner product of a query and an item's vector.
    private void WriteSeparation()
    {
        if (_separation is not { } s)
        {
            return;
        }

        int item = s.ItemOps.First(op => op.Result!.Domain == Domain.Id).Result!.Feature, features = _model.Categoricals.Count;
        _w.Line();
        _w.Line("/// <summary>Floats of a query and of an item's vector, whose inner product is the raw score.</summary>");
        _w.Line($"public const int VectorWidth = {s.Width};");
        _w.Line();
        _w.Line("/// <summary>Writes the query of an example given as for PredictIds, whose item does not matter: its side of the raw score.</summary>");
        using (_w.Block("public void Query(ReadOnlySpan<float> numerics, ReadOnlySpan<int> ids, ReadOnlySpan<int> offsets, Span<float> query)"))
        {
            WriteOps(s.QueryOps);
            WriteSide(s, "query", p => p.Query, p => p.Weight is { } weight ? $" * {Field(weight)}[i]" : "");
            if (s.HasQueryTerm)
            {
                _w.Line($"query[{s.ProductWidth}] = {string.Join(" + ", s.QueryTerms.Select(t => $"scratch[{_offsets[t]}]").Concat(s.Constants.Select(p => $"{Field(p)}[0]")))};");
            }

            if (s.HasItemTerm)
            {
                _w.Line($"query[{s.Width - 1}] = 1;");
            }
        }

        _w.Line();
        _w.Line("/// <summary>Writes the vector of an item: its side of the raw score.</summary>");
        using (_w.Block("public void ItemVector(int item, Span<float> vector)"))
        {
            _w.Line("ReadOnlySpan<int> ids = new(in item);");
            _w.Line($"ReadOnlySpan<int> offsets = [{string.Join(", ", Enumerable.Range(0, features + 1).Select(f => f > item ? 1 : 0))}];");
            WriteOps(s.ItemOps);
            WriteSide(s, "vector", p => p.Item, _ => "");
            if (s.HasQueryTerm)
            {
                _w.Line($"vector[{s.ProductWidth}] = 1;");
            }

            if (s.HasItemTerm)
            {
                _w.Line($"vector[{s.Width - 1}] = {string.Join(" + ", s.ItemTerms.Select(t => $"scratch[{_offsets[t]}]"))};");
            }
        }
    }

    private void WriteSide(Separation s, string target, Func<SeparatedProduct, Value> side, Func<SeparatedProduct, string> factor)
    {
        int at = 0;
        foreach (SeparatedProduct product in s.Products)
        {
            Value value = side(product);
            _w.Line($"for (int i = 0; i < {value.Width}; i++) {target}[{at} + i] = scratch[{_offsets[value]} + i]{factor(product)};");
            at += value.Width;
        }
    }

    private string Statement(Op op)
    {
        string y = Span(op.Result!);
        string[] x = [.. op.Inputs.Where(v => v.Domain == Domain.Example).Select(Span)];
        return op.Kind switch
        {
            OpKind.Lookup => Lookup(op),
            OpKind.Numerics => string.Join("\n", _model.Numerics.Select((n, i) => $"scratch[{_offsets[op.Result!] + i}] = {Transform(n, i)};")),
            OpKind.Constant => $"{Field(op.Parameters[0])}.AsSpan(0, {op.Result!.Width}).CopyTo({y});",
            OpKind.Linear => $"{PredictorKernels.Linear(op)}({x[0]}, {Field(op.Parameters[0])}{(op.Parameters.Count > 1 ? $", {Field(op.Parameters[1])}" : "")}, {y});",
            OpKind.Relu => $"for (int i = 0; i < {op.Result!.Width}; i++) scratch[{_offsets[op.Result]} + i] = Math.Max(0, scratch[{_offsets[op.Inputs[0]]} + i]);",
            OpKind.Concat => Concat(op),
            OpKind.Pairs or OpKind.Fm => $"{PredictorKernels.Interaction(op)}({x[0]}, {y});",
            OpKind.Slice => $"{x[0]}.Slice({op.Number}, {op.Result!.Width}).CopyTo({y});",
            OpKind.Multiply => Product(op),
            OpKind.Add => Sum(op),
            OpKind.Offset => $"for (int i = 0; i < {op.Result!.Width}; i++) scratch[{_offsets[op.Result]} + i] = scratch[{_offsets[op.Inputs[0]]} + i] + {Field(op.Parameters[0])}[i];",
            _ => throw new LoweringException($"operation {op.Kind} has no inference form"),
        };
    }

    private string Concat(Op op)
    {
        int at = _offsets[op.Result!];
        var lines = new List<string>();
        foreach (Value part in op.Inputs)
        {
            lines.Add($"{Span(part)}.CopyTo(scratch.Slice({at}, {part.Width}));");
            at += part.Width;
        }

        return string.Join("\n", lines);
    }

    // Vectors of the ids of one feature, pooled.
    private string Lookup(Op op)
    {
        Value vector = op.Inputs[0];
        Op producer = _graph.Served.First(o => o.Result == vector);
        (int f, int width) = (vector.Feature, vector.Width);
        string mean = op.Number == 2 ? $"\nif (offsets[{f + 1}] - offsets[{f}] > 1) Scale({Span(op.Result!)}, 1f / (offsets[{f + 1}] - offsets[{f}]));" : "";
        return $$"""
            for (int p = offsets[{{f}}]; p < offsets[{{f + 1}}]; p++)
            {
                int id = ids[p];
                if (id >= 0)
                {
            {{string.Join("\n", Vector(producer).Append($"AddTo({Span(vector)}, {Span(op.Result!)});").Select(line => "        " + line))}}
                }
            }
            """ + mean;
    }

    private IEnumerable<string> Vector(Op op)
    {
        foreach (Value input in op.Inputs)
        {
            foreach (string line in Vector(_graph.Served.First(o => o.Result == input)))
            {
                yield return line;
            }
        }

        switch (op.Kind)
        {
            case OpKind.Gather:
                string row = op.Parameters[0].Index switch
                {
                    RowIndexKind.Quotient => $"id / {op.Parameters[0].Modulus}",
                    RowIndexKind.Remainder => $"id % {op.Parameters[0].Modulus}",
                    _ => "id",
                };
                yield return $"{Field(op.Parameters[0])}.Read({row}, {Span(op.Result!)});";
                break;
            case OpKind.Decode:
                yield return $"{Field(op.Parameters[0])}.Read(id, {Field(op.Parameters[1])}, {PredictorKernels.Stride(op.Parameters[1].Columns)}, {Span(op.Result!)});";
                break;
            case OpKind.Project:
                yield return $"{PredictorKernels.Linear(op)}({Span(op.Inputs[0])}, {Field(op.Parameters[0])}, {Span(op.Result!)});";
                break;
            case OpKind.Multiply:
                yield return Product(op);
                break;
            case OpKind.Add:
                yield return Sum(op);
                break;
            default:
                throw new LoweringException($"operation {op.Kind} has no inference form on ids");
        }
    }

    private string Sum(Op op) =>
        $"for (int i = 0; i < {op.Result!.Width}; i++) scratch[{_offsets[op.Result]} + i] = {string.Join(" + ", op.Inputs.Select(v => $"scratch[{_offsets[v]} + i]"))};";

    private string Product(Op op) =>
        $"for (int i = 0; i < {op.Result!.Width}; i++) scratch[{_offsets[op.Result]} + i] = scratch[{_offsets[op.Inputs[0]]} + i] * scratch[{_offsets[op.Inputs[1]]} + i];";

    private static string Transform(NumericSpec n, int i) => n.Transform switch
    {
        TransformKind.Log1p => $"MathF.Log(1 + MathF.Max(numerics[{i}], 0))",
        TransformKind.Standardize => $"(numerics[{i}] - _scaling[{2 * i}]) * _scaling[{(2 * i) + 1}]",
        _ => $"numerics[{i}]",
    };

    private string Span(Value value) => $"scratch.Slice({_offsets[value]}, {value.Width})";

    private static string Field(Parameter parameter) => "_" + TileEmitter.Identifier(parameter.Name);
}
