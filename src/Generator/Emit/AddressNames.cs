using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;

namespace ModelGen.Generator.Emit;

/// <summary>Names for the literal addresses of a plan, so that an emitted step reads in the model's own words. Each back end writes the constants in its own language.</summary>
internal abstract class AddressNames
{
    private readonly Dictionary<Value, string> _values = [];
    private readonly Dictionary<Parameter, string> _dense = [];
    private readonly Func<string, string> _identifier;
    private readonly string _scope;

    /// <summary>Names the addresses of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="identifier">An identifier of the language made of a name.</param>
    /// <param name="scope">What stands between a type and its constant.</param>
    protected AddressNames(MemoryPlan plan, Func<string, string> identifier, string scope)
    {
        (Plan, _identifier, _scope) = (plan, identifier, scope);
        var used = new HashSet<string>();
        foreach (Value value in plan.Places.Keys)
        {
            _values[value] = Unique(used, value.Name);
        }

        used.Clear();
        foreach (Parameter parameter in plan.Dense.Keys)
        {
            _dense[parameter] = Unique(used, parameter.Name);
        }
    }

    /// <summary>The plan.</summary>
    protected MemoryPlan Plan { get; }

    /// <summary>Values of a tile with their names and places.</summary>
    protected IEnumerable<(string Name, Place Place)> Values => _values.Select(v => (v.Value, Plan.Places[v.Key]));

    /// <summary>Dense parameters with their names and places.</summary>
    protected IEnumerable<(string Name, Parameter Parameter, DensePlace Place)> Parameters => _dense.Select(d => (d.Value, d.Key, Plan.Dense[d.Key]));

    /// <summary>Address of a value in the tile.</summary>
    public string Tile(Value value) => $"Tile{_scope}{_values[value]}";

    /// <summary>Address of a parameter in the dense arena, and of its gradient in a lane.</summary>
    public string Dense(Parameter parameter) => $"Dense{_scope}{_dense[parameter]}";

    /// <summary>Address of a parameter's transposed copy.</summary>
    public string Transposed(Parameter parameter) => $"Transposed{_scope}{_dense[parameter]}";

    private string Unique(HashSet<string> used, string name)
    {
        string identifier = _identifier(name), unique = identifier;
        for (int n = 2; !used.Add(unique); n++)
        {
            unique = $"{identifier}_{n}";
        }

        return unique;
    }
}
