namespace ModelGen.Generator.Emit.Cuda;

/// <summary>Device functions of matrix products between a block of rows and a parameter.</summary>
internal static class CudaProducts
{
    public static DeviceFunction[] Functions { get; } =
    [
        new("product", """
            // y[ROWS x COLUMNS] = x[ROWS x DEPTH] w[DEPTH x COLUMNS] (+ bias), then ReLU, or zero where the mask (of stride MASK) is not positive.
            template <int ROWS, int DEPTH, int COLUMNS, int XS, int WS, int YS, bool BIAS, bool RELU, int MASK>
            static __device__ void product(const float* x, const float* w, float* y, const float* bias, const float* mask)
            {
            #ifdef MODELGEN_TF32
                if constexpr (ROWS % 16 == 0 && DEPTH >= 8 && COLUMNS >= 8)
                {
                    product_tf32<ROWS, DEPTH, COLUMNS, XS, WS, YS, BIAS, RELU, MASK>(x, w, y, bias, mask);
                    return;
                }
            #endif
                constexpr int C = COLUMNS >= 128 ? 4 : COLUMNS >= 64 ? 2 : 1, GROUPS = (COLUMNS + C - 1) / C;
                constexpr int R = ROWS * GROUPS >= 4 * THREADS && ROWS >= 4 ? 4 : ROWS * GROUPS >= 2 * THREADS && ROWS >= 2 ? 2 : 1;
                for (int m = threadIdx.x; m < ROWS / R * GROUPS; m += THREADS)
                {
                    int n = m % GROUPS, r = m / GROUPS * R;
                    float sum[R][C];
                    for (int c = 0; c < C; c++)
                    {
                        float start = BIAS && n + c * GROUPS < COLUMNS ? bias[n + c * GROUPS] : 0.0f;
                        for (int i = 0; i < R; i++)
                        {
                            sum[i][c] = start;
                        }
                    }

            #pragma unroll 4
                    for (int k = 0; k < DEPTH; k++)
                    {
                        float b[C];
                        for (int c = 0; c < C; c++)
                        {
                            b[c] = n + c * GROUPS < COLUMNS ? w[k * WS + n + c * GROUPS] : 0.0f;
                        }

                        for (int i = 0; i < R; i++)
                        {
                            float a = x[(r + i) * XS + k];
                            for (int c = 0; c < C; c++)
                            {
                                sum[i][c] = fmaf(a, b[c], sum[i][c]);
                            }
                        }
                    }

                    for (int c = 0; c < C; c++)
                    {
                        for (int i = 0; i < R && n + c * GROUPS < COLUMNS; i++)
                        {
                            float value = sum[i][c];
                            if (MASK > 0)
                            {
                                value = mask[(r + i) * MASK + n + c * GROUPS] > 0.0f ? value : 0.0f;
                            }

                            y[(r + i) * YS + n + c * GROUPS] = RELU ? fmaxf(value, 0.0f) : value;
                        }
                    }
                }
            }
            """, "product_tf32"),
        new("dot", """
            // y[ROWS] = x[ROWS x DEPTH] w[DEPTH] (+ bias), one warp per row.
            template <int ROWS, int DEPTH, int XS, int YS, bool BIAS>
            static __device__ void dot(const float* x, const float* w, float* y, const float* bias)
            {
                for (int r = threadIdx.x / 32; r < ROWS; r += THREADS / 32)
                {
                    float sum = 0.0f;
                    for (int k = threadIdx.x % 32; k < DEPTH; k += 32)
                    {
                        sum = fmaf(x[r * XS + k], w[k], sum);
                    }

                    sum = warp_sum(sum);
                    if (threadIdx.x % 32 == 0)
                    {
                        y[r * YS] = BIAS ? sum + bias[0] : sum;
                    }
                }
            }
            """, "warp_sum"),
        new("spread", """
            // dx[ROWS x DEPTH] = g[ROWS] w[DEPTH], zero where the mask is not positive.
            template <int ROWS, int DEPTH, int GS, int XS, int MASK>
            static __device__ void spread(const float* g, const float* w, float* dx, const float* mask)
            {
                for (int i = threadIdx.x; i < ROWS * DEPTH; i += THREADS)
                {
                    int r = i / DEPTH, k = i % DEPTH;
                    float value = g[r * GS] * w[k];
                    if (MASK > 0)
                    {
                        value = mask[r * MASK + k] > 0.0f ? value : 0.0f;
                    }

                    dx[r * XS + k] = value;
                }
            }
            """),
        new("outer", """
            // w[DEPTH x COLUMNS] = or += x[ROWS x DEPTH]^T g[ROWS x COLUMNS], the rows in order.
            template <int ROWS, int DEPTH, int COLUMNS, int XS, int GS, int WS>
            static __device__ void outer(const float* x, const float* g, float* w, bool add)
            {
            #ifdef MODELGEN_TF32
                if constexpr (ROWS % 8 == 0 && DEPTH >= 8 && COLUMNS >= 8)
                {
                    outer_tf32<ROWS, DEPTH, COLUMNS, XS, GS, WS>(x, g, w, add);
                    return;
                }
            #endif
                constexpr int C = COLUMNS >= 128 ? 4 : COLUMNS >= 64 ? 2 : 1, GROUPS = (COLUMNS + C - 1) / C;
                constexpr int R = DEPTH * GROUPS >= 4 * THREADS ? 4 : DEPTH * GROUPS >= 2 * THREADS ? 2 : 1;
                for (int m = threadIdx.x; m < (DEPTH + R - 1) / R * GROUPS; m += THREADS)
                {
                    int n = m % GROUPS, k = m / GROUPS * R;
                    float sum[R][C];
                    for (int i = 0; i < R; i++)
                    {
                        for (int c = 0; c < C; c++)
                        {
                            sum[i][c] = add && k + i < DEPTH && n + c * GROUPS < COLUMNS ? w[(k + i) * WS + n + c * GROUPS] : 0.0f;
                        }
                    }

            #pragma unroll 4
                    for (int r = 0; r < ROWS; r++)
                    {
                        float b[C];
                        for (int c = 0; c < C; c++)
                        {
                            b[c] = n + c * GROUPS < COLUMNS ? g[r * GS + n + c * GROUPS] : 0.0f;
                        }

                        for (int i = 0; i < R; i++)
                        {
                            float a = k + i < DEPTH ? x[r * XS + k + i] : 0.0f;
                            for (int c = 0; c < C; c++)
                            {
                                sum[i][c] = fmaf(a, b[c], sum[i][c]);
                            }
                        }
                    }

                    for (int i = 0; i < R && k + i < DEPTH; i++)
                    {
                        for (int c = 0; c < C && n + c * GROUPS < COLUMNS; c++)
                        {
                            w[(k + i) * WS + n + c * GROUPS] = sum[i][c];
                        }
                    }
                }
            }
            """, "outer_tf32"),
        new("column_sum", """
            // b[COLUMNS] = or += the column sums of g[ROWS x COLUMNS].
            template <int ROWS, int COLUMNS, int GS>
            static __device__ void column_sum(const float* g, float* b, bool add)
            {
                for (int n = threadIdx.x; n < COLUMNS; n += THREADS)
                {
                    float sum = add ? b[n] : 0.0f;
                    for (int r = 0; r < ROWS; r++)
                    {
                        sum += g[r * GS + n];
                    }

                    b[n] = sum;
                }
            }
            """),
    ];
}
