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
    }
}

#include "accesses.h"

namespace emulator
{
    namespace
    {
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

#include "instrumentation.h"
