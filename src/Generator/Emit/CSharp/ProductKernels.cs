namespace ModelGen.Generator.Emit.CSharp;

/// <summary>Register-tiled matrix products with literal sizes: y = x W (+ b), dx = dy W^T, dW += x^T dy, and their one-column forms.</summary>
internal static class ProductKernels
{
    // Floats from which on the sums that a product adds to are not in the nearest cache.
    private const int FetchedAhead = 8192;

    /// <summary>
    /// y[rows x columns] = x[rows x depth] w[depth x columns], optionally plus a bias, then ReLU or the mask of a ReLU's gradient.
    /// Rows are a multiple of 8.
    /// </summary>
    public static string Product(KernelSet kernels, int depth, int columns, int xStride, int wStride, int yStride, bool bias, bool relu, int maskStride)
    {
        bool masked = maskStride > 0;
        string name = $"Product{depth}x{columns}{(bias ? "Bias" : "")}{(relu ? "Relu" : "")}{(masked ? "Mask" + maskStride : "")}_{xStride}_{wStride}_{yStride}";
        string start = bias ? "true, ref Unsafe.Add(ref bias, n), 0" : "false, ref y, 0";
        string finish = relu ? "Finish.Relu" : masked ? "Finish.Mask" : "Finish.None";
        string mask = masked ? $"ref Unsafe.Add(ref mask, (r * {maskStride}) + n), {maskStride}" : "ref y, 0";
        string extra = (bias ? ", ref float bias" : "") + (masked ? ", ref float mask" : "");
        return kernels.Add(
            name,
            KernelSet.Lanes(columns),
            $"y[rows x {columns}] = x[rows x {depth}] w[{depth} x {columns}]{(bias ? " + bias" : "")}{(relu ? ", then ReLU" : "")}{(masked ? ", zero where the ReLU was" : "")}.",
            $"ref float x, ref float w, ref float y{extra}, int rows",
            $"ref x, ref w, ref y{extra.Replace("float ", "")}, rows",
            () => Panels(columns, "(nuint)rows", vectors => $$"""
                Microkernel.Rows8Vectors{{vectors}}<S, V>(
                    ref Unsafe.Add(ref x, r * {{xStride}}), {{xStride}}, 1, ref Unsafe.Add(ref w, n), {{wStride}}, {{depth}},
                    {{start}}, {{finish}}, {{mask}}, ref Unsafe.Add(ref y, (r * {{yStride}}) + n), {{yStride}});
                """));
    }

    /// <summary>w[depth x columns] = or += x[rows x depth]^T g[rows x columns]. blockRows of w are computed, a multiple of 8 when x is padded.</summary>
    public static string Outer(KernelSet kernels, int depth, int columns, int xStride, int gStride, int wStride, bool padded)
    {
        int blocks = padded ? (depth + 7) / 8 * 8 : depth / 8 * 8;
        return kernels.Add(
            $"Outer{depth}x{columns}{(padded ? "" : "Exact")}_{xStride}_{gStride}_{wStride}",
            KernelSet.Lanes(columns),
            $"w[{depth} x {columns}] = or += x[rows x {depth}]^T g[rows x {columns}].",
            "ref float x, ref float g, ref float w, int rows, bool accumulate",
            "ref x, ref g, ref w, rows, accumulate",
            () => (blocks == 0 ? string.Empty : Panels(columns, blocks.ToString(System.Globalization.CultureInfo.InvariantCulture), vectors => $$"""
                {{(depth * wStride < FetchedAhead ? "" : $"Microkernel.Prefetch8(ref Unsafe.Add(ref w, ((r + 8) * {wStride}) + n), {wStride});\n")}}Microkernel.Rows8Vectors{{vectors}}<S, V>(
                    ref Unsafe.Add(ref x, r), 1, {{xStride}}, ref Unsafe.Add(ref g, n), {{gStride}}, (nuint)rows,
                    accumulate, ref Unsafe.Add(ref w, (r * {{wStride}}) + n), {{wStride}}, Finish.None, ref w, 0, ref Unsafe.Add(ref w, (r * {{wStride}}) + n), {{wStride}});
                """))
                + (blocks >= depth ? string.Empty : $$"""

                for (nuint r = {{blocks}}; r < {{depth}}; r++)
                {
                    for (nuint n = 0; n < {{columns}}; n += (nuint)S.Width)
                    {
                        V sum = accumulate ? S.Load(ref w, (r * {{wStride}}) + n) : S.Zero;
                        for (nuint t = 0; t < (nuint)rows; t++)
                        {
                            sum = S.MultiplyAdd(S.Broadcast(Unsafe.Add(ref x, (t * {{xStride}}) + r)), S.Load(ref g, (t * {{gStride}}) + n), sum);
                        }

                        S.Store(sum, ref w, (r * {{wStride}}) + n);
                    }
                }
                """));
    }

    /// <summary>y[rows] = x[rows x depth] w[depth] (+ b).</summary>
    public static string Dot(KernelSet kernels, int depth, int xStride, bool bias) => kernels.Add(
        $"Dot{depth}{(bias ? "Bias" : "")}_{xStride}",
        KernelSet.Lanes(depth),
        $"y[rows] = x[rows x {depth}] w[{depth}]{(bias ? " + bias" : "")}.",
        $"ref float x, ref float w, ref float y{(bias ? ", float bias" : "")}, int rows",
        $"ref x, ref w, ref y{(bias ? ", bias" : "")}, rows",
        () => $$"""
            for (nuint r = 0; r < (nuint)rows; r++)
            {
                V sum = S.Zero;
                for (nuint k = 0; k < {{depth}}; k += (nuint)S.Width)
                {
                    sum = S.MultiplyAdd(S.Load(ref x, (r * {{xStride}}) + k), S.Load(ref w, k), sum);
                }

                Unsafe.Add(ref y, r) = S.Sum(sum){{(bias ? " + bias" : "")}};
            }
            """);

    /// <summary>dx[rows x depth] = g[rows] w[depth], zero where a ReLU was.</summary>
    public static string Spread(KernelSet kernels, int depth, int xStride, int maskStride) => kernels.Add(
        $"Spread{depth}{(maskStride > 0 ? "Mask" + maskStride : "")}_{xStride}",
        KernelSet.Lanes(depth),
        $"dx[rows x {depth}] = g[rows] w[{depth}]{(maskStride > 0 ? ", zero where the ReLU was" : "")}.",
        $"ref float g, ref float w, ref float dx{(maskStride > 0 ? ", ref float mask" : "")}, int rows",
        $"ref g, ref w, ref dx{(maskStride > 0 ? ", ref mask" : "")}, rows",
        () => $$"""
            for (nuint r = 0; r < (nuint)rows; r++)
            {
                V slope = S.Broadcast(Unsafe.Add(ref g, r));
                for (nuint k = 0; k < {{depth}}; k += (nuint)S.Width)
                {
                    V value = S.Multiply(slope, S.Load(ref w, k));
                    S.Store({{(maskStride > 0 ? $"S.WherePositive(S.Load(ref mask, (r * {maskStride}) + k), value)" : "value")}}, ref dx, (r * {{xStride}}) + k);
                }
            }
            """);

    /// <summary>w[depth] = or += sum over rows of g[row] x[row].</summary>
    public static string WeightedSum(KernelSet kernels, int depth, int xStride) => kernels.Add(
        $"WeightedSum{depth}_{xStride}",
        KernelSet.Lanes(depth),
        $"w[{depth}] = or += sum over the rows of g[row] x[row x {depth}].",
        "ref float x, ref float g, ref float w, int rows, bool accumulate",
        "ref x, ref g, ref w, rows, accumulate",
        () => $$"""
            for (nuint k = 0; k < {{depth}}; k += (nuint)S.Width)
            {
                V sum = accumulate ? S.Load(ref w, k) : S.Zero;
                for (nuint r = 0; r < (nuint)rows; r++)
                {
                    sum = S.MultiplyAdd(S.Broadcast(Unsafe.Add(ref g, r)), S.Load(ref x, (r * {{xStride}}) + k), sum);
                }

                S.Store(sum, ref w, k);
            }
            """);

    /// <summary>b[columns] = or += column sums of g[rows x columns].</summary>
    public static string ColumnSum(KernelSet kernels, int columns, int gStride) => kernels.Add(
        $"ColumnSum{columns}_{gStride}",
        KernelSet.Lanes(columns),
        $"b[{columns}] = or += the column sums of g[rows x {columns}].",
        "ref float g, ref float b, int rows, bool accumulate",
        "ref g, ref b, rows, accumulate",
        () => $$"""
            for (nuint n = 0; n < {{columns}}; n += (nuint)S.Width)
            {
                V sum = accumulate ? S.Load(ref b, n) : S.Zero;
                for (nuint r = 0; r < (nuint)rows; r++)
                {
                    sum = S.Add(sum, S.Load(ref g, (r * {{gStride}}) + n));
                }

                S.Store(sum, ref b, n);
            }
            """);

    // Panels of two vectors, then one of a single vector where the width is odd in vectors. Columns outside, rows inside: the panel of
    // the right operand stays in cache while the rows pass.
    private static string Panels(int columns, string rows, System.Func<int, string> tile) => $$"""
        for (nuint n = 0; n + (2 * (nuint)S.Width) <= {{columns}}; n += 2 * (nuint)S.Width)
        {
            for (nuint r = 0; r < {{rows}}; r += 8)
            {
        {{Indent(tile(2), 8)}}
            }
        }

        if ({{columns}} % (2 * S.Width) != 0)
        {
            nuint n = (nuint)({{columns}} - S.Width);
            for (nuint r = 0; r < {{rows}}; r += 8)
            {
        {{Indent(tile(1), 8)}}
            }
        }
        """;

    private static string Indent(string text, int spaces) =>
        new string(' ', spaces) + text.Replace("\n", "\n" + new string(' ', spaces));
}
