using ModelGen.Cuda;

namespace ModelGen.Tests.Training;

/// <summary>Devices that training is tested on.</summary>
internal static class Devices
{
    /// <summary>The first GPU where there is one, or the emulation on the host without its checks, which are ten times slower.</summary>
    public static CudaDevice Any()
    {
        if (CudaPlatform.TryNative(out CudaPlatform? platform, out _))
        {
            return CudaDevice.Open(platform, 0, KernelCache.Default());
        }

        Requires.HostCompiler();
        return HostCudaDriver.Open(checks: false);
    }

    /// <summary>The same as an option of training; compiled kernels are kept beside the test program.</summary>
    public static Device Device()
    {
        if (CudaPlatform.TryNative(out CudaPlatform? platform, out _))
        {
            return ModelGen.Device.Cuda(0, platform);
        }

        HostToolchain toolchain = Requires.HostCompiler();
        System.Environment.SetEnvironmentVariable(KernelCache.Variable, toolchain.Folder);
        return ModelGen.Device.Cuda(0, HostCudaDriver.Platform(checks: false));
    }

    /// <summary>The emulation on the host, with every access to memory checked.</summary>
    public static CudaDevice Checked()
    {
        Requires.HostCompiler();
        return HostCudaDriver.Open(checks: true);
    }
}
