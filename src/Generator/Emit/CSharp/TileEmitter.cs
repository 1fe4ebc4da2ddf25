using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;

namespace ModelGen.Generator.Emit.CSharp;

/// <summary>Writes the work on one tile of examples: one statement per operation, every address and size a literal.</summary>
internal sealed class TileEmitter(Graph graph, MemoryPlan plan, AddressNames names, KernelSet kernels, SourceWriter w, bool training)
{
    public void Write(Op op)
    {
        string line = Statement(op);
        if (line.Length > 0)
        {
            w.Line($"// {Printer.Line(op)}");
            w.Lines(line);
        }
    }

    private string Statement(Op op) => op.Kind switch
    {
        OpKind.Lookup => Lookup(op),
        OpKind.SegmentSum => Deliver(op),
        OpKind.Numerics => $"{Numerics(op.Result!)}(batch, first, count, rows, {Ref(op.Result!)});",
        OpKind.Constant => $"{ElementKernels.Constant(kernels, Run(op.Result!), Stride(op.Result!))}({Dense(op.Parameters[0])}, {Ref(op.Result!)}, rows);",
        OpKind.Linear => Linear(op),
        OpKind.LinearInput => LinearInput(op),
        OpKind.LinearWeight => LinearWeight(op),
        OpKind.ColumnSum => $"{ProductKernels.ColumnSum(kernels, Run(op.Inputs[0]), Stride(op.Inputs[0]))}({Ref(op.Inputs[0])}, {Gradient(op.Parameters[0])}, rows, accumulate);",
        OpKind.Relu => $"{ElementKernels.Relu(kernels, Common(op.Inputs[0], op.Result!), Stride(op.Inputs[0]), Stride(op.Result!))}({Ref(op.Inputs[0])}, {Ref(op.Result!)}, rows);",
        OpKind.ReluGradient => $"{ElementKernels.ReluGradient(kernels, Common([.. op.Inputs, op.Result!]), Stride(op.Inputs[0]), Stride(op.Inputs[1]), Stride(op.Result!))}({Refs(op)}, rows);",
        OpKind.Concat => Concat(op),
        OpKind.Slice => string.Empty,
        OpKind.SliceGradient => $"{ElementKernels.Place(kernels, op.Inputs[0].Width, op.Number, op.Result!.Width, Stride(op.Inputs[0]), Stride(op.Result))}({Refs(op)}, rows);",
        OpKind.Multiply => $"{ElementKernels.Multiply(kernels, Common([.. op.Inputs, op.Result!]), Stride(op.Inputs[0]), Stride(op.Inputs[1]), Stride(op.Result!))}({Refs(op)}, rows);",
        OpKind.Pairs => $"{InteractionKernels.Pairs(kernels, op.Number, op.Inputs[0].Width / op.Number, Stride(op.Inputs[0]), Stride(op.Result!), Run(op.Result!) - op.Result!.Width)}({Refs(op)}, rows);",
        OpKind.PairsGradient => $"{InteractionKernels.PairsGradient(kernels, op.Number, op.Inputs[1].Width / op.Number, Stride(op.Inputs[0]), Stride(op.Inputs[1]), Stride(op.Result!))}({Refs(op)}, rows);",
        OpKind.Fm => $"{InteractionKernels.Fm(kernels, op.Number, op.Inputs[0].Width / op.Number, Stride(op.Inputs[0]))}({Refs(op)}, rows);",
        OpKind.FmGradient => $"{InteractionKernels.FmGradient(kernels, op.Number, op.Inputs[1].Width / op.Number, Stride(op.Inputs[1]), Stride(op.Result!))}({Refs(op)}, rows);",
        OpKind.Add => $"{ElementKernels.Add(kernels, Common([.. op.Inputs, op.Result!]), [.. op.Inputs.Select(Stride)], Stride(op.Result!))}({Refs(op)}, rows);",
        OpKind.Offset => $"{ElementKernels.Offset(kernels, Common(op.Inputs[0], op.Result!), Stride(op.Inputs[0]), Stride(op.Result!))}({Ref(op.Inputs[0])}, {Dense(op.Parameters[0])}, {Ref(op.Result!)}, rows);",
        OpKind.Logistic => $"double loss = Losses.Logistic(batch.Labels, first, count, {Ref(op.Inputs[0])});",
        OpKind.Squared => $"double loss = Losses.Squared(batch.Labels, first, count, {Ref(op.Inputs[0])});",
        OpKind.Ranking => $"double loss = Losses.Ranking(count, {Ref(op.Inputs[0])});",
        OpKind.RankingGradient => $"Losses.RankingGradient(count, rows, step.InverseCount, {Ref(op.Inputs[0])}, {Ref(op.Result!)});",
        OpKind.LogisticGradient => $"Losses.LogisticGradient(batch.Labels, first, count, rows, step.InverseCount, {Ref(op.Inputs[0])}, {Ref(op.Result!)});",
        OpKind.SquaredGradient => $"Losses.SquaredGradient(batch.Labels, first, count, rows, step.InverseCount, {Ref(op.Inputs[0])}, {Ref(op.Result!)});",
        _ => throw new LoweringException($"operation {op.Kind} has no C# form on examples"),
    };

    private string Lookup(Op op)
    {
        Value vector = op.Inputs[0];
        FeatureLayout layout = plan.Features[vector.Feature];
        string feature = Identifier(graph.Features[vector.Feature]);
        string clear = Run(op.Result!) > vector.Width ? $"\n{ElementKernels.ClearPadding(kernels, vector.Width, Stride(op.Result!))}({Ref(op.Result!)}, rows);" : "";
        if (training && layout.ReadsRows)
        {
            Parameter gathered = graph.Forward.First(o => o.Result == vector).Parameters[0];
            int table = graph.Parameters.Where(p => p.IsTable).ToList().IndexOf(gathered);
            return $"{ElementKernels.Rows(kernels, feature, vector.Width, Stride(op.Result!))}(batch.Features[{vector.Feature}], step.State.Tables[{table}], first, count, rows, {Ref(op.Result!)});{clear}";
        }

        string name = ElementKernels.Lookup(kernels, feature, op.Number, vector.Width, layout.Stride, layout.Offsets[vector], Stride(op.Result!));
        return $"{name}(batch.Features[{vector.Feature}], first, count, rows, {Ref(op.Result!)});{clear}";
    }

    private string Deliver(Op op)
    {
        int feature = op.Result!.Feature;
        FeatureLayout layout = plan.Features[feature];
        Value vector = graph.Forward.First(o => o.Kind == OpKind.Lookup && $"d.{o.Inputs[0].Name}" == op.Result.Name).Inputs[0];
        string name = ElementKernels.Deliver(
            kernels, Identifier(graph.Features[feature]), op.Number, vector.Width, layout.Stride, layout.Offsets[vector], Stride(op.Inputs[0]));
        return $"{name}(batch.Features[{feature}], first, count, {Ref(op.Inputs[0])});";
    }

    private string Numerics(Value y) => kernels.Add(
        $"Numerics{y.Width}",
        1,
        $"The {y.Width} numeric inputs of each example.",
        "Batch batch, int first, int count, int rows, ref float y",
        "batch, first, count, rows, ref y",
        () => $$"""
            for (nuint i = 0; i < (nuint)rows; i++)
            {
                for (nuint n = 0; n < {{Run(y)}}; n += (nuint)S.Width)
                {
                    Unsafe.Add(ref y, (i * {{Stride(y)}}) + n) = n < {{y.Width}} && i < (nuint)count ? batch.Numerics[((nuint)first + i) * {{y.Width}} + n] : 0;
                }
            }
            """);

    private string Linear(Op op)
    {
        (Value x, Parameter weight) = (op.Inputs[0], op.Parameters[0]);
        bool bias = op.Parameters.Count > 1;
        if (weight.Columns == 1)
        {
            string dot = ProductKernels.Dot(kernels, Run(x), Stride(x), bias);
            return $"{dot}({Ref(x)}, {Dense(weight)}, {Ref(op.Result!)}{(bias ? $", {Dense(op.Parameters[1]).Substring(4)}" : "")}, rows);";
        }

        string name = ProductKernels.Product(
            kernels, x.Width, Run(op.Result!), Stride(x), plan.Dense[weight].Stride, Stride(op.Result!), bias, op.Relu, 0);
        return $"{name}({Ref(x)}, {Dense(weight)}, {Ref(op.Result!)}{(bias ? $", {Dense(op.Parameters[1])}" : "")}, rows);";
    }

    private string LinearInput(Op op)
    {
        (Value g, Parameter weight, Value dx) = (op.Inputs[0], op.Parameters[0], op.Result!);
        string mask = op.Mask is null ? "" : $", {Ref(op.Mask)}";
        int maskStride = op.Mask is null ? 0 : Stride(op.Mask);
        if (weight.Columns == 1)
        {
            return $"{ProductKernels.Spread(kernels, Run(dx), Stride(dx), maskStride)}({Ref(g)}, {Dense(weight)}, {Ref(dx)}{mask}, rows);";
        }

        DensePlace place = plan.Dense[weight];
        string name = ProductKernels.Product(kernels, g.Width, Run(dx), Stride(g), place.TransposedStride, Stride(dx), false, false, maskStride);
        return $"{name}({Ref(g)}, ref Unsafe.Add(ref transposed, {names.Transposed(weight)}), {Ref(dx)}{mask}, rows);";
    }

    private string LinearWeight(Op op)
    {
        (Value x, Value g, Parameter weight) = (op.Inputs[0], op.Inputs[1], op.Parameters[0]);
        if (weight.Columns == 1)
        {
            return $"{ProductKernels.WeightedSum(kernels, Run(x), Stride(x))}({Ref(x)}, {Ref(g)}, {Gradient(weight)}, rows, accumulate);";
        }

        bool padded = plan.Places[x].Owned && Stride(x) >= MemoryPlan.Up(x.Width, 8);
        string name = ProductKernels.Outer(kernels, x.Width, Run(g), Stride(x), Stride(g), plan.Dense[weight].Stride, padded);
        return $"{name}({Ref(x)}, {Ref(g)}, {Gradient(weight)}, rows, accumulate);";
    }

    private string Concat(Op op)
    {
        var lines = new List<string>();
        int at = 0;
        Place whole = plan.Places[op.Result!];
        foreach (Value part in op.Inputs)
        {
            if (plan.Places[part].Offset != whole.Offset + at)
            {
                lines.Add($"{ElementKernels.Copy(kernels, part.Width, Stride(part), whole.Stride)}({Ref(part)}, ref Unsafe.Add(ref tile, {names.Tile(op.Result!)} + {at}), rows);");
            }

            at += part.Width;
        }

        if (whole.Owned && MemoryPlan.Pad(at) > at)
        {
            lines.Add($"{ElementKernels.ClearPadding(kernels, at, whole.Stride)}({Ref(op.Result!)}, rows);");
        }

        return string.Join("\n", lines);
    }

    private string Refs(Op op) => string.Join(", ", op.Inputs.Select(Ref).Append(Ref(op.Result!)));

    /// <summary>Reference to a value in the tile workspace.</summary>
    public string Ref(Value value) => $"ref Unsafe.Add(ref tile, {names.Tile(value)})";

    private string Dense(Parameter parameter) => $"ref Unsafe.Add(ref dense, {names.Dense(parameter)})";

    private string Gradient(Parameter parameter) => $"ref Unsafe.Add(ref gradients, {names.Dense(parameter)})";

    private int Stride(Value value) => plan.Places[value].Stride;

    // Columns a kernel may run over: the padding too where the value owns it.
    private int Run(Value value) => plan.Places[value].Owned ? MemoryPlan.Pad(value.Width) : value.Width;

    private int Common(params Value[] values) => values.All(v => plan.Places[v].Owned) ? MemoryPlan.Pad(values[0].Width) : values[0].Width;

    /// <summary>A C# identifier made of a value or parameter name.</summary>
    public static string Identifier(string name) => new([.. name.Select(c => SyntaxFacts.IsIdentifierPartCharacter(c) ? c : '_')]);
}
