using System;
using System.Globalization;
using ModelGen.Cuda;

namespace ModelGen;

/// <summary>Where a model is trained: on the CPU (the default value), on a CUDA device, or on whichever is there.</summary>
public readonly record struct Device
{
    private readonly DeviceKind _kind;

    private Device(DeviceKind kind, int index, CudaPlatform? platform) => (_kind, Index, Platform) = (kind, index, platform);

    /// <summary>All cores that the options allow.</summary>
    public static Device Cpu => default;

    /// <summary>The first CUDA device when there are a driver that starts, a device and a compiler for it; the CPU otherwise, which the run's progress says with the reason.</summary>
    public static Device Auto => AutoOn(null);

    /// <summary>Whether it is the CPU.</summary>
    public bool IsCpu => _kind == DeviceKind.Cpu;

    /// <summary>Whether it is a CUDA device.</summary>
    public bool IsCuda => _kind == DeviceKind.Cuda;

    /// <summary>Whether it is still to be found out.</summary>
    public bool IsAuto => _kind == DeviceKind.Auto;

    /// <summary>Number of the CUDA device, from 0.</summary>
    public int Index { get; }

    /// <summary>Driver and compiler of the CUDA device; null for NVIDIA's own.</summary>
    public CudaPlatform? Platform { get; }

    /// <summary>A CUDA device. Whether it exists is checked when training starts.</summary>
    /// <param name="index">Its number, from 0.</param>
    /// <param name="platform">Driver and compiler; null (default) for NVIDIA's own, found on this machine.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static Device Cuda(int index = 0, CudaPlatform? platform = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new Device(DeviceKind.Cuda, index, platform);
    }

    /// <summary>An automatic choice among the devices of a platform; null for NVIDIA's own.</summary>
    internal static Device AutoOn(CudaPlatform? platform) => new(DeviceKind.Auto, 0, platform);

    /// <inheritdoc/>
    public override string ToString() => _kind switch
    {
        DeviceKind.Cpu => "CPU",
        DeviceKind.Auto => "automatic",
        _ => "CUDA device " + Index.ToString(CultureInfo.InvariantCulture),
    };

    private enum DeviceKind
    {
        Cpu,
        Cuda,
        Auto,
    }
}

/// <summary>The device that was asked for cannot be used: none there, no such number, no driver, or no compiler for it. The message says what to do.</summary>
public sealed class DeviceException : Exception
{
    /// <summary>Creates the error.</summary>
    public DeviceException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
