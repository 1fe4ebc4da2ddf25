namespace ModelGen.Generator.Emit.CSharp.Autoencoder;

/// <summary>
/// Products over dense unit rows, register-tiled, with the width r a literal. The rows of the outputs are packed in pieces that stay in the
/// inner caches while all users pass over them, so it does not matter which items the outputs are.
/// </summary>
internal static class WideKernels
{
    /// <summary>Floats per packed row and depth of a piece: a panel of 32 users and a tile of 8 rows together fit the inner cache.</summary>
    private const int Depth = 256;

    /// <summary>Depth of a piece of outputs in the history gradients.</summary>
    private const int OutputDepth = 128;

    /// <summary>h = sum of the unit rows of each user of a block, in both layouts.</summary>
    public static string HistorySum(KernelSet kernels, Sizes z) => kernels.Add(
        "HistorySumWide", 16, $"h = the sum of the unit rows of a user's items, {z.Width} columns, for a block of users.",
        "AutoencoderStep step, int block", "step, block",
        () => $$"""
            ref float sum = ref BlockScratch.Aligned({{z.Columns}});
            ref float wide = ref step.Rows.Wide.First;
            ref float block0 = ref step.Histories.At((long)block * {{z.BlockFloats}});
            for (int lane = 0; lane < 32; lane++)
            {
                int user = (block * 32) + lane;
                for (nuint n = 0; n < {{z.Columns}}; n += (nuint)S.Width)
                {
                    S.Store(S.Zero, ref sum, n);
                }

                int end = user < step.Users ? step.HistoryStarts[user + 1] : 0;
                for (int p = user < step.Users ? step.HistoryStarts[user] : 0; p < end; p++)
                {
                    ref float row = ref Unsafe.Add(ref wide, (nint)step.HistoryItems[p] * {{z.Stride}});
                    for (nuint n = 0; n < {{z.Columns}}; n += (nuint)S.Width)
                    {
                        S.Store(S.Add(S.Load(ref sum, n), S.Load(ref row, n)), ref sum, n);
                    }
                }

                for (nint panel = 0; panel < {{z.Columns / 32}}; panel++)
                {
                    ref float target = ref step.HistoryPanels.At(((panel * step.PanelUsers) + user) * 32);
                    for (nuint n = 0; n < 32; n += (nuint)S.Width)
                    {
                        S.Store(S.Load(ref sum, ((nuint)panel * 32) + n), ref target, n);
                    }
                }

                for (nint column = 0; column < {{z.Columns}}; column++)
                {
                    Unsafe.Add(ref block0, (column * 32) + lane) = Unsafe.Add(ref sum, column);
                }
            }
            """);

    /// <summary>y = N h for a cut of outputs and all users.</summary>
    public static string Similarity(KernelSet kernels, Sizes z) => kernels.Add(
        "SimilarityWide", 16, $"y = N h, inner products of {z.Width} columns, for a cut of outputs and all users.",
        "AutoencoderStep step, int first, int count", "step, first, count",
        () => $$"""
            ref float packed = ref BlockScratch.Aligned({{64 * Depth}});
            ref float wide = ref step.Rows.Wide.First;
            for (nint depth = 0; depth < {{z.Columns}}; depth += {{Depth}})
            {
                nuint part = (nuint)Math.Min({{Depth}}, {{z.Columns}} - depth);
                for (nint o = 0; o < 64; o++)
                {
                    ref float row = ref Unsafe.Add(ref wide, o < count ? ((nint)step.Outputs[first + o] * {{z.Stride}}) + depth : 0);
                    for (nuint n = 0; n < part; n += (nuint)S.Width)
                    {
                        S.Store(o < count ? S.Load(ref row, n) : S.Zero, ref packed, ((nuint)o * {{Depth}}) + n);
                    }
                }

                for (int block = 0; block < step.Blocks; block++)
                {
                    ref float panel = ref step.Histories.At(((long)block * {{z.BlockFloats}}) + (depth * 32));
                    ref float scores = ref step.Scores.At((((long)block * step.OutputRows) + first) * 32);
                    for (nuint n = 0; n < 32; n += 2 * (nuint)S.Width)
                    {
                        for (nint o = 0; o < count; o += 8)
                        {
                            ref float y = ref Unsafe.Add(ref scores, ((nuint)o * 32) + n);
                            Microkernel.Rows8Vectors2<S, V>(
                                ref Unsafe.Add(ref packed, o * {{Depth}}), {{Depth}}, 1, ref Unsafe.Add(ref panel, n), 32, part,
                                depth > 0, ref y, 32, Finish.None, ref y, 0, ref y, 32);
                        }
                    }
                }
            }
            """);

    /// <summary>dh = dY N for a chunk of columns and a group of blocks.</summary>
    public static string SimilarityUser(KernelSet kernels, Sizes z) => kernels.Add(
        "SimilarityUserWide", 16, "dh = dy N for a chunk of columns and a group of blocks of users.",
        "AutoencoderStep step, int column, int columns, int firstBlock, int endBlock", "step, column, columns, firstBlock, endBlock",
        () => $$"""
            ref float packed = ref BlockScratch.Aligned(columns * {{OutputDepth}});
            ref float wide = ref step.Rows.Wide.First;
            for (int depth = 0; depth < step.OutputCount; depth += {{OutputDepth}})
            {
                int part = Math.Min({{OutputDepth}}, step.OutputCount - depth);
                for (nint o = 0; o < part; o++)
                {
                    ref float row = ref Unsafe.Add(ref wide, ((nint)step.Outputs[depth + o] * {{z.Stride}}) + column);
                    for (nuint n = 0; n < (nuint)columns; n += (nuint)S.Width)
                    {
                        // Panels of 32 columns, one output after another.
                        S.Store(S.Load(ref row, n), ref packed, (n / 32 * {{32 * OutputDepth}}) + ((nuint)o * 32) + (n % 32));
                    }
                }

                for (int block = firstBlock; block < endBlock; block++)
                {
                    ref float gradients = ref step.Scores.At((((long)block * step.OutputRows) + depth) * 32);
                    for (nuint c = 0; c < (nuint)columns; c += 32)
                    {
                        for (nuint n = 0; n < 32; n += 2 * (nuint)S.Width)
                        {
                            for (nint lane = 0; lane < 32; lane += 8)
                            {
                                ref float target = ref step.HistoryGradients.At((((block * 32) + lane) * (long){{z.Stride}}) + column + (long)(c + n));
                                Microkernel.Rows8Vectors2<S, V>(
                                    ref Unsafe.Add(ref gradients, lane), 1, 32, ref Unsafe.Add(ref packed, (c * {{OutputDepth}}) + n), 32, (nuint)part,
                                    depth > 0, ref target, {{z.Stride}}, Finish.None, ref target, 0, ref target, {{z.Stride}});
                            }
                        }
                    }
                }
            }
            """);

    /// <summary>dN = dY^T h for a cut of rows.</summary>
    public static string SimilarityRow(KernelSet kernels, Sizes z) => kernels.Add(
        "SimilarityRowWide", 16, "dN = dy^T h for a cut of rows.",
        "AutoencoderStep step, int first, int count, ref float packed, ref float gradient", "step, first, count, ref packed, ref gradient",
        () => $$"""
            nuint users = (nuint)step.Blocks * 32;
            for (int q = 0; q < 64; q++)
            {
                for (int block = 0; block < step.Blocks; block++)
                {
                    for (nuint n = 0; n < 32; n += (nuint)S.Width)
                    {
                        // An item that was drawn twice has two outputs.
                        V sum = S.Zero;
                        int end = q < count ? step.RowStarts[first + q + 1] : 0;
                        for (int p = q < count ? step.RowStarts[first + q] : 0; p < end; p++)
                        {
                            sum = S.Add(sum, S.Load(ref step.Scores.At((((long)block * step.OutputRows) + step.RowOutputs[p]) * 32), n));
                        }

                        S.Store(sum, ref packed, ((nuint)q * users) + ((nuint)block * 32) + n);
                    }
                }
            }

            for (nuint column = 0; column < {{z.Columns}}; column += 32)
            {
                for (nuint depth = 0; depth < users; depth += {{Depth}})
                {
                    nuint part = Math.Min({{Depth}}, users - depth);
                    ref float panel = ref step.HistoryPanels.At((((long)column / 32 * step.PanelUsers) + (long)depth) * 32);
                    for (nuint n = 0; n < 32; n += 2 * (nuint)S.Width)
                    {
                        for (nuint q = 0; q < (nuint)count; q += 8)
                        {
                            ref float target = ref Unsafe.Add(ref gradient, (q * {{z.Columns}}) + column + n);
                            Microkernel.Rows8Vectors2<S, V>(
                                ref Unsafe.Add(ref packed, (q * users) + depth), users, 1, ref Unsafe.Add(ref panel, n), 32, part,
                                depth > 0, ref target, {{z.Columns}}, Finish.None, ref target, 0, ref target, {{z.Columns}});
                        }
                    }
                }
            }
            """);

    /// <summary>dN += X^T dh for a cut of rows.</summary>
    public static string HistorySpread(KernelSet kernels, Sizes z) => kernels.Add(
        "HistorySpreadWide", 16, "dN += the gradients of the sums that an item is part of, for a cut of rows.",
        "AutoencoderStep step, int first, int count, ref float gradient", "step, first, count, ref gradient",
        () => $$"""
            for (int q = 0; q < count; q++)
            {
                int item = step.UpdatedRows[first + q];
                ref float target = ref Unsafe.Add(ref gradient, (nint)q * {{z.Columns}});
                for (int p = step.ItemStarts[item]; p < step.ItemStarts[item + 1]; p++)
                {
                    ref float source = ref step.HistoryGradients.At((long)step.ItemUsers[p] * {{z.Stride}});
                    for (nuint n = 0; n < {{z.Columns}}; n += (nuint)S.Width)
                    {
                        S.Store(S.Add(S.Load(ref target, n), S.Load(ref source, n)), ref target, n);
                    }
                }
            }
            """);
}
