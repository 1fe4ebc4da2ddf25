namespace ModelGen.Generator.Emit.Cuda;

/// <summary>Device functions between the batch and a tile of examples.</summary>
internal static class CudaElements
{
    public static DeviceFunction[] Functions { get; } =
    [
        new("warp_sum", """
            // The sum over the lanes of a warp, in every lane.
            static __device__ float warp_sum(float value)
            {
                for (int lane = 16; lane > 0; lane /= 2)
                {
                    value += __shfl_xor_sync(0xffffffffu, value, lane);
                }

                return value;
            }
            """),
        new("rounded", """
            // The least power of two that is not below a width, at most 32: the threads that share a row.
            static constexpr __host__ __device__ int rounded(int width)
            {
                return width > 16 ? 32 : width > 8 ? 16 : width > 4 ? 8 : width > 2 ? 4 : width;
            }
            """),
        new("lookup", """
            // The vector of each example; unknown ids and rows past the examples are zero. INDEXED: a slot's vector is the row of its id.
            template <int WIDTH, int STRIDE, int YS, bool INDEXED>
            static __device__ void lookup(const int* slots, const int* ids, const float* vectors, int first, int count, float* y)
            {
                for (int i = threadIdx.x; i < TILE * WIDTH; i += THREADS)
                {
                    int r = i / WIDTH, n = i % WIDTH, slot = r < count ? slots[first + r] : 0;
                    i64 row = INDEXED ? ids[slot] : slot;
                    y[r * YS + n] = slot == 0 ? 0.0f : vectors[row * STRIDE + n];
                }
            }
            """),
        new("lookup_bag", """
            // The sum (or mean) of the vectors of each example's bag; an empty bag and rows past the examples are zero.
            template <int WIDTH, int STRIDE, int YS, bool INDEXED, bool MEAN>
            static __device__ void lookup_bag(const int* offsets, const int* slots, const int* ids, const float* vectors, int first, int count, float* y)
            {
                for (int i = threadIdx.x; i < TILE * WIDTH; i += THREADS)
                {
                    int r = i / WIDTH, n = i % WIDTH;
                    int begin = r < count ? offsets[first + r] : 0, end = r < count ? offsets[first + r + 1] : 0;
                    float sum = 0.0f;
                    for (int p = begin; p < end; p++)
                    {
                        int row = INDEXED ? ids[slots[p]] : slots[p];
                        sum += vectors[(i64)row * STRIDE + n];
                    }

                    y[r * YS + n] = MEAN && end - begin > 1 ? sum * (1.0f / (float)(end - begin)) : sum;
                }
            }
            """),
        new("lookup_query", """
            // The vector of one example in every row that is a candidate of it.
            template <int WIDTH, int STRIDE, int YS, bool INDEXED>
            static __device__ void lookup_query(const int* slots, const int* ids, const float* vectors, int query, int count, float* y)
            {
                int slot = slots[query];
                i64 row = INDEXED ? ids[slot] : slot;
                for (int i = threadIdx.x; i < TILE * WIDTH; i += THREADS)
                {
                    int r = i / WIDTH, n = i % WIDTH;
                    y[r * YS + n] = slot == 0 || r >= count ? 0.0f : vectors[row * STRIDE + n];
                }
            }
            """),
        new("lookup_bag_query", """
            // The sum (or mean) of the vectors of one example's bag in every row that is a candidate of it.
            template <int WIDTH, int STRIDE, int YS, bool INDEXED, bool MEAN>
            static __device__ void lookup_bag_query(const int* offsets, const int* slots, const int* ids, const float* vectors, int query, int count, float* y)
            {
                int begin = offsets[query], end = offsets[query + 1];
                for (int i = threadIdx.x; i < TILE * WIDTH; i += THREADS)
                {
                    int r = i / WIDTH, n = i % WIDTH;
                    float sum = 0.0f;
                    for (int p = begin; p < end && r < count; p++)
                    {
                        int row = INDEXED ? ids[slots[p]] : slots[p];
                        sum += vectors[(i64)row * STRIDE + n];
                    }

                    y[r * YS + n] = MEAN && end - begin > 1 ? sum * (1.0f / (float)(end - begin)) : sum;
                }
            }
            """),
        new("deliver", """
            // The gradient of each example's pooled vector, for the sums by id.
            template <int WIDTH, int STRIDE, int GS>
            static __device__ void deliver(const float* g, int first, int count, float* gradients)
            {
                for (int i = threadIdx.x; i < count * WIDTH; i += THREADS)
                {
                    int r = i / WIDTH, n = i % WIDTH;
                    gradients[(i64)(first + r) * STRIDE + n] = g[r * GS + n];
                }
            }
            """),
        new("deliver_mean", """
            // The gradient of each example's mean, divided by the size of its bag.
            template <int WIDTH, int STRIDE, int GS>
            static __device__ void deliver_mean(const float* g, const int* offsets, int first, int count, float* gradients)
            {
                for (int i = threadIdx.x; i < count * WIDTH; i += THREADS)
                {
                    int r = i / WIDTH, n = i % WIDTH, size = offsets[first + r + 1] - offsets[first + r];
                    gradients[(i64)(first + r) * STRIDE + n] = g[r * GS + n] * (1.0f / (float)(size > 1 ? size : 1));
                }
            }
            """),
    ];
}
