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

    /// <summary>h = sum of the unit rows of each user, 32 columns for some blocks of users, in both layouts.</summary>
    public static string HistorySum(KernelSet kernels, Sizes z) => kernels.Add(
        "HistorySumWide", 16, $"h = the sum of the unit rows of a user's items, 32 of {z.Width} columns, for some blocks of users.",
        "AutoencoderStep step, int panel, int firstBlock, int endBlock", "step, panel, firstBlock, endBlock",
        () => $$"""
            ref float wide = ref Unsafe.Add(ref step.Rows.Wide.First, (nint)panel * 32);
            for (int block = firstBlock; block < endBlock; block++)
            {
                ref float sums = ref step.HistoryPanels.At((((long)panel * step.PanelUsers) + (block * 32)) * 32);
                for (int lane = 0; lane < 32; lane++)
                {
                    int user = (block * 32) + lane, begin = user < step.Users ? step.HistoryStarts[user] : 0, end = user < step.Users ? step.HistoryStarts[user + 1] : 0;
                    for (nuint n = 0; n < 32; n += 2 * (nuint)S.Width)
                    {
                        V a = S.Zero, b = S.Zero;
                        for (int p = begin; p < end; p++)
                        {
                            ref float row = ref Unsafe.Add(ref wide, (nint)step.HistoryItems[p] * {{z.Stride}});
                            a = S.Add(a, S.Load(ref row, n));
                            b = S.Add(b, S.Load(ref row, n + (nuint)S.Width));
                        }

                        S.Store(a, ref sums, ((nuint)lane * 32) + n);
                        S.Store(b, ref sums, ((nuint)lane * 32) + n + (nuint)S.Width);
                    }
                }

                ref float turned = ref step.Histories.At(((long)block * {{z.BlockFloats}}) + (panel * 1024));
                for (nint column = 0; column < 32; column++)
                {
                    for (nint lane = 0; lane < 32; lane++)
                    {
                        Unsafe.Add(ref turned, (column * 32) + lane) = Unsafe.Add(ref sums, (lane * 32) + column);
                    }
                }
            }
            """);

    /// <summary>y = N h for a cut of outputs and all users.</summary>
    public static string Similarity(KernelSet kernels, Sizes z) => kernels.Add(
        "SimilarityWide", 16, $"y = N h, inner products of {z.Width} columns, for a cut of outputs and all users.",
        "AutoencoderStep step, int first, int count", "step, first, count",
        () => $$"""
            nint padded = (count + 7) & ~7;
            ref float packed = ref BlockScratch.Aligned((int)padded * {{Depth}});
            ref float wide = ref step.Rows.Wide.First;
            for (nint depth = 0; depth < {{z.Columns}}; depth += {{Depth}})
            {
                nuint part = (nuint)Math.Min({{Depth}}, {{z.Columns}} - depth);
                for (nint o = 0; o < padded; o++)
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
                        for (nint o = 0; o < padded; o += 8)
                        {
                            ref float y = ref Unsafe.Add(ref scores, ((nuint)o * 32) + n);
                            Microkernel.Prefetch8(ref Unsafe.Add(ref scores, (o + 8) * 32), 32);
                            Microkernel.Rows8Vectors2<S, V>(
                                ref Unsafe.Add(ref packed, o * {{Depth}}), {{Depth}}, 1, ref Unsafe.Add(ref panel, n), 32, part,
                                depth > 0, ref y, 32, Finish.None, ref y, 0, ref y, 32);
                        }
                    }
                }
            }
            """);

    /// <summary>dh = dY N for a chunk of columns and some blocks of users.</summary>
    public static string SimilarityUser(KernelSet kernels, Sizes z) => kernels.Add(
        "SimilarityUserWide", 16, "dh = dy N for a chunk of columns and some blocks of users.",
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
                        ref float panel = ref step.HistoryGradients.At(((((column + (long)c) / 32 * step.PanelUsers) + (block * 32)) * 32));
                        for (nuint n = 0; n < 32; n += 2 * (nuint)S.Width)
                        {
                            for (nint lane = 0; lane < 32; lane += 8)
                            {
                                ref float target = ref Unsafe.Add(ref panel, ((nuint)lane * 32) + n);
                                Microkernel.Prefetch8(ref Unsafe.Add(ref panel, (lane + 8) * 32), 32);
                                Microkernel.Rows8Vectors2<S, V>(
                                    ref Unsafe.Add(ref gradients, lane), 1, 32, ref Unsafe.Add(ref packed, (c * {{OutputDepth}}) + n), 32, (nuint)part,
                                    depth > 0, ref target, 32, Finish.None, ref target, 0, ref target, 32);
                            }
                        }
                    }
                }
            }
            """);

    /// <summary>dN = dY^T h + X^T dh for a cut of rows, 32 columns at a time.</summary>
    public static string RowGradient(KernelSet kernels, Sizes z) => kernels.Add(
        "RowGradientWide", 16, "dN = dy^T h, and the gradients of the sums that an item is part of, for a cut of rows.",
        "AutoencoderStep step, int first, int count, ref float packed, ref float gradient", "step, first, count, ref packed, ref gradient",
        () => $$"""
            // The gradients of the scores in pieces of {{Depth}} users, in each of them one row after another.
            nuint users = (nuint)step.Blocks * 32, padded = (nuint)((count + 7) & ~7);
            for (int block = 0; block < step.Blocks; block++)
            {
                ref float piece = ref Unsafe.Add(ref packed, ((nuint)block * 32 / {{Depth}} * padded * {{Depth}}) + ((nuint)block * 32 % {{Depth}}));
                for (nuint q = 0; q < padded; q++)
                {
                    int begin = q < (nuint)count ? step.RowStarts[first + (int)q] : 0, end = q < (nuint)count ? step.RowStarts[first + (int)q + 1] : 0;
                    for (nuint n = 0; n < 32; n += (nuint)S.Width)
                    {
                        // An item that was drawn twice has two outputs.
                        V sum = S.Zero;
                        for (int p = begin; p < end; p++)
                        {
                            sum = S.Add(sum, S.Load(ref step.Scores.At((((long)block * step.OutputRows) + step.RowOutputs[p]) * 32), n));
                        }

                        S.Store(sum, ref piece, (q * {{Depth}}) + n);
                    }
                }
            }

            for (nuint column = 0; column < {{z.Columns}}; column += 32)
            {
                long panel = (long)column / 32 * step.PanelUsers;
                for (nuint depth = 0; depth < users; depth += {{Depth}})
                {
                    nuint part = Math.Min({{Depth}}, users - depth);
                    ref float histories = ref step.HistoryPanels.At((panel + (long)depth) * 32);
                    for (nuint n = 0; n < 32; n += 2 * (nuint)S.Width)
                    {
                        for (nuint q = 0; q < padded; q += 8)
                        {
                            ref float target = ref Unsafe.Add(ref gradient, (q * {{z.Stride}}) + column + n);
                            Microkernel.Prefetch8(ref Unsafe.Add(ref gradient, ((q + 8) * {{z.Stride}}) + column), {{z.Stride}});
                            Microkernel.Rows8Vectors2<S, V>(
                                ref Unsafe.Add(ref packed, (depth * padded) + (q * {{Depth}})), {{Depth}}, 1, ref Unsafe.Add(ref histories, n), 32, part,
                                depth > 0, ref target, {{z.Stride}}, Finish.None, ref target, 0, ref target, {{z.Stride}});
                        }
                    }
                }

                ref float gradients = ref step.HistoryGradients.At(panel * 32);
                for (int q = 0; q < count; q++)
                {
                    int item = step.UpdatedRows[first + q], end = step.ItemStarts[item + 1];
                    ref float target = ref Unsafe.Add(ref gradient, ((nint)q * {{z.Stride}}) + (nint)column);
                    for (nuint n = 0; n < 32; n += 2 * (nuint)S.Width)
                    {
                        V a = S.Load(ref target, n), b = S.Load(ref target, n + (nuint)S.Width);
                        for (int p = step.ItemStarts[item]; p < end; p++)
                        {
                            ref float source = ref Unsafe.Add(ref gradients, (nint)step.ItemUsers[p] * 32);
                            a = S.Add(a, S.Load(ref source, n));
                            b = S.Add(b, S.Load(ref source, n + (nuint)S.Width));
                        }

                        S.Store(a, ref target, n);
                        S.Store(b, ref target, n + (nuint)S.Width);
                    }
                }
            }
            """);
}
