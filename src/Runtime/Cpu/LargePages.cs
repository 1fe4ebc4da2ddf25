using System;
using System.Runtime.InteropServices;

namespace ModelGen;

/// <summary>
/// Pages of 2 MB for large blocks, by which reading rows in random order misses the processor's address cache far less. Linux gives them to
/// a process that asks; elsewhere nothing happens.
/// </summary>
internal static unsafe partial class LargePages
{
    private const nuint PageBytes = 2 << 20;
    private const int HugePageAdvice = 14;

    /// <summary>Alignment of a block: a page where it holds at least two, else a cache line.</summary>
    public static nuint AlignmentOf(nuint bytes) => bytes >= 2 * PageBytes ? PageBytes : 64;

    /// <summary>Asks for large pages for the whole pages of a block that was aligned by <see cref="AlignmentOf"/> and not yet written.</summary>
    public static void Ask(void* block, nuint bytes)
    {
        if (bytes >= 2 * PageBytes && OperatingSystem.IsLinux())
        {
            // A refusal leaves small pages, which work as well.
            _ = Advise(block, bytes / PageBytes * PageBytes, HugePageAdvice);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
