using System;

namespace ModelGen.Cuda;

/// <summary>
/// What training needs of a CUDA driver: <see cref="NativeCudaDriver"/> calls NVIDIA's library, the tests have an emulation on the host,
/// and an application may adapt another binding library. Apart from <see cref="DeviceCount"/> and <see cref="Describe"/> every call works
/// on the context that <see cref="MakeCurrent"/> made current on the calling thread. Failures are <see cref="CudaException"/>s.
/// Copies, fills and launches are queued on a stream and return at once; host memory given to them must stay valid until the stream has
/// passed them, and only pinned memory (<see cref="AllocatePinned"/>) is copied beside other work.
/// </summary>
public interface ICudaDriver
{
    /// <summary>Name and version for reports, such as "CUDA driver 12.2".</summary>
    string Name { get; }

    /// <summary>Number of devices; 0 when the machine has none.</summary>
    int DeviceCount { get; }

    /// <summary>Properties of a device, 0 to <see cref="DeviceCount"/> - 1.</summary>
    CudaDeviceInfo Describe(int device);

    /// <summary>Retains the primary context of a device, which other CUDA code of the process shares, so that addresses can be exchanged with it.</summary>
    CudaContext RetainPrimaryContext(int device);

    /// <summary>Gives the primary context of a device back.</summary>
    void ReleasePrimaryContext(int device);

    /// <summary>Makes a context current on the calling thread.</summary>
    void MakeCurrent(CudaContext context);

    /// <summary>Free and total bytes of the device's memory.</summary>
    (long Free, long Total) MemoryInfo();

    /// <summary>Allocates device memory, at least 1 byte, aligned to 256 bytes, with undefined content.</summary>
    DeviceAddress Allocate(long bytes);

    /// <summary>Frees memory of <see cref="Allocate"/>, after the work that uses it.</summary>
    void Free(DeviceAddress address);

    /// <summary>Allocates page-locked host memory, at least 1 byte.</summary>
    nint AllocatePinned(long bytes);

    /// <summary>Frees memory of <see cref="AllocatePinned"/>.</summary>
    void FreePinned(nint address);

    /// <summary>Queues a copy from host to device.</summary>
    void CopyToDevice(DeviceAddress target, nint source, long bytes, CudaStream stream);

    /// <summary>Queues a copy from device to host.</summary>
    void CopyToHost(nint target, DeviceAddress source, long bytes, CudaStream stream);

    /// <summary>Queues a copy on the device.</summary>
    void CopyOnDevice(DeviceAddress target, DeviceAddress source, long bytes, CudaStream stream);

    /// <summary>Queues setting a number of bytes.</summary>
    void FillBytes(DeviceAddress target, byte value, long count, CudaStream stream);

    /// <summary>Queues setting a number of 32-bit words; the address is a multiple of 4.</summary>
    void FillWords(DeviceAddress target, uint value, long count, CudaStream stream);

    /// <summary>Creates a stream that does not wait for the default stream.</summary>
    CudaStream CreateStream();

    /// <summary>Destroys a stream once its work is done.</summary>
    void DestroyStream(CudaStream stream);

    /// <summary>Waits until all work of a stream is done. Errors of its kernels surface here at the latest.</summary>
    void Synchronize(CudaStream stream);

    /// <summary>Creates an event.</summary>
    /// <param name="timing">Whether <see cref="ElapsedMilliseconds"/> can be asked; events without are cheaper.</param>
    CudaEvent CreateEvent(bool timing);

    /// <summary>Destroys an event.</summary>
    void DestroyEvent(CudaEvent completion);

    /// <summary>Queues an event: it is complete when all earlier work of the stream is.</summary>
    void Record(CudaEvent completion, CudaStream stream);

    /// <summary>Queues a wait of a stream for an event recorded on another stream.</summary>
    void Wait(CudaStream stream, CudaEvent completion);

    /// <summary>Waits on the host until an event is complete.</summary>
    void Synchronize(CudaEvent completion);

    /// <summary>Time between two complete events with timing.</summary>
    float ElapsedMilliseconds(CudaEvent start, CudaEvent end);

    /// <summary>Loads compiled kernels.</summary>
    CudaModule LoadModule(KernelImage image);

    /// <summary>Unloads compiled kernels; none of them may be queued or running.</summary>
    void UnloadModule(CudaModule module);

    /// <summary>Finds a kernel by its name, which is declared <c>extern "C"</c>.</summary>
    CudaFunction GetFunction(CudaModule module, string kernel);

    /// <summary>What a kernel uses on this device.</summary>
    KernelUsage GetUsage(CudaFunction function);

    /// <summary>Allows launches of a kernel with more dynamic shared memory than the 48 KiB that need no permission.</summary>
    void AllowSharedBytes(CudaFunction function, int bytes);

    /// <summary>Queues a kernel.</summary>
    /// <param name="function">The kernel.</param>
    /// <param name="grid">Blocks.</param>
    /// <param name="block">Threads of a block, at most 1,024 in all.</param>
    /// <param name="sharedBytes">Dynamic shared memory of a block (<c>extern __shared__</c>), in bytes.</param>
    /// <param name="stream">Where to queue it.</param>
    /// <param name="arguments">One value per parameter of the kernel, of exactly its type; they are copied.</param>
    void Launch(CudaFunction function, LaunchSize grid, LaunchSize block, int sharedBytes, CudaStream stream, params ReadOnlySpan<KernelArgument> arguments);

    /// <summary>Starts recording the work that is queued on a stream (and on streams that wait for its events) instead of doing it.</summary>
    void BeginCapture(CudaStream stream);

    /// <summary>Ends the recording and makes the recorded work ready for repetition.</summary>
    CudaGraph EndCapture(CudaStream stream);

    /// <summary>Queues the recorded work, with the addresses and arguments it was recorded with.</summary>
    void Launch(CudaGraph graph, CudaStream stream);

    /// <summary>Destroys a recording.</summary>
    void DestroyGraph(CudaGraph graph);
}
