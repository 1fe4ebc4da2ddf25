using System;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>Opens the device of a run.</summary>
internal static class DeviceChoice
{
    /// <summary>What a model lacks that an older generator has compiled.</summary>
    public const string WithoutCuda = "The model was compiled by a generator without CUDA; build the application with this version of ModelGen.";

    /// <summary>The CUDA device that is asked for, or null for the CPU. An automatic choice falls back to the CPU; one by number does not.</summary>
    /// <param name="device">What is asked for.</param>
    /// <param name="lacking">Why there are no kernels, as a sentence; null when there are.</param>
    /// <param name="whyNot">Why an automatic choice fell on the CPU; null otherwise.</param>
    /// <exception cref="DeviceException">The device asked for cannot be used.</exception>
    public static CudaDevice? Open(Device device, string? lacking, out string? whyNot)
    {
        whyNot = null;
        if (device.IsCpu)
        {
            return null;
        }

        if (device.IsCuda)
        {
            if (lacking is not null)
            {
                throw new DeviceException($"{lacking} Train on the CPU (Device.Cpu).");
            }

            return CudaDevice.Open(device.Platform ?? CudaPlatform.Native(), device.Index, KernelCache.Default());
        }

        if (lacking is not null)
        {
            whyNot = lacking;
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
