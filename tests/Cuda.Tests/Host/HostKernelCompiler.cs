using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using ModelGen.Cuda;

namespace ModelGen.Tests;

/// <summary>
/// Compiles the text of kernels as C++ for the host. With checks, every access to memory is checked for its bounds and for races; without,
/// kernels run about ten times faster.
/// </summary>
internal sealed partial class HostKernelCompiler(HostToolchain toolchain, bool checks) : IKernelCompiler
{
    private static readonly string[] Checks =
    [
        "-O1", "-fsanitize=thread", "--param=tsan-instrument-func-entry-exit=0",
        "-fsanitize=bounds,alignment,shift,integer-divide-by-zero,signed-integer-overflow",
    ];

    public string Name => toolchain.Name;

    /// <summary>Keeps compiled libraries beside the test program.</summary>
    public KernelCache Cache { get; } = new(toolchain.Folder);

    public string ArchitectureFor(CudaDeviceInfo device) => checks ? "host-checked" : "host";

    public KernelImage Compile(KernelSource source, string architecture)
    {
        string work = Directory.CreateTempSubdirectory("modelgen-kernels").FullName;
        try
        {
            string file = source.Name + ".cu";
            toolchain.WriteHeaders(work);
            File.WriteAllText(Path.Combine(work, file), Translate(source, file));
            (int code, string output) = HostToolchain.Compile(work,
            [
                "-std=gnu++17", "-g1", "-fPIC", "-fvisibility=hidden", "-fno-strict-aliasing", "-ffp-contract=fast", "-march=native", "-w",
                .. checks ? Checks : ["-O2"], "-x", "c++", "-c", file, "-o", "kernels.o",
            ]);
            if (code != 0)
            {
                throw new KernelCompilationException($"The kernels of {source.Name} do not compile on the host ({toolchain.Name}):\n{output}");
            }

            // Everything the kernels call has to be in the library: an unknown intrinsic is an error here and not when it is loaded.
            (code, output) = HostToolchain.Compile(work, "-shared", "-Wl,-Bsymbolic", "-Wl,-z,defs", "-o", "kernels.so", "kernels.o", toolchain.EmulatorObject);
            if (code != 0)
            {
                throw new KernelCompilationException($"The kernels of {source.Name} do not link on the host ({toolchain.Name}):\n{output}");
            }

            return new KernelImage(
                source.Name, KernelImageFormat.HostLibrary, architecture, ImmutableCollectionsMarshal.AsImmutableArray(File.ReadAllBytes(Path.Combine(work, "kernels.so"))), output.Trim(),
                ImmutableDictionary<string, KernelUsage>.Empty);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>The text between the header and a table of its kernels; dynamic shared memory becomes a pointer.</summary>
    private string Translate(KernelSource source, string file)
    {
        string text = DynamicShared().Replace(source.Text, match => $"{match.Groups[1].Value.Trim()}* {match.Groups[2].Value} = ({match.Groups[1].Value.Trim()}*)emulator::dynamic_shared();");
        string[] kernels = [.. Kernels().Matches(text).Select(match => match.Groups[1].Value)];
        if (kernels.Length == 0)
        {
            throw new KernelCompilationException($"The text of {source.Name} declares no kernel: extern \"C\" __global__ void.");
        }

        var result = new StringBuilder("#include \"device.h\"\n");
        result.Append("#line 1 \"").Append(file).Append("\"\n").Append(text).Append('\n');
        result.Append("extern \"C\" const emulator::Kernel modelgen_kernels[] =\n{\n");
        foreach (string kernel in kernels)
        {
            result.Append("    {\"").Append(kernel).Append("\", &emulator::Entry<&").Append(kernel).Append(">::call, emulator::Entry<&").Append(kernel).Append(">::kinds, ").Append(checks ? 1 : 0).Append("},\n");
        }

        return result.Append("    {nullptr, nullptr, nullptr, 0},\n};\n").ToString();
    }

    [GeneratedRegex(@"extern\s+__shared__\s+(?:__align__\s*\(\s*\d+\s*\)\s*)?([\w\s]+?)\s+(\w+)\s*\[\s*\]\s*;")]
    private static partial Regex DynamicShared();

    [GeneratedRegex(@"extern\s+""C""\s+__global__\s+(?:__launch_bounds__\s*\([^)]*\)\s*)?void\s+(?:__launch_bounds__\s*\([^)]*\)\s*)?(\w+)\s*\(")]
    private static partial Regex Kernels();
}
