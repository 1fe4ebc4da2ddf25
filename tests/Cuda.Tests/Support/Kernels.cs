using ModelGen.Cuda;

namespace ModelGen.Tests;

/// <summary>Kernels written by hand that exercise drivers, compilers and the emulation.</summary>
internal static class Kernels
{
    /// <summary>y = a x + y, with all types of arguments.</summary>
    public static KernelSource Axpy { get; } = new("Axpy", """
        extern "C" __global__ void axpy(const float* __restrict__ x, float* y, float a, long long n, int offset)
        {
            long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
            if (i < n)
            {
                y[i] = fmaf(a, x[i], y[i]) + offset;
            }
        }
        """);

    /// <summary>Sums per block: warp shuffles, static and dynamic shared memory, a vote, an atomic.</summary>
    public static KernelSource Sums { get; } = new("Sums", """
        extern "C" __global__ void __launch_bounds__(128) sums(const float* x, float* y, int* positives, int n)
        {
            __shared__ float parts[4];
            extern __shared__ float values[];
            int i = blockIdx.x * 128 + threadIdx.x;
            float v = i < n ? x[i] : 0.0f;
            values[threadIdx.x] = v;
            unsigned positive = __ballot_sync(0xffffffffu, v > 0.0f);
            for (int d = 16; d > 0; d >>= 1)
            {
                v += __shfl_down_sync(0xffffffffu, v, d);
            }

            if (threadIdx.x % 32 == 0)
            {
                parts[threadIdx.x / 32] = v;
                atomicAdd(positives, __popc(positive));
            }

            __syncthreads();
            if (threadIdx.x == 0)
            {
                float largest = values[0];
                for (int t = 1; t < 128; t++)
                {
                    largest = fmaxf(largest, values[t]);
                }

                y[2 * blockIdx.x] = parts[0] + parts[1] + parts[2] + parts[3];
                y[2 * blockIdx.x + 1] = largest;
            }
        }
        """);

    /// <summary>Device functions that are inline PTX on the device and the emulation's own on the host: conversions and tensor cores.</summary>
    public const string DeviceFunctions = """
        #ifndef MODELGEN_HOST
        static __device__ float half_to_float(unsigned short h)
        {
            float f;
            asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(h));
            return f;
        }

        static __device__ unsigned short float_to_half(float f)
        {
            unsigned short h;
            asm("cvt.rn.f16.f32 %0, %1;" : "=h"(h) : "f"(f));
            return h;
        }

        static __device__ float bfloat_to_float(unsigned short b)
        {
            return __uint_as_float((unsigned)b << 16);
        }

        static __device__ unsigned short float_to_bfloat(float f)
        {
        #if __CUDA_ARCH__ >= 800
            unsigned short b;
            asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(b) : "f"(f));
            return b;
        #else
            unsigned u = __float_as_uint(f);
            return f != f ? (unsigned short)0x7fff : (unsigned short)((u + 0x7fffu + (u >> 16 & 1)) >> 16);
        #endif
        }

        #if __CUDA_ARCH__ >= 800
        static __device__ unsigned float_to_tf32(float f)
        {
            unsigned u;
            asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(u) : "f"(f));
            return u;
        }

        static __device__ void mma_tf32(float* c, const unsigned* a, const unsigned* b)
        {
            asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
        }

        static __device__ void mma_bf16(float* c, const unsigned* a, const unsigned* b)
        {
            asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
        }

        static __device__ void copy_async_16(void* shared, const void* global)
        {
            unsigned address = (unsigned)__cvta_generic_to_shared(shared);
            asm volatile("cp.async.ca.shared.global [%0], [%1], 16;" :: "r"(address), "l"(global));
        }

        static __device__ void copy_async_commit()
        {
            asm volatile("cp.async.commit_group;");
        }

        template <int N> static __device__ void copy_async_wait()
        {
            asm volatile("cp.async.wait_group %0;" :: "n"(N) : "memory");
        }
        #endif
        #endif

        """;

    /// <summary>Conversions of 16-bit floats.</summary>
    public static KernelSource Conversions { get; } = new("Conversions", DeviceFunctions + """
        extern "C" __global__ void conversions(const float* x, unsigned short* halves, unsigned short* bfloats, float* back, int n)
        {
            int i = blockIdx.x * blockDim.x + threadIdx.x;
            if (i < n)
            {
                halves[i] = float_to_half(x[i]);
                bfloats[i] = float_to_bfloat(x[i]);
                back[2 * i] = half_to_float(halves[i]);
                back[2 * i + 1] = bfloat_to_float(bfloats[i]);
            }
        }
        """, ["--diag-suppress=177"]);

    /// <summary>A 16 x 8 product by one warp, in tf32 (depth 8) and in bfloat16 (depth 16), operands copied asynchronously.</summary>
    public static KernelSource Products { get; } = new("Products", DeviceFunctions + """
        #if defined(MODELGEN_HOST) || __CUDA_ARCH__ >= 800
        extern "C" __global__ void __launch_bounds__(32) products(const float* a, const float* b, float* tf32, float* bf16)
        {
            __shared__ __align__(16) float as[16 * 16];
            __shared__ __align__(16) float bs[16 * 8];
            int lane = threadIdx.x, g = lane / 4, t = lane % 4;
            for (int i = lane; i < 64; i += 32)
            {
                copy_async_16(as + 4 * i, a + 4 * i);
            }

            copy_async_16(bs + 4 * lane, b + 4 * lane);
            copy_async_commit();
            copy_async_wait<0>();
            __syncwarp();

            float c[4] = {};
            unsigned fa[4], fb[2];
            for (int i = 0; i < 4; i++)
            {
                fa[i] = float_to_tf32(as[(g + (i & 1) * 8) * 16 + t + (i >> 1) * 4]);
            }

            for (int i = 0; i < 2; i++)
            {
                fb[i] = float_to_tf32(bs[(t + i * 4) * 8 + g]);
            }

            mma_tf32(c, fa, fb);
            for (int i = 0; i < 4; i++)
            {
                tf32[(g + (i >> 1) * 8) * 8 + t * 2 + (i & 1)] = c[i];
                c[i] = 0.0f;
            }

            for (int i = 0; i < 4; i++)
            {
                const float* p = as + (g + (i & 1) * 8) * 16 + t * 2 + (i >> 1) * 8;
                fa[i] = float_to_bfloat(p[0]) | (unsigned)float_to_bfloat(p[1]) << 16;
            }

            for (int i = 0; i < 2; i++)
            {
                const float* p = bs + (t * 2 + i * 8) * 8 + g;
                fb[i] = float_to_bfloat(p[0]) | (unsigned)float_to_bfloat(p[8]) << 16;
            }

            mma_bf16(c, fa, fb);
            for (int i = 0; i < 4; i++)
            {
                bf16[(g + (i >> 1) * 8) * 8 + t * 2 + (i & 1)] = c[i];
            }
        }
        #else
        extern "C" __global__ void products(const float* a, const float* b, float* tf32, float* bf16)
        {
        }
        #endif
        """, ["--diag-suppress=177"]);
}
