using System;

namespace ModelGen.Compiled;

public sealed partial class OnnxModelBuilder
{
    /// <summary>Slices of a tensor along an axis, chosen by integer indices.</summary>
    public string Gather(string data, string indices, int axis = 0) => Node("Gather", [data, indices], [OnnxAttribute.Int("axis", axis)]);

    /// <summary>Matrix product, batched over leading dimensions.</summary>
    public string MatMul(string left, string right) => Node("MatMul", [left, right]);

    /// <summary>left x right + bias for matrices; either factor may be transposed first. An empty bias name leaves it out.</summary>
    public string Gemm(string left, string right, string bias = "", bool transposeLeft = false, bool transposeRight = false)
    {
        OnnxAttribute[] attributes = [OnnxAttribute.Int("transA", transposeLeft ? 1 : 0), OnnxAttribute.Int("transB", transposeRight ? 1 : 0)];
        return bias.Length > 0 ? Node("Gemm", [left, right, bias], attributes) : Node("Gemm", [left, right], attributes);
    }

    /// <summary>Sum, element by element, with broadcasting.</summary>
    public string Add(string left, string right) => Node("Add", [left, right]);

    /// <summary>Difference, element by element, with broadcasting.</summary>
    public string Sub(string left, string right) => Node("Sub", [left, right]);

    /// <summary>Product, element by element, with broadcasting.</summary>
    public string Mul(string left, string right) => Node("Mul", [left, right]);

    /// <summary>Quotient, element by element, with broadcasting; truncated towards zero for integers.</summary>
    public string Div(string left, string right) => Node("Div", [left, right]);

    /// <summary>Remainder of integers, with the sign of the divisor.</summary>
    public string Mod(string left, string right) => Node("Mod", [left, right]);

    /// <summary>The larger of two values, element by element.</summary>
    public string Max(string left, string right) => Node("Max", [left, right]);

    /// <summary>The smaller of two values, element by element.</summary>
    public string Min(string left, string right) => Node("Min", [left, right]);

    /// <summary>Values limited to [least, most].</summary>
    public string Clip(string x, float least, float most) => Node("Clip", [x, Constant(least), Constant(most)]);

    /// <summary>max(x, 0).</summary>
    public string Relu(string x) => Node("Relu", [x]);

    /// <summary>1 / (1 + exp(-x)).</summary>
    public string Sigmoid(string x) => Node("Sigmoid", [x]);

    /// <summary>Natural logarithm.</summary>
    public string Log(string x) => Node("Log", [x]);

    /// <summary>Tensors joined along an axis.</summary>
    public string Concat(int axis, params ReadOnlySpan<string> tensors) => Node("Concat", tensors, [OnnxAttribute.Int("axis", axis)]);

    /// <summary>Sum over axes.</summary>
    /// <param name="x">The tensor.</param>
    /// <param name="keepDimensions">Whether the summed axes stay with size 1.</param>
    /// <param name="axes">The axes; negative ones count from the end.</param>
    public string ReduceSum(string x, bool keepDimensions, params ReadOnlySpan<long> axes) => Reduce("ReduceSum", x, keepDimensions, axes);

    /// <summary>Largest value over axes.</summary>
    /// <param name="x">The tensor.</param>
    /// <param name="keepDimensions">Whether the reduced axes stay with size 1.</param>
    /// <param name="axes">The axes; negative ones count from the end.</param>
    public string ReduceMax(string x, bool keepDimensions, params ReadOnlySpan<long> axes) => Reduce("ReduceMax", x, keepDimensions, axes);

    /// <summary>The same values in another shape; -1 is worked out, 0 keeps the size at its place.</summary>
    public string Reshape(string x, params ReadOnlySpan<long> shape) => Node("Reshape", [x, Constants(shape)]);

    /// <summary>Axes of size 1 inserted at these places of the result.</summary>
    public string Unsqueeze(string x, params ReadOnlySpan<long> axes) => Node("Unsqueeze", [x, Constants(axes)]);

    /// <summary>Axes of size 1 removed.</summary>
    public string Squeeze(string x, params ReadOnlySpan<long> axes) => Node("Squeeze", [x, Constants(axes)]);

    /// <summary>Axes reordered: axis i of the result is axis <paramref name="order"/>[i].</summary>
    public string Transpose(string x, params ReadOnlySpan<long> order) => Node("Transpose", [x], [OnnxAttribute.Ints("perm", order.ToArray())]);

    /// <summary>The part [start, end) of one axis; negative positions count from the end.</summary>
    public string Slice(string x, int axis, long start, long end) => Node("Slice", [x, Constants(start), Constants(end), Constants(axis)]);

    /// <summary>Einstein summation, such as "bij,bkj->bik".</summary>
    public string Einsum(string equation, params ReadOnlySpan<string> tensors) => Node("Einsum", tensors, [OnnxAttribute.String("equation", equation)]);

    /// <summary>Values converted to another element type.</summary>
    public string Cast(string x, OnnxType type) => Node("Cast", [x], [OnnxAttribute.Int("to", (long)type)]);

    /// <summary>Values of one tensor where a condition holds, of the other elsewhere.</summary>
    public string Where(string condition, string yes, string no) => Node("Where", [condition, yes, no]);

    /// <summary>Whether values are equal.</summary>
    public string Equal(string left, string right) => Node("Equal", [left, right]);

    /// <summary>Whether left is less than right.</summary>
    public string Less(string left, string right) => Node("Less", [left, right]);

    /// <summary>Whether left is at least right.</summary>
    public string GreaterOrEqual(string left, string right) => Node("GreaterOrEqual", [left, right]);

    /// <summary>Whether both conditions hold.</summary>
    public string And(string left, string right) => Node("And", [left, right]);

    /// <summary>Whether a condition does not hold.</summary>
    public string Not(string x) => Node("Not", [x]);

    /// <summary>Numbers for texts; <paramref name="other"/> for a text that is not among the keys.</summary>
    public string LabelEncoder(string x, string[] keys, long[] values, long other) => Encode(x, OnnxAttribute.Strings("keys_strings", keys), values, other);

    /// <summary>Numbers for numbers; <paramref name="other"/> for a number that is not among the keys.</summary>
    public string LabelEncoder(string x, long[] keys, long[] values, long other) => Encode(x, OnnxAttribute.Ints("keys_int64s", keys), values, other);

    private string Encode(string x, OnnxAttribute keys, long[] values, long other) =>
        Node("LabelEncoder", [x], [keys, OnnxAttribute.Ints("values_int64s", values), OnnxAttribute.Int("default_int64", other)], MachineLearningDomain);

    private string Reduce(string operation, string x, bool keepDimensions, ReadOnlySpan<long> axes) =>
        Node(operation, [x, Constants(axes)], [OnnxAttribute.Int("keepdims", keepDimensions ? 1 : 0)]);
}
