using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using ModelGen.Cuda;

namespace ModelGen.Tests;

/// <summary>
/// A CUDA driver that runs kernels on the host, one block after the other (see emulator.cpp). Work of a stream is done as late as it may
/// be: when the stream or an event of it is waited for. So what a GPU may do late, and what was not waited for, shows. New memory is filled
/// with NaNs and lies between guards that are checked after each kernel.
/// </summary>
internal sealed unsafe partial class HostCudaDriver : ICudaDriver
{
    /// <summary>Dynamic shared memory a kernel may have without being allowed more.</summary>
    public const int SharedWithoutPermission = 48 << 10;

    /// <summary>Most shared memory of a block, as on compute capability 9.0.</summary>
    public const int MostShared = 227 << 10;

    private readonly int _devices;
    private readonly long _memory;
    private readonly HashSet<int> _retained = [];
    private readonly Dictionary<nint, Library> _modules = [];
    private readonly Dictionary<nint, Function> _functions = [];
    private nint _nextHandle = 1;

    /// <param name="devices">Number of devices.</param>
    /// <param name="memory">Memory of a device in bytes.</param>
    public HostCudaDriver(int devices = 1, long memory = 2L << 30) => (_devices, _memory) = (devices, memory);

    public string Name => "host emulation";

    public int DeviceCount => _devices;

    /// <summary>Order of the blocks and of the threads of a block: 0 forward, 1 reverse, any other number a shuffled order.</summary>
    public int Order { get; set; }

    /// <summary>Called while recorded work is repeated.</summary>
    public Action? DuringReplay { get; set; }

    /// <summary>Whether the driver refuses its contexts, as one that another program uses alone.</summary>
    public bool FailsContext { get; init; }

    /// <summary>Kernels that were run, in order.</summary>
    public List<string> Kernels { get; } = [];

    /// <summary>A platform with this driver.</summary>
    public static CudaPlatform Platform(bool checks = true, HostCudaDriver? driver = null, HostMatrixLibrary? matrices = null) =>
        new(driver ?? new HostCudaDriver(), new HostKernelCompiler(Requires.HostCompiler(), checks)) { Matrices = matrices };

    /// <summary>An opened device whose kernels are kept beside the test program.</summary>
    public static CudaDevice Open(bool checks = true, HostCudaDriver? driver = null, HostMatrixLibrary? matrices = null)
    {
        CudaPlatform platform = Platform(checks, driver, matrices);
        return CudaDevice.Open(platform, 0, ((HostKernelCompiler)platform.Compiler).Cache);
    }

    public CudaDeviceInfo Describe(int device) =>
        device < _devices ? new CudaDeviceInfo(device, "Host", 9, 0, 1, _memory, MostShared, 32 << 20) : throw Error("cuDeviceGet", CudaError.InvalidDevice, $"device {device}");

    public CudaContext RetainPrimaryContext(int device)
    {
        if (FailsContext)
        {
            throw Error("cuDevicePrimaryCtxRetain", CudaError.NotInitialized, $"device {device}");
        }

        _retained.Add(device);
        return new CudaContext(device + 1);
    }

    public void ReleasePrimaryContext(int device) => _retained.Remove(device);

    public void MakeCurrent(CudaContext context)
    {
        if (!_retained.Contains((int)context.Handle - 1))
        {
            throw Error("cuCtxSetCurrent", CudaError.InvalidValue, "the context is not retained");
        }
    }

    public CudaModule LoadModule(KernelImage image)
    {
        if (image.Format != KernelImageFormat.HostLibrary)
        {
            throw Error("cuModuleLoadDataEx", CudaError.InvalidImage, $"kernels of {image.Name}, {image.Format}");
        }

        nint handle = _nextHandle++;
        _modules[handle] = new Library(image);
        return new CudaModule(handle);
    }

    public void UnloadModule(CudaModule module)
    {
        RunAll();
        if (_modules.Remove(module.Handle, out Library? library))
        {
            library.Dispose();
        }
    }

    public CudaFunction GetFunction(CudaModule module, string kernel)
    {
        Library library = _modules[module.Handle];
        nint entry = library.Find(kernel);
        if (entry == 0)
        {
            throw Error("cuModuleGetFunction", CudaError.NotFound, $"kernel {kernel}");
        }

        nint handle = _nextHandle++;
        _functions[handle] = new Function(library, entry, Marshal.PtrToStringUTF8(((KernelEntry*)entry)->Kinds)!);
        return new CudaFunction(handle, kernel);
    }

    public KernelUsage GetUsage(CudaFunction function) => new(0, null, 0, _functions[function.Handle].Library.SharedBytes, 1024);

    public void AllowSharedBytes(CudaFunction function, int bytes)
    {
        if (bytes > MostShared)
        {
            throw Error("cuFuncSetAttribute", CudaError.InvalidValue, $"kernel {function.Name}, {bytes:N0} bytes of dynamic shared memory");
        }

        _functions[function.Handle].Allowed = bytes;
    }

    public void Launch(CudaFunction function, LaunchSize grid, LaunchSize block, int sharedBytes, CudaStream stream, params ReadOnlySpan<KernelArgument> arguments)
    {
        Function kernel = _functions[function.Handle];
        string detail = $"kernel {function.Name}, grid {grid}, block {block}, {sharedBytes:N0} bytes of dynamic shared memory, {arguments.Length} arguments";
        bool fits = block.X >= 1 && block.Y >= 1 && block.Z is >= 1 and <= 64 && block.Count <= 1024 &&
            grid.X >= 1 && grid.Y is >= 1 and <= 65535 && grid.Z is >= 1 and <= 65535 && sharedBytes >= 0 && sharedBytes <= int.Max(kernel.Allowed, SharedWithoutPermission);
        if (!fits)
        {
            throw Error("cuLaunchKernel", CudaError.InvalidValue, detail);
        }

        // A GPU reads whatever lies where an argument of another type or a missing one should be.
        string kinds = string.Concat(arguments.ToArray().Select(Kind));
        if (kinds != kernel.Kinds)
        {
            throw Error("cuLaunchKernel", CudaError.InvalidValue, $"{detail}: the arguments are of types '{kinds}', the kernel declares '{kernel.Kinds}'");
        }

        ulong[] bits = [.. arguments.ToArray().Select(argument => argument.Bits)];
        Enqueue(stream, () => Run(kernel, function.Name, grid, block, sharedBytes, bits));
    }

    private static char Kind(KernelArgument argument) => argument.Type switch
    {
        KernelArgumentType.Address => 'p',
        KernelArgumentType.Single => 'f',
        KernelArgumentType.Double => 'd',
        _ => argument.Bytes == 4 ? 'i' : 'l',
    };

    private static CudaException Error(string call, int code, string detail) => new(call, code, Names.GetValueOrDefault(code, "CUDA_ERROR"), detail);

    private static readonly Dictionary<int, string> Names = new()
    {
        [CudaError.InvalidValue] = "CUDA_ERROR_INVALID_VALUE",
        [CudaError.OutOfMemory] = "CUDA_ERROR_OUT_OF_MEMORY",
        [CudaError.InvalidDevice] = "CUDA_ERROR_INVALID_DEVICE",
        [CudaError.InvalidImage] = "CUDA_ERROR_INVALID_IMAGE",
        [CudaError.NotFound] = "CUDA_ERROR_NOT_FOUND",
        [CudaError.LaunchFailed] = "CUDA_ERROR_LAUNCH_FAILED",
        [CaptureUnsupported] = "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED",
        [CaptureUnjoined] = "CUDA_ERROR_STREAM_CAPTURE_UNJOINED",
    };

    private void Run(Function kernel, string name, LaunchSize grid, LaunchSize block, int sharedBytes, ulong[] bits)
    {
        Kernels.Add(name);
        const int MessageBytes = 2048;
        byte* message = stackalloc byte[MessageBytes];
        message[0] = 0;
        (nint Address, long Bytes)[] allocations = Accessible();
        fixed (ulong* first = bits)
        fixed ((nint Address, long Bytes)* table = allocations)
        {
            void** arguments = stackalloc void*[bits.Length + 1];
            for (int i = 0; i < bits.Length; i++)
            {
                arguments[i] = first + i;
            }

            var launch = new LaunchBlock
            {
                SharedBytes = sharedBytes,
                Order = Order,
                Arguments = arguments,
                Allocations = table,
                AllocationCount = allocations.Length,
                Message = message,
                MessageBytes = MessageBytes,
            };
            (launch.Grid[0], launch.Grid[1], launch.Grid[2]) = ((uint)grid.X, (uint)grid.Y, (uint)grid.Z);
            (launch.Block[0], launch.Block[1], launch.Block[2]) = ((uint)block.X, (uint)block.Y, (uint)block.Z);
            if (kernel.Library.Launch(kernel.Entry, &launch) != 0)
            {
                string where = launch.Fault == 0 ? "" : kernel.Library.Lines(launch.Fault);
                throw Error("cuLaunchKernel", CudaError.LaunchFailed, Marshal.PtrToStringUTF8((nint)message) + (where.Length > 0 ? $" ({where})" : ""));
            }
        }

        CheckGuards(name);
    }

    private sealed class Function(Library library, nint entry, string kinds)
    {
        public Library Library => library;

        public nint Entry => entry;

        public string Kinds => kinds;

        public int Allowed { get; set; }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct KernelEntry
    {
        public nint Name;
        public nint Call;
        public nint Kinds;
        public int Checked;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct LaunchBlock
    {
        public fixed uint Grid[3];
        public fixed uint Block[3];
        public int SharedBytes;
        public int Order;
        public void** Arguments;
        public (nint Address, long Bytes)* Allocations;
        public long AllocationCount;
        public byte* Message;
        public long MessageBytes;
        public long Fault;
    }

    // A loaded library; its file stays as long as it does, for the lines of its instructions.
    private sealed class Library : IDisposable
    {
        private readonly string _file = Path.Combine(Path.GetTempPath(), $"modelgen-{Guid.NewGuid():N}.so");
        private readonly nint _handle;
        private readonly delegate* unmanaged<nint, LaunchBlock*, int> _launch;

        public Library(KernelImage image)
        {
            File.WriteAllBytes(_file, [.. image.Bytes]);
            _handle = NativeLibrary.Load(_file);
            _launch = (delegate* unmanaged<nint, LaunchBlock*, int>)NativeLibrary.GetExport(_handle, "modelgen_launch");
            SharedBytes = ((delegate* unmanaged<int>)NativeLibrary.GetExport(_handle, "modelgen_shared_bytes"))();
        }

        public int SharedBytes { get; }

        public nint Find(string kernel)
        {
            nint name = Marshal.StringToCoTaskMemUTF8(kernel);
            try
            {
                return ((delegate* unmanaged<nint, nint>)NativeLibrary.GetExport(_handle, "modelgen_kernel"))(name);
            }
            finally
            {
                Marshal.FreeCoTaskMem(name);
            }
        }

        public int Launch(nint entry, LaunchBlock* launch) => _launch(entry, launch);

        public string Lines(long offset) => HostToolchain.Lines(_file, offset);

        public void Dispose()
        {
            NativeLibrary.Free(_handle);
            File.Delete(_file);
        }
    }
}
