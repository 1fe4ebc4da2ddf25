using ModelGen.Compiled;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>Opens the device of a run.</summary>
internal static class DeviceChoice
{
    /// <summary>The CUDA device that the options ask for, or null for the CPU. An automatic choice falls back to the CPU; one by number does not.</summary>
    /// <exception cref="DeviceException">The device asked for cannot be used.</exception>
    public static CudaDevice? Open(TrainingOptions options, CudaProgram? program)
    {
        Device device = options.Device;
        if (device.IsCpu || options.FullBatch)
        {
            return null;
        }

        if (device.IsCuda)
        {
            if (program?.Unsupported is not null || program is null)
            {
                throw new DeviceException(program is null
                    ? "The model was compiled by a generator without CUDA. Build the application with this version of ModelGen, or train on the CPU (Device.Cpu)."
                    : $"{program.Unsupported} cannot be trained on a CUDA device yet. Train on the CPU (Device.Cpu).");
            }

            return CudaDevice.Open(device.Platform ?? CudaPlatform.Native(), device.Index, KernelCache.Default());
        }

        if (program is not { Unsupported: null } || !CudaPlatform.TryNative(out CudaPlatform? platform, out _))
        {
            return null;
        }

        try
        {
            return CudaDevice.Open(platform, device.Index, KernelCache.Default());
        }
        catch (DeviceException)
        {
            // A device without a compiler for it.
            return null;
        }
    }
}
