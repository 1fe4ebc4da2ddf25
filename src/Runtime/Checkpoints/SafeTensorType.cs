using System;
using System.Collections.Immutable;

namespace ModelGen.Compiled;

/// <summary>Element types of the safetensors files that are read and written here.</summary>
internal enum SafeTensorType
{
    /// <summary>32-bit floating point.</summary>
    F32,

    /// <summary>64-bit floating point.</summary>
    F64,

    /// <summary>16-bit floating point.</summary>
    F16,

    /// <summary>Signed byte.</summary>
    I8,

    /// <summary>Byte.</summary>
    U8,

    /// <summary>Unsigned 16-bit integer.</summary>
    U16,

    /// <summary>32-bit integer.</summary>
    I32,

    /// <summary>Unsigned 32-bit integer.</summary>
    U32,

    /// <summary>64-bit integer.</summary>
    I64,

    /// <summary>Unsigned 64-bit integer.</summary>
    U64,
}

/// <summary>What the header of a safetensors file says about one tensor.</summary>
/// <param name="Name">Name, unique in the file.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Sizes, outermost first; empty for a scalar.</param>
/// <param name="Start">First byte, counted from the beginning of the file.</param>
/// <param name="Bytes">Length in bytes.</param>
internal sealed record SafeTensorInfo(string Name, SafeTensorType Type, ImmutableArray<long> Shape, long Start, long Bytes)
{
    /// <summary>Number of elements.</summary>
    public long Count => Bytes / SafeTensorTypes.Size(Type);

    /// <summary>Type and shape for messages, such as "F32 [3, 4]".</summary>
    public string Describe() => $"{Type} [{string.Join(", ", Shape)}]";
}

/// <summary>Sizes and .NET types of the element types.</summary>
internal static class SafeTensorTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(SafeTensorType type) => type switch
    {
        SafeTensorType.I8 or SafeTensorType.U8 => 1,
        SafeTensorType.F16 or SafeTensorType.U16 => 2,
        SafeTensorType.F32 or SafeTensorType.I32 or SafeTensorType.U32 => 4,
        _ => 8,
    };

    /// <summary>The element type that holds values of <typeparamref name="T"/>.</summary>
    /// <exception cref="NotSupportedException">There is none.</exception>
    public static SafeTensorType Of<T>() where T : unmanaged => default(T) switch
    {
        float => SafeTensorType.F32,
        double => SafeTensorType.F64,
        Half => SafeTensorType.F16,
        sbyte => SafeTensorType.I8,
        byte => SafeTensorType.U8,
        ushort => SafeTensorType.U16,
        uint => SafeTensorType.U32,
        int => SafeTensorType.I32,
        long => SafeTensorType.I64,
        ulong => SafeTensorType.U64,
        _ => throw new NotSupportedException($"{typeof(T)} is not an element type of a safetensors file."),
    };
}
