using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Tests.Emit;
using ModelGen.Generator.Tests.Harness;

namespace ModelGen.Generator.Tests.Lowering;

using MemoryPlan = ModelGen.Generator.Lowering.MemoryPlan;

/// <summary>Properties of the memory plan, over the random models.</summary>
[TestClass]
public sealed class MemoryPlanTests
{
    private static IEnumerable<(Graph Graph, MemoryPlan Plan)> Plans() => RandomModelTests.Specs
        .Select(spec => Lower.Run(spec)).Select(graph => (graph, MemoryPlan.Create(graph)));

    private static Op[] TileOps(Graph graph) =>
        [.. graph.Forward.Concat(graph.Backward).Where(op => op.Result?.Domain == Domain.Example || op.Inputs.Any(v => v.Domain == Domain.Example))];

    /// <summary>
    /// Runs the tile symbolically: every float of the workspace remembers which value owns it. What an operation reads must
    /// still belong to the value it reads, which is what a plan without overlaps of living values means.
    /// </summary>
    [TestMethod]
    public void No_operation_overwrites_a_value_that_is_still_read()
    {
        foreach ((Graph graph, MemoryPlan plan) in Plans())
        {
            var owner = new Value?[plan.TileFloats];
            var aliases = new Dictionary<Value, HashSet<Value>>();
            foreach (Op op in TileOps(graph))
            {
                foreach (Value input in op.AllInputs.Where(v => v.Domain == Domain.Example))
                {
                    foreach (int at in Floats(plan.Places[input], input.Width))
                    {
                        Assert.IsTrue(
                            owner[at] is { } found && (found == input || aliases[input].Contains(found)),
                            $"{graph.Name}: {Printer.Line(op)} reads {input.Name}, overwritten by {owner[at]?.Name}");
                    }
                }

                if (op.Result is not { Domain: Domain.Example } result)
                {
                    continue;
                }

                // A concatenation holds its parts and a slice is part of its source, so either name may stand on those floats.
                Value[] same = op.Kind is OpKind.Concat or OpKind.Slice ? [.. op.Inputs, .. op.Inputs.SelectMany(i => aliases[i])] : [];
                aliases[result] = [.. same];
                if (op.Kind is OpKind.Concat or OpKind.Slice)
                {
                    foreach (Value part in op.Inputs)
                    {
                        aliases[part].Add(result);
                    }
                }

                foreach (int at in Floats(plan.Places[result], result.Width))
                {
                    owner[at] = result;
                }
            }
        }

        // The first and the last rows stand for those between them.
        static IEnumerable<int> Floats(Place place, int width) =>
            new[] { 0, 1, MemoryPlan.CpuTileExamples / 2, MemoryPlan.CpuTileExamples - 2, MemoryPlan.CpuTileExamples - 1 }.SelectMany(row => Enumerable.Range(place.Offset + (row * place.Stride), width));
    }

    [TestMethod]
    public void Values_that_live_at_once_do_not_share_floats()
    {
        foreach ((Graph graph, MemoryPlan plan) in Plans())
        {
            Op[] ops = TileOps(graph);
            var blocks = new Dictionary<(int Offset, int Size), List<(int First, int Last)>>();
            foreach (Value root in plan.Places.Where(p => p.Value.Owned).Select(p => p.Key))
            {
                // A root lives from the first to the last operation that touches it or anything placed inside it.
                Place place = plan.Places[root];
                HashSet<Value> inside = Inside(ops, plan, root);
                int[] uses = [.. Enumerable.Range(0, ops.Length).Where(i => ops[i].AllInputs.Any(inside.Contains) || (ops[i].Result is { } r && inside.Contains(r)))];
                (int Offset, int Size) block = (place.Offset, place.Stride * MemoryPlan.CpuTileExamples);
                foreach (((int Offset, int Size) other, List<(int First, int Last)> lives) in blocks)
                {
                    bool overlap = block.Offset < other.Offset + other.Size && other.Offset < block.Offset + block.Size;
                    Assert.IsFalse(overlap && lives.Any(l => l.First <= uses[^1] && uses[0] <= l.Last), $"{graph.Name}: {root.Name} shares floats with a living value");
                }

                if (!blocks.TryGetValue(block, out List<(int First, int Last)>? mine))
                {
                    blocks[block] = mine = [];
                }

                mine.Add((uses[0], uses[^1]));
            }
        }
    }

    [TestMethod]
    public void Every_value_of_a_tile_has_a_place_inside_the_workspace_on_a_vector_boundary()
    {
        foreach ((Graph graph, MemoryPlan plan) in Plans())
        {
            foreach ((Value value, Place place) in plan.Places)
            {
                Assert.IsLessThanOrEqualTo(plan.TileFloats, place.Offset + (place.Stride * (MemoryPlan.CpuTileExamples - 1)) + value.Width, $"{graph.Name}: {value.Name}");
                Assert.IsGreaterThanOrEqualTo(value.Width, place.Stride);
                if (place.Owned)
                {
                    Assert.AreEqual(0, place.Offset % 16, $"{graph.Name}: {value.Name}");
                    Assert.AreEqual(MemoryPlan.RowStride(value.Width), place.Stride);
                }
            }

            foreach (Op op in TileOps(graph))
            {
                Assert.IsTrue(op.AllInputs.Where(v => v.Domain == Domain.Example).All(plan.Places.ContainsKey));
            }
        }
    }

    [TestMethod]
    public void Parts_of_a_concatenation_are_written_in_place_where_they_can_be()
    {
        foreach ((Graph graph, MemoryPlan plan) in Plans())
        {
            foreach (Op concat in graph.Forward.Where(op => op.Kind == OpKind.Concat))
            {
                int at = plan.Places[concat.Result!].Offset;
                foreach (Value part in concat.Inputs)
                {
                    if (graph.Forward.First(op => op.Result == part).Kind == OpKind.Lookup)
                    {
                        Assert.AreEqual(at, plan.Places[part].Offset, $"{graph.Name}: {part.Name} is copied into {concat.Result!.Name}");
                        Assert.AreEqual(plan.Places[concat.Result!].Stride, plan.Places[part].Stride);
                    }

                    at += part.Width;
                }
            }

            foreach (Op slice in graph.Backward.Where(op => op.Kind == OpKind.Slice))
            {
                Assert.AreEqual(plan.Places[slice.Inputs[0]].Offset + slice.Number, plan.Places[slice.Result!].Offset, "a slice is read where it lies");
            }
        }
    }

    [TestMethod]
    public void Dense_parameters_lie_one_after_another_towers_first_and_on_vector_boundaries()
    {
        foreach ((Graph graph, MemoryPlan plan) in Plans())
        {
            int end = 0, transposedEnd = 0;
            foreach (DensePlace place in plan.Dense.Values.OrderBy(d => d.Offset))
            {
                Assert.AreEqual(0, place.Offset % 16);
                Assert.AreEqual(end, place.Offset, $"{graph.Name}: {place.Parameter.Name}");
                Assert.IsTrue(place.Stride >= place.Parameter.Columns && place.PaddedRows >= place.Parameter.Rows);
                Assert.AreEqual(place.Parameter.IsFactor, place.Offset >= plan.FactorOffset, $"{graph.Name}: {place.Parameter.Name}");
                end = place.Offset + MemoryPlan.Up(place.Stride * place.PaddedRows, 16);
                if (place.TransposedOffset >= 0)
                {
                    Assert.AreEqual(transposedEnd, place.TransposedOffset);
                    transposedEnd = place.TransposedOffset + MemoryPlan.Up(place.TransposedStride * place.Parameter.Columns, 16);
                }
            }

            Assert.AreEqual(plan.DenseFloats, end);
            Assert.AreEqual(plan.TransposedFloats, transposedEnd);
            CollectionAssert.AreEquivalent(graph.Parameters.Where(p => !p.IsTable).ToArray(), plan.Dense.Keys.ToArray());
        }
    }

    [TestMethod]
    public void The_vectors_of_a_feature_lie_side_by_side_in_its_row()
    {
        foreach ((Graph graph, MemoryPlan plan) in Plans())
        {
            for (int f = 0; f < plan.Features.Count; f++)
            {
                FeatureLayout layout = plan.Features[f];
                int end = 0;
                foreach ((Value vector, int offset) in layout.Offsets.OrderBy(o => o.Value))
                {
                    Assert.AreEqual(end, offset);
                    end += vector.Width;
                }

                Assert.AreEqual(MemoryPlan.Up(end, 4), layout.Stride, graph.Name);
            }
        }
    }

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(2, 4)]
    [DataRow(4, 4)]
    [DataRow(5, 8)]
    [DataRow(9, 16)]
    [DataRow(33, 48)]
    public void Widths_are_padded_to_whole_vectors(int width, int stride) => Assert.AreEqual(stride, MemoryPlan.Pad(width));

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(20, 32)]
    [DataRow(64, 64)]
    [DataRow(128, 144)]
    [DataRow(367, 368)]
    [DataRow(512, 528)]
    public void Wide_rows_are_an_odd_number_of_cache_lines_apart(int width, int stride) => Assert.AreEqual(stride, MemoryPlan.RowStride(width));

    [TestMethod]
    public void Lifetimes_are_used_to_share_memory()
    {
        Graph graph = Lower.Run(Driver.Spec(Sources.Dlrm));
        MemoryPlan plan = MemoryPlan.Create(graph);
        int sum = plan.Places.Where(p => p.Value.Owned).Sum(p => MemoryPlan.Up(p.Value.Stride * MemoryPlan.CpuTileExamples, 16));
        Assert.IsLessThan(sum, plan.TileFloats);
    }

    private static HashSet<Value> Inside(Op[] ops, MemoryPlan plan, Value root)
    {
        var inside = new HashSet<Value> { root };
        for (bool grew = true; grew;)
        {
            int before = inside.Count;
            foreach (Op op in ops.Where(op => op.Kind is OpKind.Concat && inside.Contains(op.Result!)))
            {
                // A part that is already placed in an earlier concatenation is copied and does not belong to this one.
                int at = plan.Places[op.Result!].Offset;
                foreach (Value part in op.Inputs)
                {
                    if (!plan.Places[part].Owned && plan.Places[part].Offset == at && plan.Places[part].Stride == plan.Places[op.Result!].Stride)
                    {
                        inside.Add(part);
                    }

                    at += part.Width;
                }
            }

            inside.UnionWith(ops.Where(op => op.Kind == OpKind.Slice && inside.Contains(op.Inputs[0])).Select(op => op.Result!));
            grew = inside.Count > before;
        }

        return inside;
    }
}
