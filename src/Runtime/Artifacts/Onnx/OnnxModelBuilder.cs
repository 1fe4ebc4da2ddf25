using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Compiled;

/// <summary>
/// Builds an ONNX model node by node. Every method that adds something returns the name of the tensor it produces, so that straight-line
/// code composes: <c>onnx.Output(onnx.Sigmoid(onnx.MatMul(x, w)), "score", OnnxType.Float, "batch", 1)</c>. Operators are those of
/// ai.onnx 18 and ai.onnx.ml 3. The same calls give the same bytes.
/// </summary>
public sealed partial class OnnxModelBuilder
{
    private const int OnnxVersion = 18;
    private const int MachineLearningVersion = 3;
    private const string MachineLearningDomain = "ai.onnx.ml";

    private readonly string _name;
    private readonly HashSet<string> _names = [];
    private readonly SortedSet<string> _domains = new(StringComparer.Ordinal) { "" };
    private readonly Dictionary<string, string> _constants = [];
    private readonly List<(string Key, string Value)> _metadata = [];
    private readonly List<OnnxInitializer> _initializers = [];
    private readonly ProtoWriter _nodes = new();
    private readonly ProtoWriter _inputs = new();
    private readonly ProtoWriter _outputs = new();
    private int _nodeCount;

    /// <summary>Starts a model.</summary>
    /// <param name="name">Name of the graph.</param>
    public OnnxModelBuilder(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _name = name;
    }

    /// <summary>Adds a text that travels with the file.</summary>
    public void Metadata(string key, string value) => _metadata.Add((key, value));

    /// <summary>Declares an input of the model.</summary>
    /// <param name="name">Name of the input, unique in the model.</param>
    /// <param name="type">Element type.</param>
    /// <param name="dimensions">Numbers, or names such as "batch" for sizes that each call chooses.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public string Input(string name, OnnxType type, params ReadOnlySpan<OnnxDimension> dimensions)
    {
        Declare(name);
        _inputs.Message(11, ValueInfo(name, type, dimensions));
        return name;
    }

    /// <summary>Makes a tensor an output of the model under a name of its own.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="name">Name of the output, unique in the model.</param>
    /// <param name="type">Element type.</param>
    /// <param name="dimensions">Numbers, or names such as "batch".</param>
    /// <exception cref="ArgumentException">There is no such tensor, or the name is taken.</exception>
    public void Output(string tensor, string name, OnnxType type, params ReadOnlySpan<OnnxDimension> dimensions)
    {
        AddNode("Identity", [tensor], [name], [], "");
        Declare(name);
        _outputs.Message(12, ValueInfo(name, type, dimensions));
    }

    /// <summary>Adds a floating-point tensor to the model; the array is read when the model is saved.</summary>
    public string Initializer(string name, float[] values, params ReadOnlySpan<long> dimensions) =>
        Initializer(name, OnnxType.Float, TensorContent.From<float>(values), dimensions);

    /// <summary>Adds a floating-point tensor to the model; the block is read when the model is saved.</summary>
    public string Initializer(string name, NativeFloats values, params ReadOnlySpan<long> dimensions) =>
        Initializer(name, OnnxType.Float, TensorContent.From(values, 0, 1, values.Length, values.Length), dimensions);

    /// <summary>Adds a tensor of 64-bit integers to the model; the array is read when the model is saved.</summary>
    public string Initializer(string name, long[] values, params ReadOnlySpan<long> dimensions) =>
        Initializer(name, OnnxType.Int64, TensorContent.From<long>(values), dimensions);

    /// <summary>Adds a tensor of 32-bit integers to the model; the array is read when the model is saved.</summary>
    public string Initializer(string name, int[] values, params ReadOnlySpan<long> dimensions) =>
        Initializer(name, OnnxType.Int32, TensorContent.From<int>(values), dimensions);

    /// <summary>Adds a tensor of signed bytes to the model; the array is read when the model is saved.</summary>
    public string Initializer(string name, sbyte[] values, params ReadOnlySpan<long> dimensions) =>
        Initializer(name, OnnxType.Int8, TensorContent.From<sbyte>(values), dimensions);

    /// <summary>Adds a dense parameter to the model under its own name, [rows, columns].</summary>
    public string Initializer(CollapsedDense parameter) => Initializer(
        parameter.Name, parameter.Format == TableFormat.Float16 ? OnnxType.Float16 : OnnxType.Float, parameter.Content, [parameter.Rows, parameter.Columns]);

    /// <summary>A floating-point scalar.</summary>
    public string Constant(float value) =>
        Shared($"f{BitConverter.SingleToInt32Bits(value)}", name => Initializer(name, [value], []));

    /// <summary>A 64-bit integer scalar.</summary>
    public string Constant(long value) => Shared($"i{value}", name => Initializer(name, [value], []));

    /// <summary>A list of 64-bit integers, such as a shape or axes.</summary>
    public string Constants(params ReadOnlySpan<long> values)
    {
        long[] list = values.ToArray();
        return Shared($"l{string.Join(',', list)}", name => Initializer(name, list, list.Length));
    }

    /// <summary>Adds a node with one output and returns the output's name.</summary>
    /// <param name="operation">Operator, such as "Gather".</param>
    /// <param name="inputs">Tensors it reads; an empty name leaves an optional input out.</param>
    /// <param name="attributes">Its attributes.</param>
    /// <param name="domain">Domain of the operator; empty for ai.onnx.</param>
    /// <exception cref="ArgumentException">An input does not exist.</exception>
    public string Node(string operation, ReadOnlySpan<string> inputs, ReadOnlySpan<OnnxAttribute> attributes = default, string domain = "")
    {
        string output = Fresh(operation);
        AddNode(operation, inputs, [output], attributes, domain);
        return output;
    }

    internal string Initializer(string name, OnnxType type, TensorContent content, ReadOnlySpan<long> dimensions)
    {
        long elements = 1;
        foreach (long size in dimensions)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(dimensions));
            elements = checked(elements * size);
        }

        if (elements * OnnxInitializer.ElementBytes(type) != content.Bytes)
        {
            throw new ArgumentException(
                $"Initializer '{name}': {type} [{string.Join(", ", dimensions.ToArray())}] does not fit {content.Bytes} bytes.", nameof(dimensions));
        }

        Declare(name);
        _initializers.Add(new OnnxInitializer(name, type, dimensions.ToArray(), content));
        return name;
    }

    private void AddNode(string operation, ReadOnlySpan<string> inputs, ReadOnlySpan<string> outputs, ReadOnlySpan<OnnxAttribute> attributes, string domain)
    {
        var node = new ProtoWriter();
        foreach (string input in inputs)
        {
            if (input.Length > 0 && !_names.Contains(input))
            {
                throw new ArgumentException($"{operation} reads '{input}', which no earlier call has produced.", nameof(inputs));
            }

            node.Text(1, input);
        }

        foreach (string output in outputs)
        {
            node.Text(2, output);
        }

        node.Text(3, $"n{_nodeCount++}").Text(4, operation);
        foreach (OnnxAttribute attribute in attributes)
        {
            node.Message(5, attribute.Fields);
        }

        if (domain.Length > 0)
        {
            node.Text(7, domain);
            _domains.Add(domain);
        }

        _nodes.Message(1, node);
    }

    private static ProtoWriter ValueInfo(string name, OnnxType type, ReadOnlySpan<OnnxDimension> dimensions)
    {
        var shape = new ProtoWriter();
        foreach (OnnxDimension dimension in dimensions)
        {
            var part = new ProtoWriter();
            shape.Message(1, dimension.Symbol is { } symbol ? part.Text(2, symbol) : part.Integer(1, dimension.Size));
        }

        ProtoWriter tensor = new ProtoWriter().Integer(1, (long)type).Message(2, shape);
        return new ProtoWriter().Text(1, name).Message(2, new ProtoWriter().Message(1, tensor));
    }

    private void Declare(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!_names.Add(name))
        {
            throw new ArgumentException($"The name '{name}' is used twice in the ONNX model '{_name}'; rename the property.", nameof(name));
        }
    }

    private string Fresh(string stem)
    {
        string name;
        for (int number = _nodeCount; !_names.Add(name = $"{stem}.{number}"); number++)
        {
        }

        return name;
    }

    // One initializer for all uses of an equal constant. The key says what it is, the name only that it is a constant.
    private string Shared(string key, Func<string, string> add)
    {
        if (!_constants.TryGetValue(key, out string? name))
        {
            name = add($"constant.{_constants.Count}");
            _constants.Add(key, name);
        }

        return name;
    }
}
