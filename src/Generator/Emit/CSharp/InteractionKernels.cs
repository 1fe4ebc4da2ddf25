namespace ModelGen.Generator.Emit.CSharp;

/// <summary>Interactions of a stack of vectors per example: all pairs, the factorisation machine sum, and their gradients.</summary>
internal static class InteractionKernels
{
    // From this many vectors on, products are summed lane by lane over a transposed stack.
    private const int ManyVectors = 8;

    /// <summary>y = the inner products of all pairs i &lt; j, in the order (0,1), (0,2), ... Pads y up to fill with zeros.</summary>
    public static string Pairs(KernelSet kernels, int vectors, int width, int xStride, int yStride, int fill) => vectors >= ManyVectors
        ? ManyPairs(kernels, vectors, width, xStride, yStride, fill)
        : FewPairs(kernels, vectors, width, xStride, yStride, fill);

    private static string FewPairs(KernelSet kernels, int vectors, int width, int xStride, int yStride, int fill) => kernels.Add(
        $"Pairs{vectors}x{width}_{xStride}_{yStride}_{fill}",
        KernelSet.Lanes(width),
        $"y = the inner products of all pairs of {vectors} vectors of width {width}.",
        "ref float x, ref float y, int rows",
        "ref x, ref y, rows",
        () => $$"""
            for (nuint r = 0; r < (nuint)rows; r++)
            {
                ref float stack = ref Unsafe.Add(ref x, r * {{xStride}});
                ref float pair = ref Unsafe.Add(ref y, r * {{yStride}});
                for (nuint i = 0; i < {{vectors - 1}} * {{width}}; i += {{width}})
                {
                    for (nuint j = i + {{width}}; j < {{vectors}} * {{width}}; j += {{width}})
                    {
                        V sum = S.Multiply(S.Load(ref stack, i), S.Load(ref stack, j));
                        for (nuint n = (nuint)S.Width; n < {{width}}; n += (nuint)S.Width)
                        {
                            sum = S.MultiplyAdd(S.Load(ref stack, i + n), S.Load(ref stack, j + n), sum);
                        }

                        pair = S.Sum(sum);
                        pair = ref Unsafe.Add(ref pair, 1);
                    }
                }
            {{(fill == 0 ? "" : $$"""

                for (nuint n = 0; n < {{fill}}; n++)
                {
                    Unsafe.Add(ref pair, n) = 0;
                }
            """)}}
            }
            """);

    // A lane is a partner j of vector i, so that no sum over the lanes of a vector is needed. Vectors read past the stack and write past the
    // pairs of i; the pairs of i + 1 come over it, and only whole rows leave the scratch memory.
    private static string ManyPairs(KernelSet kernels, int vectors, int width, int xStride, int yStride, int fill)
    {
        int pairs = vectors * (vectors - 1) / 2;
        return kernels.Add(
            $"Pairs{vectors}x{width}_{xStride}_{yStride}_{fill}",
            16,
            $"y = the inner products of all pairs of {vectors} vectors of width {width}.",
            "ref float x, ref float y, int rows",
            "ref x, ref y, rows",
            () => $$"""
                Span<float> columns = stackalloc float[({{width}} * {{vectors}}) + 16], products = stackalloc float[{{pairs}} + {{fill}} + 16];
                ref float column = ref MemoryMarshal.GetReference(columns);
                for (nuint r = 0; r < (nuint)rows; r++)
                {
                    ref float stack = ref Unsafe.Add(ref x, r * {{xStride}});
                    for (nuint i = 0; i < {{vectors}}; i++)
                    {
                        for (nuint n = 0; n < {{width}}; n++)
                        {
                            Unsafe.Add(ref column, (n * {{vectors}}) + i) = Unsafe.Add(ref stack, (i * {{width}}) + n);
                        }
                    }

                    ref float pair = ref MemoryMarshal.GetReference(products);
                    for (nuint i = 0; i + 1 < {{vectors}}; i++)
                    {
                        for (nuint j = i + 1; j < {{vectors}}; j += (nuint)S.Width)
                        {
                            V even = S.Zero, odd = S.Zero;
                            for (nuint n = 0; n + 1 < {{width}}; n += 2)
                            {
                                even = S.MultiplyAdd(S.Broadcast(Unsafe.Add(ref stack, (i * {{width}}) + n)), S.Load(ref column, (n * {{vectors}}) + j), even);
                                odd = S.MultiplyAdd(S.Broadcast(Unsafe.Add(ref stack, (i * {{width}}) + n + 1)), S.Load(ref column, ((n + 1) * {{vectors}}) + j), odd);
                            }
                {{(width % 2 == 0 ? "" : $$"""

                            even = S.MultiplyAdd(S.Broadcast(Unsafe.Add(ref stack, (i * {{width}}) + {{width - 1}})), S.Load(ref column, ({{width - 1}} * {{vectors}}) + j), even);
                """)}}
                            S.Store(S.Add(even, odd), ref pair, j - i - 1);
                        }

                        pair = ref Unsafe.Add(ref pair, {{vectors - 1}} - i);
                    }
                {{(fill == 0 ? "" : $$"""

                    products.Slice({{pairs}}, {{fill}}).Clear();
                """)}}
                    products.Slice(0, {{pairs + fill}}).CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref y, r * {{yStride}}), {{pairs + fill}}));
                }
                """);
    }

    /// <summary>dx_i = sum over j of g_ij x_j.</summary>
    public static string PairsGradient(KernelSet kernels, int vectors, int width, int gStride, int xStride, int dxStride) => kernels.Add(
        $"PairsGradient{vectors}x{width}_{gStride}_{xStride}_{dxStride}",
        KernelSet.Lanes(width),
        $"dx_i = the sum over j of g_ij x_j for {vectors} vectors of width {width}.",
        "ref float g, ref float x, ref float dx, int rows",
        "ref g, ref x, ref dx, rows",
        () => $$"""
            for (nuint r = 0; r < (nuint)rows; r++)
            {
                ref float pair = ref Unsafe.Add(ref g, r * {{gStride}});
                ref float stack = ref Unsafe.Add(ref x, r * {{xStride}});
                ref float result = ref Unsafe.Add(ref dx, r * {{dxStride}});
                for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
                {
                    // Pair (i, j) lies at start(i) + j, start(i) counting the pairs of the vectors before i.
                    for (nuint i = 0; i < {{vectors}}; i++)
                    {
                        V even = S.Zero, odd = S.Zero;
                        nuint at = i;
                        for (nuint j = 0; j < i; j++)
                        {
                            even = S.MultiplyAdd(S.Broadcast(Unsafe.Add(ref pair, at - 1)), S.Load(ref stack, (j * {{width}}) + n), even);
                            at += {{vectors - 2}} - j;
                        }

                        nuint start = (i * {{vectors}}) - (i * (i + 1) / 2);
                        for (nuint j = i + 1; j < {{vectors}}; j++)
                        {
                            odd = S.MultiplyAdd(S.Broadcast(Unsafe.Add(ref pair, start + j - i - 1)), S.Load(ref stack, (j * {{width}}) + n), odd);
                        }

                        S.Store(S.Add(even, odd), ref result, (i * {{width}}) + n);
                    }
                }
            }
            """);

    /// <summary>y = ((sum x_i)^2 - sum x_i^2) / 2, summed over the width.</summary>
    public static string Fm(KernelSet kernels, int vectors, int width, int xStride) => kernels.Add(
        $"Fm{vectors}x{width}_{xStride}",
        KernelSet.Lanes(width),
        $"y = half of (sum of the {vectors} vectors)^2 minus the sum of their squares, over the width {width}.",
        "ref float x, ref float y, int rows",
        "ref x, ref y, rows",
        () => $$"""
            for (nuint r = 0; r < (nuint)rows; r++)
            {
                ref float stack = ref Unsafe.Add(ref x, r * {{xStride}});
                V difference = S.Zero;
                for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
                {
                    V sum = S.Zero, squares = S.Zero;
                    for (nuint i = 0; i < {{vectors}}; i++)
                    {
                        V value = S.Load(ref stack, (i * {{width}}) + n);
                        sum = S.Add(sum, value);
                        squares = S.MultiplyAdd(value, value, squares);
                    }

                    difference = S.Add(difference, S.Subtract(S.Multiply(sum, sum), squares));
                }

                Unsafe.Add(ref y, r) = 0.5f * S.Sum(difference);
            }
            """);

    /// <summary>dx_i = g (sum x_j - x_i).</summary>
    public static string FmGradient(KernelSet kernels, int vectors, int width, int xStride, int dxStride) => kernels.Add(
        $"FmGradient{vectors}x{width}_{xStride}_{dxStride}",
        KernelSet.Lanes(width),
        $"dx_i = g (the sum of the {vectors} vectors - x_i), width {width}.",
        "ref float g, ref float x, ref float dx, int rows",
        "ref g, ref x, ref dx, rows",
        () => $$"""
            for (nuint r = 0; r < (nuint)rows; r++)
            {
                ref float stack = ref Unsafe.Add(ref x, r * {{xStride}});
                ref float result = ref Unsafe.Add(ref dx, r * {{dxStride}});
                V slope = S.Broadcast(Unsafe.Add(ref g, r));
                for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
                {
                    V sum = S.Zero;
                    for (nuint i = 0; i < {{vectors}}; i++)
                    {
                        sum = S.Add(sum, S.Load(ref stack, (i * {{width}}) + n));
                    }

                    for (nuint i = 0; i < {{vectors}}; i++)
                    {
                        S.Store(S.Multiply(slope, S.Subtract(sum, S.Load(ref stack, (i * {{width}}) + n))), ref result, (i * {{width}}) + n);
                    }
                }
            }
            """);
}
