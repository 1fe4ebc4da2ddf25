using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using static ModelGen.Cuda.CudaDriverApi;

namespace ModelGen.Cuda;

/// <summary>NVIDIA's driver, which its installer puts on the machine; nothing of it is shipped. Found by <see cref="TryLoad"/>.</summary>
public sealed unsafe class NativeCudaDriver : ICudaDriver
{
    private const int MaximumArguments = 64;
    private const uint NonBlocking = 1;
    private const uint DisableTiming = 2;

    private static readonly Lock Gate = new();
    private static NativeCudaDriver? _loaded;

    private NativeCudaDriver(int version, int deviceCount)
    {
        Name = FormattableString.Invariant($"CUDA driver {version / 1000}.{version % 1000 / 10}");
        DeviceCount = deviceCount;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int DeviceCount { get; }

    /// <summary>
    /// The driver of this machine, if it has one and at least one device. A missing library, a library that only stands in for it, a driver
    /// without a device and one that cannot start all mean that there is no GPU.
    /// </summary>
    /// <param name="driver">The driver.</param>
    /// <param name="whyNot">What is missing, where it was looked for and what to install; empty on success.</param>
    public static bool TryLoad([NotNullWhen(true)] out NativeCudaDriver? driver, out string whyNot)
    {
        lock (Gate)
        {
            whyNot = "";
            _loaded ??= Load(out whyNot);
            driver = _loaded;
            return driver is not null;
        }
    }

    /// <inheritdoc/>
    public CudaDeviceInfo Describe(int device)
    {
        Check(cuDeviceGet(out int handle, device), nameof(cuDeviceGet), $"device {device}");
        Span<byte> name = stackalloc byte[256];
        fixed (byte* first = name)
        {
            Check(cuDeviceGetName(first, name.Length, handle), nameof(cuDeviceGetName), $"device {device}");
        }

        Check(cuDeviceTotalMem_v2(out nuint memory, handle), nameof(cuDeviceTotalMem_v2), $"device {device}");
        return new CudaDeviceInfo(
            device,
            Encoding.UTF8.GetString(name[..int.Max(0, name.IndexOf((byte)0))]),
            Attribute(DeviceAttribute.ComputeCapabilityMajor),
            Attribute(DeviceAttribute.ComputeCapabilityMinor),
            Attribute(DeviceAttribute.Multiprocessors),
            (long)memory,
            Attribute(DeviceAttribute.SharedBytesPerBlock),
            Attribute(DeviceAttribute.L2Bytes));

        int Attribute(DeviceAttribute attribute)
        {
            Check(cuDeviceGetAttribute(out int value, (int)attribute, handle), nameof(cuDeviceGetAttribute), $"device {device}, attribute {attribute}");
            return value;
        }
    }

    /// <inheritdoc/>
    public CudaContext RetainPrimaryContext(int device)
    {
        Check(cuDevicePrimaryCtxRetain(out nint context, device), nameof(cuDevicePrimaryCtxRetain), $"device {device}");
        return new CudaContext(context);
    }

    /// <inheritdoc/>
    public void ReleasePrimaryContext(int device) => Check(cuDevicePrimaryCtxRelease_v2(device), nameof(cuDevicePrimaryCtxRelease_v2), $"device {device}");

    /// <inheritdoc/>
    public void MakeCurrent(CudaContext context) => Check(cuCtxSetCurrent(context.Handle), nameof(cuCtxSetCurrent));

    /// <inheritdoc/>
    public (long Free, long Total) MemoryInfo()
    {
        Check(cuMemGetInfo_v2(out nuint free, out nuint total), nameof(cuMemGetInfo_v2));
        return ((long)free, (long)total);
    }

    /// <inheritdoc/>
    public DeviceAddress Allocate(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        Check(cuMemAlloc_v2(out ulong address, (nuint)bytes), nameof(cuMemAlloc_v2), $"{bytes:N0} bytes");
        return new DeviceAddress(address);
    }

    /// <inheritdoc/>
    public void Free(DeviceAddress address) => Check(cuMemFree_v2(address.Value), nameof(cuMemFree_v2), $"address {address}");

    /// <inheritdoc/>
    public nint AllocatePinned(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        Check(cuMemHostAlloc(out nint address, (nuint)bytes, 0), nameof(cuMemHostAlloc), $"{bytes:N0} bytes");
        return address;
    }

    /// <inheritdoc/>
    public void FreePinned(nint address) => Check(cuMemFreeHost(address), nameof(cuMemFreeHost));

    /// <inheritdoc/>
    public void CopyToDevice(DeviceAddress target, nint source, long bytes, CudaStream stream) =>
        Check(cuMemcpyHtoDAsync_v2(target.Value, source, (nuint)bytes, stream.Handle), nameof(cuMemcpyHtoDAsync_v2), $"{bytes:N0} bytes to {target}");

    /// <inheritdoc/>
    public void CopyToHost(nint target, DeviceAddress source, long bytes, CudaStream stream) =>
        Check(cuMemcpyDtoHAsync_v2(target, source.Value, (nuint)bytes, stream.Handle), nameof(cuMemcpyDtoHAsync_v2), $"{bytes:N0} bytes from {source}");

    /// <inheritdoc/>
    public void CopyOnDevice(DeviceAddress target, DeviceAddress source, long bytes, CudaStream stream) =>
        Check(cuMemcpyDtoDAsync_v2(target.Value, source.Value, (nuint)bytes, stream.Handle), nameof(cuMemcpyDtoDAsync_v2), $"{bytes:N0} bytes from {source} to {target}");

    /// <inheritdoc/>
    public void FillBytes(DeviceAddress target, byte value, long count, CudaStream stream) =>
        Check(cuMemsetD8Async(target.Value, value, (nuint)count, stream.Handle), nameof(cuMemsetD8Async), $"{count:N0} bytes at {target}");

    /// <inheritdoc/>
    public void FillWords(DeviceAddress target, uint value, long count, CudaStream stream) =>
        Check(cuMemsetD32Async(target.Value, value, (nuint)count, stream.Handle), nameof(cuMemsetD32Async), $"{count:N0} words at {target}");

    /// <inheritdoc/>
    public CudaStream CreateStream()
    {
        Check(cuStreamCreate(out nint stream, NonBlocking), nameof(cuStreamCreate));
        return new CudaStream(stream);
    }

    /// <inheritdoc/>
    public void DestroyStream(CudaStream stream) => Check(cuStreamDestroy_v2(stream.Handle), nameof(cuStreamDestroy_v2));

    /// <inheritdoc/>
    public void Synchronize(CudaStream stream) => Check(cuStreamSynchronize(stream.Handle), nameof(cuStreamSynchronize), "an error of earlier work shows here; CUDA_LAUNCH_BLOCKING=1 in the environment makes it show at the kernel");

    /// <inheritdoc/>
    public CudaEvent CreateEvent(bool timing)
    {
        Check(cuEventCreate(out nint completion, timing ? 0 : DisableTiming), nameof(cuEventCreate));
        return new CudaEvent(completion);
    }

    /// <inheritdoc/>
    public void DestroyEvent(CudaEvent completion) => Check(cuEventDestroy_v2(completion.Handle), nameof(cuEventDestroy_v2));

    /// <inheritdoc/>
    public void Record(CudaEvent completion, CudaStream stream) => Check(cuEventRecord(completion.Handle, stream.Handle), nameof(cuEventRecord));

    /// <inheritdoc/>
    public void Wait(CudaStream stream, CudaEvent completion) => Check(cuStreamWaitEvent(stream.Handle, completion.Handle, 0), nameof(cuStreamWaitEvent));

    /// <inheritdoc/>
    public void Synchronize(CudaEvent completion) => Check(cuEventSynchronize(completion.Handle), nameof(cuEventSynchronize));

    /// <inheritdoc/>
    public float ElapsedMilliseconds(CudaEvent start, CudaEvent end)
    {
        Check(cuEventElapsedTime(out float milliseconds, start.Handle, end.Handle), nameof(cuEventElapsedTime));
        return milliseconds;
    }

    /// <inheritdoc/>
    public CudaModule LoadModule(KernelImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        const int LogBytes = 8192;
        byte* log = stackalloc byte[LogBytes];
        log[0] = 0;
        int* options = stackalloc int[] { (int)JitOption.ErrorLogBuffer, (int)JitOption.ErrorLogBytes };
        void** values = stackalloc void*[] { log, (void*)LogBytes };
        fixed (byte* bytes = image.Bytes.AsSpan())
        {
            int code = cuModuleLoadDataEx(out nint module, bytes, 2, options, values);
            string words = code == CudaError.Success ? "" : Marshal.PtrToStringUTF8((nint)log) ?? "";
            Check(code, nameof(cuModuleLoadDataEx), $"kernels of {image.Name}, {image.Format} for {image.Architecture}, {image.Bytes.Length:N0} bytes{(words.Length > 0 ? ": " + words.Trim() : "")}");
            return new CudaModule(module);
        }
    }

    /// <inheritdoc/>
    public void UnloadModule(CudaModule module) => Check(cuModuleUnload(module.Handle), nameof(cuModuleUnload));

    /// <inheritdoc/>
    public CudaFunction GetFunction(CudaModule module, string kernel)
    {
        Check(cuModuleGetFunction(out nint function, module.Handle, kernel), nameof(cuModuleGetFunction), $"kernel {kernel}");
        return new CudaFunction(function, kernel);
    }

    /// <inheritdoc/>
    public KernelUsage GetUsage(CudaFunction function)
    {
        return new KernelUsage(
            Attribute(FunctionAttribute.Registers), null, Attribute(FunctionAttribute.LocalBytes), Attribute(FunctionAttribute.SharedBytes), Attribute(FunctionAttribute.MaxThreads));

        int Attribute(FunctionAttribute attribute)
        {
            Check(cuFuncGetAttribute(out int value, (int)attribute, function.Handle), nameof(cuFuncGetAttribute), $"kernel {function.Name}, attribute {attribute}");
            return value;
        }
    }

    /// <inheritdoc/>
    public void AllowSharedBytes(CudaFunction function, int bytes) =>
        Check(cuFuncSetAttribute(function.Handle, (int)FunctionAttribute.DynamicSharedBytes, bytes), nameof(cuFuncSetAttribute), $"kernel {function.Name}, {bytes:N0} bytes of dynamic shared memory");

    /// <inheritdoc/>
    public void Launch(CudaFunction function, LaunchSize grid, LaunchSize block, int sharedBytes, CudaStream stream, params ReadOnlySpan<KernelArgument> arguments)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(arguments.Length, MaximumArguments);
        void** parameters = stackalloc void*[MaximumArguments];
        fixed (KernelArgument* first = arguments)
        {
            for (int i = 0; i < arguments.Length; i++)
            {
                parameters[i] = first + i;
            }

            int code = cuLaunchKernel(
                function.Handle, (uint)grid.X, (uint)grid.Y, (uint)grid.Z, (uint)block.X, (uint)block.Y, (uint)block.Z, (uint)sharedBytes, stream.Handle, parameters, null);
            Check(code, nameof(cuLaunchKernel), $"kernel {function.Name}, grid {grid}, block {block}, {sharedBytes:N0} bytes of dynamic shared memory, {arguments.Length} arguments");
        }
    }

    /// <inheritdoc/>
    public void BeginCapture(CudaStream stream)
    {
        const int ThreadLocal = 1;
        Check(cuStreamBeginCapture_v2(stream.Handle, ThreadLocal), nameof(cuStreamBeginCapture_v2));
    }

    /// <inheritdoc/>
    public CudaGraph EndCapture(CudaStream stream)
    {
        Check(cuStreamEndCapture(stream.Handle, out nint graph), nameof(cuStreamEndCapture));
        int code = cuGraphInstantiateWithFlags(out nint executable, graph, 0);
        cuGraphDestroy(graph);
        Check(code, nameof(cuGraphInstantiateWithFlags));
        return new CudaGraph(executable);
    }

    /// <inheritdoc/>
    public void Launch(CudaGraph graph, CudaStream stream) => Check(cuGraphLaunch(graph.Handle, stream.Handle), nameof(cuGraphLaunch));

    /// <inheritdoc/>
    public void DestroyGraph(CudaGraph graph) => Check(cuGraphExecDestroy(graph.Handle), nameof(cuGraphExecDestroy));

    private static NativeCudaDriver? Load(out string whyNot)
    {
        var report = new StringBuilder("No GPU: the CUDA driver was not found. It was looked for here:");
        if (!NativeSearch.TryLoad(NativeSearch.Driver, NativeSearch.DriverCandidates(), _ => { }, report))
        {
            whyNot = report.Append("\nInstall NVIDIA's driver 520 or later (CUDA 11.8); the CUDA toolkit is not needed. Or train on the CPU (Device.Cpu).").ToString();
            return null;
        }

        int code = cuInit(0), count = 0;
        string call = nameof(cuInit);
        if (code == CudaError.Success)
        {
            (code, call) = (cuDeviceGetCount(out count), nameof(cuDeviceGetCount));
        }

        if (CudaError.WhyNoDevice(call, code, code == CudaError.Success ? "" : NameOf(code), count) is { } refusal)
        {
            whyNot = refusal;
            return null;
        }

        Check(cuDriverGetVersion(out int version), nameof(cuDriverGetVersion));
        if (version < 11080)
        {
            whyNot = FormattableString.Invariant($"The CUDA driver is of version {version / 1000}.{version % 1000 / 10}; 11.8 (driver 520) or later is needed. Install a newer driver, or train on the CPU (Device.Cpu).");
            return null;
        }

        whyNot = "";
        return new NativeCudaDriver(version, count);
    }

    private static void Check(int code, string call, [InterpolatedStringHandlerArgument(nameof(code))] CallDetail detail = default)
    {
        if (code != CudaError.Success)
        {
            throw new CudaException(call, code, NameOf(code), detail.ToString());
        }
    }

    private static string NameOf(int code) =>
        cuGetErrorName(code, out byte* name) == CudaError.Success ? Marshal.PtrToStringUTF8((nint)name) ?? "unknown error" : "unknown error";

    private enum DeviceAttribute
    {
        Multiprocessors = 16,
        L2Bytes = 38,
        ComputeCapabilityMajor = 75,
        ComputeCapabilityMinor = 76,
        SharedBytesPerBlock = 97,
    }

    private enum FunctionAttribute
    {
        MaxThreads = 0,
        SharedBytes = 1,
        LocalBytes = 3,
        Registers = 4,
        DynamicSharedBytes = 8,
    }

    private enum JitOption
    {
        ErrorLogBuffer = 5,
        ErrorLogBytes = 6,
    }
}
