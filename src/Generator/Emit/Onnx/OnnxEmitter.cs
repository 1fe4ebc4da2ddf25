using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Emit.CSharp;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Onnx;

/// <summary>Writes Name.Onnx.g.cs: straight-line code that adds the served graph to an ONNX builder, standard operators only.</summary>
internal static class OnnxEmitter
{
    public static string Emit(ModelSpec model, Graph graph)
    {
        var w = new SourceWriter();
        FileHeader.Write(w, model, "the ONNX graph");
        using (w.Block($"partial {model.Keyword} {model.Name}"))
        {
            using (w.Block($"static void IEmbeddingModel<{model.Name}>.BuildOnnx(OnnxModelBuilder onnx, CollapsedWeights weights)"))
            {
                for (int f = 0; f < graph.Features.Count; f++)
                {
                    w.Line($"string {Ids(graph, f)} = onnx.Ids(s_schema.Categoricals[{f}], weights.Vocabularies[{f}]);");
                }

                foreach (Parameter p in graph.ServedParameters.Where(p => !p.IsTable))
                {
                    w.Line($"string {Name(p.Name)} = onnx.Initializer(weights.FindDense(\"{p.Name}\"));");
                }

                // Constants take their batch size from a looked-up vector, so lookups come first.
                foreach (Op op in graph.Served.OrderBy(op => op.Result!.Domain == Domain.Id || op.Kind == OpKind.Lookup ? 0 : 1))
                {
                    w.Line($"// {Printer.Line(op, graph.Features)}");
                    w.Lines(Statement(op, model, graph));
                }

                string score = Name(graph.Served[graph.Served.Count - 1].Result!.Name);
                bool logistic = model.Loss == LossKind.BinaryCrossEntropy;
                w.Line($"onnx.Score({score}, logistic: {(logistic ? "true" : "false")});");
            }
        }

        return w.ToString();
    }

    private static string Statement(Op op, ModelSpec model, Graph graph)
    {
        string y = Name(op.Result!.Name);
        string[] x = [.. op.Inputs.Select(v => Name(v.Name))];
        string[] p = [.. op.Parameters.Select(q => Name(q.Name))];
        return op.Kind switch
        {
            OpKind.Gather => $"string {y} = onnx.Lookup(weights.FindTable(\"{op.Parameters[0].Name}\"), onnx.Row({Ids(graph, op.Result.Feature)}, RowIndex.{op.Parameters[0].Index}, {op.Parameters[0].Modulus}));",
            OpKind.Decode => $"string {y} = onnx.Decode(weights.FindCodes(\"{op.Parameters[0].Name}\"), weights.FindDense(\"{op.Parameters[1].Name}\"), {Ids(graph, op.Result.Feature)});",
            OpKind.Project => $"string {y} = onnx.MatMul({x[0]}, {p[0]});",
            OpKind.Multiply => $"string {y} = onnx.Mul({x[0]}, {x[1]});",
            OpKind.Lookup => $"string {y} = onnx.Pool({x[0]}, {Ids(graph, op.Inputs[0].Feature)}, s_schema.Categoricals[{op.Inputs[0].Feature}]);",
            OpKind.Numerics => $"string {y} = onnx.Concat(1, {string.Join(", ", model.Numerics.Select((_, i) => $"onnx.Numeric(s_schema.Numerics[{i}], weights.Scalings[{i}])"))});",
            OpKind.Constant => $"string {y} = onnx.Node(\"Expand\", [{p[0]}, onnx.Node(\"Shape\", [{LikeBatch(graph, op.Result.Width)}])]);",
            OpKind.Linear => Linear(op, y, x, p),
            OpKind.Relu => $"string {y} = onnx.Relu({x[0]});",
            OpKind.Concat => $"string {y} = onnx.Concat(1, {string.Join(", ", x)});",
            OpKind.Pairs => Pairs(op, y, x[0]),
            OpKind.Fm => Fm(op, y, x[0]),
            OpKind.Slice => $"string {y} = onnx.Slice({x[0]}, 1, {op.Number}, {op.Number + op.Result.Width});",
            OpKind.Add => $"string {y} = {x.Aggregate((a, b) => $"onnx.Add({a}, {b})")};",
            OpKind.Offset => $"string {y} = onnx.Add({x[0]}, {p[0]});",
            _ => throw new LoweringException($"operation {op.Kind} has no ONNX form"),
        };
    }

    private static string Linear(Op op, string y, string[] x, string[] p)
    {
        string product = p.Length > 1 ? $"onnx.Gemm({x[0]}, {p[0]}, {p[1]})" : $"onnx.MatMul({x[0]}, {p[0]})";
        return $"string {y} = {(op.Relu ? $"onnx.Relu({product})" : product)};";
    }

    // The Gram matrix of the stack, of which the pairs i < j are picked.
    private static string Pairs(Op op, string y, string x)
    {
        (int f, int d) = (op.Number, op.Inputs[0].Width / op.Number);
        IEnumerable<int> pairs = Enumerable.Range(0, f).SelectMany(i => Enumerable.Range(i + 1, f - i - 1).Select(j => (i * f) + j));
        return $$"""
            string {{y}}Stack = onnx.Reshape({{x}}, -1, {{f}}, {{d}});
            string {{y}}Gram = onnx.Reshape(onnx.MatMul({{y}}Stack, onnx.Transpose({{y}}Stack, 0, 2, 1)), -1, {{f * f}});
            string {{y}} = onnx.Gather({{y}}Gram, onnx.Constants({{string.Join(", ", pairs)}}), 1);
            """;
    }

    private static string Fm(Op op, string y, string x)
    {
        (int f, int d) = (op.Number, op.Inputs[0].Width / op.Number);
        return $$"""
            string {{y}}Stack = onnx.Reshape({{x}}, -1, {{f}}, {{d}});
            string {{y}}Sum = onnx.ReduceSum({{y}}Stack, false, 1);
            string {{y}}Squares = onnx.ReduceSum(onnx.Mul({{y}}Stack, {{y}}Stack), false, 1);
            string {{y}} = onnx.Mul(onnx.ReduceSum(onnx.Sub(onnx.Mul({{y}}Sum, {{y}}Sum), {{y}}Squares), true, 1), onnx.Constant(0.5f));
            """;
    }

    private static string LikeBatch(Graph graph, int width) =>
        Name(graph.Served.First(op => op.Kind == OpKind.Lookup && op.Result!.Width == width).Result!.Name);

    private static string Ids(Graph graph, int feature) => $"ids_{TileEmitter.Identifier(graph.Features[feature])}";

    private static string Name(string name) => "v_" + TileEmitter.Identifier(name);
}
