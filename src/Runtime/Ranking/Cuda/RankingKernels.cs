using System;
using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>
/// Kernels that score a catalogue for many queries, leave out what is no candidate, and find places and lists. Scores are summed in the
/// order of the columns as on the CPU, so that scores, places and ties are those of the CPU to the bit.
/// </summary>
internal static class RankingKernels
{
    /// <summary>Longest list.</summary>
    public const int MostItems = 1024;

    /// <summary>Warps of a block.</summary>
    public const int Warps = CudaProgram.BlockThreads / 32;

    /// <summary>The kernels that score item vectors of a width, the only size that is compiled in.</summary>
    public static KernelSource Scores(int width) => new("scores", FormattableString.Invariant($"{Head}enum {{ WIDTH = {width} }};\n") + ScoreText);

    /// <summary>The kernels that find places and lists in scores.</summary>
    public static KernelSource Lists { get; } = new("lists", FormattableString.Invariant($"{Head}enum {{ MOST = {MostItems} }};\n") + ListText);

    private const string Head = "typedef long long i64;\ntypedef unsigned long long u64;\nenum { THREADS = 256, WARPS = THREADS / 32 };\n";

    private const string ScoreText = """
        // The sum of the dense rows of a history, item after item: queries are query x WIDTH.
        extern "C" __global__ void __launch_bounds__(THREADS) sum_dense(const float* rows, const int* starts, const int* items, int count, float* queries)
        {
            for (i64 i = (i64)blockIdx.x * THREADS + threadIdx.x; i < (i64)count * WIDTH; i += (i64)gridDim.x * THREADS)
            {
                int query = (int)(i / WIDTH), column = (int)(i % WIDTH);
                float sum = 0.0f;
                for (int p = starts[query]; p < starts[query + 1]; p++)
                {
                    sum += rows[(i64)items[p] * WIDTH + column];
                }

                queries[i] = sum;
            }
        }

        // The same of sparse rows, one warp per query.
        extern "C" __global__ void __launch_bounds__(THREADS) sum_sparse(
            const float* values, const int* columns, const i64* rows, const int* starts, const int* items, int count, float* queries)
        {
            for (int query = (int)blockIdx.x * WARPS + threadIdx.x / 32; query < count; query += (int)gridDim.x * WARPS)
            {
                float* sum = queries + (i64)query * WIDTH;
                for (int column = threadIdx.x % 32; column < WIDTH; column += 32)
                {
                    sum[column] = 0.0f;
                }

                __syncwarp();
                for (int p = starts[query]; p < starts[query + 1]; p++)
                {
                    i64 end = rows[items[p] + 1];
                    for (i64 e = rows[items[p]] + threadIdx.x % 32; e < end; e += 32)
                    {
                        sum[columns[e]] += values[e];
                    }

                    __syncwarp();
                }
            }
        }

        static __device__ void put_score(float* scores, int* faults, i64 at, int query, float score)
        {
            scores[at] = score;
            if (!(score - score == 0.0f))
            {
                atomicMax(faults + query, 1);
            }
        }

        // Scores of 64 queries and 64 items per block, a thread 4 queries and every sixteenth item.
        extern "C" __global__ void __launch_bounds__(THREADS, 1) score_dense(const float* rows, const float* queries, int items, int count, float* scores, int* faults)
        {
            enum { TILE = 64, DEPTH = 16, PITCH = TILE + 4 };
            __shared__ float left[DEPTH * PITCH];
            __shared__ float right[DEPTH * PITCH];
            int across = (items + TILE - 1) / TILE, tiles = (count + TILE - 1) / TILE * across;
            for (int tile = blockIdx.x; tile < tiles; tile += gridDim.x)
            {
                int q0 = tile / across * TILE, i0 = tile % across * TILE;
                float sum[4][4];
                for (int n = 0; n < 16; n++)
                {
                    sum[n / 4][n % 4] = 0.0f;
                }

                for (int k0 = 0; k0 < WIDTH; k0 += DEPTH)
                {
                    for (int n = threadIdx.x; n < TILE * DEPTH; n += THREADS)
                    {
                        int row = n / DEPTH, k = n % DEPTH;
                        left[k * PITCH + row] = q0 + row < count && k0 + k < WIDTH ? queries[(i64)(q0 + row) * WIDTH + k0 + k] : 0.0f;
                        right[k * PITCH + row] = i0 + row < items && k0 + k < WIDTH ? rows[(i64)(i0 + row) * WIDTH + k0 + k] : 0.0f;
                    }

                    __syncthreads();
                    for (int k = 0; k < DEPTH; k++)
                    {
                        float x[4], y[4];
                        for (int n = 0; n < 4; n++)
                        {
                            x[n] = left[k * PITCH + threadIdx.x / 16 * 4 + n];
                            y[n] = right[k * PITCH + threadIdx.x % 16 + 16 * n];
                        }

                        for (int n = 0; n < 16; n++)
                        {
                            sum[n / 4][n % 4] = fmaf(x[n / 4], y[n % 4], sum[n / 4][n % 4]);
                        }
                    }

                    __syncthreads();
                }

                for (int n = 0; n < 16; n++)
                {
                    int query = q0 + threadIdx.x / 16 * 4 + n / 4, item = i0 + threadIdx.x % 16 + 16 * (n % 4);
                    if (query < count && item < items)
                    {
                        put_score(scores, faults, (i64)query * items + item, query, sum[n / 4][n % 4]);
                    }
                }
            }
        }

        // Scores over the kept entries: a thread per query and item, products and sums rounded one by one as on the CPU.
        extern "C" __global__ void __launch_bounds__(THREADS) score_sparse(
            const float* values, const int* columns, const i64* rows, const float* queries, int items, int count, float* scores, int* faults)
        {
            for (i64 i = (i64)blockIdx.x * THREADS + threadIdx.x; i < (i64)count * items; i += (i64)gridDim.x * THREADS)
            {
                int query = (int)(i / items), item = (int)(i % items);
                const float* h = queries + (i64)query * WIDTH;
                float sum = 0.0f;
                for (i64 e = rows[item]; e < rows[item + 1]; e++)
                {
                    sum = __fadd_rn(sum, __fmul_rn(values[e], h[columns[e]]));
                }

                put_score(scores, faults, i, query, sum);
            }
        }
        """;

    private const string ListText = """
        // Items of a history and items that are no candidates of anybody, one block per query.
        extern "C" __global__ void __launch_bounds__(THREADS) leave_out(float* scores, int items, int count, const int* starts, const int* history, const int* ineligible, int ineligible_count)
        {
            for (int query = blockIdx.x; query < count; query += gridDim.x)
            {
                float* own = scores + (i64)query * items;
                for (int p = starts[query] + threadIdx.x; p < starts[query + 1]; p += THREADS)
                {
                    own[history[p]] = __int_as_float(0xff800000);
                }

                // An item may be in both.
                __syncthreads();
                for (int p = threadIdx.x; p < ineligible_count; p += THREADS)
                {
                    own[ineligible[p]] = __int_as_float(0xff800000);
                }
            }
        }

        // How many scores are above that of each item to find, and how many equal it: one block per query, four items at a time.
        extern "C" __global__ void __launch_bounds__(THREADS) places(const float* scores, int items, int count, const int* starts, const int* targets, int* above, int* equal)
        {
            __shared__ int sums[WARPS * 8];
            for (int query = blockIdx.x; query < count; query += gridDim.x)
            {
                const float* own = scores + (i64)query * items;
                int end = starts[query + 1];
                for (int t = starts[query]; t < end; t += 4)
                {
                    float wanted[4];
                    int counts[8];
                    for (int n = 0; n < 4; n++)
                    {
                        wanted[n] = own[targets[t + n < end ? t + n : t]];
                        counts[n] = 0;
                        counts[4 + n] = 0;
                    }

                    for (int item = threadIdx.x; item < items; item += THREADS)
                    {
                        float score = own[item];
                        for (int n = 0; n < 4; n++)
                        {
                            counts[n] += score > wanted[n] ? 1 : 0;
                            counts[4 + n] += score == wanted[n] ? 1 : 0;
                        }
                    }

                    for (int n = 0; n < 8; n++)
                    {
                        for (int lane = 16; lane > 0; lane /= 2)
                        {
                            counts[n] += __shfl_xor_sync(0xffffffffu, counts[n], lane);
                        }

                        if (threadIdx.x % 32 == 0)
                        {
                            sums[threadIdx.x / 32 * 8 + n] = counts[n];
                        }
                    }

                    __syncthreads();
                    if (threadIdx.x < 8 && t + (int)threadIdx.x % 4 < end)
                    {
                        int sum = 0;
                        for (int warp = 0; warp < WARPS; warp++)
                        {
                            sum += sums[warp * 8 + threadIdx.x];
                        }

                        (threadIdx.x < 4 ? above : equal)[t + threadIdx.x % 4] = sum;
                    }

                    __syncthreads();
                }
            }
        }

        // A number that is larger for a better item: the larger score, of equal scores the lower id.
        static __device__ u64 key_of(float score, int item)
        {
            unsigned bits = __float_as_uint(score + 0.0f);
            bits = bits >> 31 ? ~bits : bits | 0x80000000u;
            return (u64)bits << 32 | (0xffffffffu - (unsigned)item);
        }

        // The best items of every query, best first, one block per query: the key of the last one by its digits, then the keys that are not below
        // it, sorted. POWER is the least power of two that is not below the length of the list.
        extern "C" __global__ void __launch_bounds__(THREADS) top(const float* scores, int items, int count, int length, int power, int* ids, float* best)
        {
            __shared__ u64 found[MOST];
            __shared__ int digits[256];
            __shared__ int digit, left, taken;
            for (int query = blockIdx.x; query < count; query += gridDim.x)
            {
                const float* own = scores + (i64)query * items;
                u64 last = 0;
                int wanted = length;
                for (int shift = 56; shift >= 0; shift -= 8)
                {
                    digits[threadIdx.x] = 0;
                    __syncthreads();
                    for (int item = threadIdx.x; item < items; item += THREADS)
                    {
                        u64 key = key_of(own[item], item);
                        if (shift == 56 || key >> (shift + 8) == last)
                        {
                            atomicAdd(digits + (int)(key >> shift & 255), 1);
                        }
                    }

                    __syncthreads();
                    if (threadIdx.x == 0)
                    {
                        int d = 255, rest = wanted;
                        for (; digits[d] < rest; d--)
                        {
                            rest -= digits[d];
                        }

                        digit = d;
                        left = rest;
                        taken = 0;
                    }

                    __syncthreads();
                    last = last << 8 | (u64)digit;
                    wanted = left;
                }

                for (int item = threadIdx.x; item < items; item += THREADS)
                {
                    u64 key = key_of(own[item], item);
                    if (key >= last)
                    {
                        found[atomicAdd(&taken, 1)] = key;
                    }
                }

                for (int n = length + threadIdx.x; n < power; n += THREADS)
                {
                    found[n] = 0;
                }

                for (int size = 2; size <= power; size *= 2)
                {
                    for (int step = size / 2; step > 0; step /= 2)
                    {
                        __syncthreads();
                        for (int n = threadIdx.x; n < power; n += THREADS)
                        {
                            int other = n ^ step;
                            if (other > n && (found[n] < found[other]) == ((n & size) == 0))
                            {
                                u64 lower = found[n];
                                found[n] = found[other];
                                found[other] = lower;
                            }
                        }
                    }
                }

                __syncthreads();
                for (int n = threadIdx.x; n < length; n += THREADS)
                {
                    int item = (int)(0xffffffffu - (unsigned)found[n]);
                    ids[(i64)query * length + n] = item;
                    best[(i64)query * length + n] = own[item];
                }

                __syncthreads();
            }
        }
        """;
}
