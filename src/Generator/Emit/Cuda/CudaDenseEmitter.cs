using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;

namespace ModelGen.Generator.Emit.Cuda;

/// <summary>Writes the updates of dense parameters: gradients summed over lanes or chunks in their order, the optimiser, the transposed copy.</summary>
internal static class CudaDenseEmitter
{
    /// <summary>The towers: gradients of the lanes of the tiles.</summary>
    public static CudaForms Towers(MemoryPlan plan)
    {
        var forms = new CudaForms("update_towers");
        foreach (DensePlace place in plan.Dense.Values.Where(d => d.Parameter.Group == Group.Tower).OrderBy(d => d.Offset))
        {
            var addresses = new CudaAddresses();
            (string offset, string transposed) = Offsets(addresses, place);
            forms.Add(place.Parameter.Name, $"{place.Parameter.Name} and parameters of its size: lanes summed in lane order, optimiser, transposed copy.", $$"""
                for (int i = (int)blockIdx.x * THREADS + threadIdx.x; i < {{place.Parameter.Rows * place.Parameter.Columns}}; i += (int)gridDim.x * THREADS)
                {
                    const float* gradient = step->lanes + {{offset}} + i / {{place.Parameter.Columns}} * {{place.Stride}} + i % {{place.Parameter.Columns}};
                    float g = gradient[0];
                    for (int lane = 1; lane < step->lane_count; lane++)
                    {
                        g += gradient[(i64)lane * LANE_FLOATS];
                    }

                    update_dense<{{Sizes(place)}}>(step, {{offset}}, {{transposed}}, i, g, step->tower_rate);
                }
                """, addresses);
        }

        return forms;
    }

    /// <summary>The factors of the embeddings, and codebooks that follow moving averages: gradients of the chunks of ids.</summary>
    public static CudaForms Factors(Graph graph, MemoryPlan plan)
    {
        var forms = new CudaForms("update_factors");
        foreach (DensePlace place in plan.Dense.Values.Where(d => d.Parameter.Group == Group.Factor).OrderBy(d => d.Offset))
        {
            var addresses = new CudaAddresses();
            FeatureLayout layout = plan.Features[place.Parameter.Feature];
            addresses.Use("const Feature&", "f", $"step->features[{place.Parameter.Feature}]");
            (string offset, string transposed) = Offsets(addresses, place);
            forms.Add(place.Parameter.Name, $"{place.Parameter.Name} and factors of its size: chunks summed in order, optimiser, transposed copy.", $$"""
                int chunks = (f0.slot_count - 1 + CHUNK - 1) / CHUNK;
                for (int i = (int)blockIdx.x * THREADS + threadIdx.x; chunks > 0 && i < {{place.Parameter.Rows * place.Parameter.Columns}}; i += (int)gridDim.x * THREADS)
                {
                    const float* gradient = f0.factors + {{place.Offset - layout.FactorOffset}} + i / {{place.Parameter.Columns}} * {{place.Stride}} + i % {{place.Parameter.Columns}};
                    float g = gradient[0];
                    for (int chunk = 1; chunk < chunks; chunk++)
                    {
                        g += gradient[(i64)chunk * {{layout.FactorFloats}}];
                    }

                    update_dense<{{Sizes(place)}}>(step, {{offset}}, {{transposed}}, i, g, step->factor_rate);
                }
                """, addresses);
        }

        foreach (Op op in graph.Backward.Where(op => op.Kind == OpKind.QuantizeAverage))
        {
            AddAverage(forms, op, plan);
        }

        foreach (Op op in graph.Backward.Where(op => op.Kind == OpKind.QuantizeStatistics))
        {
            AddMoments(forms, op, plan);
        }

        return forms;
    }

    // N = decay N + (1 - decay) n, then C -= (1 - decay) / N x the sum of (C - q); a centroid that nothing chose stays.
    private static void AddAverage(CudaForms forms, Op op, MemoryPlan plan)
    {
        Quantization q = op.Quantization!;
        (DensePlace codebook, DensePlace counts) = (plan.Dense[op.Parameters[0]], plan.Dense[op.Parameters[1]]);
        FeatureLayout layout = plan.Features[codebook.Parameter.Feature];
        int parts = q.CodebookParts, part = codebook.Parameter.Columns / parts;
        var addresses = new CudaAddresses();
        addresses.Use("const Feature&", "f", $"step->features[{codebook.Parameter.Feature}]");
        (string offset, string transposed) = Offsets(addresses, codebook);
        string average = addresses.Use("int", "o", $"{counts.Offset}");
        float decay = q.Decay, rest = (float)(1 - (decimal)q.Decay);
        forms.Add(codebook.Parameter.Name, $"{codebook.Parameter.Name}: moving averages, N = {decay:R} N + (1 - {decay:R}) n, C -= (1 - {decay:R}) / N x the sum of (C - q).", $$"""
            int chunks = (f0.slot_count - 1 + CHUNK - 1) / CHUNK;
            for (int i = (int)blockIdx.x * THREADS + threadIdx.x; chunks > 0 && i < {{codebook.Parameter.Rows * parts}}; i += (int)gridDim.x * THREADS)
            {
                int k = i / {{parts}}, part = i % {{parts}};
                const float* chosen = f0.factors + {{counts.Offset - layout.FactorOffset}} + k * {{counts.Stride}} + part;
                float n = chosen[0];
                for (int chunk = 1; chunk < chunks; chunk++)
                {
                    n += chosen[(i64)chunk * {{layout.FactorFloats}}];
                }

                float average = {{CudaText.Float(decay)}} * step->dense[{{average}} + k * {{counts.Stride}} + part] + {{CudaText.Float(rest)}} * n;
                step->dense[{{average}} + k * {{counts.Stride}} + part] = average;
                for (int c = 0; c < {{part}} && n > 0.0f; c++)
                {
                    int at = k * {{codebook.Stride}} + part * {{part}} + c;
                    const float* sums = f0.factors + {{codebook.Offset - layout.FactorOffset}} + at;
                    float sum = sums[0];
                    for (int chunk = 1; chunk < chunks; chunk++)
                    {
                        sum += sums[(i64)chunk * {{layout.FactorFloats}}];
                    }

                    float w = step->dense[{{offset}} + at] - {{CudaText.Float(rest)}} / average * sum;
                    step->dense[{{offset}} + at] = w;
                    step->transposed[{{transposed}} + (part * {{part}} + c) * {{codebook.TransposedStride}} + k] = w;
                }
            }
            """, addresses);
    }

    // The running moments of scores move towards those of the batch; a centroid without lookups stays.
    private static void AddMoments(CudaForms forms, Op op, MemoryPlan plan)
    {
        DensePlace place = plan.Dense[op.Parameters[0]];
        FeatureLayout layout = plan.Features[place.Parameter.Feature];
        var addresses = new CudaAddresses();
        addresses.Use("const Feature&", "f", $"step->features[{place.Parameter.Feature}]");
        (string offset, _) = Offsets(addresses, place);
        string momentum = CudaText.Float(Quantization.Momentum);
        forms.Add(place.Parameter.Name, $"{place.Parameter.Name}: running moments of the scores, of which a step keeps {momentum}.", $$"""
            int chunks = (f0.slot_count - 1 + CHUNK - 1) / CHUNK;
            for (int i = (int)blockIdx.x * THREADS + threadIdx.x; chunks > 0 && i < {{place.Parameter.Columns}}; i += (int)gridDim.x * THREADS)
            {
                const float* sums = f0.factors + {{place.Offset - layout.FactorOffset}} + i;
                float total = sums[0], first = sums[{{place.Stride}}], second = sums[{{2 * place.Stride}}];
                for (int chunk = 1; chunk < chunks; chunk++)
                {
                    sums += {{layout.FactorFloats}};
                    total += sums[0];
                    first += sums[{{place.Stride}}];
                    second += sums[{{2 * place.Stride}}];
                }

                if (total > 0.0f)
                {
                    float* moments = step->dense + {{offset}} + i;
                    float offset = first / total, variance = fmaxf(0.0f, second / total - offset * offset);
                    float weight = {{momentum}} * moments[0] + (1.0f - {{momentum}}), rate = (1.0f - {{momentum}}) / weight;
                    moments[0] = weight;
                    moments[{{place.Stride}}] += rate * offset;
                    moments[{{2 * place.Stride}}] += rate * (variance - moments[{{2 * place.Stride}}]);
                }
            }
            """, addresses);
    }

    private static (string Offset, string Transposed) Offsets(CudaAddresses addresses, DensePlace place) =>
        (addresses.Use("int", "o", $"{place.Offset}"), place.TransposedOffset < 0 ? "0" : addresses.Use("int", "x", $"{place.TransposedOffset}"));

    private static string Sizes(DensePlace place) => $"{place.Parameter.Columns}, {place.Stride}, {place.TransposedStride}";
}
