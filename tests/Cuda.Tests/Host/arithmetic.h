// Intrinsic arithmetic. Part of device.h.
#pragma once

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

