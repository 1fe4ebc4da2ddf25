using System;
using System.Diagnostics.CodeAnalysis;

namespace ModelGen.Cuda;

/// <summary>A driver and the compiler for its devices.</summary>
/// <param name="Driver">The driver.</param>
/// <param name="Compiler">Compiles kernels for the driver's devices.</param>
public sealed record CudaPlatform(ICudaDriver Driver, IKernelCompiler Compiler)
{
    /// <summary>Multiplies large dense matrices; null (default) where the kernels of the models do.</summary>
    public IMatrixLibrary? Matrices { get; init; }

    /// <summary>NVIDIA's driver and NVRTC, if this machine has them and at least one device, with cuBLAS where it is found.</summary>
    /// <param name="platform">Both of them.</param>
    /// <param name="whyNot">What is missing, where it was looked for and what to install; empty on success.</param>
    public static bool TryNative([NotNullWhen(true)] out CudaPlatform? platform, out string whyNot)
    {
        platform = null;
        if (!NativeCudaDriver.TryLoad(out NativeCudaDriver? driver, out whyNot) || !NvrtcCompiler.TryLoad(out NvrtcCompiler? compiler, out whyNot))
        {
            return false;
        }

        platform = new CudaPlatform(driver, compiler) { Matrices = CublasLibrary.TryLoad(out CublasLibrary? matrices, out _) ? matrices : null };
        return true;
    }

    /// <summary>NVIDIA's driver and NVRTC.</summary>
    /// <exception cref="DeviceException">One of them is missing, or there is no device.</exception>
    public static CudaPlatform Native() => TryNative(out CudaPlatform? platform, out string whyNot) ? platform : throw new DeviceException(whyNot);
}
