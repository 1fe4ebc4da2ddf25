using System;
using System.Globalization;

namespace ModelGen.Cuda;

/// <summary>
/// One argument of a kernel: an address, or a number of 4 or 8 bytes. It is made by implicit conversion, and the C# type must be the one
/// that the kernel declares: <c>long</c> for <c>long long</c>, <c>float</c> for <c>float</c>, a <see cref="DeviceAddress"/> for any pointer.
/// </summary>
public readonly struct KernelArgument
{
    private KernelArgument(ulong bits, KernelArgumentType type) => (Bits, Type) = (bits, type);

    /// <summary>The value; of a 4-byte type the low half. It lies first in this struct, so that the struct's address is the value's address.</summary>
    public ulong Bits { get; }

    /// <summary>Type of the value.</summary>
    public KernelArgumentType Type { get; }

    /// <summary>Bytes of the value: 4 or 8.</summary>
    public int Bytes => Type is KernelArgumentType.Int32 or KernelArgumentType.UInt32 or KernelArgumentType.Single ? 4 : 8;

    /// <summary>An address.</summary>
    public static implicit operator KernelArgument(DeviceAddress value) => new(value.Value, KernelArgumentType.Address);

    /// <summary>An <c>int</c>.</summary>
    public static implicit operator KernelArgument(int value) => new((uint)value, KernelArgumentType.Int32);

    /// <summary>An <c>unsigned</c>.</summary>
    public static implicit operator KernelArgument(uint value) => new(value, KernelArgumentType.UInt32);

    /// <summary>A <c>long long</c>.</summary>
    public static implicit operator KernelArgument(long value) => new((ulong)value, KernelArgumentType.Int64);

    /// <summary>An <c>unsigned long long</c>.</summary>
    public static implicit operator KernelArgument(ulong value) => new(value, KernelArgumentType.UInt64);

    /// <summary>A <c>float</c>.</summary>
    public static implicit operator KernelArgument(float value) => new(BitConverter.SingleToUInt32Bits(value), KernelArgumentType.Single);

    /// <summary>A <c>double</c>.</summary>
    public static implicit operator KernelArgument(double value) => new(BitConverter.DoubleToUInt64Bits(value), KernelArgumentType.Double);

    /// <inheritdoc/>
    public override string ToString() => Type switch
    {
        KernelArgumentType.Address => new DeviceAddress(Bits).ToString(),
        KernelArgumentType.Int32 => ((int)Bits).ToString(CultureInfo.InvariantCulture),
        KernelArgumentType.Int64 => ((long)Bits).ToString(CultureInfo.InvariantCulture),
        KernelArgumentType.Single => BitConverter.UInt32BitsToSingle((uint)Bits).ToString(CultureInfo.InvariantCulture),
        KernelArgumentType.Double => BitConverter.UInt64BitsToDouble(Bits).ToString(CultureInfo.InvariantCulture),
        _ => Bits.ToString(CultureInfo.InvariantCulture),
    };
}

/// <summary>Types of kernel arguments.</summary>
public enum KernelArgumentType
{
    /// <summary>Any pointer.</summary>
    Address,

    /// <summary><c>int</c>.</summary>
    Int32,

    /// <summary><c>unsigned int</c>.</summary>
    UInt32,

    /// <summary><c>long long</c>.</summary>
    Int64,

    /// <summary><c>unsigned long long</c>.</summary>
    UInt64,

    /// <summary><c>float</c>.</summary>
    Single,

    /// <summary><c>double</c>.</summary>
    Double,
}
