using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Ir;

namespace ModelGen.Generator.Lowering;

/// <summary>
/// Where a value of the tile lies: float Offset of the workspace plus Stride floats per example.
/// Owned values have their padding up to the next whole vector to themselves and keep it zero, so vectors may run over it.
/// </summary>
public sealed record Place(int Offset, int Stride, bool Owned);

/// <summary>Where a dense parameter lies in the arena; TransposedOffset is -1 when no transposed copy is kept.</summary>
public sealed record DensePlace(Parameter Parameter, int Offset, int Stride, int PaddedRows, int TransposedOffset, int TransposedStride);

/// <summary>
/// Which lookups a feature has and where each lies in its row of vectors. With ReadsRows its vectors are rows of tables as they are, and the
/// tiles of a training step read them there.
/// </summary>
public sealed record FeatureLayout(IReadOnlyDictionary<Value, int> Offsets, int Stride, int FactorOffset, int FactorFloats, bool ReadsRows);

/// <summary>Last pass: every float of the tile workspace, the dense arena and the vector rows gets its place at compile time.</summary>
public sealed class MemoryPlan
{
    /// <summary>Examples of a tile on the CPU.</summary>
    public const int CpuTileExamples = 64;

    private readonly Dictionary<Value, Place> _places = [];
    private readonly Dictionary<Parameter, DensePlace> _dense = [];

    private MemoryPlan(Graph graph, int tileExamples)
    {
        TileExamples = tileExamples;
        PlanDense(graph);
        Features = [.. Enumerable.Range(0, graph.Features.Count).Select(f => PlanFeature(graph, f))];
        PlanTile(graph);
    }

    /// <summary>Plans a model for a back end that works on tiles of a number of examples.</summary>
    public static MemoryPlan Create(Graph graph, int tileExamples = CpuTileExamples) => new(graph, tileExamples);

    /// <summary>Examples of a tile.</summary>
    public int TileExamples { get; }

    public IReadOnlyDictionary<Value, Place> Places => _places;

    public IReadOnlyDictionary<Parameter, DensePlace> Dense => _dense;

    public IReadOnlyList<FeatureLayout> Features { get; }

    public int TileFloats { get; private set; }

    public int DenseFloats { get; private set; }

    public int FactorOffset { get; private set; }

    public int TransposedFloats { get; private set; }

    /// <summary>Floats per row of a buffer of the given width: a whole number of vectors of 4, 8 or 16, or 1 for a scalar.</summary>
    public static int Pad(int width) => width switch
    {
        1 => 1,
        <= 4 => 4,
        <= 8 => 8,
        _ => Up(width, 16),
    };

    /// <summary>
    /// Floats from one row to the next of a wide matrix: an odd number of cache lines. With an even number, such as a power of two, the rows of
    /// a panel share a few sets of the first cache and drive each other out.
    /// </summary>
    public static int RowStride(int width)
    {
        int pad = Pad(width);
        return pad >= 128 && pad / 16 % 2 == 0 ? pad + 16 : pad;
    }

    public static int Up(int value, int multiple) => (value + multiple - 1) / multiple * multiple;

    private void PlanDense(Graph graph)
    {
        var transposed = new HashSet<Parameter>(
            graph.Backward.Where(op => op.Kind is OpKind.LinearInput or OpKind.ProjectInput).Select(op => op.Parameters[0]).Where(p => p.Columns > 1)
                .Concat(graph.Forward.Where(op => op.Kind == OpKind.Quantize).SelectMany(op => op.Parameters.Where(p => p != op.Quantization!.Statistics))));
        int offset = 0, transposedOffset = 0;
        foreach (Parameter p in graph.Parameters.Where(p => !p.IsTable).OrderBy(p => p.IsFactor ? p.Feature : -1))
        {
            if (p.IsFactor && !_dense.Keys.Any(other => other.IsFactor))
            {
                FactorOffset = offset;
            }

            int stride = p.IsFactor ? Pad(p.Columns) : RowStride(p.Columns);
            int rows = p.Columns == 1 ? Up(p.Rows, 16) : p.Rows == 1 ? 1 : Up(p.Rows, 8);
            bool copy = transposed.Contains(p);
            int transposedStride = !copy ? 0 : p.IsFactor ? Pad(p.Rows) : RowStride(p.Rows);
            _dense[p] = new DensePlace(p, offset, stride, rows, copy ? transposedOffset : -1, transposedStride);
            offset += Up(stride * rows, 16);
            transposedOffset += copy ? Up(transposedStride * p.Columns, 16) : 0;
        }

        DenseFloats = offset;
        FactorOffset = graph.Parameters.Any(p => p.IsFactor) ? FactorOffset : offset;
        TransposedFloats = transposedOffset;
    }

    private FeatureLayout PlanFeature(Graph graph, int feature)
    {
        var offsets = new Dictionary<Value, int>();
        int at = 0;
        foreach (Op lookup in graph.Forward.Where(op => op.Kind == OpKind.Lookup && op.Inputs[0].Feature == feature))
        {
            offsets[lookup.Inputs[0]] = at;
            at += lookup.Result!.Width;
        }

        DensePlace[] factors = [.. _dense.Values.Where(d => d.Parameter.IsFactor && d.Parameter.Feature == feature)];
        int factorFloats = factors.Sum(d => Up(d.Stride * d.PaddedRows, 16));
        return new FeatureLayout(offsets, Up(at, 4), factors.Length == 0 ? 0 : factors[0].Offset, factorFloats, ReadsRows(graph, feature));
    }

    // Of single values; a bag reads a vector several times, which is better done from one place.
    private static bool ReadsRows(Graph graph, int feature) =>
        graph.Forward.All(op =>
            (op.Result!.Domain != Domain.Id || op.Result.Feature != feature || (op.Kind == OpKind.Gather && op.Parameters[0].Index == RowIndexKind.Identity))
            && (op.Kind != OpKind.Lookup || op.Inputs[0].Feature != feature || op.Number == 0));

    private void PlanTile(Graph graph)
    {
        Op[] ops = [.. graph.Forward.Concat(graph.Backward).Where(op => op.Result?.Domain == Domain.Example || op.Inputs.Any(v => v.Domain == Domain.Example))];

        // Aliases: a part of a concatenation is written in place when it can be, a slice of a gradient is read in place.
        var inside = new Dictionary<Value, (Value Root, int At)>();
        foreach (Op concat in ops.Where(op => op.Kind == OpKind.Concat))
        {
            int at = 0;
            foreach (Value part in concat.Inputs)
            {
                Op producer = ops.First(op => op.Result == part);
                if (!inside.ContainsKey(part) && WritesStrided(producer))
                {
                    inside[part] = (concat.Result!, at);
                }

                at += part.Width;
            }
        }

        foreach (Op slice in ops.Where(op => op.Kind == OpKind.Slice))
        {
            inside[slice.Result!] = (slice.Inputs[0], slice.Number);
        }

        (Value Root, int At) Resolve(Value value)
        {
            int at = 0;
            while (inside.TryGetValue(value, out (Value Root, int At) parent))
            {
                (value, at) = (parent.Root, at + parent.At);
            }

            return (value, at);
        }

        var first = new Dictionary<Value, int>();
        var last = new Dictionary<Value, int>();
        for (int i = 0; i < ops.Length; i++)
        {
            foreach (Value value in ops[i].AllInputs.Concat(ops[i].Result is { } r ? [r] : []).Where(v => v.Domain == Domain.Example))
            {
                Value root = Resolve(value).Root;
                first[root] = Math.Min(i, first.TryGetValue(root, out int f) ? f : i);
                last[root] = i;
            }
        }

        Dictionary<Value, int> offsets = Allocate(first, last);
        foreach (Value value in ops.SelectMany(op => op.AllInputs.Concat(op.Result is { } r ? [r] : [])).Where(v => v.Domain == Domain.Example).Distinct())
        {
            (Value root, int at) = Resolve(value);
            _places[value] = new Place(offsets[root] + at, RowStride(root.Width), root == value);
        }
    }

    // First fit over the lifetimes, in order of first use.
    private Dictionary<Value, int> Allocate(Dictionary<Value, int> first, Dictionary<Value, int> last)
    {
        var offsets = new Dictionary<Value, int>();
        foreach (Value value in first.Keys.OrderBy(v => first[v]).ThenByDescending(v => v.Width))
        {
            int size = Up(RowStride(value.Width) * TileExamples, 16);
            int at = 0;
            foreach (Value other in offsets.Keys.Where(o => first[o] <= last[value] && first[value] <= last[o]).OrderBy(o => offsets[o]))
            {
                if (at + size <= offsets[other])
                {
                    break;
                }

                at = Math.Max(at, offsets[other] + Up(RowStride(other.Width) * TileExamples, 16));
            }

            offsets[value] = at;
            TileFloats = Math.Max(TileFloats, at + size);
        }

        return offsets;
    }

    private static bool WritesStrided(Op producer) => producer.Kind switch
    {
        OpKind.Lookup or OpKind.Constant or OpKind.Pairs => true,
        OpKind.Linear => producer.Result!.Width % 4 == 0,
        _ => false,
    };
}
