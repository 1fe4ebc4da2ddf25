// Which memory a kernel may access, and whether two accesses of different threads are ordered. Part of emulator.cpp.
#pragma once

namespace emulator
{
    namespace
    {
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
    }
}
