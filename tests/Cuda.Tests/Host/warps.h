// What the lanes of a warp do together: shuffles, votes, reductions. Part of device.h.
#pragma once

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

