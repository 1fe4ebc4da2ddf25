using System.Globalization;

namespace ModelGen.Cuda;

/// <summary>Address in device memory, in bytes. The default value is the null pointer.</summary>
/// <param name="Value">The address as a kernel sees it.</param>
public readonly record struct DeviceAddress(ulong Value)
{
    /// <summary>Whether it is the null pointer.</summary>
    public bool IsNull => Value == 0;

    /// <summary>The address a number of bytes further on.</summary>
    public static DeviceAddress operator +(DeviceAddress address, long bytes) => new(address.Value + (ulong)bytes);

    /// <inheritdoc/>
    public override string ToString() => "0x" + Value.ToString("x", CultureInfo.InvariantCulture);
}

/// <summary>Context of a device.</summary>
/// <param name="Handle">The driver's handle.</param>
public readonly record struct CudaContext(nint Handle);

/// <summary>Queue of work in order; the default value is the default stream.</summary>
/// <param name="Handle">The driver's handle.</param>
public readonly record struct CudaStream(nint Handle);

/// <summary>Point in the work of a stream.</summary>
/// <param name="Handle">The driver's handle.</param>
public readonly record struct CudaEvent(nint Handle);

/// <summary>Loaded kernels.</summary>
/// <param name="Handle">The driver's handle.</param>
public readonly record struct CudaModule(nint Handle);

/// <summary>A loaded kernel.</summary>
/// <param name="Handle">The driver's handle.</param>
/// <param name="Name">Its name, for errors.</param>
public readonly record struct CudaFunction(nint Handle, string Name);

/// <summary>Recorded work, ready to run.</summary>
/// <param name="Handle">The driver's handle.</param>
public readonly record struct CudaGraph(nint Handle);

/// <summary>Size of a grid in blocks or of a block in threads.</summary>
/// <param name="X">First dimension, at least 1.</param>
/// <param name="Y">Second dimension, at least 1.</param>
/// <param name="Z">Third dimension, at least 1.</param>
public readonly record struct LaunchSize(int X, int Y = 1, int Z = 1)
{
    /// <summary>Blocks or threads in all.</summary>
    public long Count => (long)X * Y * Z;

    /// <summary>A size in one dimension.</summary>
    public static implicit operator LaunchSize(int x) => new(x);

    /// <summary>Blocks that cover a number of items, at least 1.</summary>
    /// <param name="items">Items.</param>
    /// <param name="perBlock">Items of one block.</param>
    public static LaunchSize Cover(long items, int perBlock) => new((int)long.Max(1, (items + perBlock - 1) / perBlock));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{X} x {Y} x {Z}");
}
