using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;

namespace ModelGen.Generator.Emit.Cuda;

/// <summary>The kernel that scores the whole catalogue for queries with the forward pass of a graph.</summary>
internal static class CudaScores
{
    /// <summary>Writes the kernel.</summary>
    /// <param name="w">The text.</param>
    /// <param name="graph">The model.</param>
    /// <param name="plan">Where its values lie in a tile.</param>
    /// <param name="library">The functions in use.</param>
    /// <param name="shared">Whether a tile lies in shared memory.</param>
    /// <param name="item">The feature of the catalogue.</param>
    public static void Write(SourceWriter w, Graph graph, MemoryPlan plan, CudaLibrary library, bool shared, int item)
    {
        var names = new CudaNames(plan);
        var work = new SourceWriter();
        var tile = new CudaTileEmitter(graph, plan, names, library, work, item);
        foreach (Op op in graph.Forward.Where(op => op.Result!.Domain == Domain.Example && op.Kind is not (OpKind.Logistic or OpKind.Squared or OpKind.Ranking)))
        {
            tile.Write(op);
        }

        string text = work.ToString().TrimEnd('\n');
        Op last = graph.Forward[graph.Forward.Count - 1];
        Value score = last.Kind is OpKind.Logistic or OpKind.Squared or OpKind.Ranking ? last.Inputs[0] : last.Result!;
        w.Line("// Scores of all items for the examples of the batch, the queries: a tile is a query with items of the catalogue, whose slots lie in order.");
        w.Line("extern \"C\" __global__ void __launch_bounds__(BOUNDS) score_items(const Step* step, int items, float* scores, int* faults)");
        using (w.Braces())
        {
            w.Line(shared ? $"__shared__ float tile[{plan.TileFloats}];" : $"float* tile = step->workspace + (i64)blockIdx.x * {plan.TileFloats};");
            if (text.Contains("dense"))
            {
                w.Line("const float* dense = step->dense;");
            }

            w.Line("int across = (items + TILE - 1) / TILE;");
            using (w.Block("for (i64 t = blockIdx.x; t < (i64)step->count * across; t += gridDim.x)"))
            {
                w.Line("int query = (int)(t / across), first = (int)(t % across) * TILE, count = least(TILE, items - first);");
                w.Line();
                w.Lines(text);
                w.Lines($$"""
                    for (int r = threadIdx.x; r < count; r += THREADS)
                    {
                        float score = tile[{{names.Tile(score)}} + r * {{plan.Places[score].Stride}}];
                        scores[(i64)query * items + first + r] = score;
                        if (!(score - score == 0.0f))
                        {
                            atomicMax(faults + query, 1);
                        }
                    }

                    __syncthreads();
                    """);
            }
        }

        w.Line();
    }
}
