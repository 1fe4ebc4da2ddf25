namespace ModelGen.Generator.Emit.Cuda;

/// <summary>
/// The products on tensor cores: factors rounded to 10 mantissa bits (TF32), sums in 32-bit floats. Compiled in when the source begins with
/// a definition of MODELGEN_TF32; without it products are exact to 32-bit floats.
/// </summary>
internal static class CudaTensorProducts
{
    public static DeviceFunction[] Functions { get; } =
    [
        new("tensor_cores", """
            #ifdef MODELGEN_TF32
            #ifndef MODELGEN_HOST
            // The nearest value of 10 mantissa bits.
            static __device__ unsigned float_to_tf32(float value)
            {
                unsigned bits;
                asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(value));
                return bits;
            }

            // c[16 x 8] += a[16 x 8] b[8 x 8] on tensor cores, spread over the lanes of a warp.
            static __device__ void mma_tf32(float* c, const unsigned* a, const unsigned* b)
            {
                asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                    : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
            }
            #endif
            #endif
            """),
        new("product_tf32", """
            #ifdef MODELGEN_TF32
            // The product on tensor cores: a warp computes 16 rows and 8 or more columns at a time.
            template <int ROWS, int DEPTH, int COLUMNS, int XS, int WS, int YS, bool BIAS, bool RELU, int MASK>
            static __device__ __forceinline__ void product_tf32(const float* x, const float* w, float* y, const float* bias, const float* mask)
            {
                constexpr int TILES = (COLUMNS + 7) / 8, WIDE = TILES >= 32 ? 4 : TILES >= 16 ? 2 : 1, GROUPS = (TILES + WIDE - 1) / WIDE;
                int g = threadIdx.x % 32 / 4, p = threadIdx.x % 4;
                for (int m = threadIdx.x / 32; m < ROWS / 16 * GROUPS; m += THREADS / 32)
                {
                    int r = m / GROUPS * 16 + g, n = m % GROUPS * WIDE * 8;
                    float c[WIDE][4];
                    for (int t = 0; t < WIDE; t++)
                    {
                        for (int i = 0; i < 4; i++)
                        {
                            int column = n + t * 8 + p * 2 + i % 2;
                            c[t][i] = BIAS && column < COLUMNS ? bias[column] : 0.0f;
                        }
                    }

            #pragma unroll 2
                    for (int k = 0; k < DEPTH; k += 8)
                    {
                        unsigned a[4], b[2];
                        for (int i = 0; i < 4; i++)
                        {
                            int depth = k + p + i / 2 * 4;
                            a[i] = depth < DEPTH ? float_to_tf32(x[(r + i % 2 * 8) * XS + depth]) : 0u;
                        }

                        for (int t = 0; t < WIDE; t++)
                        {
                            for (int i = 0; i < 2; i++)
                            {
                                int depth = k + p + i * 4, column = n + t * 8 + g;
                                b[i] = depth < DEPTH && column < COLUMNS ? float_to_tf32(w[depth * WS + column]) : 0u;
                            }

                            mma_tf32(c[t], a, b);
                        }
                    }

                    for (int t = 0; t < WIDE; t++)
                    {
                        for (int i = 0; i < 4; i++)
                        {
                            int row = r + i / 2 * 8, column = n + t * 8 + p * 2 + i % 2;
                            if (column < COLUMNS)
                            {
                                float value = c[t][i];
                                if (MASK > 0)
                                {
                                    value = mask[row * MASK + column] > 0.0f ? value : 0.0f;
                                }

                                y[row * YS + column] = RELU ? fmaxf(value, 0.0f) : value;
                            }
                        }
                    }
                }
            }
            #endif
            """, "tensor_cores"),
        new("outer_tf32", """
            #ifdef MODELGEN_TF32
            // The gradient of a weight on tensor cores: a warp computes 16 rows and 8 or more columns of it at a time.
            template <int ROWS, int DEPTH, int COLUMNS, int XS, int GS, int WS>
            static __device__ __forceinline__ void outer_tf32(const float* x, const float* g, float* w, bool add)
            {
                constexpr int TILES = (COLUMNS + 7) / 8, WIDE = TILES >= 16 ? 4 : TILES >= 8 ? 2 : 1, GROUPS = (TILES + WIDE - 1) / WIDE;
                int q = threadIdx.x % 32 / 4, p = threadIdx.x % 4;
                for (int m = threadIdx.x / 32; m < (DEPTH + 15) / 16 * GROUPS; m += THREADS / 32)
                {
                    int k = m / GROUPS * 16 + q, n = m % GROUPS * WIDE * 8;
                    float c[WIDE][4];
                    for (int t = 0; t < WIDE; t++)
                    {
                        for (int i = 0; i < 4; i++)
                        {
                            int row = k + i / 2 * 8, column = n + t * 8 + p * 2 + i % 2;
                            c[t][i] = add && row < DEPTH && column < COLUMNS ? w[row * WS + column] : 0.0f;
                        }
                    }

                    for (int r = 0; r < ROWS; r += 8)
                    {
                        unsigned a[4], b[2];
                        for (int i = 0; i < 4; i++)
                        {
                            int row = k + i % 2 * 8;
                            a[i] = row < DEPTH ? float_to_tf32(x[(r + p + i / 2 * 4) * XS + row]) : 0u;
                        }

                        for (int t = 0; t < WIDE; t++)
                        {
                            for (int i = 0; i < 2; i++)
                            {
                                int column = n + t * 8 + q;
                                b[i] = column < COLUMNS ? float_to_tf32(g[(r + p + i * 4) * GS + column]) : 0u;
                            }

                            mma_tf32(c[t], a, b);
                        }
                    }

                    for (int t = 0; t < WIDE; t++)
                    {
                        for (int i = 0; i < 4; i++)
                        {
                            int row = k + i / 2 * 8, column = n + t * 8 + p * 2 + i % 2;
                            if (row < DEPTH && column < COLUMNS)
                            {
                                w[row * WS + column] = c[t][i];
                            }
                        }
                    }
                }
            }
            #endif
            """, "tensor_cores"),
    ];
}
