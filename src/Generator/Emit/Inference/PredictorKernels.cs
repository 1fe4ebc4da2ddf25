using System.Collections.Generic;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;

namespace ModelGen.Generator.Emit.Inference;

/// <summary>
/// Kernels of the predictor: one example, literal sizes. A layer adds its inputs in the order the training kernel does, with one
/// rounding per term, so a tower of the served model gives the bits of the trained one.
/// </summary>
internal static class PredictorKernels
{
    /// <summary>Floats per row of a weight matrix in the predictor's memory.</summary>
    public static int Stride(int columns) => columns == 1 ? 1 : MemoryPlan.Up(columns, 16);

    public static string Linear(Op op) =>
        $"Layer{op.Parameters[0].Rows}x{op.Parameters[0].Columns}{(op.Parameters.Count > 1 ? "Bias" : "")}{(op.Relu ? "Relu" : "")}";

    public static string Interaction(Op op) => $"{op.Kind}{op.Number}x{op.Inputs[0].Width / op.Number}";

    public static void Write(SourceWriter w, Op op, HashSet<string> written)
    {
        string name = op.Kind switch
        {
            OpKind.Linear or OpKind.Project => Linear(op),
            OpKind.Pairs or OpKind.Fm => Interaction(op),
            _ => string.Empty,
        };
        if (name.Length > 0 && written.Add(name))
        {
            w.Line();
            w.Lines(op.Kind switch
            {
                OpKind.Pairs => Pairs(name, op.Number, op.Inputs[0].Width / op.Number),
                OpKind.Fm => Fm(name, op.Number, op.Inputs[0].Width / op.Number),
                _ => op.Parameters[0].Columns == 1 ? Dot(name, op) : Layer(name, op),
            });
        }
    }

    private static string Layer(string name, Op op)
    {
        (int rows, int columns) = (op.Parameters[0].Rows, op.Parameters[0].Columns);
        bool bias = op.Parameters.Count > 1;
        return $$"""
            // y[{{columns}}] = {{(op.Relu ? "relu(" : "")}}x[{{rows}}] w[{{rows}} x {{columns}}]{{(bias ? " + b" : "")}}{{(op.Relu ? ")" : "")}}
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void {{name}}(ReadOnlySpan<float> x, float[] w{{(bias ? ", float[] b" : "")}}, Span<float> y)
            {
                ref float w0 = ref MemoryMarshal.GetArrayDataReference(w);
                Span<float> tail = stackalloc float[16];
                int n = 0;
            {{(columns >= 64 ? Wide(op) : "")}}
                for (; n < {{columns}}; n += 16)
                {
                    Vector256<float> low = {{(bias ? "Vector256.Create<float>(b.AsSpan(n, 8))" : "Vector256<float>.Zero")}}, high = {{(bias ? "Vector256.Create<float>(b.AsSpan(n + 8, 8))" : "Vector256<float>.Zero")}};
                    ref float column = ref Unsafe.Add(ref w0, n);
                    for (int k = 0; k < {{rows}}; k++)
                    {
                        Vector256<float> value = Vector256.Create(x[k]);
                        low = Vector256.FusedMultiplyAdd(value, Vector256.LoadUnsafe(ref column), low);
                        high = Vector256.FusedMultiplyAdd(value, Vector256.LoadUnsafe(ref column, 8), high);
                        column = ref Unsafe.Add(ref column, {{Stride(columns)}});
                    }

            {{(op.Relu ? """
                    low = Vector256.Max(low, Vector256<float>.Zero);
                    high = Vector256.Max(high, Vector256<float>.Zero);
            """ : "")}}
                    low.CopyTo(tail);
                    high.CopyTo(tail[8..]);
                    tail[..Math.Min(16, {{columns}} - n)].CopyTo(y[n..]);
                }
            }
            """;
    }

    // 64 columns at a time where the processor has the registers for it.
    private static string Wide(Op op)
    {
        bool bias = op.Parameters.Count > 1;
        string Start(int i) => bias ? $"Vector512.Create<float>(b.AsSpan(n + {16 * i}, 16))" : "Vector512<float>.Zero";
        string Value(int i) => op.Relu ? $"Vector512.Max(s{i}, Vector512<float>.Zero)" : $"s{i}";
        return $$"""
                for (; Vector512.IsHardwareAccelerated && n + 64 <= {{op.Parameters[0].Columns}}; n += 64)
                {
                    Vector512<float> s0 = {{Start(0)}}, s1 = {{Start(1)}}, s2 = {{Start(2)}}, s3 = {{Start(3)}};
                    ref float column = ref Unsafe.Add(ref w0, n);
                    for (int k = 0; k < {{op.Parameters[0].Rows}}; k++)
                    {
                        Vector512<float> value = Vector512.Create(x[k]);
                        s0 = Vector512.FusedMultiplyAdd(value, Vector512.LoadUnsafe(ref column), s0);
                        s1 = Vector512.FusedMultiplyAdd(value, Vector512.LoadUnsafe(ref column, 16), s1);
                        s2 = Vector512.FusedMultiplyAdd(value, Vector512.LoadUnsafe(ref column, 32), s2);
                        s3 = Vector512.FusedMultiplyAdd(value, Vector512.LoadUnsafe(ref column, 48), s3);
                        column = ref Unsafe.Add(ref column, {{Stride(op.Parameters[0].Columns)}});
                    }

                    {{Value(0)}}.CopyTo(y[n..]);
                    {{Value(1)}}.CopyTo(y[(n + 16)..]);
                    {{Value(2)}}.CopyTo(y[(n + 32)..]);
                    {{Value(3)}}.CopyTo(y[(n + 48)..]);
                }

            """;
    }

    private static string Dot(string name, Op op)
    {
        bool bias = op.Parameters.Count > 1;
        return $$"""
            // y = x[{{op.Parameters[0].Rows}}] w[{{op.Parameters[0].Rows}}]{{(bias ? " + b" : "")}}
            private static void {{name}}(ReadOnlySpan<float> x, float[] w{{(bias ? ", float[] b" : "")}}, Span<float> y) =>
                y[0] = Dot(x, w.AsSpan(0, {{op.Parameters[0].Rows}})){{(bias ? " + b[0]" : "")}};
            """;
    }

    private static string Pairs(string name, int vectors, int width) => $$"""
        // The inner products of all pairs of {{vectors}} vectors of width {{width}}.
        private static void {{name}}(ReadOnlySpan<float> x, Span<float> y)
        {
            int pair = 0;
            for (int i = 0; i < {{vectors - 1}}; i++)
            {
                for (int j = i + 1; j < {{vectors}}; j++)
                {
                    y[pair++] = Dot(x.Slice(i * {{width}}, {{width}}), x.Slice(j * {{width}}, {{width}}));
                }
            }
        }
        """;

    private static string Fm(string name, int vectors, int width) => $$"""
        // Half of (sum of the {{vectors}} vectors)^2 minus the sum of their squares.
        private static void {{name}}(ReadOnlySpan<float> x, Span<float> y)
        {
            float total = 0;
            for (int n = 0; n < {{width}}; n++)
            {
                float sum = 0, squares = 0;
                for (int i = n; i < {{vectors * width}}; i += {{width}})
                {
                    sum += x[i];
                    squares += x[i] * x[i];
                }

                total += (sum * sum) - squares;
            }

            y[0] = 0.5f * total;
        }
        """;
}
