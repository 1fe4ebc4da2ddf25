using System.Collections.Generic;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;

namespace ModelGen.Generator.Emit.Inference;

/// <summary>Kernels of the predictor that meet the vectors of one example, with literal sizes.</summary>
internal static class PredictorKernels
{
    // Fewer vectors meet pair by pair.
    private const int FewVectors = 8;

    public static string Interaction(Op op) => $"{op.Kind}{op.Number}x{op.Inputs[0].Width / op.Number}";

    public static void Write(SourceWriter w, Op op, HashSet<string> written)
    {
        if (op.Kind is OpKind.Pairs or OpKind.Fm && written.Add(Interaction(op)))
        {
            (int vectors, int width) = (op.Number, op.Inputs[0].Width / op.Number);
            w.Line();
            w.Lines(op.Kind == OpKind.Fm ? Fm(Interaction(op), vectors, width)
                : vectors <= FewVectors ? FewPairs(Interaction(op), vectors, width)
                : ManyPairs(Interaction(op), vectors, width));
        }
    }

    private static string FewPairs(string name, int vectors, int width) => $$"""
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

    // A row of the products is a contiguous run of the result, so whole vectors are stored and the next row overwrites what is too much.
    private static string ManyPairs(string name, int vectors, int width)
    {
        int pairs = vectors * (vectors - 1) / 2, stride = MemoryPlan.Up(vectors, 16) + 16;
        string Rows(int bits) => $$"""
                    for (int i = 0, at = 0; i < {{vectors - 1}}; at += {{vectors - 1}} - i, i++)
                    {
                        for (int j = i + 1; j < {{vectors}}; j += {{bits / 32}})
                        {
                            Vector{{bits}}<float> sum = Vector{{bits}}<float>.Zero;
                            for (int k = 0; k < {{width}}; k++)
                            {
                                sum = Vector{{bits}}.FusedMultiplyAdd(Vector{{bits}}.Create(Unsafe.Add(ref first, (i * {{width}}) + k)), Vector{{bits}}.LoadUnsafe(ref columns, (nuint)((k * {{stride}}) + j)), sum);
                            }

                            sum.StoreUnsafe(ref target, (nuint)(at + j - i - 1));
                        }
                    }
            """;
        return $$"""
            // The inner products of all pairs of {{vectors}} vectors of width {{width}}: every vector with a transposed copy of all.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void {{name}}(ReadOnlySpan<float> x, Span<float> y)
            {
                Span<float> transposed = stackalloc float[{{width * stride}}], pairs = stackalloc float[{{pairs + 16}}];
                ref float first = ref MemoryMarshal.GetReference(x), columns = ref MemoryMarshal.GetReference(transposed), target = ref MemoryMarshal.GetReference(pairs);
                for (int i = 0; i < {{vectors}}; i++)
                {
                    for (int k = 0; k < {{width}}; k++)
                    {
                        Unsafe.Add(ref columns, (k * {{stride}}) + i) = Unsafe.Add(ref first, (i * {{width}}) + k);
                    }
                }

                if (Vector512.IsHardwareAccelerated)
                {
            {{Rows(512)}}
                }
                else if (Vector256.IsHardwareAccelerated)
                {
            {{Rows(256)}}
                }
                else
                {
            {{Rows(128)}}
                }

                pairs[..{{pairs}}].CopyTo(y);
            }
            """;
    }

    private static string Fm(string name, int vectors, int width) => $$"""
        // Half of (sum of the {{vectors}} vectors)^2 minus the sum of their squares.
        private static void {{name}}(ReadOnlySpan<float> x, Span<float> y)
        {
            float total = 0;
            int n = 0;
        {{(width < 8 ? "" : $$"""
            Vector256<float> totals = Vector256<float>.Zero;
            for (; n + 8 <= {{width}}; n += 8)
            {
                Vector256<float> sum = Vector256<float>.Zero, squares = Vector256<float>.Zero;
                for (int i = n; i < {{vectors * width}}; i += {{width}})
                {
                    Vector256<float> value = Vector256.Create(x[i..]);
                    sum += value;
                    squares += value * value;
                }

                totals += (sum * sum) - squares;
            }

            total = Vector256.Sum(totals);
        """)}}
            for (; n < {{width}}; n++)
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
