using System.Collections.Generic;

namespace ModelGen.Compiled;

/// <summary>A named constant of an ONNX node.</summary>
public sealed class OnnxAttribute
{
    private OnnxAttribute(ProtoWriter fields) => Fields = fields;

    /// <summary>The fields of the attribute message.</summary>
    internal ProtoWriter Fields { get; }

    /// <summary>A floating-point attribute.</summary>
    public static OnnxAttribute Float(string name, float value) => new(Begin(name, 1).Float(2, value));

    /// <summary>An integer attribute.</summary>
    public static OnnxAttribute Int(string name, long value) => new(Begin(name, 2).Integer(3, value));

    /// <summary>A text attribute.</summary>
    public static OnnxAttribute String(string name, string value) => new(Begin(name, 3).Text(4, value));

    /// <summary>A list of integers.</summary>
    public static OnnxAttribute Ints(string name, IEnumerable<long> values)
    {
        ProtoWriter fields = Begin(name, 7);
        foreach (long value in values)
        {
            fields.Integer(8, value);
        }

        return new OnnxAttribute(fields);
    }

    /// <summary>A list of texts.</summary>
    public static OnnxAttribute Strings(string name, IEnumerable<string> values)
    {
        ProtoWriter fields = Begin(name, 8);
        foreach (string value in values)
        {
            fields.Text(9, value);
        }

        return new OnnxAttribute(fields);
    }

    private static ProtoWriter Begin(string name, int type) => new ProtoWriter().Text(1, name).Integer(20, type);
}
