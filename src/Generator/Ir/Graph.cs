using System.Collections.Generic;
using System.Linq;

namespace ModelGen.Generator.Ir;

/// <summary>
/// Where a value lives: computed once per distinct id of one feature in the batch, or once per example.
/// Work on ids is done once however often an id repeats, which is what makes wide inner dimensions cheap.
/// </summary>
public enum Domain
{
    Id,
    Example,
}

/// <summary>A value of the graph: Width floats per distinct id of a feature, or per example.</summary>
public sealed record Value(string Name, Domain Domain, int Feature, int Width);

public enum RowIndexKind
{
    Identity,
    Quotient,
    Remainder,
}

public enum Group
{
    Table,
    Factor,
    Tower,
}

public enum Init
{
    Zero,
    UniformByRows,
    Uniform,
    Normal,
}

/// <summary>A parameter. A table has Rows = 0 (known from the data only) and a feature; a dense one has literal Rows.</summary>
public sealed record Parameter(
    string Name, int Feature, bool IsTable, RowIndexKind Index, int Modulus, int Rows, int Columns, Group Group, Init Init, float Scale);

/// <summary>
/// One operation. Result is null for an operation that only accumulates into a parameter.
/// Number is the operation's integer attribute (see <see cref="Ops"/>), Mask the output whose sign a fused ReLU gradient follows.
/// </summary>
public sealed record Op(OpKind Kind, Value? Result, IReadOnlyList<Value> Inputs, IReadOnlyList<Parameter> Parameters, int Number = 0, bool Relu = false, Value? Mask = null)
{
    public IEnumerable<Value> AllInputs => Mask is null ? Inputs : Inputs.Concat([Mask]);
}

/// <summary>A product T P that replaces a pair of parameters in the served model.</summary>
public sealed record CollapseRule(Parameter Result, Parameter Left, Parameter Right);

/// <summary>The whole model at one point of the lowering.</summary>
public sealed record Graph(
    string Name,
    bool Logistic,
    IReadOnlyList<string> Features,
    IReadOnlyList<Parameter> Parameters,
    IReadOnlyList<Op> Forward,
    IReadOnlyList<Op> Backward,
    IReadOnlyList<CollapseRule> Collapse,
    IReadOnlyList<Op> Served,
    IReadOnlyList<Parameter> ServedParameters);
