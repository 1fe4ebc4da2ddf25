using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Lowering;

namespace ModelGen.Generator.Emit.CSharp;

/// <summary>Names of addresses as constants of three classes.</summary>
internal sealed class CSharpNames(MemoryPlan plan) : AddressNames(plan, TileEmitter.Identifier, ".")
{
    /// <summary>Writes the constants.</summary>
    public void Write(SourceWriter w)
    {
        w.Line($"/// <summary>Where the values of a tile begin in its workspace of {Plan.TileFloats} floats; {Plan.TileExamples} examples each.</summary>");
        Constants(w, "Tile", Values.Select(v => (v.Name, v.Place.Offset, $"x {v.Place.Stride}{(v.Place.Owned ? "" : ", inside another value")}")));
        w.Line();
        w.Line($"/// <summary>Where the dense parameters begin in the arena of {Plan.DenseFloats} floats.</summary>");
        Constants(w, "Dense", Parameters.Select(d => (d.Name, d.Place.Offset, $"{d.Parameter.Rows} x {d.Parameter.Columns}, stored {d.Place.PaddedRows} x {d.Place.Stride}")));
        w.Line();
        w.Line($"/// <summary>Where the transposed copies begin in their arena of {Plan.TransposedFloats} floats.</summary>");
        Constants(w, "Transposed", Parameters.Where(d => d.Place.TransposedOffset >= 0)
            .Select(d => (d.Name, d.Place.TransposedOffset, $"{d.Parameter.Columns} x {d.Parameter.Rows}, rows of {d.Place.TransposedStride}")));
    }

    private static void Constants(SourceWriter w, string name, IEnumerable<(string Name, int Offset, string What)> constants)
    {
        using System.IDisposable block = w.Block($"private static class {name}");
        foreach ((string constant, int offset, string what) in constants)
        {
            w.Line($"public const int {constant} = {offset}; // {what}");
        }
    }
}
