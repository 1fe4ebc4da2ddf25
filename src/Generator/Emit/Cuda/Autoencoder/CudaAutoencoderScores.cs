using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Cuda.Autoencoder;

/// <summary>Kernels between the products: own parts, clipping, squares, the cosine loss and its gradient.</summary>
internal static class CudaAutoencoderScores
{
    /// <summary>The kernels, with the graph's lines of the clip and of the gradient of the loss.</summary>
    public static string Kernels(ClipKind clip, string clipLines, string gradientLines)
    {
        string clipped = clip switch
        {
            ClipKind.Relu => "\n            y = fmaxf(y, 0.0f);\n            *at = y;",
            ClipKind.Relu6 => "\n            y = fminf(fmaxf(y, 0.0f), 6.0f);\n            *at = y;",
            _ => "",
        };
        string whole = clip == ClipKind.Relu6 ? "*at = *at < 6.0f ? *at * step->scale[user] : 0.0f;" : "*at *= step->scale[user];";
        string targets = clip == ClipKind.None ? "" : $$"""

            // The gradients at the items of the users, while the scores are there.
            extern "C" __global__ void __launch_bounds__(BOUNDS) target_gradients(const Step* step)
            {
                for (int user = (int)blockIdx.x * WARPS + threadIdx.x / 32; user < step->count; user += (int)gridDim.x * WARPS)
                {
                    for (int p = step->history_starts[user] + threadIdx.x % 32; p < step->history_starts[user + 1]; p += 32)
                    {
                        float y = step->scores[(i64)step->history_outputs[p] * step->stride + user];
                        step->targets[p] = y > 0.0f{{(clip == ClipKind.Relu6 ? " && y < 6.0f" : "")}} ? y * step->scale[user] - step->share[user] : 0.0f;
                    }
                }
            }

            """;
        return $$"""
        // y -= x: the part that a unit row contributes to its own score.
        extern "C" __global__ void __launch_bounds__(BOUNDS) take_own(const Step* step)
        {
            for (int user = (int)blockIdx.x * WARPS + threadIdx.x / 32; user < step->count; user += (int)gridDim.x * WARPS)
            {
                for (int p = step->history_starts[user] + threadIdx.x % 32; p < step->history_starts[user + 1]; p += 32)
                {
                    step->scores[(i64)step->history_outputs[p] * step->stride + user] -= 1.0f;
                }
            }
        }

        {{(clipLines.Length == 0 ? "" : clipLines + "\n")}}// The sums of squares of a cut of outputs, one warp per cut and 32 users.
        extern "C" __global__ void __launch_bounds__(BOUNDS) square_scores(const Step* step)
        {
            int groups = (step->count + 31) / 32, pieces = groups * ((step->output_count + CUT - 1) / CUT);
            for (int piece = (int)blockIdx.x * WARPS + threadIdx.x / 32; piece < pieces; piece += (int)gridDim.x * WARPS)
            {
                int user = piece % groups * 32 + threadIdx.x % 32, first = piece / groups * CUT, end = least(first + CUT, step->output_count);
                float sum = 0.0f;
                for (int output = first; output < end && user < step->count; output++)
                {
                    float* at = step->scores + (i64)output * step->stride + user;
                    float y = *at;{{clipped.Replace("\n            ", "\n                    ")}}
                    sum = fmaf(y, y, sum);
                }

                if (user < step->count)
                {
                    step->squares[(i64)(piece / groups) * step->stride + user] = sum;
                }
            }
        }

        // The cosine loss of every user: with z = y / |y| and t = x / |x| it is |z - t|^2 = 2 - 2 cos, its gradient (z cos - t) / |y| times
        // 2 / (users x outputs): a multiple of the scores less a share at the user's items. One warp per user, in double precision as on the CPU.
        extern "C" __global__ void __launch_bounds__(BOUNDS) reduce_losses(const Step* step)
        {
            int cuts = (step->output_count + CUT - 1) / CUT;
            for (int user = (int)blockIdx.x * WARPS + threadIdx.x / 32; user < step->count; user += (int)gridDim.x * WARPS)
            {
                int begin = step->history_starts[user], end = step->history_starts[user + 1];
                double squares = 0.0, common = 0.0;
                for (int cut = threadIdx.x % 32; cut < cuts; cut += 32)
                {
                    squares += (double)step->squares[(i64)cut * step->stride + user];
                }

                for (int p = begin + threadIdx.x % 32; p < end; p += 32)
                {
                    common += (double)step->scores[(i64)step->history_outputs[p] * step->stride + user];
                }

                for (int lane = 16; lane > 0; lane /= 2)
                {
                    squares += __shfl_xor_sync(0xffffffffu, squares, lane);
                    common += __shfl_xor_sync(0xffffffffu, common, lane);
                }

                double length = fmax(sqrt(squares), 1e-12), target = sqrt((double)(end - begin));
                double cosine = common / (length * target), slope = 2.0 / ((double)step->count * step->output_count);
                if (threadIdx.x % 32 == 0)
                {
                    step->scale[user] = (float)(slope * cosine / (length * length));
                    step->share[user] = (float)(slope / (length * target));
                    step->losses[user] = 2.0 - 2.0 * cosine;
                }
            }
        }
        {{targets}}
        {{gradientLines}}
        // The gradients of the scores in their place: first those of all outputs alike, then those at the items of the users.
        extern "C" __global__ void __launch_bounds__(BOUNDS) score_gradients(const Step* step)
        {
            for (i64 i = (i64)blockIdx.x * THREADS + threadIdx.x; i < (i64)step->output_count * step->stride; i += (i64)gridDim.x * THREADS)
            {
                int user = (int)(i % step->stride);
                float* at = step->scores + i;
                if (user < step->count)
                {
                    {{whole}}
                }
            }
        }

        extern "C" __global__ void __launch_bounds__(BOUNDS) set_targets(const Step* step)
        {
            for (int user = (int)blockIdx.x * WARPS + threadIdx.x / 32; user < step->count; user += (int)gridDim.x * WARPS)
            {
                for (int p = step->history_starts[user] + threadIdx.x % 32; p < step->history_starts[user + 1]; p += 32)
                {
                    float* at = step->scores + (i64)step->history_outputs[p] * step->stride + user;
                    {{(clip == ClipKind.None ? "*at -= step->share[user];" : "*at = step->targets[p];")}}
                }
            }
        }
        """;
    }
}
