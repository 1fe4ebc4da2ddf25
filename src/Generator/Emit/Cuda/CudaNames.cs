using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Lowering;

namespace ModelGen.Generator.Emit.Cuda;

/// <summary>Names of addresses as constants of three structs.</summary>
internal sealed class CudaNames(MemoryPlan plan) : AddressNames(plan, CudaText.Identifier, "::")
{
    /// <summary>Writes the constants.</summary>
    public void Write(SourceWriter w)
    {
        w.Line($"// Where the values of a tile of {Plan.TileExamples} examples begin, in floats.");
        Constants(w, "Tile", Values.Select(v => (v.Name, v.Place.Offset, $"rows of {v.Place.Stride}")));
        w.Line("// Where the dense parameters begin in their arena of floats.");
        Constants(w, "Dense", Parameters.Select(d => (d.Name, d.Place.Offset, $"{d.Parameter.Rows} x {d.Parameter.Columns}, rows of {d.Place.Stride}")));
        w.Line("// Where the transposed copies begin in theirs.");
        Constants(w, "Transposed", Parameters.Where(d => d.Place.TransposedOffset >= 0)
            .Select(d => (d.Name, d.Place.TransposedOffset, $"{d.Parameter.Columns} x {d.Parameter.Rows}, rows of {d.Place.TransposedStride}")));
    }

    private static void Constants(SourceWriter w, string name, IEnumerable<(string Name, int Offset, string What)> constants)
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
}
