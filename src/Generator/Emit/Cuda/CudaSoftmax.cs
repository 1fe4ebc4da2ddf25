using System.Linq;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;

namespace ModelGen.Generator.Emit.Cuda;

/// <summary>Writes the gradients of the softmax form of product quantisation: those of the scores of all ids of a block, then the sums over them.</summary>
internal static class CudaSoftmax
{
    /// <summary>Floats kept for the scores of one id and part.</summary>
    public static int Room(Quantization q) => MemoryPlan.Up(q.Choices.Max(), 32);

    /// <summary>The gradient of the scores, one warp per id and part.</summary>
    public static string Scores(CudaLibrary library, Quantization q, int width, DensePlace keys, string keyAddress, string valueAddress, (int Stride, string Address) moments, string query, string gradient)
    {
        int part = width / q.Parts;
        string column = q.Shared ? "begin" : $"part * {(long)part * keys.TransposedStride} + begin";
        return $$"""
            // The gradient of the scores: p_k (g V_k - the sum over l of p_l g V_l) / temperature.
            float* scores = f0.scores + (i64)chunk * SLOTS * {{q.Parts * Room(q)}};
            for (int m = threadIdx.x / 32; m < count * {{q.Parts}}; m += THREADS / 32)
            {
                int i = m / {{q.Parts}}, part = m % {{q.Parts}}, id = f0.ids[at + i];
                int choices = {{CudaIdEmitter.ByTier(q, t => q.Choices[t])}}, begin = {{CudaIdEmitter.ByTier(q, q.First)}}, repeat = {{CudaIdEmitter.ByTier(q, q.Repeat)}};
                if (part % repeat == 0)
                {
                    {{library.Use("softmax_scores")}}<{{keys.TransposedStride}}, {{Room(q)}}, {{moments.Stride}}>({{query}} + i * {{width}} + part * {{part}}, {{gradient}} + i * {{width}} + part * {{part}}, repeat * {{part}},
                        {{keyAddress}} + {{column}}, {{valueAddress}} + {{column}}, choices, {{CudaText.Float(1 / q.Temperature)}}, {{CudaIdEmitter.FromFirst(moments)}}, scores + m * {{Room(q)}});
                }
            }
            """;
    }

    /// <summary>dkey_k += da_k q, the ids in order; a thread owns an element.</summary>
    public static string Keys(Op op, DensePlace keys, string query, string target)
    {
        Quantization q = op.Quantization!;
        int width = op.Inputs[0].Width, part = width / q.Parts, columns = q.Shared ? part : width;
        return $$"""
            for (int m = threadIdx.x; m < {{keys.Parameter.Rows * columns}}; m += THREADS)
            {
                int row = m / {{columns}}, n = m % {{columns}};
                float sum = ({{target}})[row * {{keys.Stride}} + n];
                for (int i = 0; i < count; i++)
                {
                    int id = f0.ids[at + i], choices = {{CudaIdEmitter.ByTier(q, t => q.Choices[t])}}, k = row - {{Paren(CudaIdEmitter.ByTier(q, q.First))}}, repeat = {{CudaIdEmitter.ByTier(q, q.Repeat)}};
                    for (int part = {{(q.Shared ? "0" : $"n / {part} / repeat * repeat")}}; k >= 0 && k < choices && part < {{(q.Shared ? $"{q.Parts}" : $"n / {part} / repeat * repeat + 1")}}; part++)
                    {
                        sum = fmaf(scores[(i * {{q.Parts}} + part) * {{Room(q)}} + k], {{query}}[i * {{width}} + {{(q.Shared ? $"part * {part} + n" : "n")}}], sum);
                    }
                }

                ({{target}})[row * {{keys.Stride}} + n] = sum;
            }
            """;
    }

    /// <summary>dq = the sum of da_k key_k; a thread owns an element.</summary>
    public static string Input(Op op, string keyAddress, DensePlace keys, string target)
    {
        Quantization q = op.Quantization!;
        int width = op.Result!.Width, part = width / q.Parts;
        return $$"""
            for (int m = threadIdx.x; m < SLOTS * {{width}}; m += THREADS)
            {
                int i = m / {{width}}, n = m % {{width}};
                float sum = 0.0f;
                if (i < count)
                {
                    int id = f0.ids[at + i], choices = {{CudaIdEmitter.ByTier(q, t => q.Choices[t])}}, begin = {{CudaIdEmitter.ByTier(q, q.First)}}, repeat = {{CudaIdEmitter.ByTier(q, q.Repeat)}};
                    const float* scored = scores + (i * {{q.Parts}} + n / {{part}} / repeat * repeat) * {{Room(q)}};
                    for (int k = 0; k < choices; k++)
                    {
                        sum = fmaf(scored[k], ({{keyAddress}})[{{(q.Shared ? $"n % {part}" : "n")}} * {{keys.TransposedStride}} + begin + k], sum);
                    }
                }

                {{target}}[m] = sum;
            }
            """;
    }

    private static string Paren(string text) => text.Contains('?') ? $"({text})" : text;
}
