using System;

namespace ModelGen.Compiled;

/// <summary>A tensor that is part of an ONNX model.</summary>
/// <param name="Name">Name.</param>
/// <param name="Type">Element type.</param>
/// <param name="Dimensions">Sizes, outermost first.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record OnnxInitializer(string Name, OnnxType Type, long[] Dimensions, TensorContent Content)
{
    /// <summary>Bytes of one element.</summary>
    public static int ElementBytes(OnnxType type) => type switch
    {
        OnnxType.Int8 or OnnxType.UInt8 or OnnxType.Bool => 1,
        OnnxType.UInt16 or OnnxType.Float16 => 2,
        OnnxType.Float or OnnxType.Int32 => 4,
        OnnxType.Int64 or OnnxType.Double => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Tensors of this type have no fixed element size."),
    };

    /// <summary>The tensor message up to its raw data, which the caller appends.</summary>
    public ProtoWriter Inline() => Begin().Begin(9, Content.Bytes);

    /// <summary>The tensor message of a tensor whose data lies in a file beside the model.</summary>
    public ProtoWriter External(string location, long offset)
    {
        ProtoWriter tensor = Begin();
        foreach ((string key, string value) in new[] { ("location", location), ("offset", $"{offset}"), ("length", $"{Content.Bytes}") })
        {
            tensor.Message(13, new ProtoWriter().Text(1, key).Text(2, value));
        }

        return tensor.Integer(14, 1);
    }

    private ProtoWriter Begin()
    {
        var tensor = new ProtoWriter();
        foreach (long size in Dimensions)
        {
            tensor.Integer(1, size);
        }

        return tensor.Integer(2, (long)Type).Text(8, Name);
    }
}
