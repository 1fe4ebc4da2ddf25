namespace ModelGen.Generator.Emit.Cuda;

/// <summary>Device functions on blocks of distinct ids: rows in and out, and sums by id.</summary>
internal static class CudaRows
{
    public static DeviceFunction[] Functions { get; } =
    [
        new("row_of", """
            // The row of a table that an id reads: its own (0), its quotient (1), its remainder (2) or that of its cluster (3).
            template <int INDEX, int MODULUS>
            static __device__ i64 row_of(int id, const int* clusters)
            {
                return INDEX == 1 ? id / MODULUS : INDEX == 2 ? id % MODULUS : INDEX == 3 ? clusters[id] : id;
            }
            """),
        new("gather", """
            // Rows of a table, one per distinct id; rows past count become zero.
            template <int WIDTH, int INDEX, int MODULUS, int YS>
            static __device__ void gather(const Table& table, const int* ids, int count, float* y)
            {
                for (int i = threadIdx.x; i < SLOTS * WIDTH; i += THREADS)
                {
                    int r = i / WIDTH, n = i % WIDTH;
                    y[r * YS + n] = r < count ? table.values[row_of<INDEX, MODULUS>(ids[r], table.clusters) * WIDTH + n] : 0.0f;
                }
            }
            """, "row_of"),
        new("publish", """
            // Rows of a block to rows of STRIDE floats.
            template <int WIDTH, int XS, int STRIDE>
            static __device__ void publish(const float* x, int count, float* target)
            {
                for (int i = threadIdx.x; i < count * WIDTH; i += THREADS)
                {
                    int r = i / WIDTH, n = i % WIDTH;
                    target[(i64)r * STRIDE + n] = x[r * XS + n];
                }
            }
            """),
        new("segment_sum", """
            // The sum (or mean) of the gradients of all that read a row, in position order: short segments by a part of a warp each, long ones
            // by the block in as many pieces as it has such parts, which are summed in order. Rows past count become zero.
            template <int WIDTH, int STRIDE, int YS, bool MEAN>
            static __device__ void segment_sum(const float* gradients, const int* starts, const int* members, int count, float* y, float* pieces)
            {
                constexpr int LANES = rounded(WIDTH), PARTS = THREADS / LANES;
                int part = threadIdx.x / LANES, lane = threadIdx.x % LANES;
                for (int i = part; i < SLOTS; i += PARTS)
                {
                    int begin = i < count ? starts[i] : 0, end = i < count ? starts[i + 1] : 0;
                    if (end - begin <= LONG_SEGMENT)
                    {
                        for (int n = lane; n < WIDTH; n += LANES)
                        {
                            float sum = 0.0f;
                            for (int m = begin; m < end; m++)
                            {
                                sum += gradients[(i64)members[m] * STRIDE + n];
                            }

                            y[i * YS + n] = MEAN && end > begin ? sum * (1.0f / (float)(end - begin)) : sum;
                        }
                    }
                }

                for (int i = 0; i < count; i++)
                {
                    int begin = starts[i], size = starts[i + 1] - begin;
                    if (size > LONG_SEGMENT)
                    {
                        int from = begin + (int)((i64)size * part / PARTS), to = begin + (int)((i64)size * (part + 1) / PARTS);
                        for (int n = lane; n < WIDTH; n += LANES)
                        {
                            float sum = 0.0f;
                            for (int m = from; m < to; m++)
                            {
                                sum += gradients[(i64)members[m] * STRIDE + n];
                            }

                            pieces[part * WIDTH + n] = sum;
                        }

                        __syncthreads();
                        for (int n = threadIdx.x; n < WIDTH; n += THREADS)
                        {
                            float sum = 0.0f;
                            for (int p = 0; p < PARTS; p++)
                            {
                                sum += pieces[p * WIDTH + n];
                            }

                            y[i * YS + n] = MEAN ? sum * (1.0f / (float)size) : sum;
                        }

                        __syncthreads();
                    }
                }
            }
            """, "rounded"),
        new("penalty", """
            // dx = g + weight n x, n the lookups of each id in the batch; rows past count become zero.
            template <int WIDTH, int XS>
            static __device__ void penalty(const float* g, const float* x, const int* starts, int count, float weight, float* dx)
            {
                for (int i = threadIdx.x; i < SLOTS * WIDTH; i += THREADS)
                {
                    int r = i / WIDTH, at = r * XS + i % WIDTH;
                    dx[at] = r < count ? fmaf((float)(starts[r + 1] - starts[r]) * weight, x[at], g[at]) : 0.0f;
                }
            }
            """),
    ];
}
