using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;

namespace ModelGen.Generator.Emit.Cuda;

/// <summary>
/// Writes the work of a block on one tile of examples: one statement per operation, every address and size a literal. Examples are those of a
/// batch, or one query with items of the catalogue.
/// </summary>
/// <param name="graph">The model.</param>
/// <param name="plan">Where its values lie.</param>
/// <param name="names">Names of the places.</param>
/// <param name="library">The functions in use.</param>
/// <param name="w">The text.</param>
/// <param name="item">The feature of the catalogue, -1 for the examples of a batch.</param>
internal sealed class CudaTileEmitter(Graph graph, MemoryPlan plan, CudaNames names, CudaLibrary library, SourceWriter w, int item = -1)
{
    public void Write(Op op)
    {
        string text = Statement(op);
        if (text.Length > 0)
        {
            w.Line($"// {CudaText.Comment(Printer.Line(op))}");
            w.Lines(text);
            w.Line("__syncthreads();");
        }
    }

    private string Statement(Op op) => op.Kind switch
    {
        OpKind.Lookup => Lookup(op),
        OpKind.SegmentSum => Deliver(op),
        OpKind.Numerics => Each(op.Result!.Width, $"{At(op.Result)} = r < count ? step->numerics[(i64){(item < 0 ? "(first + r)" : "query")} * {op.Result.Width} + n] : 0.0f;"),
        OpKind.Constant => Each(op.Result!.Width, $"{At(op.Result)} = dense[{names.Dense(op.Parameters[0])} + n];"),
        OpKind.Linear when op.Parameters[0].Columns == 1 => Call("dot", [op.Inputs[0].Width, Stride(op.Inputs[0]), Stride(op.Result!)], [CudaText.Bool(op.Parameters.Count > 1)],
            Ref(op.Inputs[0]), Dense(op.Parameters[0]), Ref(op.Result!), op.Parameters.Count > 1 ? Dense(op.Parameters[1]) : "nullptr"),
        OpKind.Linear => Product(op.Inputs[0], op.Result!, Dense(op.Parameters[0]), plan.Dense[op.Parameters[0]].Stride, op.Parameters.Count > 1 ? Dense(op.Parameters[1]) : null, op.Relu, null),
        OpKind.LinearInput when op.Parameters[0].Columns == 1 => Call("spread", [op.Result!.Width, Stride(op.Inputs[0]), Stride(op.Result), op.Mask is null ? 0 : Stride(op.Mask)], [],
            Ref(op.Inputs[0]), Dense(op.Parameters[0]), Ref(op.Result), op.Mask is null ? "nullptr" : Ref(op.Mask)),
        OpKind.LinearInput => Product(
            op.Inputs[0], op.Result!, $"transposed + {names.Transposed(op.Parameters[0])}", plan.Dense[op.Parameters[0]].TransposedStride, null, false, op.Mask),
        OpKind.LinearWeight => Call("outer", [op.Inputs[0].Width, op.Inputs[1].Width, Stride(op.Inputs[0]), Stride(op.Inputs[1]), plan.Dense[op.Parameters[0]].Stride], [],
            Ref(op.Inputs[0]), Ref(op.Inputs[1]), Gradient(op.Parameters[0]), "add"),
        OpKind.ColumnSum => Call("column_sum", [op.Inputs[0].Width, Stride(op.Inputs[0])], [], Ref(op.Inputs[0]), Gradient(op.Parameters[0]), "add"),
        OpKind.Relu => Each(op.Result!.Width, $"{At(op.Result)} = fmaxf({At(op.Inputs[0])}, 0.0f);"),
        OpKind.ReluGradient => Each(op.Result!.Width, $"{At(op.Result)} = {At(op.Inputs[1])} > 0.0f ? {At(op.Inputs[0])} : 0.0f;"),
        OpKind.Concat => Concat(op),
        OpKind.Slice => string.Empty,
        OpKind.SliceGradient => Each(op.Result!.Width,
            $"{At(op.Result)} = n >= {op.Number} && n < {op.Number + op.Inputs[0].Width} ? tile[{names.Tile(op.Inputs[0])} + r * {Stride(op.Inputs[0])} + n - {op.Number}] : 0.0f;"),
        OpKind.Multiply => Each(op.Result!.Width, $"{At(op.Result)} = {At(op.Inputs[0])} * {At(op.Inputs[1])};"),
        OpKind.Add => Each(op.Result!.Width, $"{At(op.Result)} = {string.Join(" + ", op.Inputs.Select(At))};"),
        OpKind.Offset => Each(op.Result!.Width, $"{At(op.Result)} = {At(op.Inputs[0])} + dense[{names.Dense(op.Parameters[0])} + n];"),
        OpKind.Pairs => Template("pairs", [op.Number, op.Inputs[0].Width / op.Number, Stride(op.Inputs[0]), Stride(op.Result!)], Ref(op.Inputs[0]), Ref(op.Result!)),
        OpKind.PairsGradient => Template("pairs_gradient", [op.Number, op.Inputs[1].Width / op.Number, Stride(op.Inputs[0]), Stride(op.Inputs[1]), Stride(op.Result!)],
            Ref(op.Inputs[0]), Ref(op.Inputs[1]), Ref(op.Result!)),
        OpKind.Fm => Template("fm", [op.Number, op.Inputs[0].Width / op.Number, Stride(op.Inputs[0]), Stride(op.Result!)], Ref(op.Inputs[0]), Ref(op.Result!)),
        OpKind.FmGradient => Template("fm_gradient", [op.Number, op.Inputs[1].Width / op.Number, Stride(op.Inputs[0]), Stride(op.Inputs[1]), Stride(op.Result!)],
            Ref(op.Inputs[0]), Ref(op.Inputs[1]), Ref(op.Result!)),
        OpKind.Logistic => Template("logistic", [Stride(op.Inputs[0])], "step->labels", "first", "count", Ref(op.Inputs[0]), "step->losses"),
        OpKind.Squared => Template("squared", [Stride(op.Inputs[0])], "step->labels", "first", "count", Ref(op.Inputs[0]), "step->losses"),
        OpKind.Ranking => Template("ranking", [Stride(op.Inputs[0])], "first", "count", Ref(op.Inputs[0]), "step->losses"),
        OpKind.LogisticGradient => Template("logistic_gradient", Strides(op), "step->labels", "first", "count", "step->inverse_count", Ref(op.Inputs[0]), Ref(op.Result!)),
        OpKind.SquaredGradient => Template("squared_gradient", Strides(op), "step->labels", "first", "count", "step->inverse_count", Ref(op.Inputs[0]), Ref(op.Result!)),
        OpKind.RankingGradient => Template("ranking_gradient", Strides(op), "count", "step->inverse_count", Ref(op.Inputs[0]), Ref(op.Result!)),
        _ => throw new LoweringException($"operation {op.Kind} has no CUDA form on examples"),
    };

    private string Lookup(Op op)
    {
        Value vector = op.Inputs[0];
        FeatureLayout layout = plan.Features[vector.Feature];
        Parameter? table = Direct(graph, vector);
        string f = $"step->features[{vector.Feature}]";
        string rows = table is null ? $"{f}.vectors + {layout.Offsets[vector]}" : $"step->tables[{TableIndex(graph, table)}].values";
        string literals = $"{vector.Width}, {(table is null ? layout.Stride : vector.Width)}, {Stride(op.Result!)}, {CudaText.Bool(table is not null)}";
        (string suffix, string example) = item < 0 || vector.Feature == item ? ("", "first") : ("_query", "query");
        return op.Number == 0
            ? $"{library.Use("lookup" + suffix)}<{literals}>({f}.slots, {f}.ids, {rows}, {example}, count, {Ref(op.Result!)});"
            : $"{library.Use("lookup_bag" + suffix)}<{literals}, {CudaText.Bool(op.Number == 2)}>({f}.offsets, {f}.slots, {f}.ids, {rows}, {example}, count, {Ref(op.Result!)});";
    }

    private string Deliver(Op op)
    {
        FeatureLayout layout = plan.Features[op.Result!.Feature];
        Op lookup = graph.Forward.First(o => o.Kind == OpKind.Lookup && $"d.{o.Inputs[0].Name}" == op.Result.Name);
        string literals = $"{op.Result.Width}, {layout.Stride}, {Stride(op.Inputs[0])}", f = $"step->features[{op.Result.Feature}]";
        string target = $"{f}.gradients + {layout.Offsets[lookup.Inputs[0]]}";
        return op.Number == 2
            ? $"{library.Use("deliver_mean")}<{literals}>({Ref(op.Inputs[0])}, {f}.offsets, first, count, {target});"
            : $"{library.Use("deliver")}<{literals}>({Ref(op.Inputs[0])}, first, count, {target});";
    }

    private string Product(Value x, Value y, string weight, int weightStride, string? bias, bool relu, Value? mask) =>
        $"{library.Use("product")}<TILE, {x.Width}, {y.Width}, {Stride(x)}, {weightStride}, {Stride(y)}, {CudaText.Bool(bias is not null)}, {CudaText.Bool(relu)}, {(mask is null ? 0 : Stride(mask))}>"
            + $"({Ref(x)}, {weight}, {Ref(y)}, {bias ?? "nullptr"}, {(mask is null ? "nullptr" : Ref(mask))});";

    private string Concat(Op op)
    {
        var lines = new List<string>();
        int at = 0;
        Place whole = plan.Places[op.Result!];
        foreach (Value part in op.Inputs)
        {
            if (plan.Places[part].Offset != whole.Offset + at)
            {
                lines.Add(Each(part.Width, $"tile[{names.Tile(op.Result!)} + r * {whole.Stride} + {at} + n] = {At(part)};"));
            }

            at += part.Width;
        }

        return string.Join("\n", lines);
    }

    // One element of every row after another over the threads of the block.
    private static string Each(int width, string statement) =>
        $"for (int i = threadIdx.x; i < TILE * {width}; i += THREADS)\n{{\n    int r = i / {width}, n = i % {width};\n    {statement}\n}}";

    private string Call(string function, int[] literals, string[] more, params string[] arguments) =>
        $"{library.Use(function)}<{string.Join(", ", new[] { "TILE" }.Concat(literals.Select(l => l.ToString(System.Globalization.CultureInfo.InvariantCulture))).Concat(more))}>({string.Join(", ", arguments)});";

    private string Template(string function, int[] literals, params string[] arguments) =>
        $"{library.Use(function)}<{string.Join(", ", literals)}>({string.Join(", ", arguments)});";

    private string At(Value value) => $"tile[{names.Tile(value)} + r * {Stride(value)} + n]";

    private string Ref(Value value) => $"tile + {names.Tile(value)}";

    private string Dense(Parameter parameter) => $"dense + {names.Dense(parameter)}";

    private string Gradient(Parameter parameter) => $"gradients + {names.Dense(parameter)}";

    private int[] Strides(Op op) => [Stride(op.Inputs[0]), Stride(op.Result!)];

    private int Stride(Value value) => plan.Places[value].Stride;

    /// <summary>The table whose rows a vector is, when an id has a row of its own and nothing is computed; such a vector is read in its table.</summary>
    public static Parameter? Direct(Graph graph, Value vector)
    {
        Op producer = graph.Forward.First(op => op.Result == vector);
        return producer.Kind == OpKind.Gather && producer.Parameters[0].Index == RowIndexKind.Identity ? producer.Parameters[0] : null;
    }

    public static int TableIndex(Graph graph, Parameter table) => graph.Parameters.Where(p => p.IsTable).TakeWhile(p => p != table).Count();
}
