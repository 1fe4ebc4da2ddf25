// Runs the blocks of a kernel one after the other and the threads of a block as fibers, so that barriers and warp operations work exactly.
// With checks, every memory access of a kernel calls the functions that -fsanitize=thread names (the sanitizer's own library is not
// linked): accesses outside of allocations and shared memory and unordered accesses of two threads to one place end the launch.
#include "device.h"
#include <algorithm>
#include <cstdarg>
#include <link.h>
#include <sys/mman.h>
#include <vector>

extern "C" char __start_modelgen_shared[] __attribute__((weak));
extern "C" char __stop_modelgen_shared[] __attribute__((weak));
extern "C" const emulator::Kernel modelgen_kernels[];

namespace emulator
{
    uint3 thread_index, block_index;
    dim3 block_size, grid_size;

    // Memory that kernels may access: an allocation, with one cell per 4 bytes that remembers its last accesses.
    struct Allocation { uintptr_t address; int64_t bytes; };

    struct Launch
    {
        uint32_t grid[3], block[3];
        int32_t shared_bytes, order;        // order of the threads and blocks: 0 forward, 1 reverse, otherwise a seed
        void** arguments;
        const Allocation* allocations;      // by address
        int64_t allocation_count;
        char* message;
        int64_t message_bytes;
        int64_t fault;                      // offset in this library of the instruction that failed, or 0
    };

    namespace
    {
        constexpr size_t StackBytes = 192 << 10, GuardBytes = 4096;
        constexpr int MaximumThreads = 1024;
        constexpr int MaximumShared = 232448;

        // ---- cells: an access is a stamp (rises with every ordering event of the launch), a thread and the bytes it touched
        using Access = uint64_t;
        constexpr Access access(uint64_t stamp, int thread, unsigned bytes, bool atomic) { return stamp << 15 | (uint64_t)thread << 5 | (uint64_t)bytes << 1 | atomic; }
        inline uint64_t stamp_of(Access a) { return a >> 15; }
        inline int thread_of(Access a) { return (int)(a >> 5 & 1023); }
        inline unsigned bytes_of(Access a) { return (unsigned)(a >> 1 & 15); }
        inline bool is_atomic(Access a) { return a & 1; }
        struct Cell { Access write, read, other_read; };

        struct Shadow { uintptr_t address; int64_t bytes; Cell* cells; };

        enum State { Ready, AtBarrier, AtWarp, Done };
        struct Copy { void* target; const void* source; int bytes; bool committed; int group; };
        struct Thread
        {
            void* stack_pointer; char* stack; State state; int line; const char* what; uint64_t warp_stamp;
            int groups; std::vector<Copy> copies;
        };
        struct Warp { unsigned mask, arrived; void* mine[32]; const char* what; int line; };
        struct Meeting { Warp open[32]; unsigned existing, alive; };

        Thread threads[MaximumThreads];
        Meeting warps[MaximumThreads / 32];
        std::vector<Shadow> shadows;
        char *stacks, *dynamic;
        Shadow dynamic_shadow, static_shadow;
        std::vector<uint64_t> block_stamps;                      // first stamp of each block so far
        std::vector<uint3> block_indices;
        std::vector<uint64_t> fence_stamps;                      // stamp of the last __threadfence of each block
        uint64_t stamp = 1, launch_stamp, block_stamp, barrier_stamp;
        bool block_was_atomic;
        int current, thread_count, waiting, votes;
        bool all_votes, any_votes;
        Votes outcome;
        int barrier_line;
        Launch* launch;
        const Kernel* kernel;
        bool failed;
        void* scheduler_stack;
        uintptr_t library_low, library_high, library_base;

        extern "C" void modelgen_switch(void** save, void* load);
        asm(R"(
            .text
            .p2align 4
            .hidden modelgen_switch
            .globl modelgen_switch
            .type modelgen_switch, @function
        modelgen_switch:
            pushq %rbp
            pushq %rbx
            pushq %r12
            pushq %r13
            pushq %r14
            pushq %r15
            movq %rsp, (%rdi)
            movq %rsi, %rsp
            popq %r15
            popq %r14
            popq %r13
            popq %r12
            popq %rbx
            popq %rbp
            ret
            .size modelgen_switch, .-modelgen_switch
        )");

        void to_scheduler() { modelgen_switch(&threads[current].stack_pointer, scheduler_stack); }

        void report(const char* format, va_list values, int line)
        {
            if (failed) { return; }
            failed = true;
            char what[700];
            vsnprintf(what, sizeof what, format, values);
            int n = snprintf(launch->message, launch->message_bytes, "kernel %s, block (%u, %u, %u), thread (%u, %u, %u)",
                kernel->name, block_index.x, block_index.y, block_index.z, thread_index.x, thread_index.y, thread_index.z);
            if (line > 0) { n += snprintf(launch->message + n, launch->message_bytes - n, ", line %d", line); }
            snprintf(launch->message + n, launch->message_bytes - n, ": %s", what);
        }

        // Ends the launch: the threads are never continued.
        [[noreturn]] __attribute__((format(printf, 2, 3))) void stop(int line, const char* format, ...)
        {
            va_list values;
            va_start(values, format);
            report(format, values, line);
            va_end(values);
            to_scheduler();
            __builtin_unreachable();
        }

        [[noreturn]] __attribute__((format(printf, 2, 3))) void stop_at(void* instruction, const char* format, ...)
        {
            launch->fault = (int64_t)((uintptr_t)instruction - 1 - library_base);
            va_list values;
            va_start(values, format);
            report(format, values, 0);
            va_end(values);
            to_scheduler();
            __builtin_unreachable();
        }

        int find_library(dl_phdr_info* info, size_t, void*)
        {
            auto self = (uintptr_t)&find_library;
            uintptr_t low = UINTPTR_MAX, high = 0;
            for (int i = 0; i < info->dlpi_phnum; i++)
            {
                if (info->dlpi_phdr[i].p_type != PT_LOAD) { continue; }
                uintptr_t start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
                low = std::min(low, start);
                high = std::max(high, start + info->dlpi_phdr[i].p_memsz);
            }
            if (self < low || self >= high) { return 0; }
            library_low = low;
            library_high = high;
            library_base = info->dlpi_addr;
            return 1;
        }

        // Cells come from the system as zeros, page by page as they are touched.
        Cell* new_cells(int64_t bytes)
        {
            void* cells = mmap(nullptr, (size_t)(bytes + 8) / 4 * sizeof(Cell) + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
            return cells == MAP_FAILED ? nullptr : (Cell*)cells;
        }

        void free_cells(Shadow& s) { munmap(s.cells, (size_t)(s.bytes + 8) / 4 * sizeof(Cell) + 4096); }

        // Makes the shadows those of the present allocations; an allocation that is still there keeps its cells.
        void follow_allocations()
        {
            std::vector<Shadow> next;
            size_t old = 0;
            for (int64_t i = 0; i < launch->allocation_count; i++)
            {
                Allocation a = launch->allocations[i];
                while (old < shadows.size() && shadows[old].address < a.address) { free_cells(shadows[old++]); }
                if (old < shadows.size() && shadows[old].address == a.address && shadows[old].bytes == a.bytes) { next.push_back(shadows[old++]); }
                else { next.push_back({a.address, a.bytes, new_cells(a.bytes)}); }
            }
            while (old < shadows.size()) { free_cells(shadows[old++]); }
            shadows.swap(next);
        }

        const char* name_of_place(const Shadow& s) { return &s == &dynamic_shadow ? "dynamic shared memory" : &s == &static_shadow ? "static shared memory" : "an allocation"; }

        uint3 block_of(uint64_t at)
        {
            size_t b = std::upper_bound(block_stamps.begin(), block_stamps.end(), at) - block_stamps.begin();
            return block_indices[b - 1];
        }

        bool fenced(uint64_t at)
        {
            size_t b = std::upper_bound(block_stamps.begin(), block_stamps.end(), at) - block_stamps.begin();
            return block_was_atomic && fence_stamps[b - 1] >= at;
        }

        // Whether an earlier access happened before what the current thread does now. Each block has shared memory of its own.
        bool ordered(Access a, bool shared)
        {
            uint64_t at = stamp_of(a);
            if (at < launch_stamp) { return true; }
            if (at < block_stamp) { return shared || fenced(at); }
            if (at < barrier_stamp || thread_of(a) == current) { return true; }
            return thread_of(a) / 32 == current / 32 && at < threads[current].warp_stamp;
        }

        [[noreturn]] __attribute__((noinline)) void race(const Shadow& s, int64_t offset, Access before, bool earlier_wrote, bool writes, void* instruction)
        {
            uint3 b = block_of(stamp_of(before));
            stop_at(instruction, "%s offset %lld of %s of %lld bytes, which thread %d of block (%u, %u, %u) %s without a barrier between",
                writes ? "writes to" : "reads from", (long long)offset, name_of_place(s), (long long)s.bytes, thread_of(before), b.x, b.y, b.z,
                earlier_wrote ? "writes" : "reads");
        }

        inline void touch(Shadow& s, uintptr_t address, int bytes, bool write, bool atomic, void* instruction)
        {
            bool shared = &s == &static_shadow || &s == &dynamic_shadow;
            int64_t offset = (int64_t)(address - s.address), end = offset + bytes;
            for (int64_t word = offset / 4; word * 4 < end; word++)
            {
                int64_t first = std::max(offset, word * 4) - word * 4, last = std::min(end, word * 4 + 4) - word * 4;
                unsigned mask = (15u >> (4 - (last - first))) << first;
                auto conflicts = [&](Access before) { return before != 0 && (bytes_of(before) & mask) && !(atomic && is_atomic(before)) && !ordered(before, shared); };
                Cell& c = s.cells[word];
                if (conflicts(c.write)) { race(s, word * 4, c.write, true, write, instruction); }
                Access now = access(stamp, current, mask, atomic);
                if (write)
                {
                    if (conflicts(c.read)) { race(s, word * 4, c.read, false, true, instruction); }
                    if (conflicts(c.other_read)) { race(s, word * 4, c.other_read, false, true, instruction); }
                    c.write = now;
                }
                else if (c.read == 0 || ordered(c.read, shared)) { c.read = now; }
                else if (c.other_read == 0 || ordered(c.other_read, shared) || thread_of(c.other_read) / 32 == thread_of(c.read) / 32) { c.other_read = now; }
            }
        }

        Shadow* last_shadow;

        inline bool inside(const Shadow& s, uintptr_t address) { return address - s.address < (uintptr_t)s.bytes; }

        __attribute__((noinline)) void check(uintptr_t address, int64_t bytes, bool write, bool atomic, void* instruction)
        {
            // Local variables, of other lanes too: warp operations exchange them.
            if (address - (uintptr_t)stacks < MaximumThreads * (StackBytes + GuardBytes)) { return; }

            Shadow* s = nullptr;
            if (inside(static_shadow, address)) { s = &static_shadow; }
            else if (inside(dynamic_shadow, address)) { s = &dynamic_shadow; }
            else if (address >= library_low && address < library_high) { return; }
            else if (last_shadow < shadows.data() + shadows.size() && last_shadow >= shadows.data() && inside(*last_shadow, address)) { s = last_shadow; }
            else
            {
                auto next = std::upper_bound(shadows.begin(), shadows.end(), address, [](uintptr_t a, const Shadow& x) { return a < x.address; });
                if (next != shadows.begin() && inside(*(next - 1), address)) { last_shadow = s = &*(next - 1); }
                else
                {
                    const char* verb = write ? "writes" : "reads";
                    if (address - (uintptr_t)dynamic < (uintptr_t)MaximumShared)
                    {
                        stop_at(instruction, "%s %lld bytes at offset %lld of dynamic shared memory of %lld bytes", verb, (long long)bytes, (long long)(address - (uintptr_t)dynamic), (long long)dynamic_shadow.bytes);
                    }
                    if (next != shadows.begin() && address - ((next - 1)->address + (next - 1)->bytes) < 1 << 20)
                    {
                        stop_at(instruction, "%s %lld bytes at offset %lld of an allocation of %lld bytes", verb, (long long)bytes, (long long)(address - (next - 1)->address), (long long)(next - 1)->bytes);
                    }
                    if (next != shadows.end() && next->address - address < 1 << 20)
                    {
                        stop_at(instruction, "%s %lld bytes %lld bytes before an allocation of %lld bytes", verb, (long long)bytes, (long long)(next->address - address), (long long)next->bytes);
                    }
                    stop_at(instruction, "%s %lld bytes at 0x%llx, which belongs to no allocation", verb, (long long)bytes, (unsigned long long)address);
                }
            }

            if ((int64_t)(address - s->address) + bytes > s->bytes)
            {
                stop_at(instruction, "%s %lld bytes at offset %lld of %s of %lld bytes", write ? "writes" : "reads", (long long)bytes, (long long)(address - s->address), name_of_place(*s), (long long)s->bytes);
            }

            if (s->cells != nullptr) { touch(*s, address, (int)bytes, write, atomic, instruction); }
        }

        bool has_checks() { return kernel->checked != 0; }

        // ---- warp meetings
        void release(Meeting& w, int slot)
        {
            Warp& m = w.open[slot];
            int base = (int)(&w - warps) * 32;
            for (int l = 0; l < 32; l++) { if (m.arrived >> l & 1 && threads[base + l].state == AtWarp) { threads[base + l].state = Ready; } }
            m.arrived = 0;
        }

        void fiber()
        {
            kernel->call(launch->arguments);
            Thread& t = threads[current];
            t.state = Done;
            warps[current / 32].alive &= ~(1u << (current % 32));
            to_scheduler();
            __builtin_unreachable();
        }

        void make_fiber(int i)
        {
            Thread& t = threads[i];
            if (t.stack == nullptr)
            {
                char* pages = stacks + (size_t)i * (StackBytes + GuardBytes);
                mprotect(pages, GuardBytes, PROT_NONE);
                t.stack = pages + GuardBytes;
            }
            auto** top = (void**)(t.stack + StackBytes);
            *--top = nullptr;                  // return address of fiber, never used; keeps the stack aligned as after a call
            *--top = (void*)&fiber;
            for (int r = 0; r < 6; r++) { *--top = nullptr; }
            t.stack_pointer = top;
            t.state = Ready;
            t.warp_stamp = 0;
            t.groups = 0;
            t.copies.clear();
        }

        void finish_barrier()
        {
            outcome = {votes, all_votes, any_votes};
            waiting = votes = 0;
            all_votes = true;
            any_votes = false;
            barrier_stamp = ++stamp;
            for (int i = 0; i < thread_count; i++) { if (threads[i].state == AtBarrier) { threads[i].state = Ready; } }
        }

        uint32_t next_random(uint32_t& s) { s ^= s << 13; s ^= s >> 17; s ^= s << 5; return s; }

        std::vector<int> permutation(int n, int order)
        {
            std::vector<int> p(n);
            for (int i = 0; i < n; i++) { p[i] = order == 1 ? n - 1 - i : i; }
            uint32_t seed = (uint32_t)order * 2654435761u + 1;
            for (int i = n - 1; i > 0 && order > 1; i--) { std::swap(p[i], p[next_random(seed) % (i + 1)]); }
            return p;
        }

        void stuck()
        {
            char list[500]; int n = 0, shown = 0;
            for (int i = 0; i < thread_count && shown < 4; i++)
            {
                Thread& t = threads[i];
                if ((t.state != AtBarrier && t.state != AtWarp) || (i > 0 && shown > 0 && t.line == threads[i - 1].line && t.state == threads[i - 1].state)) { continue; }
                n += snprintf(list + n, sizeof list - n, "%sthread %d waits at %s in line %d", shown == 0 ? "" : ", ", i, t.what, t.line);
                shown++;
            }
            failed = true;
            snprintf(launch->message, launch->message_bytes, "kernel %s, block (%u, %u, %u): its threads wait for each other: %s", kernel->name, block_index.x, block_index.y, block_index.z, list);
        }

        void run_block(const std::vector<int>& order)
        {
            size_t static_bytes = (size_t)static_shadow.bytes;
            if (static_bytes > 0) { memset(__start_modelgen_shared, 0xff, static_bytes); }
            memset(dynamic, 0xff, (size_t)launch->shared_bytes);
            block_stamp = barrier_stamp = ++stamp;
            block_stamps.push_back(block_stamp);
            block_indices.push_back(block_index);
            fence_stamps.push_back(0);
            block_was_atomic = false;
            waiting = votes = 0;
            all_votes = true;
            any_votes = false;
            for (int w = 0; w * 32 < thread_count; w++)
            {
                int lanes = std::min(32, thread_count - w * 32);
                warps[w] = {};
                warps[w].existing = warps[w].alive = lanes == 32 ? 0xffffffffu : (1u << lanes) - 1;
            }
            for (int i = 0; i < thread_count; i++) { make_fiber(i); }

            int left = thread_count;
            while (left > 0)
            {
                bool any = false;
                for (int i : order)
                {
                    if (threads[i].state != Ready) { continue; }
                    any = true;
                    current = i;
                    thread_index = {(unsigned)i % block_size.x, (unsigned)i / block_size.x % block_size.y, (unsigned)i / (block_size.x * block_size.y)};
                    modelgen_switch(&scheduler_stack, threads[i].stack_pointer);
                    if (failed) { return; }
                    if (threads[i].state == Done)
                    {
                        left--;
                        if (waiting > 0 && waiting == left) { finish_barrier(); }
                    }
                }
                if (!any) { stuck(); return; }
            }
        }
    }

    Votes barrier(int line, int value)
    {
        Thread& t = threads[current];
        if (waiting > 0 && barrier_line != line) { stop(line, "reaches a barrier while other threads of the block wait at the one in line %d", barrier_line); }
        barrier_line = line;
        t.line = line;
        t.what = "__syncthreads";
        waiting++;
        votes += value;
        all_votes = all_votes && value != 0;
        any_votes = any_votes || value != 0;
        int alive = 0;
        for (int i = 0; i < thread_count; i++) { alive += threads[i].state != Done; }
        t.state = AtBarrier;
        if (waiting == alive) { finish_barrier(); }
        if (t.state == AtBarrier) { to_scheduler(); }
        return outcome;
    }

    void together(const char* what, int line, unsigned mask, void* mine, Run run, bool orders_memory)
    {
        Thread& t = threads[current];
        Meeting& w = warps[current / 32];
        int lane = current % 32;
        mask &= w.existing;
        if (!(mask >> lane & 1)) { stop(line, "calls %s with the mask 0x%08x, in which its own lane %d is missing", what, mask, lane); }
        if ((mask & w.alive) != mask) { stop(line, "calls %s with the mask 0x%08x, which names lane %d that has returned", what, mask, __builtin_ctz(mask & ~w.alive)); }
        int slot = __builtin_ctz(mask);
        Warp& m = w.open[slot];
        if (m.arrived == 0) { m.mask = mask; m.what = what; m.line = line; }
        else if (m.mask != mask || m.line != line || strcmp(m.what, what) != 0)
        {
            stop(line, "calls %s with the mask 0x%08x while lane %d of its warp waits at %s in line %d with the mask 0x%08x", what, mask, __builtin_ctz(m.arrived), m.what, m.line, m.mask);
        }
        m.arrived |= 1u << lane;
        m.mine[lane] = mine;
        if (m.arrived != mask)
        {
            t.state = AtWarp;
            t.line = line;
            t.what = what;
            to_scheduler();
            return;
        }
        run(m.mine, mask);
        if (orders_memory)
        {
            ++stamp;
            int base = current / 32 * 32;
            for (int l = 0; l < 32; l++) { if (mask >> l & 1) { threads[base + l].warp_stamp = stamp; } }
        }
        release(w, slot);
    }

    void atomic(const void* address, int bytes)
    {
        if ((uintptr_t)address % bytes != 0) { stop_at(__builtin_return_address(0), "atomic operation on a misaligned address"); }
        block_was_atomic = true;
        if (has_checks()) { check((uintptr_t)address, bytes, true, true, __builtin_return_address(0)); }
    }

    void raw_copy(void* target, const void* source, int bytes) { memcpy(target, source, (size_t)bytes); }

    void fence() { fence_stamps.back() = ++stamp; }

    void* dynamic_shared() { return dynamic; }

    void copy_later(void* target, const void* source, int bytes, int line)
    {
        if ((uintptr_t)target % bytes != 0 || (uintptr_t)source % bytes != 0) { stop(line, "copies %d bytes from or to a misaligned address", bytes); }
        if (has_checks())
        {
            check((uintptr_t)source, bytes, false, false, __builtin_return_address(0));
            check((uintptr_t)target, bytes, true, false, __builtin_return_address(0));
        }
        memset(target, 0xff, (size_t)bytes);
        threads[current].copies.push_back({target, source, bytes, false, 0});
    }

    void copy_commit()
    {
        Thread& t = threads[current];
        for (Copy& c : t.copies) { if (!c.committed) { c.committed = true; c.group = t.groups; } }
        t.groups++;
    }

    void copy_wait(int pending_groups)
    {
        Thread& t = threads[current];
        auto rest = std::remove_if(t.copies.begin(), t.copies.end(), [&](const Copy& c)
        {
            if (!c.committed || c.group >= t.groups - pending_groups) { return false; }
            memcpy(c.target, c.source, (size_t)c.bytes);
            return true;
        });
        t.copies.erase(rest, t.copies.end());
    }

    void fail(const char* what, int line) { stop(line, "%s", what); }
}

using namespace emulator;

// When the library is unloaded.
static __attribute__((destructor)) void give_back()
{
    if (library_high == 0) { return; }
    munmap(stacks, MaximumThreads * (StackBytes + GuardBytes));
    munmap(dynamic, MaximumShared);
    for (Shadow& s : shadows) { free_cells(s); }
    if (static_shadow.cells != nullptr) { free_cells(static_shadow); }
    dynamic_shadow.bytes = MaximumShared;
    if (dynamic_shadow.cells != nullptr) { free_cells(dynamic_shadow); }
}

extern "C" __attribute__((visibility("default"))) const Kernel* modelgen_kernel(const char* name)
{
    for (const Kernel* k = modelgen_kernels; k->name != nullptr; k++) { if (strcmp(k->name, name) == 0) { return k; } }
    return nullptr;
}

extern "C" __attribute__((visibility("default"))) int modelgen_shared_bytes() { return (int)(__stop_modelgen_shared - __start_modelgen_shared); }

// 0 on success, 1 when the launch was ended with a message.
extern "C" __attribute__((visibility("default"))) int modelgen_launch(const Kernel* k, Launch* l)
{
    kernel = k;
    launch = l;
    failed = false;
    if (library_high == 0)
    {
        dl_iterate_phdr(find_library, nullptr);
        auto pages = [](size_t bytes) { return (char*)mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0); };
        stacks = pages(MaximumThreads * (StackBytes + GuardBytes));
        dynamic = pages(MaximumShared);
        int64_t bytes = __stop_modelgen_shared - __start_modelgen_shared;
        static_shadow = {(uintptr_t)__start_modelgen_shared, bytes, k->checked ? new_cells(bytes) : nullptr};
        dynamic_shadow = {(uintptr_t)dynamic, 0, k->checked ? new_cells(MaximumShared) : nullptr};
    }
    if (k->checked) { follow_allocations(); }
    dynamic_shadow.bytes = l->shared_bytes;
    block_size = {l->block[0], l->block[1], l->block[2]};
    grid_size = {l->grid[0], l->grid[1], l->grid[2]};
    thread_count = (int)(l->block[0] * l->block[1] * l->block[2]);
    launch_stamp = ++stamp;
    block_stamps.clear();
    block_indices.clear();
    fence_stamps.clear();
    std::vector<int> threads_in_order = permutation(thread_count, l->order);
    int blocks = (int)(l->grid[0] * l->grid[1] * l->grid[2]);
    std::vector<int> blocks_in_order = permutation(blocks, l->order);
    for (int b : blocks_in_order)
    {
        block_index = {(unsigned)b % grid_size.x, (unsigned)b / grid_size.x % grid_size.y, (unsigned)b / (grid_size.x * grid_size.y)};
        run_block(threads_in_order);
        if (failed) { return 1; }
    }
    return 0;
}

// ---- the calls that the compiler inserts
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
