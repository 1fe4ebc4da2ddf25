namespace ModelGen.Generator.Emit.Cuda.Autoencoder;

/// <summary>Kernels of products over dense unit rows: tiles of 64 x 64 in shared memory, exact to 32-bit floats or on tensor cores.</summary>
internal static class CudaAutoencoderWide
{
    /// <summary>The tiled product that all kernels over dense rows call with the factors they read and the result they write.</summary>
    public const string Multiply = """
        enum { TILE = 64, DEPTH = 16, PITCH = TILE + 4, TILE_FLOATS = 2 * DEPTH * PITCH };

        // c[rows x columns] = a[rows x depth] b[depth x columns], one tile of 64 x 64 per block; the terms of a sum in the order of the depth.
        template <class A, class B, class C>
        static __device__ void multiply(const A& a, const B& b, const C& c, int rows, int columns, int depth, float* shared)
        {
            float* left = shared;
            float* right = shared + DEPTH * PITCH;
            int across = (columns + TILE - 1) / TILE, tiles = (rows + TILE - 1) / TILE * across, lane = threadIdx.x % 32, warp = threadIdx.x / 32;
            for (int tile = blockIdx.x; tile < tiles; tile += gridDim.x)
            {
                int m0 = tile / across * TILE, n0 = tile % across * TILE;
                float sum[4][4];
                for (int i = 0; i < 16; i++)
                {
                    sum[i / 4][i % 4] = 0.0f;
                }

                for (int k0 = 0; k0 < depth; k0 += DEPTH)
                {
                    for (int i = threadIdx.x; i < TILE * DEPTH; i += THREADS)
                    {
                        int m = A::DEPTH_FIRST ? i / DEPTH : i % TILE, k = A::DEPTH_FIRST ? i % DEPTH : i / TILE;
                        left[k * PITCH + m] = m0 + m < rows && k0 + k < depth ? a.at(m0 + m, k0 + k) : 0.0f;
                        int n = B::DEPTH_FIRST ? i / DEPTH : i % TILE, d = B::DEPTH_FIRST ? i % DEPTH : i / TILE;
                        right[d * PITCH + n] = n0 + n < columns && k0 + d < depth ? b.at(k0 + d, n0 + n) : 0.0f;
                    }

                    __syncthreads();
        #ifdef MODELGEN_TF32
                    // A warp computes 16 rows and 32 columns.
                    for (int k = lane % 4; k < DEPTH; k += 8)
                    {
                        unsigned x[4], y[2];
                        for (int i = 0; i < 4; i++)
                        {
                            x[i] = float_to_tf32(left[(k + i / 2 * 4) * PITCH + warp % 4 * 16 + lane / 4 + i % 2 * 8]);
                        }

                        for (int t = 0; t < 4; t++)
                        {
                            for (int i = 0; i < 2; i++)
                            {
                                y[i] = float_to_tf32(right[(k + i * 4) * PITCH + warp / 4 * 32 + t * 8 + lane / 4]);
                            }

                            mma_tf32(sum[t], x, y);
                        }
                    }
        #else
                    // A thread computes 4 rows and every sixteenth column.
                    for (int k = 0; k < DEPTH; k++)
                    {
                        float x[4], y[4];
                        for (int i = 0; i < 4; i++)
                        {
                            x[i] = left[k * PITCH + threadIdx.x / 16 * 4 + i];
                            y[i] = right[k * PITCH + threadIdx.x % 16 + 16 * i];
                        }

                        for (int i = 0; i < 16; i++)
                        {
                            sum[i / 4][i % 4] = fmaf(x[i / 4], y[i % 4], sum[i / 4][i % 4]);
                        }
                    }
        #endif
                    __syncthreads();
                }

                for (int i = 0; i < 16; i++)
                {
        #ifdef MODELGEN_TF32
                    int m = m0 + warp % 4 * 16 + lane / 4 + i % 4 / 2 * 8, n = n0 + warp / 4 * 32 + i / 4 * 8 + lane % 4 * 2 + i % 2;
        #else
                    int m = m0 + threadIdx.x / 16 * 4 + i / 4, n = n0 + threadIdx.x % 16 + 16 * (i % 4);
        #endif
                    if (m < rows && n < columns)
                    {
                        c.put(m, n, sum[i / 4][i % 4]);
                    }
                }
            }
        }
        """;

    /// <summary>The kernels, each under the lines of the graph that it carries out.</summary>
    public static string Kernels(string sum, string score, string users, string rows) => $$"""
        {{sum}}
        extern "C" __global__ void __launch_bounds__(BOUNDS) sum_histories_wide(const Step* step)
        {
            for (i64 i = (i64)blockIdx.x * THREADS + threadIdx.x; i < (i64)step->count * WIDTH; i += (i64)gridDim.x * THREADS)
            {
                int user = (int)(i / WIDTH), column = (int)(i % WIDTH), end = step->history_starts[user + 1];
                float sum = 0.0f;
                for (int p = step->history_starts[user]; p < end; p++)
                {
                    sum += step->wide[(i64)step->history_items[p] * STRIDE + column];
                }

                step->histories[(i64)user * COLUMNS + column] = sum;
            }
        }

        // The unit rows of the outputs, as rows or as columns of a factor.
        struct OutputRows
        {
            enum { DEPTH_FIRST = 1 };
            const Step* step;
            __device__ float at(int output, int column) const { return step->wide[(i64)step->outputs[output] * STRIDE + column]; }
        };

        struct OutputColumns
        {
            enum { DEPTH_FIRST = 0 };
            const Step* step;
            __device__ float at(int output, int column) const { return step->wide[(i64)step->outputs[output] * STRIDE + column]; }
        };

        // The history sums, by column or by user.
        struct HistoryColumns
        {
            enum { DEPTH_FIRST = 1 };
            const Step* step;
            __device__ float at(int column, int user) const { return step->histories[(i64)user * COLUMNS + column]; }
        };

        struct HistoryRows
        {
            enum { DEPTH_FIRST = 0 };
            const Step* step;
            __device__ float at(int user, int column) const { return step->histories[(i64)user * COLUMNS + column]; }
        };

        // Gradients of the scores: of a user at an output, and of an updated row, which may have been drawn twice, at a user.
        struct UserGradients
        {
            enum { DEPTH_FIRST = 0 };
            const Step* step;
            __device__ float at(int user, int output) const { return step->scores[(i64)output * step->stride + user]; }
        };

        struct RowScoreGradients
        {
            enum { DEPTH_FIRST = 1 };
            const Step* step;
            __device__ float at(int q, int user) const
            {
                float sum = 0.0f;
                for (int p = step->row_starts[q]; p < step->row_starts[q + 1]; p++)
                {
                    sum += step->scores[(i64)step->row_outputs[p] * step->stride + user];
                }

                return sum;
            }
        };

        struct PutScore
        {
            const Step* step;
            __device__ void put(int output, int user, float value) const { step->scores[(i64)output * step->stride + user] = value; }
        };

        struct PutHistoryGradient
        {
            const Step* step;
            __device__ void put(int user, int column, float value) const { step->history_gradients[(i64)user * COLUMNS + column] = value; }
        };

        // With the gradients of the sums that the item is part of.
        static __device__ float add_history_gradients(const Step* step, int q, int column, float value)
        {
            int item = step->updated[q];
            for (int p = step->item_starts[item]; p < step->item_starts[item + 1]; p++)
            {
                value += step->history_gradients[(i64)step->item_users[p] * COLUMNS + column];
            }

            return value;
        }

        struct PutRowGradient
        {
            const Step* step;
            __device__ void put(int q, int column, float value) const { step->gradients[(i64)q * STRIDE + column] = add_history_gradients(step, q, column, value); }
        };

        // The same without the product, which a matrix library adds.
        extern "C" __global__ void __launch_bounds__(BOUNDS) begin_row_gradients(const Step* step)
        {
            for (i64 i = (i64)blockIdx.x * THREADS + threadIdx.x; i < (i64)step->updated_count * WIDTH; i += (i64)gridDim.x * THREADS)
            {
                int q = (int)(i / WIDTH), column = (int)(i % WIDTH);
                step->gradients[(i64)q * STRIDE + column] = add_history_gradients(step, q, column, 0.0f);
            }
        }

        {{score}}
        extern "C" __global__ void __launch_bounds__(THREADS, 1) score_wide(const Step* step)
        {
            __shared__ float shared[TILE_FLOATS];
            multiply(OutputRows{step}, HistoryColumns{step}, PutScore{step}, step->output_count, step->count, WIDTH, shared);
        }

        {{users}}
        extern "C" __global__ void __launch_bounds__(THREADS, 1) history_gradients_wide(const Step* step)
        {
            __shared__ float shared[TILE_FLOATS];
            multiply(UserGradients{step}, OutputColumns{step}, PutHistoryGradient{step}, step->count, WIDTH, step->output_count, shared);
        }

        {{rows}}
        extern "C" __global__ void __launch_bounds__(THREADS, 1) row_gradients_wide(const Step* step)
        {
            __shared__ float shared[TILE_FLOATS];
            multiply(RowScoreGradients{step}, HistoryRows{step}, PutRowGradient{step}, step->updated_count, WIDTH, step->count, shared);
        }
        """;
}
