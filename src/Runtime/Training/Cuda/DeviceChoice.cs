using System;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>Opens the device of a run.</summary>
internal static class DeviceChoice
{
    /// <summary>The CUDA device that is asked for, or null for the CPU. An automatic choice falls back to the CPU; one by number does not.</summary>
    /// <param name="device">What is asked for.</param>
    /// <param name="hasKernels">Whether the model has kernels.</param>
    /// <param name="whyNot">Why an automatic choice fell on the CPU; null otherwise.</param>
    /// <exception cref="DeviceException">The device asked for cannot be used.</exception>
    public static CudaDevice? Open(Device device, bool hasKernels, out string? whyNot)
    {
        whyNot = null;
        if (device.IsCpu)
        {
            return null;
        }

        if (device.IsCuda)
        {
            if (!hasKernels)
            {
                throw new DeviceException("The model was compiled by a generator without CUDA. Build the application with this version of ModelGen, or train on the CPU (Device.Cpu).");
            }

            return CudaDevice.Open(device.Platform ?? CudaPlatform.Native(), device.Index, KernelCache.Default());
        }

        if (!hasKernels)
        {
            whyNot = "the model was compiled without CUDA";
            return null;
        }

        try
        {
            CudaPlatform? platform = device.Platform;
            if (platform is null && !CudaPlatform.TryNative(out platform, out whyNot))
            {
                return null;
            }

            return CudaDevice.Open(platform, device.Index, KernelCache.Default());
        }
        catch (Exception e) when (e is DeviceException or CudaException)
        {
            // A device without a compiler for it, or one that the driver does not give.
            whyNot = e.Message;
            return null;
        }
    }
}
