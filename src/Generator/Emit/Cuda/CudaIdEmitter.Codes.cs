using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ModelGen.Generator.Emit.CSharp;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;

namespace ModelGen.Generator.Emit.Cuda;

/// <summary>Codes of ids: the search of the nearest centroids, their vectors, and the sums that codebooks are trained by.</summary>
internal sealed partial class CudaIdEmitter
{
    // The codes of the block's ids, one warp per id and part.
    private string Codes(Op op)
    {
        Quantization q = op.Quantization!;
        int width = op.Result!.Width, part = width / q.Parts;
        DensePlace searched = plan.Dense[q.Keys ?? op.Parameters[0]];
        (int Stride, string Address) moments = Moments(q);
        string column = Column(q, part, searched);
        return $$"""
            for (int m = threadIdx.x / 32; m < count * {{q.Parts}}; m += THREADS / 32)
            {
                int i = m / {{q.Parts}}, part = m % {{q.Parts}}, id = f0.ids[at + i];
                int choices = {{ByTier(q, t => q.Choices[t])}}, begin = {{ByTier(q, q.First)}}, repeat = {{ByTier(q, q.Repeat)}};
                if (part % repeat == 0)
                {
                    int code = {{library.Use("nearest")}}<{{searched.TransposedStride}}, {{CudaText.Bool(q.Keys is not null)}}, {{moments.Stride}}>({{Ref(op.Inputs[0])}} + i * {{width}} + part * {{part}}, repeat * {{part}}, {{Transposed(searched)}}{{column}} + begin, choices, {{FromFirst(moments)}});
                    if (threadIdx.x % 32 < repeat)
                    {
                        f0.codes[(i64)(at + i) * {{q.Parts}} + part + threadIdx.x % 32] = (unsigned short)(begin + code);
                    }
                }
            }
            """;
    }

    // Sums for the running moments of the scores; a thread owns a centroid and takes the ids in order.
    private string Statistics(Op op, int feature)
    {
        Quantization q = op.Quantization!;
        (DensePlace place, DensePlace searched) = (plan.Dense[op.Parameters[0]], plan.Dense[op.Parameters[1]]);
        int width = op.Inputs[0].Width, part = width / q.Parts;
        return $$"""
            for (int row = threadIdx.x; row < {{q.Centroids}}; row += THREADS)
            {
                float* sums = factors + {{FactorGradient(place, feature)}} + row;
                float total = sums[0], first = sums[{{place.Stride}}], second = sums[{{2 * place.Stride}}], mean = {{Dense(place)}}[{{place.Stride}} + row];
                for (int i = 0; i < count; i++)
                {
                    int id = f0.ids[at + i], choices = {{ByTier(q, t => q.Choices[t])}}, begin = {{ByTier(q, q.First)}}, repeat = {{ByTier(q, q.Repeat)}};
                    float weight = (float)(f0.starts[at + i + 1] - f0.starts[at + i]);
                    for (int part = 0; row >= begin && row < begin + choices && part < {{q.Parts}}; part += repeat)
                    {
                        float below = {{library.Use("opposite")}}<{{searched.TransposedStride}}, {{CudaText.Bool(q.Keys is not null)}}>({{Ref(op.Inputs[0])}} + i * {{width}} + part * {{part}}, repeat * {{part}}, {{Transposed(searched)}}{{Column(q, part, searched)}}, row) + mean;
                        total += weight;
                        first -= weight * below;
                        second = fmaf(weight * below, below, second);
                    }
                }

                sums[0] = total;
                sums[{{place.Stride}}] = first;
                sums[{{2 * place.Stride}}] = second;
            }
            """;
    }

    private static string Column(Quantization q, int part, DensePlace searched) => q.Shared ? "" : $" + part * {(long)part * searched.TransposedStride}";

    // The running moments that scores are normalised by.
    private (int Stride, string Address) Moments(Quantization q) =>
        q.Statistics is { } statistics ? (plan.Dense[statistics].Stride, Dense(plan.Dense[statistics])) : (0, "nullptr");

    /// <summary>The moments of the first centroid that an id may use.</summary>
    public static string FromFirst((int Stride, string Address) moments) => moments.Stride == 0 ? moments.Address : $"{moments.Address} + begin";

    /// <summary>A value that depends on the tier of an id.</summary>
    public static string ByTier(Quantization q, System.Func<int, int> value)
    {
        int last = q.Choices.Count - 1;
        string Text(int tier) => value(tier).ToString(CultureInfo.InvariantCulture);
        return Enumerable.Range(0, last + 1).All(t => value(t) == value(0))
            ? Text(0)
            : string.Concat(Enumerable.Range(0, last).Select(t => $"id < f0.ends[{t}] ? {Text(t)} : ")) + Text(last);
    }

    private string Centroids(Op op)
    {
        (int width, DensePlace codebook, Quantization q) = (op.Result!.Width, plan.Dense[op.Parameters[0]], op.Quantization!);
        return $"{library.Use("centroids")}<{q.Parts}, {width}, {CudaText.Bool(q.Shared)}, {codebook.Stride}, {width}>({Dense(codebook)}, {BlockCodes(q)}, count, {Ref(op.Result)});";
    }

    private static string BlockCodes(Quantization q) => $"f0.codes + (i64)at * {q.Parts}";

    // Centroids are added to one by one, so the chunk's share of their gradient starts at zero.
    private void Clear(SourceWriter w, IEnumerable<Op> backward, int feature)
    {
        bool any = false;
        foreach (Op op in backward.Where(op => op.Kind is OpKind.QuantizeCodebook or OpKind.QuantizeAverage or OpKind.QuantizeStatistics or OpKind.SoftmaxValues or OpKind.SoftmaxKeys))
        {
            foreach (DensePlace place in op.Parameters.Take(op.Kind == OpKind.QuantizeAverage ? 2 : 1).Select(p => plan.Dense[p]))
            {
                using (w.Block($"for (int i = threadIdx.x; i < {place.Stride * place.PaddedRows}; i += THREADS)"))
                {
                    w.Line($"factors[{FactorGradient(place, feature)} + i] = 0.0f;");
                }

                any = true;
            }
        }

        if (any)
        {
            w.Line("__syncthreads();");
        }
    }

    // Both gradients name the keys first and the centroids second.
    private (DensePlace Keys, DensePlace Values) Softmax(Op op) => (plan.Dense[op.Parameters[0]], plan.Dense[op.Parameters[1]]);

    private string Codebook(Op op, string scale, int feature)
    {
        (int width, DensePlace codebook, Quantization q) = (op.Inputs[0].Width, plan.Dense[op.Parameters[0]], op.Quantization!);
        return $"{library.Use("quantize_codebook")}<{q.Parts}, {width}, {CudaText.Bool(q.Shared)}, {codebook.Stride}, {width}>({Ref(op.Inputs[0])}, {Ref(op.Inputs[1])}, {BlockCodes(q)}, f0.starts + at, count, {scale}, factors + {FactorGradient(codebook, feature)});";
    }
}
