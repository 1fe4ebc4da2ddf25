using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Inference;

/// <summary>
/// Writes the text of the stand-alone predictor: one class over the collapsed weights that references the framework only.
/// The same text is compiled into the application and, at export, into the inference assembly; only how it comes by its weights differs.
/// </summary>
internal sealed class PredictorEmitter
{
    // A block of examples keeps to the caches: its intermediate values, and a panel of weights that meets them all.
    private const int MostRows = 48;
    private const int MostBlockFloats = 131072;

    private readonly ModelSpec _model;
    private readonly Graph _graph;
    private readonly SourceWriter _w = new();
    private readonly Separation? _separation;
    private readonly PredictorRanking? _ranking;
    private readonly PredictorProgram _score;
    private readonly PredictorProgram? _query;
    private readonly PredictorProgram? _item;
    private readonly HashSet<Parameter> _layers;
    private readonly HashSet<Parameter> _biases;

    private PredictorEmitter(ModelSpec model, Graph graph)
    {
        _model = model;
        _graph = graph;
        _separation = Separate.Run(graph, model);
        _score = new PredictorProgram(model, graph.Served);
        _query = _separation is null ? null : new PredictorProgram(model, _separation.QueryOps);
        _item = _separation is null ? null : new PredictorProgram(model, _separation.ItemOps);
        _layers = [.. graph.Served.Where(PredictorTiles.IsLayer).Select(op => op.Parameters[0])];
        _biases = [.. graph.Served.Where(PredictorTiles.IsLayer).SelectMany(op => op.Parameters.Skip(1))];
        int item = model.Categoricals.Select((c, f) => c.Role == RoleKind.Item ? f : -1).Max();
        _ranking = item < 0 ? null : new PredictorRanking(model, item, _separation, _w);
    }

    /// <summary>The class, without usings and namespace, under the given access modifier.</summary>
    public static string Emit(ModelSpec model, Graph graph, string modifier) => new PredictorEmitter(model, graph).Write(modifier);

    private string Write(string modifier)
    {
        _w.Line($"/// <summary>Scores {_model.Name} from its collapsed weights. Thread-safe; a call allocates nothing once its thread has made one.</summary>");
        using (_w.Block($"{modifier} sealed class {_model.Name}Predictor"))
        {
            WriteFields();
            using (PredictorSupport.Constructors(_w, _model.Name + "Predictor", isPublic: modifier == "public"))
            {
                WriteAssignments();
            }

            PredictorSupport.WriteLoad(_w, _model.Name + "Predictor", isPublic: modifier == "public");
            new PredictorInputs(_model, _w).Write();
            WriteScore();
            WriteSeparation();
            _ranking?.Write();
            HashSet<string> kernels = [];
            foreach (Op op in _graph.Served.Concat(_separation?.QueryOps ?? []).Concat(_separation?.ItemOps ?? []))
            {
                PredictorKernels.Write(_w, op, kernels);
            }

            PredictorSupport.Write(
                _w, _model, tables: _graph.ServedParameters.Any(p => p.IsTable && p.Codes is null), codes: _graph.ServedParameters.Any(p => p.Codes is not null), layers: _layers.Count > 0);
        }

        return _w.ToString();
    }

    private void WriteFields()
    {
        int stride = new[] { _score, _query, _item }.Max(p => p?.Floats ?? 0);

        // An odd number of cache lines, so that the examples of a tile do not share their places in the cache.
        stride = MemoryPlan.Up(stride, 16) + (MemoryPlan.Up(stride, 16) % 32 == 0 ? 16 : 0);
        int rows = Math.Min(MostRows, Math.Max(PredictorTiles.Rows, MostBlockFloats / stride / PredictorTiles.Rows * PredictorTiles.Rows));
        _w.Lines($"""
            // Floats of intermediate values per example, and examples of a block.
            private const int Stride = {stride};
            private const int BlockRows = {rows};

            [ThreadStatic]
            private static float[]? t_scratch;

            [ThreadStatic]
            private static float[]? t_numerics;

            [ThreadStatic]
            private static float[]? t_vectors;

            [ThreadStatic]
            private static int[]? t_ids;

            private readonly object? _owner;
            """);
        foreach (Parameter p in _graph.ServedParameters.Where(p => !_biases.Contains(p)))
        {
            _w.Line($"private readonly {(p.Codes is not null ? "Codes" : p.IsTable ? "Table" : _layers.Contains(p) ? "Layer" : "float[]")} {PredictorProgram.Field(p)};");
        }

        foreach (CategoricalSpec c in _model.Categoricals.Where(c => c.Cardinality == 0))
        {
            _w.Line($"private readonly {KeysOf(c)} _{c.Property}Ids;");
        }

        if (_model.Numerics.Any(n => n.Transform == TransformKind.Standardize))
        {
            _w.Line("private readonly float[] _scaling;");
        }

        _w.Line();
    }

    private void WriteAssignments()
    {
        foreach (Parameter p in _graph.ServedParameters.Where(p => p.Codes is null && !_biases.Contains(p)))
        {
            string bias = _graph.Served.FirstOrDefault(op => _layers.Contains(p) && op.Parameters.Count > 1 && op.Parameters[0] == p) is { } op ? $"\"{op.Parameters[1].Name}\"" : "null";
            _w.Line(p.IsTable ? $"{PredictorProgram.Field(p)} = new Table(file, \"{p.Name}\", {p.Columns});"
                : _layers.Contains(p) ? $"{PredictorProgram.Field(p)} = new Layer(file, \"{p.Name}\", {bias}, {p.Rows}, {p.Columns});"
                : $"{PredictorProgram.Field(p)} = file.Floats(\"{p.Name}\", {p.Rows * p.Columns});");
        }

        foreach (CategoricalSpec c in _model.Categoricals.Where(c => c.Cardinality == 0))
        {
            _w.Line($"_{c.Property}Ids = new {KeysOf(c)}(file, \"{c.Property}\");");
        }

        foreach (Parameter p in _graph.ServedParameters.Where(p => p.Codes is not null))
        {
            CategoricalSpec c = _model.Categoricals[p.Feature];
            string count = c.Cardinality > 0 ? c.Cardinality.ToString(System.Globalization.CultureInfo.InvariantCulture) : $"_{c.Property}Ids.Count";
            _w.Line($"{PredictorProgram.Field(p)} = new Codes(file, \"{p.Name}\", {(p.Codes!.Shared ? "true" : "false")}, {PredictorCodes.Tiers(c, p.Codes!, count)});");
        }

        if (_model.Numerics.Any(n => n.Transform == TransformKind.Standardize))
        {
            _w.Line($"_scaling = file.Floats(\"numeric.scaling\", {2 * _model.Numerics.Count});");
        }
    }

    private static string KeysOf(CategoricalSpec c) => PredictorSupport.IsText(c) ? "Texts" : "Integers";

    private void WriteScore()
    {
        const string Parameters = "ReadOnlySpan<float> numerics, ReadOnlySpan<int> ids, ReadOnlySpan<int> offsets";
        bool probability = _model.Loss == LossKind.BinaryCrossEntropy;
        _w.Lines($$"""

            /// <summary>
            /// Score of one example given as raw numeric values and ids: feature f owns ids[offsets[f] .. offsets[f + 1]), -1 is the zero vector.
            /// </summary>
            public float PredictIds({{Parameters}}) => {{(probability ? "Probability(ScoreIds(numerics, ids, offsets))" : "ScoreIds(numerics, ids, offsets)")}};

            /// <summary>The same before it becomes a probability: the raw output of the last layer.</summary>
            public float ScoreIds({{Parameters}})
            {
                float score = 0;
                ScoreBlock(1, numerics, ids, offsets, new Span<float>(ref score));
                return score;
            }

            /// <summary>
            /// Scores of many examples: example i has numerics[{{_model.Numerics.Count}} i ..], and its feature f owns ids[offsets[{{_model.Categoricals.Count}} i + f] .. offsets[{{_model.Categoricals.Count}} i + f + 1]).
            /// The same bits as one by one.
            /// </summary>
            public void PredictIds({{Parameters}}, Span<float> scores)
            {
                ScoreIds(numerics, ids, offsets, scores);
            {{(probability ? "    foreach (ref float score in scores)\n    {\n        score = Probability(score);\n    }" : "")}}
            }

            /// <summary>The same before they become probabilities.</summary>
            public void ScoreIds({{Parameters}}, Span<float> scores)
            {
                for (int first = 0; first < scores.Length; first += BlockRows)
                {
                    int rows = Math.Min(BlockRows, scores.Length - first);
                    ScoreBlock(rows, numerics.Slice({{_model.Numerics.Count}} * first), ids, offsets.Slice({{_model.Categoricals.Count}} * first), scores.Slice(first, rows));
                }
            }

            """);
        if (probability)
        {
            _w.Line("private static float Probability(float score) => (float)(1 / (1 + Math.Exp(-(double)score)));");
            _w.Line();
        }

        using (_w.Block($"private void ScoreBlock(int rows, {Parameters}, Span<float> scores)"))
        {
            _w.Line("ref float block = ref Scratch(rows);");
            Value score = _graph.Served[_graph.Served.Count - 1].Result!;
            _score.Write(_w, null, [$"scores[r] = scratch[{_score.Offset(score)}];"]);
            _w.Line("GC.KeepAlive(_owner);");
        }
    }

    // The two sides of a score that is an inner product of a query and an item's vector.
    private void WriteSeparation()
    {
        if (_separation is not { } s)
        {
            return;
        }

        _w.Line();
        _w.Line("/// <summary>Floats of a query and of an item's vector, whose inner product is the raw score.</summary>");
        _w.Line($"public const int VectorWidth = {s.Width};");
        _w.Line();
        _w.Line("/// <summary>Writes the query of an example given as for PredictIds, whose item does not matter: its side of the raw score.</summary>");
        using (_w.Block("public void Query(ReadOnlySpan<float> numerics, ReadOnlySpan<int> ids, ReadOnlySpan<int> offsets, Span<float> query)"))
        {
            _w.Line("const int rows = 1;");
            _w.Line("ref float block = ref Scratch(rows);");
            List<string> finish = Side(_query!, s, "query", "", p => p.Query, p => p.Weight is { } weight ? $" * {PredictorProgram.Field(weight)}[i]" : "");
            if (s.HasQueryTerm)
            {
                finish.Add($"query[{s.ProductWidth}] = {string.Join(" + ", s.QueryTerms.Select(t => $"scratch[{_query!.Offset(t)}]").Concat(s.Constants.Select(p => $"{PredictorProgram.Field(p)}[0]")))};");
            }

            if (s.HasItemTerm)
            {
                finish.Add($"query[{s.Width - 1}] = 1;");
            }

            _query!.Write(_w, null, finish);
            _w.Line("GC.KeepAlive(_owner);");
        }

        _w.Line();
        _w.Lines("""
            /// <summary>Writes the vector of an item: its side of the raw score.</summary>
            public void ItemVector(int item, Span<float> vector) => ItemVectors(item, 1, vector);

            // The vectors of at most a block of items that follow one another.
            """);
        using (_w.Block("private void ItemVectors(int first, int rows, Span<float> vectors)"))
        {
            _w.Line("ref float block = ref Scratch(rows);");
            List<string> finish = Side(_item!, s, "vectors", $"(r * {s.Width}) + ", p => p.Item, _ => "");
            if (s.HasQueryTerm)
            {
                finish.Add($"vectors[(r * {s.Width}) + {s.ProductWidth}] = 1;");
            }

            if (s.HasItemTerm)
            {
                finish.Add($"vectors[(r * {s.Width}) + {s.Width - 1}] = {string.Join(" + ", s.ItemTerms.Select(t => $"scratch[{_item!.Offset(t)}]"))};");
            }

            _item!.Write(_w, "first + r", finish);
            _w.Line("GC.KeepAlive(_owner);");
        }
    }

    private static List<string> Side(PredictorProgram program, Separation s, string target, string row, Func<SeparatedProduct, Value> side, Func<SeparatedProduct, string> factor)
    {
        int at = 0;
        var lines = new List<string>();
        foreach (SeparatedProduct product in s.Products)
        {
            Value value = side(product);
            lines.Add($"for (int i = 0; i < {value.Width}; i++) {target}[{row}{at} + i] = scratch[{program.Offset(value)} + i]{factor(product)};");
            at += value.Width;
        }

        return lines;
    }
}
