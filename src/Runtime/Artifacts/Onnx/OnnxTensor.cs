using System;
using System.Linq;

namespace ModelGen.Compiled;

/// <summary>A named input of a run: values in row-major order and their shape.</summary>
internal sealed class OnnxTensor
{
    private OnnxTensor(string name, OnnxType type, Array values, long[] shape)
    {
        long expected = shape.Aggregate(1L, (product, size) => checked(product * size));
        if (values.Length != expected)
        {
            throw new ArgumentException($"Input '{name}': [{string.Join(", ", shape)}] takes {expected} values, {values.Length} are given.");
        }

        Name = name;
        Type = type;
        Values = values;
        Shape = shape;
    }

    /// <summary>Name of the model's input.</summary>
    public string Name { get; }

    /// <summary>Element type.</summary>
    public OnnxType Type { get; }

    /// <summary>The values.</summary>
    public Array Values { get; }

    /// <summary>Sizes, outermost first.</summary>
    public long[] Shape { get; }

    /// <summary>An input of floats.</summary>
    public static OnnxTensor From(string name, float[] values, params long[] shape) => new(name, OnnxType.Float, values, shape);

    /// <summary>An input of 64-bit integers.</summary>
    public static OnnxTensor From(string name, long[] values, params long[] shape) => new(name, OnnxType.Int64, values, shape);

    /// <summary>An input of texts.</summary>
    public static OnnxTensor From(string name, string[] values, params long[] shape) => new(name, OnnxType.String, values, shape);
}
