using System.Linq;
using System.Text;
using ModelGen.Generator.Ir;

namespace ModelGen.Generator.Emit.Inference;

/// <summary>
/// The layers of the predictor: register tiles over weights in panels of 64 columns, for each width of vectors. A column adds its inputs in
/// the order the training kernel does, with one rounding per term, so one example gives the same bits as many, on every processor, and a
/// tower of the served model those of the trained one.
/// </summary>
internal static class PredictorTiles
{
    /// <summary>Examples of a register tile.</summary>
    public const int Rows = 6;

    /// <summary>Columns of a panel.</summary>
    public const int PanelColumns = 64;

    /// <summary>The class Layer and the kernels it calls.</summary>
    public static string Text => Layer + "\n\n" + string.Join("\n\n", new[] { Kernel(512, [4, 2, 1], [4, 2, 1]), Kernel(256, [2], [8, 4, 2]), Kernel(128, [2], [4, 2]) });

    /// <summary>Whether an operation is computed by a layer; a layer of one output is an inner product.</summary>
    public static bool IsLayer(Op op) => op.Kind is OpKind.Linear or OpKind.Project && op.Parameters[0].Columns > 1;

    private const string Layer = """
        /// <summary>A layer: y = x W + b, then ReLU if wanted, for examples Stride floats apart. Written are the columns up to a multiple of 16.</summary>
        private sealed class Layer
        {
            private readonly int _depth;
            private readonly int _columns;
            private readonly float[] _memory;
            private readonly int _weights;
            private readonly int _bias;

            // W in panels of 64 columns, each row after row; the last panel ends at a multiple of 16 columns.
            public Layer(Tensors file, string weights, string? bias, int depth, int columns)
            {
                int padded = (columns + 15) & -16;
                (_depth, _columns) = (depth, columns);
                _memory = GC.AllocateArray<float>((padded * (depth + 1)) + 16, pinned: true);
                _weights = Skip(_memory);
                _bias = _weights + (padded * depth);
                file.CopyFloats(bias, columns, _memory.AsSpan(_bias));
                float[] values = new float[depth * columns];
                file.CopyFloats(weights, values.Length, values);
                for (int n = 0; n < columns; n += 64)
                {
                    int width = Math.Min(64, padded - n), used = Math.Min(64, columns - n);
                    for (int k = 0; k < depth; k++)
                    {
                        values.AsSpan((k * columns) + n, used).CopyTo(_memory.AsSpan(_weights + (n * depth) + (k * width)));
                    }
                }
            }

            public void Run(ref float x, ref float y, int rows, bool relu)
            {
                ref float memory = ref MemoryMarshal.GetArrayDataReference(_memory);
                ref float weights = ref Unsafe.Add(ref memory, _weights);
                ref float bias = ref Unsafe.Add(ref memory, _bias);

                // Whole tiles are cheaper than single rows; what follows the last example is room of the block.
                rows = rows < 3 ? rows : (rows + 5) / 6 * 6;
                if (Vector512.IsHardwareAccelerated)
                {
                    Layer512(ref x, ref weights, ref bias, ref y, rows, _depth, _columns, relu);
                }
                else if (Vector256.IsHardwareAccelerated)
                {
                    Layer256(ref x, ref weights, ref bias, ref y, rows, _depth, _columns, relu);
                }
                else
                {
                    Layer128(ref x, ref weights, ref bias, ref y, rows, _depth, _columns, relu);
                }
            }
        }
        """;

    // Widths are in vectors, from the widest tile on; the last must divide 16 columns.
    private static string Kernel(int bits, int[] blockWidths, int[] singleWidths)
    {
        string tiles = string.Join("\n\n", blockWidths.Select(v => Tile(bits, Rows, v)).Concat(singleWidths.Select(v => Tile(bits, 1, v))));
        return $$"""
            private static void Layer{{bits}}(ref float x, ref float weights, ref float bias, ref float y, int rows, int depth, int columns, bool relu)
            {
                for (int n = 0; n < columns; n += 64)
                {
                    int width = Math.Min(64, (columns - n + 15) & -16);
                    ref float panel = ref Unsafe.Add(ref weights, n * depth);
                    int r = 0;
                    for (; r + {{Rows}} <= rows; r += {{Rows}})
                    {
                        int m = 0;
            {{Walk(bits, Rows, blockWidths)}}
                    }

                    for (; r < rows; r++)
                    {
                        int m = 0;
            {{Walk(bits, 1, singleWidths)}}
                    }
                }
            }

            {{tiles}}
            """;
    }

    private static string Walk(int bits, int rows, int[] widths) => string.Join("\n", widths.Select(v => $$"""
                    for (; m + {{v * bits / 32}} <= width; m += {{v * bits / 32}})
                    {
                        Tile{{bits}}R{{rows}}x{{v}}(ref Unsafe.Add(ref x, r * Stride), ref Unsafe.Add(ref panel, m), width, ref Unsafe.Add(ref bias, n + m), ref Unsafe.Add(ref y, (r * Stride) + n + m), depth, relu);
                    }
        """));

    private static string Tile(int bits, int rows, int vectors)
    {
        string type = $"Vector{bits}<float>";
        int lanes = bits / 32;
        var text = new StringBuilder();
        void Each(string indent, System.Func<int, int, string> line)
        {
            for (int r = 0; r < rows; r++)
            {
                text.Append(indent).Append(string.Join(" ", Enumerable.Range(0, vectors).Select(v => line(r, v)))).Append('\n');
            }
        }

        string At(string name, int offset) => offset == 0 ? $"ref {name}" : $"ref {name}, {offset}";
        text.Append($"// {rows} x {vectors * lanes} outputs.\n[MethodImpl(MethodImplOptions.AggressiveOptimization)]\n");
        text.Append($"private static void Tile{bits}R{rows}x{vectors}(ref float x, ref float w, nint step, ref float bias, ref float y, nint depth, bool relu)\n{{\n");
        Each("    ", (r, v) => $"{type} c{r}_{v} = {(r == 0 ? $"Vector{bits}.LoadUnsafe({At("bias", v * lanes)})" : $"c0_{v}")};");
        text.Append("    for (nint k = 0; k < depth; k++)\n    {\n");
        text.Append("        ").Append(string.Join(" ", Enumerable.Range(0, vectors).Select(v => $"{type} w{v} = Vector{bits}.LoadUnsafe({At("w", v * lanes)});"))).Append('\n');
        for (int r = 0; r < rows; r++)
        {
            text.Append($"        {(r == 0 ? type + " " : "")}value = Vector{bits}.Create({(r == 0 ? "x" : $"Unsafe.Add(ref x, {(r == 1 ? "" : $"{r} * ")}Stride)")});");
            for (int v = 0; v < vectors; v++)
            {
                text.Append($" c{r}_{v} = Vector{bits}.FusedMultiplyAdd(value, w{v}, c{r}_{v});");
            }

            text.Append('\n');
        }

        text.Append("        x = ref Unsafe.Add(ref x, 1);\n        w = ref Unsafe.Add(ref w, step);\n    }\n\n    if (relu)\n    {\n");
        Each("        ", (r, v) => $"c{r}_{v} = Vector{bits}.Max(c{r}_{v}, {type}.Zero);");
        text.Append("    }\n\n");
        Each("    ", (r, v) => $"c{r}_{v}.StoreUnsafe(ref y, {(r == 0 ? v * lanes : $"({r} * Stride) + {v * lanes}")});");
        return text.Append('}').ToString();
    }
}
