using System.Linq;
using ModelGen.Generator.Emit.CSharp;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Cuda.Autoencoder;

/// <summary>Kernels on the entries of rows, one warp per row: the unit form, the gradient through it, and the optimiser's update.</summary>
internal static class CudaAutoencoderRows
{
    // The bits of absolute values order as they do, so the least that is chosen is found bit by bit.
    private const string Choose = """
        // The unit form of the largest entries of a row, zero in the others; of equal ones those of the lower columns.
        static __device__ void choose_unit(const Step* step, int row, i64 start, int count)
        {
            const float* values = step->values + start;
            float* unit = step->unit + start;
            int lane = threadIdx.x % 32, keep = step->chosen < count ? step->chosen : count, above = 0;
            unsigned least = 0;
            for (int bit = 30; bit >= 0; bit--)
            {
                unsigned bound = least | (1u << bit);
                float reach = 0.0f;
                for (int j = lane; j < count; j += 32)
                {
                    reach += (__float_as_uint(values[j]) & 0x7fffffffu) >= bound ? 1.0f : 0.0f;
                }

                int all = (int)warp_sum(reach);
                least = all >= keep ? bound : least;
                above = all >= keep ? above : all;
            }

            int equal = keep - above;
            float squares = 0.0f;
            for (int first = 0; first < count; first += 32)
            {
                int j = first + lane;
                unsigned bits = j < count ? __float_as_uint(values[j]) & 0x7fffffffu : 0u;
                unsigned ties = __ballot_sync(0xffffffffu, j < count && bits == least);
                if (j < count)
                {
                    float value = bits > least || (bits == least && __popc(ties & ((1u << lane) - 1u)) < equal) ? values[j] : 0.0f;
                    unit[j] = value;
                    squares = fmaf(value, value, squares);
                }

                equal -= __popc(ties);
            }

            float inverse = (float)(1.0 / fmax(sqrt((double)warp_sum(squares)), 1e-12));
            for (int j = lane; j < count; j += 32)
            {
                unit[j] *= inverse;
                if (step->wide && !step->full)
                {
                    step->wide[(i64)row * STRIDE + step->columns[start + j]] = unit[j];
                }
            }
        }


        """;

    /// <summary>n = a / |a|.</summary>
    public static string Unit(bool isSparse, string lines) => $$"""
        // The unit form of a row from the sum of its squares, also in its dense form where there is one.
        static __device__ void write_unit(const Step* step, int row, i64 start, int count, float squares)
        {
            float inverse = (float)(1.0 / fmax(sqrt((double)squares), 1e-12));
            for (int j = threadIdx.x % 32; j < count; j += 32)
            {
                float unit = step->values[start + j] * inverse;
                step->unit[start + j] = unit;
                if (step->wide && !step->full)
                {
                    step->wide[(i64)row * STRIDE + step->columns[start + j]] = unit;
                }
            }
        }

        {{(isSparse ? Choose : "")}}{{lines}}
        extern "C" __global__ void __launch_bounds__(BOUNDS) normalize(const Step* step)
        {
            for (int row = (int)blockIdx.x * WARPS + threadIdx.x / 32; row < step->items; row += (int)gridDim.x * WARPS)
            {
                i64 start = step->starts[row];
                int count = step->counts[row];{{(isSparse ? ChooseInstead : "")}}
                float squares = 0.0f;
                for (int j = threadIdx.x % 32; j < count; j += 32)
                {
                    squares = fmaf(step->values[start + j], step->values[start + j], squares);
                }

                write_unit(step, row, start, count, warp_sum(squares));
            }
        }
        """;

    /// <summary>da = (dn - n (n dn)) / |a|, then the optimiser on the kept entries, then n = a / |a|.</summary>
    public static string Update(OptimizerSpec optimizer, bool isSparse, string lines)
    {
        int states = OptimizerRules.For(optimizer).States;
        string write = string.Concat(Enumerable.Range(0, states).Select(s => $"\n            step->state{s}[slot] = s{s};"));
        return $$"""
        {{lines}}
        // da = (dn - n (n dn)) / |a|, {{optimizer.Rule}} on the kept entries, n = a / |a|; one warp per row.
        extern "C" __global__ void __launch_bounds__(BOUNDS) update_rows(const Step* step)
        {
            if (!step->result->finite)
            {
                return;
            }

            for (int q = (int)blockIdx.x * WARPS + threadIdx.x / 32; q < step->updated_count; q += (int)gridDim.x * WARPS)
            {
                int row = step->updated[q], count = step->counts[row];
                i64 start = step->starts[row];
                bool compact = step->wide && !step->full;
                const float* gradient = step->gradients + (step->wide ? (i64)q * STRIDE : start);
                float along = 0.0f, length = 0.0f;
                for (int j = threadIdx.x % 32; j < count; j += 32)
                {
                    float g = gradient[compact ? step->columns[start + j] : j], value = step->values[start + j];
                    along = fmaf(step->unit[start + j], g, along);
                    length = {{(isSparse ? "step->chosen && step->unit[start + j] == 0.0f ? length : " : "")}}fmaf(value, value, length);
                }

                float turn = -warp_sum(along), slope = (float)(1.0 / fmax(sqrt((double)warp_sum(length)), 1e-12)), squares = 0.0f;
                for (int j = threadIdx.x % 32; j < count; j += 32)
                {
                    i64 slot = start + j;
                    float g = {{(isSparse ? "step->chosen && step->unit[slot] == 0.0f ? 0.0f : " : "")}}fmaf(turn, step->unit[slot], gradient[compact ? step->columns[slot] : j]) * slope;
                    float s0 = {{(states > 0 ? "step->state0[slot]" : "0.0f")}}, s1 = {{(states > 1 ? "step->state1[slot]" : "0.0f")}};
                    float w = optimize(step, g, step->values[slot], s0, s1, step->table_rate);{{write.Replace("            ", "                    ")}}
                    step->values[slot] = w;
                    squares = fmaf(w, w, squares);
                }
        {{(isSparse ? ChooseInstead : "")}}
                write_unit(step, row, start, count, warp_sum(squares));
            }
        }
        """;
    }

    private const string ChooseInstead = """

                if (step->chosen)
                {
                    choose_unit(step, row, start, count);
                    continue;
                }

        """;
}
