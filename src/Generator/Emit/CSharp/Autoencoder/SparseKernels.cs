namespace ModelGen.Generator.Emit.CSharp.Autoencoder;

/// <summary>
/// Products over the kept entries of the unit rows alone. The vectors of a block of 32 users lie next to each other column by column, so an
/// entry is one broadcast and two loads for 32 users, and no gather is needed. The number of kept entries changes over the schedule and is a
/// run-time value.
/// </summary>
internal static class SparseKernels
{
    /// <summary>h = sum of the unit rows of each user of a block.</summary>
    public static string HistorySum(KernelSet kernels, Sizes z) => kernels.Add(
        "HistorySumSparse", 16, $"h = the sum of the kept entries of a user's items, for a block of users; {z.Width} columns.",
        "AutoencoderStep step, int block", "step, block",
        () => $$"""
            SparseRows rows = step.Rows;
            ref float sums = ref step.Histories.At((long)block * {{z.BlockFloats}});
            for (nuint n = 0; n < {{z.BlockFloats}}; n += (nuint)S.Width)
            {
                S.Store(S.Zero, ref sums, n);
            }

            ref int indices = ref MemoryMarshal.GetArrayDataReference(rows.Indices);
            ref float unit = ref rows.Unit.First;
            ref float row = ref BlockScratch.Aligned({{z.Columns}});
            int end = Math.Min(step.Users, (block + 1) * 32);
            for (int user = block * 32; user < end; user++)
            {
                long entries = 0;
                for (int p = step.HistoryStarts[user]; p < step.HistoryStarts[user + 1]; p++)
                {
                    entries += rows.Count(step.HistoryItems[p]);
                }

                // Many entries are summed in a row of their own, which stays in the cache, a few in their place.
                ref float lane = ref Unsafe.Add(ref sums, user & 31);
                bool apart = entries > {{z.Columns}};
                ref float target = ref apart ? ref row : ref lane;
                nint stride = apart ? 1 : 32;
                for (nuint n = 0; apart && n < {{z.Columns}}; n += (nuint)S.Width)
                {
                    S.Store(S.Zero, ref row, n);
                }

                for (int p = step.HistoryStarts[user]; p < step.HistoryStarts[user + 1]; p++)
                {
                    int item = step.HistoryItems[p];
                    nint at = (nint)rows.Start(item), last = at + rows.Count(item);
                    for (; at < last; at++)
                    {
                        Unsafe.Add(ref target, Unsafe.Add(ref indices, at) * stride) += Unsafe.Add(ref unit, at);
                    }
                }

                for (nint column = 0; apart && column < {{z.Columns}}; column++)
                {
                    Unsafe.Add(ref lane, column * 32) = Unsafe.Add(ref row, column);
                }
            }
            """);

    /// <summary>y = N h for outputs [first, end) and one block.</summary>
    public static string Similarity(KernelSet kernels, Sizes z) => kernels.Add(
        "SimilaritySparse", 16, "y = N h over the kept entries, for a cut of outputs and a block of users.",
        "AutoencoderStep step, int block, int first, int end", "step, block, first, end",
        () => $$"""
            SparseRows rows = step.Rows;
            ref int indices = ref MemoryMarshal.GetArrayDataReference(rows.Indices);
            ref float unit = ref rows.Unit.First;
            for (nuint n = 0; n < 32; n += 2 * (nuint)S.Width)
            {
                ref float h = ref step.Histories.At(((long)block * {{z.BlockFloats}}) + (long)n);
                ref float y = ref step.Scores.At(((((long)block * step.OutputRows) + first) * 32) + (long)n);
                for (int o = first; o < end; o++)
                {
                    int item = step.Outputs[o];
                    nint at = (nint)rows.Start(item), last = at + rows.Count(item);
                    V a0 = S.Zero, a1 = S.Zero, b0 = S.Zero, b1 = S.Zero, c0 = S.Zero, c1 = S.Zero, d0 = S.Zero, d1 = S.Zero;
                    for (; at + 4 <= last; at += 4)
                    {
                        ref float h0 = ref Unsafe.Add(ref h, (nint)Unsafe.Add(ref indices, at) * 32);
                        V v = S.Broadcast(Unsafe.Add(ref unit, at));
                        a0 = S.MultiplyAdd(v, S.Load(ref h0, 0), a0);
                        a1 = S.MultiplyAdd(v, S.Load(ref h0, (nuint)S.Width), a1);
                        ref float h1 = ref Unsafe.Add(ref h, (nint)Unsafe.Add(ref indices, at + 1) * 32);
                        v = S.Broadcast(Unsafe.Add(ref unit, at + 1));
                        b0 = S.MultiplyAdd(v, S.Load(ref h1, 0), b0);
                        b1 = S.MultiplyAdd(v, S.Load(ref h1, (nuint)S.Width), b1);
                        ref float h2 = ref Unsafe.Add(ref h, (nint)Unsafe.Add(ref indices, at + 2) * 32);
                        v = S.Broadcast(Unsafe.Add(ref unit, at + 2));
                        c0 = S.MultiplyAdd(v, S.Load(ref h2, 0), c0);
                        c1 = S.MultiplyAdd(v, S.Load(ref h2, (nuint)S.Width), c1);
                        ref float h3 = ref Unsafe.Add(ref h, (nint)Unsafe.Add(ref indices, at + 3) * 32);
                        v = S.Broadcast(Unsafe.Add(ref unit, at + 3));
                        d0 = S.MultiplyAdd(v, S.Load(ref h3, 0), d0);
                        d1 = S.MultiplyAdd(v, S.Load(ref h3, (nuint)S.Width), d1);
                    }

                    for (; at < last; at++)
                    {
                        ref float h0 = ref Unsafe.Add(ref h, (nint)Unsafe.Add(ref indices, at) * 32);
                        V v = S.Broadcast(Unsafe.Add(ref unit, at));
                        a0 = S.MultiplyAdd(v, S.Load(ref h0, 0), a0);
                        a1 = S.MultiplyAdd(v, S.Load(ref h0, (nuint)S.Width), a1);
                    }

                    S.Store(S.Add(S.Add(a0, b0), S.Add(c0, d0)), ref y, 0);
                    S.Store(S.Add(S.Add(a1, b1), S.Add(c1, d1)), ref y, (nuint)S.Width);
                    y = ref Unsafe.Add(ref y, 32);
                }
            }
            """);

    /// <summary>dh += dY N for outputs [first, end) and one block.</summary>
    public static string SimilarityUser(KernelSet kernels, Sizes z) => kernels.Add(
        "SimilarityUserSparse", 16, "dh += dy N over the kept entries, for a cut of outputs and a block of users.",
        "AutoencoderStep step, int block, int first, int end", "step, block, first, end",
        () => $$"""
            SparseRows rows = step.Rows;
            ref int indices = ref MemoryMarshal.GetArrayDataReference(rows.Indices);
            ref float unit = ref rows.Unit.First;
            for (nuint n = 0; n < 32; n += 2 * (nuint)S.Width)
            {
                ref float dh = ref step.HistoryGradients.At(((long)block * {{z.BlockFloats}}) + (long)n);
                ref float dy = ref step.Scores.At(((((long)block * step.OutputRows) + first) * 32) + (long)n);
                for (int o = first; o < end; o++)
                {
                    int item = step.Outputs[o];
                    nint at = (nint)rows.Start(item), last = at + rows.Count(item);
                    V g0 = S.Load(ref dy, 0), g1 = S.Load(ref dy, (nuint)S.Width);
                    for (; at < last; at++)
                    {
                        ref float target = ref Unsafe.Add(ref dh, (nint)Unsafe.Add(ref indices, at) * 32);
                        V v = S.Broadcast(Unsafe.Add(ref unit, at));
                        S.Store(S.MultiplyAdd(v, g0, S.Load(ref target, 0)), ref target, 0);
                        S.Store(S.MultiplyAdd(v, g1, S.Load(ref target, (nuint)S.Width)), ref target, (nuint)S.Width);
                    }

                    dy = ref Unsafe.Add(ref dy, 32);
                }
            }
            """);

    /// <summary>Sets the history gradients of a block to zero.</summary>
    public static string ClearHistoryGradients(KernelSet kernels, Sizes z) => kernels.Add(
        "ClearHistoryGradients", 16, "dh = 0 for a block of users.",
        "AutoencoderStep step, int block", "step, block",
        () => $$"""
            ref float dh = ref step.HistoryGradients.At((long)block * {{z.BlockFloats}});
            for (nuint n = 0; n < {{z.BlockFloats}}; n += (nuint)S.Width)
            {
                S.Store(S.Zero, ref dh, n);
            }
            """);

    /// <summary>dN = dY^T h + X^T dh on the kept entries of a cut of rows, block by block of users; row q begins at offsets[q], and behind the last row are four floats to spare.</summary>
    public static string RowGradient(KernelSet kernels, Sizes z) => kernels.Add(
        "RowGradientSparse", 16, "dN = dy^T h, and the gradients of the sums that an item is part of, on the kept entries of a cut of rows.",
        "AutoencoderStep step, int first, int count, ref float gradient, Span<int> offsets", "step, first, count, ref gradient, offsets",
        () => $$"""
            SparseRows rows = step.Rows;
            ref int indices = ref MemoryMarshal.GetArrayDataReference(rows.Indices);
            Span<int> next = stackalloc int[count];
            for (int q = 0; q < count; q++)
            {
                next[q] = step.ItemStarts[step.UpdatedRows[first + q]];
            }

            for (int block = 0; block < step.Blocks; block++)
            {
                ref float h = ref step.Histories.At((long)block * {{z.BlockFloats}});
                for (int q = 0; q < count; q++)
                {
                    int item = step.UpdatedRows[first + q];
                    nint entries = rows.Count(item);
                    ref int index = ref Unsafe.Add(ref indices, (nint)rows.Start(item));
                    ref float target = ref Unsafe.Add(ref gradient, offsets[q]);
                    for (int p = step.RowStarts[first + q]; p < step.RowStarts[first + q + 1]; p++)
                    {
                        ref float dy = ref step.Scores.At((((long)block * step.OutputRows) + step.RowOutputs[p]) * 32);
                        nint j = 0;
                        if (S.Width == 16)
                        {
                            V g0 = S.Load(ref dy, 0), g1 = S.Load(ref dy, 16);
                            for (; j + 4 <= entries; j += 4)
                            {
                                ref float h0 = ref Unsafe.Add(ref h, (nint)Unsafe.Add(ref index, j) * 32);
                                ref float h1 = ref Unsafe.Add(ref h, (nint)Unsafe.Add(ref index, j + 1) * 32);
                                ref float h2 = ref Unsafe.Add(ref h, (nint)Unsafe.Add(ref index, j + 2) * 32);
                                ref float h3 = ref Unsafe.Add(ref h, (nint)Unsafe.Add(ref index, j + 3) * 32);
                                LaneSums.AddFour<S, V>(
                                    S.MultiplyAdd(g1, S.Load(ref h0, 16), S.Multiply(g0, S.Load(ref h0, 0))),
                                    S.MultiplyAdd(g1, S.Load(ref h1, 16), S.Multiply(g0, S.Load(ref h1, 0))),
                                    S.MultiplyAdd(g1, S.Load(ref h2, 16), S.Multiply(g0, S.Load(ref h2, 0))),
                                    S.MultiplyAdd(g1, S.Load(ref h3, 16), S.Multiply(g0, S.Load(ref h3, 0))),
                                    ref Unsafe.Add(ref target, j));
                            }

                            if (j < entries)
                            {
                                // Up to three more; the places behind them get a zero.
                                ref float h0 = ref Unsafe.Add(ref h, (nint)Unsafe.Add(ref index, j) * 32);
                                V s0 = S.MultiplyAdd(g1, S.Load(ref h0, 16), S.Multiply(g0, S.Load(ref h0, 0))), s1 = S.Zero, s2 = S.Zero;
                                if (j + 1 < entries)
                                {
                                    ref float h1 = ref Unsafe.Add(ref h, (nint)Unsafe.Add(ref index, j + 1) * 32);
                                    s1 = S.MultiplyAdd(g1, S.Load(ref h1, 16), S.Multiply(g0, S.Load(ref h1, 0)));
                                }

                                if (j + 2 < entries)
                                {
                                    ref float h2 = ref Unsafe.Add(ref h, (nint)Unsafe.Add(ref index, j + 2) * 32);
                                    s2 = S.MultiplyAdd(g1, S.Load(ref h2, 16), S.Multiply(g0, S.Load(ref h2, 0)));
                                }

                                LaneSums.AddFour<S, V>(s0, s1, s2, S.Zero, ref Unsafe.Add(ref target, j));
                            }
                        }
                        else
                        {
                            for (; j < entries; j++)
                            {
                                ref float h0 = ref Unsafe.Add(ref h, (nint)Unsafe.Add(ref index, j) * 32);
                                V sum = S.Multiply(S.Load(ref dy, 0), S.Load(ref h0, 0));
                                for (nuint n = (nuint)S.Width; n < 32; n += (nuint)S.Width)
                                {
                                    sum = S.MultiplyAdd(S.Load(ref dy, n), S.Load(ref h0, n), sum);
                                }

                                Unsafe.Add(ref target, j) += S.Sum(sum);
                            }
                        }
                    }
                }

                int endUser = (block + 1) * 32;
                for (int q = 0; q < count; q++)
                {
                    int item = step.UpdatedRows[first + q], entries = rows.Count(item), p = next[q];
                    ref int index = ref Unsafe.Add(ref indices, (nint)rows.Start(item));
                    ref float target = ref Unsafe.Add(ref gradient, offsets[q]);
                    for (; p < step.ItemStarts[item + 1] && step.ItemUsers[p] < endUser; p++)
                    {
                        ref float dh = ref step.HistoryGradients.At(((long)block * {{z.BlockFloats}}) + (step.ItemUsers[p] & 31));
                        for (nint j = 0; j < entries; j++)
                        {
                            Unsafe.Add(ref target, j) += Unsafe.Add(ref dh, (nint)Unsafe.Add(ref index, j) * 32);
                        }
                    }

                    next[q] = p;
                }
            }
            """);
}
