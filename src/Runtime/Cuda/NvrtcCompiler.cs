using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using static ModelGen.Cuda.NvrtcApi;

namespace ModelGen.Cuda;

/// <summary>
/// Compiles kernels with NVRTC 11.8 or later, which needs no GPU. It is optional and not shipped: it comes with the CUDA toolkit, or as
/// two libraries beside the application. Found by <see cref="TryLoad"/>. Any number of threads may compile at once.
/// </summary>
public sealed unsafe class NvrtcCompiler : IKernelCompiler
{
    /// <summary>Environment variable with the path of the library, or of the folder that holds it; nothing else is looked at when it is set.</summary>
    public const string Variable = "MODELGEN_NVRTC";

    /// <summary>Least compute capability that kernels are written for: 7.0.</summary>
    public const int LeastCapability = 70;

    private static readonly Lock Gate = new();
    private static NvrtcCompiler? _loaded;

    private NvrtcCompiler(string name, ImmutableArray<int> capabilities) => (Name, Capabilities) = (name, capabilities);

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Compute capabilities this version makes machine code for, rising: 90 for 9.0.</summary>
    public ImmutableArray<int> Capabilities { get; }

    /// <summary>NVRTC of this machine, if it has one.</summary>
    /// <param name="compiler">The compiler.</param>
    /// <param name="whyNot">What is missing, where it was looked for and what to install; empty on success.</param>
    public static bool TryLoad([NotNullWhen(true)] out NvrtcCompiler? compiler, out string whyNot)
    {
        lock (Gate)
        {
            // A failure is tried again, since the library may have been installed in the meantime.
            whyNot = "";
            _loaded ??= Load(out whyNot);
            compiler = _loaded;
            return compiler is not null;
        }
    }

    /// <inheritdoc/>
    public string ArchitectureFor(CudaDeviceInfo device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return ArchitectureFor(Name, Capabilities, device);
    }

    /// <inheritdoc/>
    public KernelImage Compile(KernelSource source, string architecture)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(architecture);
        KernelImage image = Compile(source, architecture, source.Options);
        if (source.OptionsWhenSpilling.IsEmpty || SpillBytes(image) == 0)
        {
            return image;
        }

        KernelImage other = Compile(source, architecture, [.. source.Options, .. source.OptionsWhenSpilling]);
        return SpillBytes(other) < SpillBytes(image) ? other : image;
    }

    /// <summary>Machine code where the compiler knows the device; otherwise, for a newer device, the intermediate language of the newest one it knows.</summary>
    internal static string ArchitectureFor(string compiler, ImmutableArray<int> capabilities, CudaDeviceInfo device)
    {
        int capability = device.Capability;
        if (capability < LeastCapability)
        {
            throw new DeviceException(FormattableString.Invariant(
                $"{device} is too old: kernels need compute capability 7.0 (Volta) or later. Use another device, or Device.Cpu."));
        }

        if (capabilities.Contains(capability))
        {
            return FormattableString.Invariant($"sm_{capability}");
        }

        int[] older = [.. capabilities.Where(known => known < capability && known >= LeastCapability)];
        if (older.Length == 0)
        {
            string known = capabilities.Length == 0 ? "none" : FormattableString.Invariant($"{capabilities[0] / 10}.{capabilities[0] % 10} to {capabilities[^1] / 10}.{capabilities[^1] % 10}");
            bool tooOld = capabilities.Length == 0 || capabilities[^1] < LeastCapability;
            throw new DeviceException(FormattableString.Invariant(
                $"{compiler} compiles for compute capabilities {known} and so not for {device}. Install {(tooOld ? "a newer" : "an older")} NVRTC (12.8 compiles for 7.0 to 12.0) and set {Variable} to its path, or use Device.Cpu."));
        }

        return FormattableString.Invariant($"compute_{older[^1]}");
    }

    private static int SpillBytes(KernelImage image) => image.Usage.Values.Sum(usage => usage.SpillBytes ?? 0);

    private KernelImage Compile(KernelSource source, string architecture, ImmutableArray<string> extra)
    {
        string file = source.Name + ".cu";
        Check(nvrtcCreateProgram(out nint program, source.Text, file, 0, null, null), nameof(nvrtcCreateProgram), source.Name);
        try
        {
            string[] options = [$"--gpu-architecture={architecture}", "--std=c++17", "--ptxas-options=-v", .. extra];
            int code = Compile(program, options);
            string log = Read(program, &LogSize, &Log);
            if (code == CompilationError)
            {
                throw new KernelCompilationException(
                    $"The kernels of {source.Name} do not compile for {architecture} ({Name}):\n{CompilerLog.WithLines(log, file, source.Text)}");
            }

            Check(code, nameof(nvrtcCompileProgram), $"{source.Name} for {architecture}, options {string.Join(' ', options)}\n{log}");
            bool binary = architecture.StartsWith("sm_", StringComparison.Ordinal);
            byte[] image = binary ? ReadBytes(program, &CubinSize, &Cubin) : ReadBytes(program, &PtxSize, &Ptx);
            return new KernelImage(
                source.Name,
                binary ? KernelImageFormat.Cubin : KernelImageFormat.Ptx,
                architecture,
                ImmutableCollectionsMarshal.AsImmutableArray(image),
                CompilerLog.WithoutUsage(log),
                CompilerLog.ReadUsage(log));
        }
        finally
        {
            nvrtcDestroyProgram(ref program);
        }
    }

    private static NvrtcCompiler? Load(out string whyNot)
    {
        var report = new StringBuilder("NVRTC, the CUDA compiler, was not found. It was looked for here:");
        string? toolkit = Environment.GetEnvironmentVariable("CUDA_PATH") ?? Environment.GetEnvironmentVariable("CUDA_HOME");
        IEnumerable<string> candidates = NativeSearch.NvrtcCandidates(Environment.GetEnvironmentVariable(Variable), toolkit, AppContext.BaseDirectory);
        if (!NativeSearch.TryLoad(NativeSearch.Nvrtc, candidates, NativeSearch.LoadNvrtcBuiltins, report))
        {
            whyNot = report.Append(
                $"\nInstall NVRTC 11.8 or later (it is part of the CUDA toolkit; the file libnvrtc and, beside it, libnvrtc-builtins are enough), " +
                $"or set {Variable} to its path or folder; inside this repository run eng/nvrtc.sh.").ToString();
            return null;
        }

        Check(nvrtcVersion(out int major, out int minor), nameof(nvrtcVersion), "");
        if ((major, minor).CompareTo((11, 8)) < 0)
        {
            whyNot = FormattableString.Invariant($"NVRTC is of version {major}.{minor}; 11.8 or later is needed. Install a newer one and set {Variable} to its path.");
            return null;
        }

        Check(nvrtcGetNumSupportedArchs(out int count), nameof(nvrtcGetNumSupportedArchs), "");
        int[] capabilities = new int[count];
        fixed (int* first = capabilities)
        {
            Check(nvrtcGetSupportedArchs(first), nameof(nvrtcGetSupportedArchs), "");
        }

        whyNot = "";
        return new NvrtcCompiler(FormattableString.Invariant($"NVRTC {major}.{minor}"), [.. capabilities.Order()]);
    }

    private static int Compile(nint program, string[] options)
    {
        byte** texts = stackalloc byte*[options.Length];
        for (int i = 0; i < options.Length; i++)
        {
            texts[i] = (byte*)Marshal.StringToCoTaskMemUTF8(options[i]);
        }

        try
        {
            return nvrtcCompileProgram(program, options.Length, texts);
        }
        finally
        {
            for (int i = 0; i < options.Length; i++)
            {
                Marshal.FreeCoTaskMem((nint)texts[i]);
            }
        }
    }

    private static int LogSize(nint program, nuint* bytes) => nvrtcGetProgramLogSize(program, out *bytes);

    private static int Log(nint program, byte* text) => nvrtcGetProgramLog(program, text);

    private static int PtxSize(nint program, nuint* bytes) => nvrtcGetPTXSize(program, out *bytes);

    private static int Ptx(nint program, byte* text) => nvrtcGetPTX(program, text);

    private static int CubinSize(nint program, nuint* bytes) => nvrtcGetCUBINSize(program, out *bytes);

    private static int Cubin(nint program, byte* binary) => nvrtcGetCUBIN(program, binary);

    private static byte[] ReadBytes(nint program, delegate*<nint, nuint*, int> size, delegate*<nint, byte*, int> read)
    {
        nuint bytes;
        Check(size(program, &bytes), "the size of a result of NVRTC", "");
        byte[] result = new byte[(int)bytes];
        fixed (byte* first = result)
        {
            Check(read(program, first), "a result of NVRTC", "");
        }

        return result;
    }

    private static string Read(nint program, delegate*<nint, nuint*, int> size, delegate*<nint, byte*, int> read) =>
        Encoding.UTF8.GetString(ReadBytes(program, size, read)).TrimEnd('\0', '\n', ' ');

    private static void Check(int code, string call, string detail)
    {
        if (code != Success)
        {
            throw new CudaException(call, code, Marshal.PtrToStringUTF8((nint)nvrtcGetErrorString(code)) ?? "unknown error", detail);
        }
    }
}
