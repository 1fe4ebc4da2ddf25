using System;
using System.Collections.Generic;

namespace ModelGen.Cuda;

/// <summary>
/// An opened device: its primary context, one stream for the training steps, the kernels loaded and the buffers allocated on it, all of
/// which go with it. It is current on the thread that opened it; another thread calls <see cref="Activate"/> first.
/// </summary>
public sealed class CudaDevice : IDisposable
{
    private readonly CudaContext _context;
    private readonly KernelCache? _cache;
    private readonly IKernelCompiler _compiler;
    private readonly string _architecture;
    private readonly List<CudaModule> _modules = [];
    private readonly HashSet<DeviceAddress> _buffers = [];
    private bool _disposed;

    private CudaDevice(CudaPlatform platform, CudaDeviceInfo info, string architecture, KernelCache? cache)
    {
        (Driver, Matrices, _compiler, Info, _architecture, _cache) = (platform.Driver, platform.Matrices, platform.Compiler, info, architecture, cache);
        _context = Driver.RetainPrimaryContext(info.Index);
        try
        {
            Driver.MakeCurrent(_context);
            Stream = Driver.CreateStream();
        }
        catch
        {
            Driver.ReleasePrimaryContext(info.Index);
            throw;
        }
    }

    /// <summary>The driver.</summary>
    public ICudaDriver Driver { get; }

    /// <summary>Multiplies large dense matrices; null where the kernels of the models do.</summary>
    public IMatrixLibrary? Matrices { get; }

    /// <summary>Properties of the device.</summary>
    public CudaDeviceInfo Info { get; }

    /// <summary>Stream of the training steps.</summary>
    public CudaStream Stream { get; }

    /// <summary>Opens a device.</summary>
    /// <param name="platform">Driver and compiler.</param>
    /// <param name="index">Number of the device, from 0.</param>
    /// <param name="cache">Where compiled kernels are kept; null for nowhere.</param>
    /// <exception cref="DeviceException">There is no such device, or the compiler cannot compile for it.</exception>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public static CudaDevice Open(CudaPlatform platform, int index, KernelCache? cache)
    {
        ArgumentNullException.ThrowIfNull(platform);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        int count = platform.Driver.DeviceCount;
        if (index >= count)
        {
            throw new DeviceException(FormattableString.Invariant(
                $"CUDA device {index} does not exist: {platform.Driver.Name} has {(count == 0 ? "no device" : count == 1 ? "one device, number 0" : $"{count} devices, 0 to {count - 1}")}. Use Device.Cuda with one of them, or Device.Cpu."));
        }

        CudaDeviceInfo info = platform.Driver.Describe(index);
        return new CudaDevice(platform, info, platform.Compiler.ArchitectureFor(info), cache);
    }

    /// <summary>Makes the device current on the calling thread.</summary>
    public void Activate() => Driver.MakeCurrent(_context);

    /// <summary>Compiles kernels for this device, or takes them from the cache, and loads them.</summary>
    /// <exception cref="KernelCompilationException">The text does not compile.</exception>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public CudaModule Load(KernelSource source)
    {
        KernelImage image = _cache is null ? _compiler.Compile(source, _architecture) : _cache.Get(_compiler, source, _architecture);
        CudaModule module = Driver.LoadModule(image);
        _modules.Add(module);
        return module;
    }

    /// <summary>Allocates a buffer with undefined content.</summary>
    /// <typeparam name="T">Type of an element.</typeparam>
    /// <param name="name">Name for errors.</param>
    /// <param name="count">Elements; 0 gives an empty buffer.</param>
    /// <exception cref="InsufficientMemoryException">The device has not so much memory left; the message states the sizes.</exception>
    public DeviceBuffer<T> Allocate<T>(string name, long count)
        where T : unmanaged
    {
        var buffer = new DeviceBuffer<T>(this, name, count);
        _buffers.Add(buffer.Address);
        return buffer;
    }

    /// <summary>Waits until all work of <see cref="Stream"/> is done.</summary>
    public void Synchronize() => Driver.Synchronize(Stream);

    /// <summary>Frees everything and gives the context back, on the thread it is called on.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        Activate();
        try
        {
            Driver.DestroyStream(Stream);
            foreach (CudaModule module in _modules)
            {
                Driver.UnloadModule(module);
            }

            foreach (DeviceAddress buffer in _buffers)
            {
                Driver.Free(buffer);
            }
        }
        finally
        {
            Driver.ReleasePrimaryContext(Info.Index);
        }
    }

    /// <summary>Frees a buffer before the device goes.</summary>
    internal void Free(DeviceAddress address)
    {
        if (!_disposed && _buffers.Remove(address))
        {
            Driver.Free(address);
        }
    }
}
