using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace ModelGen.Cuda;

/// <summary>Device memory that a run is going to take, part by part, known before anything is allocated.</summary>
public sealed class DeviceMemoryPlan
{
    // Allocations are rounded up to this, and the driver's own use grows with every loaded kernel.
    private const long Granularity = 512;
    private const long Reserve = 64L << 20;

    private readonly List<(string Name, long Bytes)> _parts = [];

    /// <summary>Names and bytes.</summary>
    public IReadOnlyList<(string Name, long Bytes)> Parts => _parts;

    /// <summary>Bytes in all, as allocated.</summary>
    public long Total => _parts.Sum(part => (part.Bytes + Granularity - 1) / Granularity * Granularity);

    /// <summary>Adds a part.</summary>
    public DeviceMemoryPlan Add(string name, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        _parts.Add((name, bytes));
        return this;
    }

    /// <summary>Adds an array of elements.</summary>
    public DeviceMemoryPlan Add<T>(string name, long count)
        where T : unmanaged => Add(name, checked(count * System.Runtime.CompilerServices.Unsafe.SizeOf<T>()));

    /// <summary>Refuses a plan that does not fit in the free memory of a device that is current.</summary>
    /// <exception cref="InsufficientMemoryException">It does not fit; the message holds the plan and the free memory.</exception>
    public void Check(CudaDevice device)
    {
        (long free, long total) = device.Driver.MemoryInfo();
        if (Total > free - Reserve)
        {
            throw new InsufficientMemoryException(FormattableString.Invariant(
                $"The run takes {Total / 1e6:N1} MB of {device.Info}, of which {free / 1e6:N1} of {total / 1e6:N1} MB are free and {Reserve / 1e6:N0} MB are kept back. Use a smaller batch, width or vocabulary (MinCount), end other programs on the device, or train on the CPU (Device.Cpu).\n{this}"));
        }
    }

    /// <summary>A small table, one part per line, in megabytes (10^6 bytes).</summary>
    public override string ToString()
    {
        int width = _parts.Select(part => part.Name.Length).Append("total".Length).Max();
        StringBuilder text = new();
        foreach ((string name, long bytes) in _parts.Append(("total", Total)))
        {
            text.Append(CultureInfo.InvariantCulture, $"{name.PadRight(width)}{bytes / 1e6,12:N1} MB").Append('\n');
        }

        return text.ToString().TrimEnd();
    }
}
