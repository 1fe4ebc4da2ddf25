namespace ModelGen.Generator.Emit.Cuda;

/// <summary>Device functions of the interactions of a stack of vectors per example.</summary>
internal static class CudaInteractions
{
    public static DeviceFunction[] Functions { get; } =
    [
        new("pairs", """
            // y = the inner products of all pairs i < j of VECTORS vectors, in the order (0,1), (0,2), ...
            template <int VECTORS, int WIDTH, int XS, int YS>
            static __device__ void pairs(const float* x, float* y)
            {
                constexpr int PAIRS = VECTORS * (VECTORS - 1) / 2, TWICE = 2 * VECTORS - 1;
                for (int m = threadIdx.x; m < TILE * PAIRS; m += THREADS)
                {
                    int r = m / PAIRS, p = m % PAIRS;

                    // The pairs of vector i begin at i VECTORS - i (i + 1) / 2; the root finds i up to its rounding.
                    int i = (int)(((float)TWICE - sqrtf((float)(TWICE * TWICE - 8 * p))) * 0.5f);
                    i = (i + 1) * VECTORS - (i + 1) * (i + 2) / 2 <= p ? i + 1 : i;
                    i = i * VECTORS - i * (i + 1) / 2 > p ? i - 1 : i;
                    int j = p - (i * VECTORS - i * (i + 1) / 2) + i + 1;
                    const float* a = x + r * XS + i * WIDTH;
                    const float* b = x + r * XS + j * WIDTH;
                    float sum = 0.0f;
                    for (int n = 0; n < WIDTH; n++)
                    {
                        sum = fmaf(a[n], b[n], sum);
                    }

                    y[r * YS + p] = sum;
                }
            }
            """),
        new("pairs_gradient", """
            // dx_i = the sum over j of g_ij x_j.
            template <int VECTORS, int WIDTH, int GS, int XS, int YS>
            static __device__ void pairs_gradient(const float* g, const float* x, float* dx)
            {
                for (int m = threadIdx.x; m < TILE * VECTORS * WIDTH; m += THREADS)
                {
                    int r = m / (VECTORS * WIDTH), i = m / WIDTH % VECTORS, n = m % WIDTH;
                    const float* pair = g + r * GS;
                    const float* stack = x + r * XS + n;
                    float before = 0.0f, after = 0.0f;
                    int at = i;
                    for (int j = 0; j < i; j++)
                    {
                        before = fmaf(pair[at - 1], stack[j * WIDTH], before);
                        at += VECTORS - 2 - j;
                    }

                    int start = i * VECTORS - i * (i + 1) / 2;
                    for (int j = i + 1; j < VECTORS; j++)
                    {
                        after = fmaf(pair[start + j - i - 1], stack[j * WIDTH], after);
                    }

                    dx[r * YS + i * WIDTH + n] = before + after;
                }
            }
            """),
        new("fm", """
            // y = half of (sum of the vectors)^2 minus the sum of their squares, over the width; one warp per example.
            template <int VECTORS, int WIDTH, int XS, int YS>
            static __device__ void fm(const float* x, float* y)
            {
                for (int r = threadIdx.x / 32; r < TILE; r += THREADS / 32)
                {
                    float difference = 0.0f;
                    for (int n = threadIdx.x % 32; n < WIDTH; n += 32)
                    {
                        float sum = 0.0f, squares = 0.0f;
                        for (int i = 0; i < VECTORS; i++)
                        {
                            float value = x[r * XS + i * WIDTH + n];
                            sum += value;
                            squares = fmaf(value, value, squares);
                        }

                        difference += sum * sum - squares;
                    }

                    difference = warp_sum(difference);
                    if (threadIdx.x % 32 == 0)
                    {
                        y[r * YS] = 0.5f * difference;
                    }
                }
            }
            """, "warp_sum"),
        new("fm_gradient", """
            // dx_i = g (the sum of the vectors - x_i).
            template <int VECTORS, int WIDTH, int GS, int XS, int YS>
            static __device__ void fm_gradient(const float* g, const float* x, float* dx)
            {
                for (int m = threadIdx.x; m < TILE * WIDTH; m += THREADS)
                {
                    int r = m / WIDTH, n = m % WIDTH;
                    float sum = 0.0f, slope = g[r * GS];
                    for (int i = 0; i < VECTORS; i++)
                    {
                        sum += x[r * XS + i * WIDTH + n];
                    }

                    for (int i = 0; i < VECTORS; i++)
                    {
                        dx[r * YS + i * WIDTH + n] = slope * (sum - x[r * XS + i * WIDTH + n]);
                    }
                }
            }
            """),
    ];
}
