namespace ModelGen.Generator.Emit.Cuda.Autoencoder;

/// <summary>
/// Kernels of products over the kept entries alone. Users lie next to each other in every buffer, so that a warp works on 32 users with one
/// entry at a time. The number of kept entries changes over the schedule and is a run-time value.
/// </summary>
internal static class CudaAutoencoderSparse
{
    /// <summary>The kernels, each under the lines of the graph that it carries out.</summary>
    public static string Kernels(string sum, string score, string users, string rows) => $$"""
        {{sum}}
        // 32 users per block, a warp for each of them, one item after another.
        extern "C" __global__ void __launch_bounds__(BOUNDS) sum_histories_sparse(const Step* step)
        {
            for (int first = (int)blockIdx.x * 32; first < step->count; first += (int)gridDim.x * 32)
            {
                for (int i = threadIdx.x; i < WIDTH * 32; i += THREADS)
                {
                    if (first + i % 32 < step->count)
                    {
                        step->histories[(i64)(i / 32) * step->stride + first + i % 32] = 0.0f;
                    }
                }

                __syncthreads();
                int last = least(first + 32, step->count);
                for (int user = first + threadIdx.x / 32; user < last; user += WARPS)
                {
                    for (int p = step->history_starts[user]; p < step->history_starts[user + 1]; p++)
                    {
                        i64 start = step->starts[step->history_items[p]];
                        int count = step->counts[step->history_items[p]];
                        for (int j = threadIdx.x % 32; j < count; j += 32)
                        {
                            step->histories[(i64)step->columns[start + j] * step->stride + user] += step->unit[start + j];
                        }

                        __syncwarp();
                    }
                }
            }
        }

        {{score}}
        // One warp per output and 32 users.
        extern "C" __global__ void __launch_bounds__(BOUNDS) score_sparse(const Step* step)
        {
            i64 pieces = (i64)step->output_count * ((step->count + 31) / 32);
            for (i64 piece = (i64)blockIdx.x * WARPS + threadIdx.x / 32; piece < pieces; piece += (i64)gridDim.x * WARPS)
            {
                int output = (int)(piece % step->output_count), user = (int)(piece / step->output_count) * 32 + threadIdx.x % 32, row = step->outputs[output];
                i64 start = step->starts[row];
                int count = step->counts[row];
                float sum = 0.0f;
                for (int j = 0; j < count && user < step->count; j++)
                {
                    sum = fmaf(step->unit[start + j], step->histories[(i64)step->columns[start + j] * step->stride + user], sum);
                }

                if (user < step->count)
                {
                    step->scores[(i64)output * step->stride + user] = sum;
                }
            }
        }

        {{users}}
        // One warp per column and 32 users; the entries of the column in the order of their rows.
        extern "C" __global__ void __launch_bounds__(BOUNDS) history_gradients_sparse(const Step* step)
        {
            int pieces = WIDTH * ((step->count + 31) / 32);
            for (int piece = (int)blockIdx.x * WARPS + threadIdx.x / 32; piece < pieces; piece += (int)gridDim.x * WARPS)
            {
                int column = piece % WIDTH, user = piece / WIDTH * 32 + threadIdx.x % 32;
                float sum = 0.0f;
                for (int e = step->column_starts[column]; e < step->column_starts[column + 1]; e++)
                {
                    int item = step->column_items[e], q = step->row_of ? step->row_of[item] : item;
                    float value = step->unit[step->column_slots[e]];
                    for (int p = q < 0 ? 0 : step->row_starts[q], end = q < 0 ? 0 : step->row_starts[q + 1]; p < end && user < step->count; p++)
                    {
                        sum = fmaf(value, step->scores[(i64)step->row_outputs[p] * step->stride + user], sum);
                    }
                }

                if (user < step->count)
                {
                    step->history_gradients[(i64)column * step->stride + user] = sum;
                }
            }
        }

        {{rows}}
        // One block per row, one warp per kept entry: the users in their order over the lanes.
        extern "C" __global__ void __launch_bounds__(BOUNDS) row_gradients_sparse(const Step* step)
        {
            for (int q = blockIdx.x; q < step->updated_count; q += gridDim.x)
            {
                int row = step->updated[q], count = step->counts[row];
                i64 start = step->starts[row];
                for (int j = threadIdx.x / 32; j < count; j += WARPS)
                {
                    i64 at = (i64)step->columns[start + j] * step->stride;
                    float sum = 0.0f;
                    for (int p = step->row_starts[q]; p < step->row_starts[q + 1]; p++)
                    {
                        i64 output = (i64)step->row_outputs[p] * step->stride;
                        for (int user = threadIdx.x % 32; user < step->count; user += 32)
                        {
                            sum = fmaf(step->scores[output + user], step->histories[at + user], sum);
                        }
                    }

                    for (int p = step->item_starts[row] + threadIdx.x % 32; p < step->item_starts[row + 1]; p += 32)
                    {
                        sum += step->history_gradients[at + step->item_users[p]];
                    }

                    sum = warp_sum(sum);
                    if (threadIdx.x % 32 == 0)
                    {
                        step->gradients[start + j] = sum;
                    }
                }
            }
        }
        """;
}
