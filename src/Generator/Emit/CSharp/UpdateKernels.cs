using System;
using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.CSharp;

/// <summary>Kernels between tables and blocks of rows: gather, sum by id, and the optimiser's update fused into the write.</summary>
internal static class UpdateKernels
{
    /// <summary>Copies the rows that slots [first, first + count) read into y; rows past count become zero.</summary>
    public static string Gather(KernelSet kernels, string name, int width, string row, int yStride) => kernels.Add(
        name,
        KernelSet.Lanes(width),
        $"Rows of the table, width {width}, one per distinct id.",
        "Table table, int[] ids, int first, int count, int rows, ref float y",
        "table, ids, first, count, rows, ref y",
        () => $$"""
            {{(row.Contains("clusters") ? "int[] clusters = table.Assignment!.Clusters;" : "")}}
            for (int i = 0; i < count; i++)
            {
                int id = ids[first + i];
                ref float row = ref table.Values.At((long)({{row}}) * {{width}});
                for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
                {
                    S.Store(S.Load(ref row, n), ref y, ((nuint)i * {{yStride}}) + n);
                }
            }

            for (nuint i = (nuint)count; i < (nuint)rows; i++)
            {
                for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
                {
                    S.Store(S.Zero, ref y, (i * {{yStride}}) + n);
                }
            }
            """.TrimStart('\n'));

    /// <summary>Sums the members' gradients of each slot in order; rows past count become zero.</summary>
    public static string SegmentSum(KernelSet kernels, string name, int width, int sourceStride, int offset, int yStride, bool mean = false) => kernels.Add(
        name,
        KernelSet.Lanes(width),
        mean
            ? $"The mean of the gradients of the ids that read a row, in slot order, width {width}: gradient averaging by members."
            : $"The sum of the gradients of all that read a row, in position order, width {width}.",
        "NativeFloats gradients, int[] starts, int[] members, int first, int count, int rows, ref float y",
        "gradients, starts, members, first, count, rows, ref y",
        () => $$"""
            for (int i = 0; i < count; i++)
            {
                int begin = starts[first + i], end = starts[first + i + 1];
                {{(mean ? "V share = S.Broadcast(1f / (end - begin));" : "")}}
                for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
                {
                    V sum = S.Zero;
                    for (int m = begin; m < end; m++)
                    {
                        sum = S.Add(sum, S.Load(ref gradients.At(((long)members[m] * {{sourceStride}}) + {{offset}}), n));
                    }

                    S.Store({{(mean ? "S.Multiply(share, sum)" : "sum")}}, ref y, ((nuint)i * {{yStride}}) + n);
                }
            }

            for (nuint i = (nuint)count; i < (nuint)rows; i++)
            {
                for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
                {
                    S.Store(S.Zero, ref y, (i * {{yStride}}) + n);
                }
            }
            """.Replace("    \n", ""));

    /// <summary>Updates table rows rows[first .. first + count) with the gradients of a block.</summary>
    public static string Rows(KernelSet kernels, OptimizerSpec optimizer, int width, int gStride, bool nonNegative)
    {
        OptimizerSnippet rule = OptimizerRules.For(optimizer);
        bool rowWise = optimizer.Rule == OptimizerRule.RowWiseAdagrad;
        string constants = Constants(rowWise ? rule with { Constants = [] } : rule);
        string body = rowWise
            ? $$"""
                    ref float state = ref table.State[0].At(row);
                    V squares = S.Zero;
                    for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
                    {
                        V g = S.Load(ref gradient, n);
                        squares = S.MultiplyAdd(g, g, squares);
                    }

                    state += S.Sum(squares) * {{SourceWriter.Float(1f / width)}};
                    V scale = S.Divide(rate, S.Broadcast(MathF.Sqrt(state) + {{SourceWriter.Float(optimizer.Epsilon)}}));
                    for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
                    {
                        S.Store({{Clamp("S.Subtract(S.Load(ref weights, n), S.Multiply(scale, S.Load(ref gradient, n)))")}}, ref weights, n);
                    }
                """
            : $$"""
                {{string.Join("\n    ", Enumerable.Range(0, rule.States).Select(s => $"ref float state{s} = ref table.State[{s}].At(row * {width});"))}}
                    for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
                    {
                        V g = S.Load(ref gradient, n), w = S.Load(ref weights, n);
                {{Update(rule, "n", 8)}}
                        S.Store({{Clamp("w")}}, ref weights, n);
                    }
                """.Replace("\n    \n", "\n");
        string Clamp(string value) => nonNegative ? $"S.Relu({value})" : value;
        return kernels.Add(
            $"{optimizer.Rule}Rows{width}_{gStride}{(nonNegative ? "NonNegative" : "")}",
            KernelSet.Lanes(width),
            $"{optimizer.Rule} on table rows of width {width}: gradient summed, state and weights written in one pass{(nonNegative ? ", clamped at zero" : "")}.",
            "StepContext step, Table table, int[] rows, int first, int count, float learningRate, ref float g0",
            "step, table, rows, first, count, learningRate, ref g0",
            () => $$"""
                V rate = S.Broadcast(learningRate);
                {{constants}}
                for (int i = 0; i < count; i++)
                {
                    long row = rows[first + i];
                    ref float gradient = ref Unsafe.Add(ref g0, (nuint)i * {{gStride}});
                    ref float weights = ref table.Values.At(row * {{width}});
                {{body}}
                }
                """);
    }

    /// <summary>Updates a range of the dense arena.</summary>
    public static string Dense(KernelSet kernels, OptimizerSpec optimizer)
    {
        OptimizerSnippet rule = OptimizerRules.For(optimizer);
        return kernels.Add(
            $"{optimizer.Rule}Dense",
            16,
            $"{optimizer.Rule} on a range of dense parameters; count is a multiple of 16.",
            "StepContext step, long at, int count, float learningRate, ref float gradient",
            "step, at, count, learningRate, ref gradient",
            () => $$"""
                V rate = S.Broadcast(learningRate);
                {{Constants(rule)}}
                ref float weights = ref step.State.Dense.At(at);
                {{string.Join("\n", Enumerable.Range(0, rule.States).Select(s => $"ref float state{s} = ref step.State.DenseState[{s}].At(at);"))}}
                for (nuint n = 0; n < (nuint)count; n += (nuint)S.Width)
                {
                    V g = S.Load(ref gradient, n), w = S.Load(ref weights, n);
                {{Update(rule, "n", 4)}}
                    S.Store(w, ref weights, n);
                }
                """);
    }

    /// <summary>target += source over a range; count is a multiple of 16.</summary>
    public static string Accumulate(KernelSet kernels) => kernels.Add(
        "Accumulate",
        16,
        "target += source; count is a multiple of 16.",
        "ref float target, ref float source, int count",
        "ref target, ref source, count",
        () => """
            for (nuint n = 0; n < (nuint)count; n += (nuint)S.Width)
            {
                S.Store(S.Add(S.Load(ref target, n), S.Load(ref source, n)), ref target, n);
            }
            """);

    /// <summary>y = a * b on blocks of id-level vectors.</summary>
    public static string Multiply(KernelSet kernels, int width) => kernels.Add(
        $"Multiply{width}",
        KernelSet.Lanes(width),
        $"y = a b element by element, rows of {width}.",
        "ref float a, ref float b, ref float y, int rows",
        "ref a, ref b, ref y, rows",
        () => $$"""
            for (nuint n = 0; n < (nuint)rows * {{width}}; n += (nuint)S.Width)
            {
                S.Store(S.Multiply(S.Load(ref a, n), S.Load(ref b, n)), ref y, n);
            }
            """);

    public static string Add(KernelSet kernels, int width) => kernels.Add(
        $"Add{width}",
        KernelSet.Lanes(width),
        $"y = a + b element by element, rows of {width}.",
        "ref float a, ref float b, ref float y, int rows",
        "ref a, ref b, ref y, rows",
        () => $$"""
            for (nuint n = 0; n < (nuint)rows * {{width}}; n += (nuint)S.Width)
            {
                S.Store(S.Add(S.Load(ref a, n), S.Load(ref b, n)), ref y, n);
            }
            """);

    /// <summary>dx = g + weight x lookups x, the gradient of a penalty on the squares of looked-up vectors; rows past count become zero.</summary>
    public static string Penalty(KernelSet kernels, int width, int stride) => kernels.Add(
        $"Penalty{width}_{stride}",
        KernelSet.Lanes(width),
        $"dx = g + weight n x, n the lookups of each id in the batch, width {width}.",
        "ref float g, ref float x, int[] starts, int first, int count, int rows, float weight, ref float dx",
        "ref g, ref x, starts, first, count, rows, weight, ref dx",
        () => $$"""
            for (int i = 0; i < rows; i++)
            {
                V w = i < count ? S.Broadcast((starts[first + i + 1] - starts[first + i]) * weight) : S.Zero;
                for (nuint n = (nuint)i * {{stride}}; n < ((nuint)i * {{stride}}) + {{width}}; n += (nuint)S.Width)
                {
                    S.Store(S.MultiplyAdd(w, S.Load(ref x, n), S.Load(ref g, n)), ref dx, n);
                }
            }
            """);

    /// <summary>Copies a block's rows into the batch's per-slot rows.</summary>
    public static string Publish(KernelSet kernels, int width, int xStride, int yStride) => kernels.Add(
        $"Publish{width}_{xStride}_{yStride}",
        KernelSet.Lanes(width),
        $"Copies rows of width {width} out of a block.",
        "ref float x, ref float y, int count",
        "ref x, ref y, count",
        () => $$"""
            for (nuint i = 0; i < (nuint)count; i++)
            {
                for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
                {
                    S.Store(S.Load(ref x, (i * {{xStride}}) + n), ref y, (i * {{yStride}}) + n);
                }
            }
            """);

    private static string Constants(OptimizerSnippet rule) =>
        string.Join("\n", rule.Constants.Select(c => $"V {c.Name} = S.Broadcast({c.Scalar});"));

    private static string Update(OptimizerSnippet rule, string at, int indent)
    {
        string[] loads = [.. Enumerable.Range(0, rule.States).Select(s => $"V s{s} = S.Load(ref state{s}, {at});")];
        string[] stores = [.. Enumerable.Range(0, rule.States).Select(s => $"S.Store(s{s}, ref state{s}, {at});")];
        string pad = new(' ', indent);
        return string.Join("\n", loads.Concat(rule.Update.Split('\n')).Concat(stores).Select(line => pad + line.TrimEnd()));
    }
}
