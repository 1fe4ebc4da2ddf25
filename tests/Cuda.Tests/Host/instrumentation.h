// What g++ calls at every access to memory (-fsanitize=thread) and at every undefined operation. Part of emulator.cpp.
#pragma once

#define ACCESS(n) \
    extern "C" void __tsan_read##n(void* p) { check((uintptr_t)p, n, false, false, __builtin_return_address(0)); } \
    extern "C" void __tsan_write##n(void* p) { check((uintptr_t)p, n, true, false, __builtin_return_address(0)); } \
    extern "C" void __tsan_unaligned_read##n(void* p) { check((uintptr_t)p, n, false, false, __builtin_return_address(0)); } \
    extern "C" void __tsan_unaligned_write##n(void* p) { check((uintptr_t)p, n, true, false, __builtin_return_address(0)); } \
    extern "C" void __tsan_volatile_read##n(void* p) { check((uintptr_t)p, n, false, false, __builtin_return_address(0)); } \
    extern "C" void __tsan_volatile_write##n(void* p) { check((uintptr_t)p, n, true, false, __builtin_return_address(0)); }
ACCESS(1) ACCESS(2) ACCESS(4) ACCESS(8) ACCESS(16)
extern "C" void __tsan_read_range(void* p, unsigned long n) { check((uintptr_t)p, (int64_t)n, false, false, __builtin_return_address(0)); }
extern "C" void __tsan_write_range(void* p, unsigned long n) { check((uintptr_t)p, (int64_t)n, true, false, __builtin_return_address(0)); }
extern "C" void __tsan_init() { }
extern "C" void __tsan_func_entry(void*) { }
extern "C" void __tsan_func_exit() { }

struct Place { const char* file; uint32_t line, column; };
#define UNDEFINED(name, what) \
    extern "C" void __ubsan_handle_##name(Place* at, ...) { stop((int)at->line, what); }
UNDEFINED(out_of_bounds, "an index is outside of its array")
UNDEFINED(shift_out_of_bounds, "a shift by at least the width of the value, or by less than nothing")
UNDEFINED(divrem_overflow, "a division by zero or one that overflows")
UNDEFINED(add_overflow, "a signed sum overflows")
UNDEFINED(sub_overflow, "a signed difference overflows")
UNDEFINED(mul_overflow, "a signed product overflows")
UNDEFINED(negate_overflow, "a signed negation overflows")
UNDEFINED(type_mismatch_v1, "an access to a misaligned or null address")
