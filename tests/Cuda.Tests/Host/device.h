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

#include "warps.h"

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

#include "arithmetic.h"
#include "inline_ptx.h"

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
