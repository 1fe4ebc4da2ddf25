using System.Globalization;

namespace ModelGen.Cuda;

/// <summary>Properties of a device.</summary>
/// <param name="Index">Its number, from 0.</param>
/// <param name="Name">Its name.</param>
/// <param name="Major">Compute capability, first part.</param>
/// <param name="Minor">Compute capability, second part.</param>
/// <param name="Multiprocessors">Streaming multiprocessors.</param>
/// <param name="TotalMemory">Memory in bytes.</param>
/// <param name="SharedBytesPerBlock">Most shared memory a block can be allowed, in bytes.</param>
/// <param name="L2Bytes">Second-level cache in bytes.</param>
public sealed record CudaDeviceInfo(
    int Index, string Name, int Major, int Minor, int Multiprocessors, long TotalMemory, int SharedBytesPerBlock, int L2Bytes)
{
    /// <summary>Compute capability as in the names of architectures: 90 for 9.0.</summary>
    public int Capability => (Major * 10) + Minor;

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"device {Index}: {Name}, compute capability {Major}.{Minor}, {Multiprocessors} multiprocessors, {TotalMemory / 1e6:N0} MB");
}
