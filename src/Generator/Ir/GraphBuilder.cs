using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Ir;

/// <summary>
/// Builds the forward pass. Hosts are written against it; each call appends one operation and returns its value.
/// </summary>
public sealed class GraphBuilder(ModelSpec model)
{
    private readonly List<Op> _ops = [];
    private readonly List<Parameter> _parameters = [];

    public ModelSpec Model { get; } = model;

    public IReadOnlyList<Op> Forward => _ops;

    public IReadOnlyList<Parameter> Parameters => _parameters;

    public Parameter Dense(string name, int rows, int columns, Init init, float scale = 0) =>
        Declare(new Parameter(name, -1, false, RowIndexKind.Identity, 0, rows, columns, Group.Tower, init, scale));

    /// <summary>The feature that has a role; the parser has seen to it that there is one.</summary>
    public int Feature(RoleKind role) => Enumerable.Range(0, Model.Categoricals.Count).First(f => Model.Categoricals[f].Role == role);

    /// <summary>The pooled embedding vector of a feature, per example.</summary>
    public Value Embedding(int feature)
    {
        CategoricalSpec spec = Model.Categoricals[feature];
        var vector = new Value($"{spec.Property}.v", Domain.Id, feature, spec.Embedding.Dimension);
        Append(new Op(OpKind.Embed, vector, [], [], spec.Embedding.Dimension));
        return Lookup(feature, vector, $"{spec.Property}.e");
    }

    /// <summary>A first-order weight per id of a feature, started at zero, pooled like its vector, per example.</summary>
    public Value FirstOrder(int feature)
    {
        string name = Model.Categoricals[feature].Property;
        Parameter table = Declare(new Parameter($"{name}.w", feature, true, RowIndexKind.Identity, 0, 0, 1, Group.Tower, Init.Zero, 0));
        var weight = new Value($"{name}.w1", Domain.Id, feature, 1);
        Append(new Op(OpKind.Gather, weight, [], [table]));
        return Lookup(feature, weight, $"{name}.w0");
    }

    /// <summary>The mean training label: a scalar that is measured, not trained.</summary>
    public Parameter LabelMean(string name) => Declare(new Parameter(name, -1, false, RowIndexKind.Identity, 0, 1, 1, Group.Fixed, Init.LabelMean, 1));

    /// <summary>The rows of a feature's whole table, per row.</summary>
    public Value Rows(int feature)
    {
        CategoricalSpec spec = Model.Categoricals[feature];
        var rows = new Value($"{spec.Property}.a", Domain.Row, feature, spec.Embedding.Dimension);
        Append(new Op(OpKind.Embed, rows, [], [], spec.Embedding.Dimension));
        return rows;
    }

    /// <summary>Rows at unit length.</summary>
    public Value Normalize(string name, Value rows) => Append(OpKind.Normalize, rows with { Name = name }, rows);

    /// <summary>The sum of the rows of a user's items, per user.</summary>
    public Value HistorySum(string name, Value rows) => Append(OpKind.HistorySum, new Value(name, Domain.User, -1, rows.Width), rows);

    /// <summary>Inner products of a user's vector and every row, less one for the items of the user: what a unit row contributes to itself.</summary>
    public Value Similarity(string name, Value user, Value rows) => Append(OpKind.Similarity, new Value(name, Domain.Score, rows.Feature, 1), user, rows);

    /// <summary>Scores limited to [0, most]; 0 stands for no upper limit.</summary>
    public Value Clip(string name, Value scores, int most)
    {
        Value result = scores with { Name = name };
        Append(new Op(OpKind.Clip, result, [scores], [], most));
        return result;
    }

    public Value Numerics() => Example("numerics", OpKind.Numerics, Model.Numerics.Count, [], [], Model.Numerics.Count);

    public Value Constant(string name, Parameter parameter) => Example(name, OpKind.Constant, parameter.Columns, [], [parameter]);

    /// <summary>x W + b, weights N(0, 2 / (in + out)) and bias N(0, 1 / out) in variance, as the public DLRM starts them.</summary>
    public Value Linear(string name, Value input, int width)
    {
        Parameter weight = Dense($"{name}.W", input.Width, width, Init.Normal, Root(2.0 / (input.Width + width)));
        Parameter bias = Dense($"{name}.b", 1, width, Init.Normal, Root(1.0 / width));
        return Example(name, OpKind.Linear, width, [input], [weight, bias]);
    }

    /// <summary>x W without a bias, started at zero unless said otherwise.</summary>
    public Value LinearTerm(string name, Value input, Init init = Init.Zero, float scale = 0) =>
        Example(name, OpKind.Linear, 1, [input], [Dense($"{name}.W", input.Width, 1, init, scale)]);

    /// <summary>The element-wise product.</summary>
    public Value Multiply(string name, Value left, Value right) => Example(name, OpKind.Multiply, left.Width, [left, right], []);

    /// <summary>Floats [at, at + width) of a vector.</summary>
    public Value Slice(string name, Value input, int at, int width) => Example(name, OpKind.Slice, width, [input], [], at);

    public Value Relu(Value input) => Example($"{input.Name}.relu", OpKind.Relu, input.Width, [input], []);

    /// <summary>Layers of the given widths, a ReLU after each.</summary>
    public Value Tower(string name, Value input, IEnumerable<int> widths) =>
        widths.Select((width, i) => (width, i)).Aggregate(input, (value, layer) => Relu(Linear($"{name}{layer.i}", value, layer.width)));

    public Value Concat(string name, params Value[] parts) =>
        parts.Length == 1 ? parts[0] : Example(name, OpKind.Concat, parts.Sum(v => v.Width), parts, []);

    /// <summary>The inner products of all pairs i &lt; j of a stack of vectors.</summary>
    public Value Pairs(string name, Value stack, int vectors) => Example(name, OpKind.Pairs, vectors * (vectors - 1) / 2, [stack], [], vectors);

    /// <summary>The sum of the inner products of all pairs of a stack of vectors.</summary>
    public Value Fm(string name, Value stack, int vectors) => Example(name, OpKind.Fm, 1, [stack], [], vectors);

    public Value Add(string name, params Value[] terms) => Example(name, OpKind.Add, terms[0].Width, terms, []);

    public Value Offset(string name, Value input, Parameter bias) => Example(name, OpKind.Offset, input.Width, [input], [bias]);

    public void Loss(Value score) =>
        Append(new Op(
            Model.Loss switch { LossKind.BinaryCrossEntropy => OpKind.Logistic, LossKind.MeanSquaredError => OpKind.Squared, LossKind.Cosine => OpKind.Cosine, _ => OpKind.Ranking },
            new Value("loss", Model.Loss == LossKind.Cosine ? Domain.User : Domain.Example, -1, 1), [score], []));

    private Value Lookup(int feature, Value vector, string name) =>
        Example(name, OpKind.Lookup, vector.Width, [vector], [], (int)Model.Categoricals[feature].Pooling);

    private Value Example(string name, OpKind kind, int width, IReadOnlyList<Value> inputs, IReadOnlyList<Parameter> parameters, int number = 0)
    {
        var result = new Value(name, Domain.Example, -1, width);
        Append(new Op(kind, result, inputs, parameters, number));
        return result;
    }

    private void Append(Op op) => _ops.Add(op);

    private Value Append(OpKind kind, Value result, params Value[] inputs)
    {
        Append(new Op(kind, result, inputs, []));
        return result;
    }

    private Parameter Declare(Parameter parameter)
    {
        _parameters.Add(parameter);
        return parameter;
    }

    private static float Root(double variance) => (float)System.Math.Sqrt(variance);
}
