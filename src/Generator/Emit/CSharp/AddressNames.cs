using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;

namespace ModelGen.Generator.Emit.CSharp;

/// <summary>Names for the literal addresses of the plan, so that the emitted step reads in the model's own words.</summary>
internal sealed class AddressNames
{
    private readonly MemoryPlan _plan;
    private readonly Dictionary<Value, string> _values = [];
    private readonly Dictionary<Parameter, string> _dense = [];

    public AddressNames(MemoryPlan plan)
    {
        _plan = plan;
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

    /// <summary>Address of a value in the tile workspace.</summary>
    public string Tile(Value value) => $"Tile.{_values[value]}";

    /// <summary>Address of a parameter in the dense arena, and of its gradient in a lane.</summary>
    public string Dense(Parameter parameter) => $"Dense.{_dense[parameter]}";

    /// <summary>Address of a parameter's transposed copy.</summary>
    public string Transposed(Parameter parameter) => $"Transposed.{_dense[parameter]}";

    /// <summary>Writes the constants.</summary>
    public void Write(SourceWriter w)
    {
        w.Line($"/// <summary>Where the values of a tile begin in its workspace of {_plan.TileFloats} floats; {_plan.TileExamples} examples each.</summary>");
        Constants(w, "Tile", _values.Select(v => (v.Value, _plan.Places[v.Key].Offset, $"x {_plan.Places[v.Key].Stride}{(_plan.Places[v.Key].Owned ? "" : ", inside another value")}")));
        w.Line();
        w.Line($"/// <summary>Where the dense parameters begin in the arena of {_plan.DenseFloats} floats.</summary>");
        Constants(w, "Dense", _dense.Select(d => (d.Value, _plan.Dense[d.Key].Offset, $"{d.Key.Rows} x {d.Key.Columns}, stored {_plan.Dense[d.Key].PaddedRows} x {_plan.Dense[d.Key].Stride}")));
        w.Line();
        w.Line($"/// <summary>Where the transposed copies begin in their arena of {_plan.TransposedFloats} floats.</summary>");
        Constants(w, "Transposed", _dense.Where(d => _plan.Dense[d.Key].TransposedOffset >= 0)
            .Select(d => (d.Value, _plan.Dense[d.Key].TransposedOffset, $"{d.Key.Columns} x {d.Key.Rows}, rows of {_plan.Dense[d.Key].TransposedStride}")));
    }

    private static void Constants(SourceWriter w, string name, IEnumerable<(string Name, int Offset, string What)> constants)
    {
        using System.IDisposable block = w.Block($"private static class {name}");
        foreach ((string constant, int offset, string what) in constants)
        {
            w.Line($"public const int {constant} = {offset}; // {what}");
        }
    }

    private static string Unique(HashSet<string> used, string name)
    {
        string identifier = TileEmitter.Identifier(name), unique = identifier;
        for (int n = 2; !used.Add(unique); n++)
        {
            unique = $"{identifier}_{n}";
        }

        return unique;
    }
}
