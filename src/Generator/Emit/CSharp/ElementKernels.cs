using System.Linq;

namespace ModelGen.Generator.Emit.CSharp;

/// <summary>Lookups of vectors and gradients between batch and tile, and element-wise operations inside the tile.</summary>
internal static class ElementKernels
{
    /// <summary>Copies (single value) or pools (bag) the vectors of the examples into the tile; rows past the examples become zero.</summary>
    public static string Lookup(KernelSet kernels, string feature, int pooling, int width, int vectorStride, int offset, int yStride) => kernels.Add(
        $"Lookup{feature}{(width == 1 ? "Weight" : "")}",
        KernelSet.Lanes(width),
        $"{feature}: {(pooling == 0 ? "the vector" : pooling == 1 ? "the sum of the vectors" : "the mean of the vectors")} of each example, width {width}.",
        "FeatureBatch f, int first, int count, int rows, ref float y",
        "f, first, count, rows, ref y",
        () => (pooling == 0 ? $$"""
            for (int i = 0; i < count; i++)
            {
                ref float vector = ref f.Vectors.At(((long)f.Slots[first + i] * {{vectorStride}}) + {{offset}});
                for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
                {
                    S.Store(S.Load(ref vector, n), ref y, ((nuint)i * {{yStride}}) + n);
                }
            }
            """ : $$"""
            for (int i = 0; i < count; i++)
            {
                int begin = f.Offsets[first + i], end = f.Offsets[first + i + 1];
                for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
                {
                    V sum = S.Zero;
                    for (int p = begin; p < end; p++)
                    {
                        sum = S.Add(sum, S.Load(ref f.Vectors.At(((long)f.Slots[p] * {{vectorStride}}) + {{offset}}), n));
                    }
            {{(pooling == 2 ? """

                    sum = S.Multiply(sum, S.Broadcast(1f / Math.Max(1, end - begin)));
            """ : "")}}
                    S.Store(sum, ref y, ((nuint)i * {{yStride}}) + n);
                }
            }
            """) + $$"""

            for (nuint i = (nuint)count; i < (nuint)rows; i++)
            {
                for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
                {
                    S.Store(S.Zero, ref y, (i * {{yStride}}) + n);
                }
            }
            """);

    /// <summary>Copies the table rows of the examples into the tile; an unknown value and the rows past the examples are zero.</summary>
    public static string Rows(KernelSet kernels, string feature, int width, int yStride) => kernels.Add(
        $"Rows{feature}{(width == 1 ? "Weight" : "")}",
        KernelSet.Lanes(width),
        $"{feature}: the row of each example, width {width}.",
        "FeatureBatch f, Table table, int first, int count, int rows, ref float y",
        "f, table, first, count, rows, ref y",
        () => $$"""
            for (int i = 0; i < count; i++)
            {
                int slot = f.Slots[first + i];
                ref float row = ref (slot == 0 ? ref f.Vectors.First : ref table.Values.At((long)f.Ids[slot] * {{width}}));
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
            """);

    /// <summary>Hands the gradient of each example's pooled vector to the id-level backward pass.</summary>
    public static string Deliver(KernelSet kernels, string feature, int pooling, int width, int vectorStride, int offset, int gStride) => kernels.Add(
        $"Deliver{feature}{(width == 1 ? "Weight" : "")}",
        KernelSet.Lanes(width),
        $"{feature}: the gradient of each example's {(pooling == 2 ? "mean, divided by the size of its bag" : "vector")}, width {width}.",
        "FeatureBatch f, int first, int count, ref float g",
        "f, first, count, ref g",
        () => $$"""
            for (int i = 0; i < count; i++)
            {
                ref float target = ref f.Gradients.At(((long)(first + i) * {{vectorStride}}) + {{offset}});
            {{(pooling == 2 ? "    V share = S.Broadcast(1f / Math.Max(1, f.Offsets[first + i + 1] - f.Offsets[first + i]));" : "")}}
                for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
                {
                    V value = S.Load(ref g, ((nuint)i * {{gStride}}) + n);
                    S.Store({{(pooling == 2 ? "S.Multiply(value, share)" : "value")}}, ref target, n);
                }
            }
            """.Replace("\n\n\n", "\n"));

    /// <summary>One vector for all rows of the tile.</summary>
    public static string Constant(KernelSet kernels, int width, int yStride) => kernels.Add(
        $"Constant{width}_{yStride}",
        KernelSet.Lanes(width),
        $"The same {width} values for every row.",
        "ref float c, ref float y, int rows",
        "ref c, ref y, rows",
        () => $$"""
            for (nuint r = 0; r < (nuint)rows; r++)
            {
                for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
                {
                    S.Store(S.Load(ref c, n), ref y, (r * {{yStride}}) + n);
                }
            }
            """);

    /// <summary>Copies width columns from one stride to another.</summary>
    public static string Copy(KernelSet kernels, int width, int xStride, int yStride) => kernels.Add(
        $"Copy{width}_{xStride}_{yStride}",
        KernelSet.Lanes(width),
        $"Copies {width} columns.",
        "ref float x, ref float y, int rows",
        "ref x, ref y, rows",
        () => Map(width, yStride, $"S.Load(ref x, (r * {xStride}) + n)"));

    /// <summary>y = the sum of the terms.</summary>
    public static string Add(KernelSet kernels, int width, int[] strides, int yStride) => kernels.Add(
        $"Add{width}_{string.Join("_", strides)}_{yStride}",
        KernelSet.Lanes(width),
        $"y = the sum of {strides.Length} terms of width {width}.",
        string.Join(", ", strides.Select((_, i) => $"ref float x{i}")) + ", ref float y, int rows",
        string.Join(", ", strides.Select((_, i) => $"ref x{i}")) + ", ref y, rows",
        () => Map(width, yStride, strides.Select((s, i) => $"S.Load(ref x{i}, (r * {s}) + n)").Aggregate((a, b) => $"S.Add({a}, {b})")));

    /// <summary>y = a * b.</summary>
    public static string Multiply(KernelSet kernels, int width, int aStride, int bStride, int yStride) => kernels.Add(
        $"Multiply{width}_{aStride}_{bStride}_{yStride}",
        KernelSet.Lanes(width),
        $"y = a b element by element, width {width}.",
        "ref float a, ref float b, ref float y, int rows",
        "ref a, ref b, ref y, rows",
        () => Map(width, yStride, $"S.Multiply(S.Load(ref a, (r * {aStride}) + n), S.Load(ref b, (r * {bStride}) + n))"));

    /// <summary>The columns of x at column at of rows that are zero elsewhere.</summary>
    public static string Place(KernelSet kernels, int width, int at, int whole, int xStride, int yStride) => kernels.Add(
        $"Place{width}_{at}_{whole}_{xStride}_{yStride}",
        KernelSet.Lanes(width | at | whole),
        $"{width} columns at column {at} of {whole}, the others zero.",
        "ref float x, ref float y, int rows",
        "ref x, ref y, rows",
        () => $$"""
            for (nuint r = 0; r < (nuint)rows; r++)
            {
                for (nuint n = 0; n < {{whole}}; n += (nuint)S.Width)
                {
                    S.Store(n >= {{at}} && n < {{at + width}} ? S.Load(ref x, (r * {{xStride}}) + n - {{at}}) : S.Zero, ref y, (r * {{yStride}}) + n);
                }
            }
            """);

    /// <summary>y = x + b.</summary>
    public static string Offset(KernelSet kernels, int width, int xStride, int yStride) => kernels.Add(
        $"Offset{width}_{xStride}_{yStride}",
        KernelSet.Lanes(width),
        $"y = x + b, width {width}.",
        "ref float x, ref float b, ref float y, int rows",
        "ref x, ref b, ref y, rows",
        () => Map(width, yStride, $"S.Add(S.Load(ref x, (r * {xStride}) + n), S.Load(ref b, n))"));

    /// <summary>y = max(x, 0).</summary>
    public static string Relu(KernelSet kernels, int width, int xStride, int yStride) => kernels.Add(
        $"Relu{width}_{xStride}_{yStride}",
        KernelSet.Lanes(width),
        $"y = max(x, 0), width {width}.",
        "ref float x, ref float y, int rows",
        "ref x, ref y, rows",
        () => Map(width, yStride, $"S.Relu(S.Load(ref x, (r * {xStride}) + n))"));

    /// <summary>dx = g where the ReLU's output was above zero.</summary>
    public static string ReluGradient(KernelSet kernels, int width, int gStride, int maskStride, int yStride) => kernels.Add(
        $"ReluGradient{width}_{gStride}_{maskStride}_{yStride}",
        KernelSet.Lanes(width),
        $"dx = g where the ReLU's output was above zero, width {width}.",
        "ref float g, ref float mask, ref float dx, int rows",
        "ref g, ref mask, ref dx, rows",
        () => Map(width, yStride, $"S.WherePositive(S.Load(ref mask, (r * {maskStride}) + n), S.Load(ref g, (r * {gStride}) + n))").Replace("ref y", "ref dx"));

    /// <summary>Zeroes columns [from, stride) of every row.</summary>
    public static string ClearPadding(KernelSet kernels, int from, int stride) => kernels.Add(
        $"ClearPadding{from}_{stride}",
        1,
        $"Zeroes columns {from} to {stride - 1}.",
        "ref float y, int rows",
        "ref y, rows",
        () => $$"""
            for (nuint r = 0; r < (nuint)rows; r++)
            {
                for (nuint n = {{from}}; n < {{stride}}; n += (nuint)S.Width)
                {
                    S.Store(S.Zero, ref y, (r * {{stride}}) + n);
                }
            }
            """);

    private static string Map(int width, int yStride, string value) => $$"""
        for (nuint r = 0; r < (nuint)rows; r++)
        {
            for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
            {
                S.Store({{value}}, ref y, (r * {{yStride}}) + n);
            }
        }
        """;
}
