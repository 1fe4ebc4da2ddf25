using System.Collections.Generic;
using System.Collections.Immutable;

namespace ModelGen.Cuda;

/// <summary>CUDA C text of a model's kernels, as the generator wrote it. It includes no file.</summary>
/// <param name="Name">Name for errors and for the kernel cache, such as "AppClick".</param>
/// <param name="Text">The text; kernels are declared <c>extern "C" __global__ void</c>.</param>
/// <param name="Options">Options of NVRTC beside the architecture, such as "--use_fast_math"; none by default.</param>
public sealed record KernelSource(string Name, string Text, ImmutableArray<string> Options)
{
    /// <summary>Kernels without special options.</summary>
    public KernelSource(string name, string text)
        : this(name, text, [])
    {
    }

    /// <summary>Options added when the text is compiled once more because a kernel spilled registers; none by default.</summary>
    public ImmutableArray<string> OptionsWhenSpilling { get; init; } = [];
}

/// <summary>Compiled kernels.</summary>
/// <param name="Name">Name of the source.</param>
/// <param name="Format">What the bytes are.</param>
/// <param name="Architecture">What they were compiled for, such as "sm_90".</param>
/// <param name="Bytes">The binary; PTX text ends with a zero.</param>
/// <param name="Log">Warnings and remarks of the compiler; empty if there are none.</param>
/// <param name="Usage">What each kernel uses, by name, as far as the compiler says so.</param>
public sealed record KernelImage(
    string Name, KernelImageFormat Format, string Architecture, ImmutableArray<byte> Bytes, string Log, IReadOnlyDictionary<string, KernelUsage> Usage);

/// <summary>Formats of compiled kernels.</summary>
public enum KernelImageFormat
{
    /// <summary>Machine code for one architecture.</summary>
    Cubin,

    /// <summary>NVIDIA's intermediate language, which the driver compiles for its device.</summary>
    Ptx,

    /// <summary>A shared library for the host: the kernels of an emulation.</summary>
    HostLibrary,
}

/// <summary>What a kernel uses of a device.</summary>
/// <param name="Registers">Registers of a thread.</param>
/// <param name="SpillBytes">Bytes of a thread's registers that did not fit and lie in memory; null where it is not known.</param>
/// <param name="LocalBytes">Local memory of a thread, spilled registers included.</param>
/// <param name="SharedBytes">Static shared memory of a block.</param>
/// <param name="MaxThreads">Most threads of a block this kernel can be launched with; null where it is not known.</param>
public sealed record KernelUsage(int Registers, int? SpillBytes, int LocalBytes, int SharedBytes, int? MaxThreads);

/// <summary>Compiles kernels for a device.</summary>
public interface IKernelCompiler
{
    /// <summary>Name and version, such as "NVRTC 11.8"; binaries of another version are not taken from the cache.</summary>
    string Name { get; }

    /// <summary>What kernels of a device are compiled for, such as "sm_90" or, when the compiler has no binary for it, "compute_90".</summary>
    /// <exception cref="DeviceException">The compiler is too old, or too new, for the device.</exception>
    string ArchitectureFor(CudaDeviceInfo device);

    /// <summary>Compiles kernels for an architecture of <see cref="ArchitectureFor"/>.</summary>
    /// <exception cref="KernelCompilationException">The text does not compile; the message holds the compiler's log and the lines it names.</exception>
    KernelImage Compile(KernelSource source, string architecture);
}
