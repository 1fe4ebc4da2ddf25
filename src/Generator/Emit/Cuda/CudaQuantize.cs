using ModelGen.Generator.Ir;

namespace ModelGen.Generator.Emit.Cuda;

/// <summary>Device functions of product quantisation on blocks of ids.</summary>
internal static class CudaQuantize
{
    public static DeviceFunction[] Functions { get; } =
    [
        new("LARGEST", "static constexpr float LARGEST = 3.402823466e+38f;"),
        new("opposite", """
            // The opposite of the score of centroid k: the squared distance from one part of a query, or (GREATEST) the product with the opposite of the query.
            template <int STRIDE, bool GREATEST>
            static __device__ __forceinline__ float opposite(const float* e, int width, const float* centroids, int k)
            {
                float sum = 0.0f;
            #pragma unroll 1
                for (int n = 0; n < width; n++)
                {
                    float c = centroids[n * STRIDE + k], d = e[n] - c;
                    sum = GREATEST ? fmaf(-e[n], c, sum) : fmaf(d, d, sum);
                }

                return sum;
            }
            """),
        new("decode", """
            // The vectors that the codes of ids stand for, codes being whole numbers in the rows of a table; rows past count become zero.
            template <int PARTS, int WIDTH, bool SHARED, int STRIDE>
            static __device__ void decode(const Table& codes, const float* codebook, const int* ids, int count, float* y)
            {
                for (int i = threadIdx.x; i < SLOTS * WIDTH; i += THREADS)
                {
                    int r = i / WIDTH, n = i % WIDTH, part = n / (WIDTH / PARTS);
                    int centroid = r < count ? (int)codes.values[(i64)ids[r] * PARTS + part] : 0;
                    y[i] = r < count ? codebook[centroid * STRIDE + (SHARED ? n % (WIDTH / PARTS) : n)] : 0.0f;
                }
            }
            """),
        new("score_scale", $$"""
            // 1 / sqrt(variance + {{CudaText.Float(Quantization.Epsilon)}}) of a centroid's scores, 1 before any batch had some. Moments lie in rows of STRIDE floats: weight, mean, variance.
            template <int STRIDE>
            static __device__ __forceinline__ float score_scale(const float* moments)
            {
                return moments[0] > 0.0f ? 1.0f / sqrtf(moments[2 * STRIDE] + {{CudaText.Float(Quantization.Epsilon)}}) : 1.0f;
            }
            """),
        new("nearest", """
            // The nearest of the first centroids to one part of a query (or, GREATEST, the key of greatest inner product), the lowest of equals: one warp.
            // MOMENTS: scores are normalised by moments in rows of so many floats.
            template <int STRIDE, bool GREATEST, int MOMENTS>
            static __device__ int nearest(const float* e, int width, const float* centroids, int choices, const float* moments)
            {
                float least = LARGEST;
                int at = 0;
                for (int k = threadIdx.x % 32; k < choices; k += 32)
                {
                    float sum = opposite<STRIDE, GREATEST>(e, width, centroids, k);
                    if (MOMENTS > 0)
                    {
                        float scale = score_scale<MOMENTS>(moments + k);
                        sum = fmaf(sum, scale, scale * moments[MOMENTS + k]);
                    }

                    at = sum < least ? k : at;
                    least = sum < least ? sum : least;
                }

                for (int lane = 16; lane > 0; lane /= 2)
                {
                    float other = __shfl_xor_sync(0xffffffffu, least, lane);
                    int index = __shfl_xor_sync(0xffffffffu, at, lane);
                    at = other < least || (other == least && index < at) ? index : at;
                    least = other < least ? other : least;
                }

                return at;
            }
            """, "LARGEST", "opposite", "score_scale"),
        new("centroids", """
            // v = the chosen centroids, one after another; rows past count become zero.
            template <int PARTS, int WIDTH, bool SHARED, int CS, int YS>
            static __device__ void centroids(const float* codebook, const unsigned short* codes, int count, float* v)
            {
                for (int i = threadIdx.x; i < SLOTS * WIDTH; i += THREADS)
                {
                    int r = i / WIDTH, n = i % WIDTH;
                    v[r * YS + n] = r < count ? codebook[(int)codes[r * PARTS + n / (WIDTH / PARTS)] * CS + (SHARED ? n % (WIDTH / PARTS) : n)] : 0.0f;
                }
            }
            """),
        new("quantize_input", """
            // dq = g + w (q - v), w = scale x occurrences: straight through, and the commitment to the centroids.
            template <int WIDTH, int XS>
            static __device__ void quantize_input(const float* g, const float* q, const float* v, const int* starts, int count, float scale, float* dq)
            {
                for (int i = threadIdx.x; i < SLOTS * WIDTH; i += THREADS)
                {
                    int r = i / WIDTH, at = r * XS + i % WIDTH;
                    dq[at] = r < count ? fmaf((float)(starts[r + 1] - starts[r]) * scale, q[at] - v[at], g[at]) : 0.0f;
                }
            }
            """),
        new("quantize_codebook", """
            // dC += scale x occurrences x (v - q) at the chosen centroids, in the order of the ids; a thread owns a column.
            template <int PARTS, int WIDTH, bool SHARED, int CS, int XS>
            static __device__ void quantize_codebook(const float* q, const float* v, const unsigned short* codes, const int* starts, int count, float scale, float* gradient)
            {
                constexpr int PART = WIDTH / PARTS, COLUMNS = SHARED ? PART : WIDTH;
                for (int n = threadIdx.x; n < COLUMNS; n += THREADS)
                {
                    for (int i = 0; i < count; i++)
                    {
                        float w = (float)(starts[i + 1] - starts[i]) * scale;
                        for (int part = SHARED ? 0 : n / PART; part < (SHARED ? PARTS : n / PART + 1); part++)
                        {
                            int at = i * XS + part * PART + n % PART;
                            float* target = gradient + (int)codes[i * PARTS + part] * CS + n;
                            *target = fmaf(w, v[at] - q[at], *target);
                        }
                    }
                }
            }
            """),
        new("quantize_count", """
            // dN += occurrences for the chosen centroids; a thread owns a column.
            template <int PARTS, bool SHARED, int NS>
            static __device__ void quantize_count(const unsigned short* codes, const int* starts, int count, float* counts)
            {
                for (int n = threadIdx.x; n < (SHARED ? 1 : PARTS); n += THREADS)
                {
                    for (int i = 0; i < count; i++)
                    {
                        float occurrences = (float)(starts[i + 1] - starts[i]);
                        for (int part = n; part < (SHARED ? PARTS : n + 1); part++)
                        {
                            counts[(int)codes[i * PARTS + part] * NS + n] += occurrences;
                        }
                    }
                }
            }
            """),
        new("softmax_values", """
            // dC += g at the chosen centroids, in the order of the ids; a thread owns a column.
            template <int PARTS, int WIDTH, bool SHARED, int CS, int XS>
            static __device__ void softmax_values(const float* g, const unsigned short* codes, int count, float* gradient)
            {
                constexpr int PART = WIDTH / PARTS, COLUMNS = SHARED ? PART : WIDTH;
                for (int n = threadIdx.x; n < COLUMNS; n += THREADS)
                {
                    for (int i = 0; i < count; i++)
                    {
                        for (int part = SHARED ? 0 : n / PART; part < (SHARED ? PARTS : n / PART + 1); part++)
                        {
                            gradient[(int)codes[i * PARTS + part] * CS + n] += g[i * XS + part * PART + n % PART];
                        }
                    }
                }
            }
            """),
        new("softmax_scores", """
            // The gradient of the inner products of one part: p_k (g values_k - the sum over l of p_l g values_l) / temperature, p the softmax of
            // the scores; one warp. Zero from the choices to ROOM. MOMENTS: scores are normalised by moments in rows of so many floats.
            template <int STRIDE, int ROOM, int MOMENTS>
            static __device__ void softmax_scores(const float* e, const float* g, int width, const float* keys, const float* values, int choices, float inverse, const float* moments, float* result)
            {
                int lane = threadIdx.x % 32;
                float greatest = -LARGEST, total = 0.0f, weighted = 0.0f;
                for (int k = lane; k < ROOM; k += 32)
                {
                    float score = 0.0f;
                    for (int n = 0; n < width && k < choices; n++)
                    {
                        score = fmaf(e[n], keys[n * STRIDE + k], score);
                    }

                    if (MOMENTS > 0 && k < choices)
                    {
                        float scale = score_scale<MOMENTS>(moments + k);
                        score = score * scale - scale * moments[MOMENTS + k];
                    }

                    score *= inverse;
                    result[k] = score;
                    greatest = k < choices && score > greatest ? score : greatest;
                }

                for (int other = 16; other > 0; other /= 2)
                {
                    greatest = fmaxf(greatest, __shfl_xor_sync(0xffffffffu, greatest, other));
                }

                for (int k = lane; k < choices; k += 32)
                {
                    float share = expf(result[k] - greatest), product = 0.0f;
                    for (int n = 0; n < width; n++)
                    {
                        product = fmaf(g[n], values[n * STRIDE + k], product);
                    }

                    result[k] = share;
                    total += share;
                    weighted = fmaf(share, product, weighted);
                }

                total = warp_sum(total);
                float mean = warp_sum(weighted) / total, norm = inverse / total;
                for (int k = lane; k < ROOM; k += 32)
                {
                    float product = 0.0f;
                    for (int n = 0; n < width && k < choices; n++)
                    {
                        product = fmaf(g[n], values[n * STRIDE + k], product);
                    }

                    float scale = MOMENTS > 0 && k < choices ? score_scale<MOMENTS>(moments + k) : 1.0f;
                    result[k] = k < choices ? norm * result[k] * scale * (product - mean) : 0.0f;
                }
            }
            """, "warp_sum", "LARGEST", "score_scale"),
    ];
}
