// What inline ptx does on the device: the same functions stand in the kernel's text under #ifndef modelgen_host. Part of device.h.
#pragma once

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

