namespace ModelGen.Generator.Emit.CSharp;

/// <summary>Kernels of a matrix factorisation that is trained on all ratings at once: gradients of a row, and the costs of clusters.</summary>
internal static class FactorizationKernels
{
    /// <summary>gradient = pull x + sum over j of 2 w_j (x y_j - t_j) y_j, the products x y_j, and the loss sum of w_j (x y_j - t_j)^2.</summary>
    public static string Gradient(KernelSet kernels, int width) => kernels.Add(
        $"FactorGradient{width}",
        KernelSet.Lanes(width),
        $"gradient = pull x + the sum of 2 w (x y - t) y over the cells of a row, width {width}; products = x y; loss += the sum of w (x y - t)^2. Four cells at a time, in order.",
        "ref float x, float pull, ref float others, ref int rows, ref float weights, ref float targets, int count, ref float gradient, ref float products, ref double loss",
        "ref x, pull, ref others, ref rows, ref weights, ref targets, count, ref gradient, ref products, ref loss",
        () => $$"""
            V start = S.Broadcast(pull);
            for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
            {
                S.Store(S.Multiply(start, S.Load(ref x, n)), ref gradient, n);
            }

            double sum = 0;
            nuint j = 0;
            for (; j + 4 <= (nuint)count; j += 4)
            {
                ref float y0 = ref Unsafe.Add(ref others, (nint)Unsafe.Add(ref rows, j) * {{width}});
                ref float y1 = ref Unsafe.Add(ref others, (nint)Unsafe.Add(ref rows, j + 1) * {{width}});
                ref float y2 = ref Unsafe.Add(ref others, (nint)Unsafe.Add(ref rows, j + 2) * {{width}});
                ref float y3 = ref Unsafe.Add(ref others, (nint)Unsafe.Add(ref rows, j + 3) * {{width}});
                V s0 = S.Zero, s1 = S.Zero, s2 = S.Zero, s3 = S.Zero;
                for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
                {
                    V own = S.Load(ref x, n);
                    s0 = S.MultiplyAdd(own, S.Load(ref y0, n), s0);
                    s1 = S.MultiplyAdd(own, S.Load(ref y1, n), s1);
                    s2 = S.MultiplyAdd(own, S.Load(ref y2, n), s2);
                    s3 = S.MultiplyAdd(own, S.Load(ref y3, n), s3);
                }

                float p0 = S.Sum(s0), p1 = S.Sum(s1), p2 = S.Sum(s2), p3 = S.Sum(s3);
                (Unsafe.Add(ref products, j), Unsafe.Add(ref products, j + 1), Unsafe.Add(ref products, j + 2), Unsafe.Add(ref products, j + 3)) = (p0, p1, p2, p3);
                float e0 = p0 - Unsafe.Add(ref targets, j), w0 = Unsafe.Add(ref weights, j);
                float e1 = p1 - Unsafe.Add(ref targets, j + 1), w1 = Unsafe.Add(ref weights, j + 1);
                float e2 = p2 - Unsafe.Add(ref targets, j + 2), w2 = Unsafe.Add(ref weights, j + 2);
                float e3 = p3 - Unsafe.Add(ref targets, j + 3), w3 = Unsafe.Add(ref weights, j + 3);
                sum += ((w0 * e0 * e0) + (w1 * e1 * e1)) + ((w2 * e2 * e2) + (w3 * e3 * e3));
                V g0 = S.Broadcast(2 * w0 * e0), g1 = S.Broadcast(2 * w1 * e1), g2 = S.Broadcast(2 * w2 * e2), g3 = S.Broadcast(2 * w3 * e3);
                for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
                {
                    V g = S.MultiplyAdd(g0, S.Load(ref y0, n), S.Load(ref gradient, n));
                    g = S.MultiplyAdd(g1, S.Load(ref y1, n), g);
                    g = S.MultiplyAdd(g2, S.Load(ref y2, n), g);
                    S.Store(S.MultiplyAdd(g3, S.Load(ref y3, n), g), ref gradient, n);
                }
            }

            for (; j < (nuint)count; j++)
            {
                ref float y = ref Unsafe.Add(ref others, (nint)Unsafe.Add(ref rows, j) * {{width}});
                V s = S.Zero;
                for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
                {
                    s = S.MultiplyAdd(S.Load(ref x, n), S.Load(ref y, n), s);
                }

                float p = S.Sum(s);
                Unsafe.Add(ref products, j) = p;
                float e = p - Unsafe.Add(ref targets, j), w = Unsafe.Add(ref weights, j);
                sum += w * e * e;
                V g = S.Broadcast(2 * w * e);
                for (nuint n = 0; n < {{width}}; n += (nuint)S.Width)
                {
                    S.Store(S.MultiplyAdd(g, S.Load(ref y, n), S.Load(ref gradient, n)), ref gradient, n);
                }
            }

            loss += sum;
            """);

    /// <summary>costs[q] = sum over j of (t_j - scores[row_j, q])^2 for every cluster q.</summary>
    public static string Costs(KernelSet kernels, int clusters) => kernels.Add(
        $"ClusterCosts{clusters}",
        KernelSet.Lanes(clusters),
        $"costs[q] = the squared errors of an id's ratings if it were in cluster q, {clusters} clusters with padding, every rating read once per four vectors.",
        "ref float scores, ref int rows, ref float targets, int count, ref float costs",
        "ref scores, ref rows, ref targets, count, ref costs",
        () => $$"""
            nuint n = 0;
            for (; n + (4 * (nuint)S.Width) <= {{clusters}}; n += 4 * (nuint)S.Width)
            {
                V c0 = S.Zero, c1 = S.Zero, c2 = S.Zero, c3 = S.Zero;
                for (nuint j = 0; j < (nuint)count; j++)
                {
                    ref float line = ref Unsafe.Add(ref scores, ((nint)Unsafe.Add(ref rows, j) * {{clusters}}) + (nint)n);
                    V target = S.Broadcast(Unsafe.Add(ref targets, j));
                    V e0 = S.Subtract(target, S.Load(ref line, 0)), e1 = S.Subtract(target, S.Load(ref line, (nuint)S.Width));
                    V e2 = S.Subtract(target, S.Load(ref line, 2 * (nuint)S.Width)), e3 = S.Subtract(target, S.Load(ref line, 3 * (nuint)S.Width));
                    c0 = S.MultiplyAdd(e0, e0, c0);
                    c1 = S.MultiplyAdd(e1, e1, c1);
                    c2 = S.MultiplyAdd(e2, e2, c2);
                    c3 = S.MultiplyAdd(e3, e3, c3);
                }

                S.Store(c0, ref costs, n);
                S.Store(c1, ref costs, n + (nuint)S.Width);
                S.Store(c2, ref costs, n + (2 * (nuint)S.Width));
                S.Store(c3, ref costs, n + (3 * (nuint)S.Width));
            }

            for (; n < {{clusters}}; n += (nuint)S.Width)
            {
                V c = S.Zero;
                for (nuint j = 0; j < (nuint)count; j++)
                {
                    V e = S.Subtract(S.Broadcast(Unsafe.Add(ref targets, j)), S.Load(ref Unsafe.Add(ref scores, ((nint)Unsafe.Add(ref rows, j) * {{clusters}}) + (nint)n), 0));
                    c = S.MultiplyAdd(e, e, c);
                }

                S.Store(c, ref costs, n);
            }
            """);
}
