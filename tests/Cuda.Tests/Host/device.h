// CUDA C on the host: what a kernel's text may use, as ordinary C++. The text is compiled after this file and followed by a table of its
// kernels (see HostKernelCompiler). Threads, barriers and checks are in emulator.cpp.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <type_traits>
#include <utility>

#define MODELGEN_HOST 1

// ---- memory spaces and function kinds
#define __global__ __attribute__((visibility("default")))
#define __device__ __attribute__((unused))
#define __host__
#define __constant__ __attribute__((unused))
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))
// All shared variables of all kernels lie in one section, so that accesses to them are recognised and their content can be spoilt
// before each block. One block runs at a time.
#define __shared__ static __attribute__((section("modelgen_shared"), used))

// ---- indices
struct uint3 { unsigned x, y, z; };
struct dim3 { unsigned x, y, z; };
struct alignas(8) float2 { float x, y; };
struct float3 { float x, y, z; };
struct alignas(16) float4 { float x, y, z, w; };
struct alignas(8) int2 { int x, y; };
struct int3 { int x, y, z; };
struct alignas(16) int4 { int x, y, z, w; };
struct alignas(8) uint2 { unsigned x, y; };
struct alignas(16) uint4 { unsigned x, y, z, w; };
struct alignas(16) double2 { double x, y; };
struct alignas(16) longlong2 { long long x, y; };
struct alignas(16) ulonglong2 { unsigned long long x, y; };
struct alignas(4) ushort2 { unsigned short x, y; };
struct alignas(8) ushort4 { unsigned short x, y, z, w; };
struct alignas(4) uchar4 { unsigned char x, y, z, w; };
struct alignas(4) char4 { signed char x, y, z, w; };

static inline float2 make_float2(float x, float y) { return {x, y}; }
static inline float3 make_float3(float x, float y, float z) { return {x, y, z}; }
static inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
static inline int2 make_int2(int x, int y) { return {x, y}; }
static inline int4 make_int4(int x, int y, int z, int w) { return {x, y, z, w}; }
static inline uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
static inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }
static inline ushort4 make_ushort4(unsigned short x, unsigned short y, unsigned short z, unsigned short w) { return {x, y, z, w}; }

namespace emulator
{
    extern uint3 thread_index, block_index;
    extern dim3 block_size, grid_size;

    // Waits for all threads of the block, and combines a value: its sum, whether all and whether any are not zero.
    struct Votes { int count; bool all, any; };
    Votes barrier(int line, int value);

    // Waits for the named lanes of the warp; the last one runs a function over the values they brought, which then return.
    using Run = void (*)(void** lanes, unsigned mask);
    void together(const char* what, int line, unsigned mask, void* mine, Run run, bool orders_memory);

    // Registers an atomic access, and accesses memory without registering it.
    void atomic(const void* address, int bytes);
    void raw_copy(void* target, const void* source, int bytes);
    void fence();

    // Dynamic shared memory of the block.
    void* dynamic_shared();

    // cp.async: the copy happens when it is waited for; until then the target holds no usable value.
    void copy_later(void* target, const void* source, int bytes, int line);
    void copy_commit();
    void copy_wait(int pending_groups);

    [[noreturn]] void fail(const char* what, int line);

    template <typename T> T raw_load(const T* p) { T v; raw_copy(&v, p, sizeof(T)); return v; }
    template <typename T> void raw_store(T* p, T v) { raw_copy(p, &v, sizeof(T)); }
}

#define threadIdx (emulator::thread_index)
#define blockIdx (emulator::block_index)
#define blockDim (emulator::block_size)
#define gridDim (emulator::grid_size)
static constexpr int warpSize = 32;

// ---- barriers and fences
#define __syncthreads() ((void)emulator::barrier(__LINE__, 0))
#define __syncthreads_count(v) (emulator::barrier(__LINE__, (v) ? 1 : 0).count)
#define __syncthreads_and(v) ((int)emulator::barrier(__LINE__, (v) ? 1 : 0).all)
#define __syncthreads_or(v) ((int)emulator::barrier(__LINE__, (v) ? 1 : 0).any)
static inline void __threadfence() { emulator::fence(); }
static inline void __threadfence_block() { }
static inline void __threadfence_system() { emulator::fence(); }
static inline void __trap() { emulator::fail("__trap", 0); }

// ---- warps
namespace emulator
{
    template <typename T> struct Exchange { T value; int source; };

    template <typename T> T exchange(const char* what, int line, unsigned mask, T value, int source)
    {
        static_assert(sizeof(T) == 4 || sizeof(T) == 8, "values of 4 or 8 bytes");
        Exchange<T> mine = {value, source};
        together(what, line, mask, &mine, [](void** lanes, unsigned mask)
        {
            T before[32] = {};
            for (int l = 0; l < 32; l++) { if (mask >> l & 1) { before[l] = ((Exchange<T>*)lanes[l])->value; } }
            for (int l = 0; l < 32; l++)
            {
                if (mask >> l & 1)
                {
                    auto* lane = (Exchange<T>*)lanes[l];
                    // A lane outside the mask gives no defined value.
                    if (mask >> lane->source & 1) { lane->value = before[lane->source]; } else { memset(&lane->value, 0xff, sizeof(T)); }
                }
            }
        }, false);
        return mine.value;
    }

    inline int lane() { return (int)((thread_index.x + block_size.x * (thread_index.y + block_size.y * thread_index.z)) & 31); }

    template <typename T, typename F> T reduce(const char* what, int line, unsigned mask, T value, F)
    {
        together(what, line, mask, &value, [](void** lanes, unsigned mask)
        {
            bool any = false; T sum{};
            for (int l = 0; l < 32; l++) { if (mask >> l & 1) { T v = *(T*)lanes[l]; sum = any ? F{}(sum, v) : v; any = true; } }
            for (int l = 0; l < 32; l++) { if (mask >> l & 1) { *(T*)lanes[l] = sum; } }
        }, false);
        return value;
    }

    struct Plus { template <typename T> T operator()(T a, T b) const { return a + b; } };
    struct Least { template <typename T> T operator()(T a, T b) const { return b < a ? b : a; } };
    struct Most { template <typename T> T operator()(T a, T b) const { return a < b ? b : a; } };
    struct And { unsigned operator()(unsigned a, unsigned b) const { return a & b; } };
    struct Or { unsigned operator()(unsigned a, unsigned b) const { return a | b; } };
    struct Xor { unsigned operator()(unsigned a, unsigned b) const { return a ^ b; } };

    template <typename T> T up(int line, unsigned mask, T v, unsigned delta, int width)
    {
        int l = lane(), first = l & ~(width - 1), source = l - (int)delta;
        return exchange("__shfl_up_sync", line, mask, v, source < first ? l : source);
    }

    template <typename T> T down(int line, unsigned mask, T v, unsigned delta, int width)
    {
        int l = lane(), first = l & ~(width - 1), source = l + (int)delta;
        return exchange("__shfl_down_sync", line, mask, v, source >= first + width ? l : source);
    }

    template <typename T> T across(int line, unsigned mask, T v, int distance, int width)
    {
        int l = lane(), first = l & ~(width - 1), source = l ^ distance;
        return exchange("__shfl_xor_sync", line, mask, v, source >= first + width ? l : source);
    }

    template <typename T> T from(int line, unsigned mask, T v, int source, int width)
    {
        int l = lane(), first = l & ~(width - 1);
        return exchange("__shfl_sync", line, mask, v, first + (source & (width - 1)));
    }

    inline unsigned ballot(const char* what, int line, unsigned mask, bool vote)
    {
        unsigned mine = vote;
        together(what, line, mask, &mine, [](void** lanes, unsigned mask)
        {
            unsigned all = 0;
            for (int l = 0; l < 32; l++) { if (mask >> l & 1) { all |= *(unsigned*)lanes[l] << l; } }
            for (int l = 0; l < 32; l++) { if (mask >> l & 1) { *(unsigned*)lanes[l] = all; } }
        }, false);
        return mine;
    }

    template <typename T> unsigned match(int line, unsigned mask, T value)
    {
        struct Mine { T value; unsigned equal; } mine = {value, 0};
        together("__match_any_sync", line, mask, &mine, [](void** lanes, unsigned mask)
        {
            for (int l = 0; l < 32; l++)
            {
                if (!(mask >> l & 1)) { continue; }
                unsigned equal = 0;
                for (int o = 0; o < 32; o++) { if (mask >> o & 1) { equal |= (unsigned)(((Mine*)lanes[o])->value == ((Mine*)lanes[l])->value) << o; } }
                ((Mine*)lanes[l])->equal = equal;
            }
        }, false);
        return mine.equal;
    }
}

// The optional last argument is the width, a power of two up to 32.
#define MODELGEN_WIDTH(a, b, ...) b
#define __shfl_sync(mask, v, source, ...) emulator::from(__LINE__, mask, v, source, MODELGEN_WIDTH(0, ##__VA_ARGS__, 32))
#define __shfl_up_sync(mask, v, delta, ...) emulator::up(__LINE__, mask, v, delta, MODELGEN_WIDTH(0, ##__VA_ARGS__, 32))
#define __shfl_down_sync(mask, v, delta, ...) emulator::down(__LINE__, mask, v, delta, MODELGEN_WIDTH(0, ##__VA_ARGS__, 32))
#define __shfl_xor_sync(mask, v, distance, ...) emulator::across(__LINE__, mask, v, distance, MODELGEN_WIDTH(0, ##__VA_ARGS__, 32))
#define __ballot_sync(mask, vote) emulator::ballot("__ballot_sync", __LINE__, mask, (vote) != 0)
#define __any_sync(mask, vote) ((int)(emulator::ballot("__any_sync", __LINE__, mask, (vote) != 0) != 0))
#define __all_sync(mask, vote) ((int)(emulator::ballot("__all_sync", __LINE__, mask, !((vote) != 0)) == 0))
#define __match_any_sync(mask, v) emulator::match(__LINE__, mask, v)
#define __reduce_add_sync(mask, v) emulator::reduce("__reduce_add_sync", __LINE__, mask, v, emulator::Plus{})
#define __reduce_min_sync(mask, v) emulator::reduce("__reduce_min_sync", __LINE__, mask, v, emulator::Least{})
#define __reduce_max_sync(mask, v) emulator::reduce("__reduce_max_sync", __LINE__, mask, v, emulator::Most{})
#define __reduce_and_sync(mask, v) emulator::reduce("__reduce_and_sync", __LINE__, mask, v, emulator::And{})
#define __reduce_or_sync(mask, v) emulator::reduce("__reduce_or_sync", __LINE__, mask, v, emulator::Or{})
#define __reduce_xor_sync(mask, v) emulator::reduce("__reduce_xor_sync", __LINE__, mask, v, emulator::Xor{})
#define MODELGEN_FIRST(a, ...) a
#define __syncwarp(...) emulator::together("__syncwarp", __LINE__, MODELGEN_FIRST(__VA_ARGS__ __VA_OPT__(,) 0xffffffffu), nullptr, [](void**, unsigned) { }, true)

// ---- atomics
namespace emulator
{
    template <typename T, typename F> T update(T* p, F f)
    {
        atomic(p, sizeof(T));
        T old = raw_load(p);
        raw_store(p, f(old));
        return old;
    }
}

template <typename T> static inline T atomicAdd(T* p, std::common_type_t<T> v) { return emulator::update(p, [=](T old) { return (T)(old + v); }); }
template <typename T> static inline T atomicSub(T* p, std::common_type_t<T> v) { return emulator::update(p, [=](T old) { return (T)(old - v); }); }
template <typename T> static inline T atomicMin(T* p, std::common_type_t<T> v) { return emulator::update(p, [=](T old) { return v < old ? v : old; }); }
template <typename T> static inline T atomicMax(T* p, std::common_type_t<T> v) { return emulator::update(p, [=](T old) { return old < v ? v : old; }); }
template <typename T> static inline T atomicAnd(T* p, std::common_type_t<T> v) { return emulator::update(p, [=](T old) { return (T)(old & v); }); }
template <typename T> static inline T atomicOr(T* p, std::common_type_t<T> v) { return emulator::update(p, [=](T old) { return (T)(old | v); }); }
template <typename T> static inline T atomicXor(T* p, std::common_type_t<T> v) { return emulator::update(p, [=](T old) { return (T)(old ^ v); }); }
template <typename T> static inline T atomicExch(T* p, std::common_type_t<T> v) { return emulator::update(p, [=](T) { return v; }); }
template <typename T> static inline T atomicCAS(T* p, std::common_type_t<T> expected, std::common_type_t<T> v) { return emulator::update(p, [=](T old) { return old == expected ? v : old; }); }
static inline unsigned atomicInc(unsigned* p, unsigned limit) { return emulator::update(p, [=](unsigned old) { return old >= limit ? 0u : old + 1; }); }

// ---- loads with cache hints
template <typename T> static inline T __ldg(const T* p) { return *p; }
template <typename T> static inline T __ldcs(const T* p) { return *p; }
template <typename T> static inline T __ldcg(const T* p) { return *p; }
template <typename T> static inline void __stcs(T* p, T v) { *p = v; }
template <typename T> static inline void __stcg(T* p, T v) { *p = v; }

// ---- arithmetic
static inline int min(int a, int b) { return a < b ? a : b; }
static inline unsigned min(unsigned a, unsigned b) { return a < b ? a : b; }
static inline long long min(long long a, long long b) { return a < b ? a : b; }
static inline unsigned long long min(unsigned long long a, unsigned long long b) { return a < b ? a : b; }
static inline float min(float a, float b) { return fminf(a, b); }
static inline double min(double a, double b) { return fmin(a, b); }
static inline int max(int a, int b) { return a < b ? b : a; }
static inline unsigned max(unsigned a, unsigned b) { return a < b ? b : a; }
static inline long long max(long long a, long long b) { return a < b ? b : a; }
static inline unsigned long long max(unsigned long long a, unsigned long long b) { return a < b ? b : a; }
static inline float max(float a, float b) { return fmaxf(a, b); }
static inline double max(double a, double b) { return fmax(a, b); }
using std::isnan; using std::isinf; using std::isfinite; using std::abs;
static inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
static inline double rsqrt(double x) { return 1.0 / sqrt(x); }
// The C library has functions of these names.
#define __expf(x) expf(x)
#define __logf(x) logf(x)
#define __log2f(x) log2f(x)
#define __powf(x, y) powf(x, y)
static inline float __fdividef(float a, float b) { return a / b; }
static inline float __frcp_rn(float x) { return 1.0f / x; }
static inline float __fsqrt_rn(float x) { return sqrtf(x); }
static inline float __frsqrt_rn(float x) { return (float)(1.0 / sqrt((double)x)); }
static inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
static inline float __fdiv_rn(float a, float b) { return a / b; }
static inline float __saturatef(float x) { return x >= 1.0f ? 1.0f : x > 0.0f ? x : 0.0f; }
// A product or sum that is never contracted to a fused operation.
__attribute__((noinline, unused)) static float __fmul_rn(float a, float b) { return a * b; }
__attribute__((noinline, unused)) static float __fadd_rn(float a, float b) { return a + b; }
__attribute__((noinline, unused)) static float __fsub_rn(float a, float b) { return a - b; }
template <typename To, typename From> static inline To modelgen_bits(From v) { static_assert(sizeof(To) == sizeof(From)); To r; memcpy(&r, &v, sizeof r); return r; }
static inline int __float_as_int(float v) { return modelgen_bits<int>(v); }
static inline unsigned __float_as_uint(float v) { return modelgen_bits<unsigned>(v); }
static inline float __int_as_float(int v) { return modelgen_bits<float>(v); }
static inline float __uint_as_float(unsigned v) { return modelgen_bits<float>(v); }
static inline long long __double_as_longlong(double v) { return modelgen_bits<long long>(v); }
static inline double __longlong_as_double(long long v) { return modelgen_bits<double>(v); }
static inline int __float2int_rn(float v) { return (int)nearbyintf(v); }
static inline int __float2int_rz(float v) { return (int)v; }
static inline int __float2int_rd(float v) { return (int)floorf(v); }
static inline float __int2float_rn(int v) { return (float)v; }
static inline int __popc(unsigned v) { return __builtin_popcount(v); }
static inline int __popcll(unsigned long long v) { return __builtin_popcountll(v); }
static inline int __clz(int v) { return v == 0 ? 32 : __builtin_clz((unsigned)v); }
static inline int __clzll(long long v) { return v == 0 ? 64 : __builtin_clzll((unsigned long long)v); }
static inline int __ffs(int v) { return __builtin_ffs(v); }
static inline int __ffsll(long long v) { return __builtin_ffsll(v); }
static inline unsigned __brev(unsigned v) { unsigned r = 0; for (int i = 0; i < 32; i++) { r |= (v >> i & 1) << (31 - i); } return r; }
static inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned)((uint64_t)a * b >> 32); }
static inline int __mulhi(int a, int b) { return (int)((int64_t)a * b >> 32); }
static inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) { return (unsigned long long)((unsigned __int128)a * b >> 64); }
static inline unsigned __funnelshift_l(unsigned low, unsigned high, unsigned n) { n &= 31; return n == 0 ? high : high << n | low >> (32 - n); }
static inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned n) { n &= 31; return n == 0 ? low : low >> n | high << (32 - n); }

// ---- what inline PTX does on the device: the same functions stand in the kernel's text under #ifndef MODELGEN_HOST
static inline float half_to_float(unsigned short h) { return (float)modelgen_bits<_Float16>(h); }
static inline unsigned short float_to_half(float f) { return modelgen_bits<unsigned short>((_Float16)f); }
static inline float bfloat_to_float(unsigned short b) { return __uint_as_float((unsigned)b << 16); }
static inline unsigned short float_to_bfloat(float f)
{
    unsigned u = __float_as_uint(f);
    return isnan(f) ? (unsigned short)0x7fff : (unsigned short)((u + 0x7fffu + (u >> 16 & 1)) >> 16);
}
// Rounds to the nearest value of 10 mantissa bits, ties away from zero (cvt.rna.tf32.f32).
static inline unsigned float_to_tf32(float f)
{
    unsigned u = __float_as_uint(f);
    return (u & 0x7f800000u) == 0x7f800000u ? u : (u + 0x1000u) & ~0x1fffu;
}

namespace emulator
{
    struct Fragments { float* c; const unsigned* a; const unsigned* b; };

    // c (16 x 8) += a (16 x k) b (k x 8), spread over the lanes as mma.m16n8kK defines: the elements of c at (group + 8 i, 2 pair + j).
    template <int K, typename A, typename B> inline void multiply(void** lanes, A a_at, B b_at)
    {
        float a[16][K], b[K][8];
        for (int l = 0; l < 32; l++)
        {
            auto* f = (Fragments*)lanes[l];
            a_at(l >> 2, l & 3, f->a, a);
            b_at(l >> 2, l & 3, f->b, b);
        }
        for (int l = 0; l < 32; l++)
        {
            auto* f = (Fragments*)lanes[l];
            for (int i = 0; i < 4; i++)
            {
                int row = (l >> 2) + (i >> 1) * 8, column = (l & 3) * 2 + (i & 1);
                float sum = 0;
                for (int k = 0; k < K; k++) { sum = fmaf(a[row][k], b[k][column], sum); }
                f->c[i] += sum;
            }
        }
    }

    inline void mma_tf32(int line, float* c, const unsigned* a, const unsigned* b)
    {
        Fragments mine = {c, a, b};
        together("mma_tf32", line, 0xffffffffu, &mine, [](void** lanes, unsigned)
        {
            multiply<8>(lanes,
                [](int g, int t, const unsigned* a, float (*m)[8])
                {
                    for (int i = 0; i < 4; i++) { m[g + (i & 1) * 8][t + (i >> 1) * 4] = __uint_as_float(a[i] & ~0x1fffu); }
                },
                [](int g, int t, const unsigned* b, float (*m)[8])
                {
                    for (int i = 0; i < 2; i++) { m[t + i * 4][g] = __uint_as_float(b[i] & ~0x1fffu); }
                });
        }, false);
    }

    inline void mma_bf16(int line, float* c, const unsigned* a, const unsigned* b)
    {
        Fragments mine = {c, a, b};
        together("mma_bf16", line, 0xffffffffu, &mine, [](void** lanes, unsigned)
        {
            multiply<16>(lanes,
                [](int g, int t, const unsigned* a, float (*m)[16])
                {
                    for (int i = 0; i < 4; i++)
                    {
                        for (int h = 0; h < 2; h++) { m[g + (i & 1) * 8][t * 2 + h + (i >> 1) * 8] = bfloat_to_float((unsigned short)(a[i] >> 16 * h)); }
                    }
                },
                [](int g, int t, const unsigned* b, float (*m)[8])
                {
                    for (int i = 0; i < 2; i++)
                    {
                        for (int h = 0; h < 2; h++) { m[t * 2 + h + i * 8][g] = bfloat_to_float((unsigned short)(b[i] >> 16 * h)); }
                    }
                });
        }, false);
    }
}

// c += a b on tensor cores, all lanes of the warp together: 16 x 8 x 8 in tf32, 16 x 8 x 16 in bfloat16.
#define mma_tf32(c, a, b) emulator::mma_tf32(__LINE__, c, a, b)
#define mma_bf16(c, a, b) emulator::mma_bf16(__LINE__, c, a, b)
// cp.async of 16 bytes to shared memory, the end of a group of copies, and the wait until at most N groups are pending.
#define copy_async_16(shared, global) emulator::copy_later(shared, global, 16, __LINE__)
#define copy_async_commit() emulator::copy_commit()
template <int N> static inline void copy_async_wait() { emulator::copy_wait(N); }

// ---- launching
namespace emulator
{
    constexpr char kind_of(bool pointer, bool floating, int bytes) { return pointer ? 'p' : floating ? (bytes == 4 ? 'f' : 'd') : bytes == 4 ? 'i' : bytes == 8 ? 'l' : '?'; }

    template <auto F> struct Entry;
    template <typename... A, void (*F)(A...)> struct Entry<F>
    {
        static constexpr char kinds[] = {kind_of(std::is_pointer_v<A>, std::is_floating_point_v<A>, sizeof(A))..., '\0'};
        template <std::size_t... I> static void call(void** a, std::index_sequence<I...>) { F(raw_load((const std::remove_cv_t<A>*)raw_load(a + I))...); }
        static void call(void** a) { call(a, std::index_sequence_for<A...>{}); }
    };

    struct Kernel { const char* name; void (*call)(void** arguments); const char* kinds; int checked; };
}
