using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;

namespace ModelGen.Generator.Emit.Cuda;

/// <summary>Literals and names in CUDA C.</summary>
internal static class CudaText
{
    /// <summary>A float literal that reads back to the same bits.</summary>
    public static string Float(float value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return text + (text.Contains('.') || text.Contains('E') ? "f" : ".0f");
    }

    /// <summary>An identifier made of a value, parameter or feature name, in ASCII.</summary>
    public static string Identifier(string name) => new([.. name.Select(c => c < 128 && char.IsLetterOrDigit(c) ? c : '_')]);

    /// <summary>A line for a comment, in ASCII.</summary>
    public static string Comment(string line) => new([.. line.Select(c => c is >= ' ' and < (char)127 and not '\\' ? c : '?')]);

    public static string Bool(bool value) => value ? "true" : "false";
}

/// <summary>Names for the literal addresses of the plan, as constants of three structs.</summary>
internal sealed class CudaNames
{
    private readonly MemoryPlan _plan;
    private readonly Dictionary<Value, string> _values = [];
    private readonly Dictionary<Parameter, string> _dense = [];

    public CudaNames(MemoryPlan plan)
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

    /// <summary>Address of a value in the tile.</summary>
    public string Tile(Value value) => $"Tile::{_values[value]}";

    /// <summary>Address of a parameter in the dense arena, and of its gradient in a lane.</summary>
    public string Dense(Parameter parameter) => $"Dense::{_dense[parameter]}";

    /// <summary>Address of a parameter's transposed copy.</summary>
    public string Transposed(Parameter parameter) => $"Transposed::{_dense[parameter]}";

    /// <summary>Writes the constants.</summary>
    public void Write(Helpers.SourceWriter w)
    {
        w.Line($"// Where the values of a tile of {_plan.TileExamples} examples begin, in floats.");
        Constants(w, "Tile", _values.Select(v => (v.Value, _plan.Places[v.Key].Offset, $"rows of {_plan.Places[v.Key].Stride}")));
        w.Line("// Where the dense parameters begin in their arena of floats.");
        Constants(w, "Dense", _dense.Select(d => (d.Value, _plan.Dense[d.Key].Offset, $"{d.Key.Rows} x {d.Key.Columns}, rows of {_plan.Dense[d.Key].Stride}")));
        w.Line("// Where the transposed copies begin in theirs.");
        Constants(w, "Transposed", _dense.Where(d => _plan.Dense[d.Key].TransposedOffset >= 0)
            .Select(d => (d.Value, _plan.Dense[d.Key].TransposedOffset, $"{d.Key.Columns} x {d.Key.Rows}, rows of {_plan.Dense[d.Key].TransposedStride}")));
    }

    private static void Constants(Helpers.SourceWriter w, string name, IEnumerable<(string Name, int Offset, string What)> constants)
    {
        w.Line($"struct {name}");
        using (w.Braces("};"))
        {
            foreach ((string constant, int offset, string what) in constants)
            {
                w.Line($"static constexpr int {constant} = {offset}; // {what}");
            }
        }

        w.Line();
    }

    private static string Unique(HashSet<string> used, string name)
    {
        string identifier = CudaText.Identifier(name), unique = identifier;
        for (int n = 2; !used.Add(unique); n++)
        {
            unique = $"{identifier}_{n}";
        }

        return unique;
    }
}
