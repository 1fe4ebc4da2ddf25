using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Emit.CSharp;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Cuda;

/// <summary>
/// Writes Name.Cuda.g.cs: the training step of one model as CUDA C in one raw string, and the list of its kernels. The phases are those of
/// the CPU: embed, tiles of examples, rows and towers, shared rows and factors, idle rows.
/// </summary>
internal static class CudaEmitter
{
    /// <summary>Threads of a block.</summary>
    public const int Threads = 256;

    // Shared memory that needs no permission, less what the sums of a loss and the compiler may take.
    private const int SharedFloats = 11776;

    private const int MostTileExamples = 32;

    public static string Emit(ModelSpec model, Graph graph)
    {
        MemoryPlan plan = Plan(graph, out bool shared);
        var library = new CudaLibrary();
        var ids = new CudaIdEmitter(graph, plan, library);
        for (int f = 0; f < graph.Features.Count; f++)
        {
            ids.AddEmbed(f);
            ids.AddUpdate(f);
        }

        Parameter[] tables = [.. graph.Parameters.Where(p => p.IsTable)], sharedTables = [.. tables.Where(t => t.Index != RowIndexKind.Identity)];
        foreach ((Parameter table, int number) in sharedTables.Select((table, number) => (table, number)))
        {
            ids.AddShared(table, number);
        }

        if (!model.Optimizer.Lazy)
        {
            foreach (Parameter table in tables)
            {
                ids.AddIdle(table);
            }
        }

        CudaForms towers = CudaDenseEmitter.Towers(plan), factors = CudaDenseEmitter.Factors(graph, plan);
        int slots = Slots(ids);
        var kernels = new SourceWriter();
        var list = new List<(string Name, string Work, int Count)>();
        int block = (slots * ids.SlotFloats) + ids.PieceFloats;
        void Add(CudaForms forms, string name, string work, string comment, int floats, string guard = "")
        {
            if (forms.Count > 0)
            {
                forms.Write(kernels, comment, floats, guard);
                list.Add((name, work, forms.Count));
            }
        }

        const string Finite = "if (!step->result->finite)\n{\n    return;\n}\n";
        Add(ids.Embed, "embed", "Slots", "Vectors of the distinct ids, one feature per row of the grid.", slots * ids.SlotFloats);
        WriteTiles(kernels, graph, plan, library, shared);
        list.Add(("train_tiles", "Tiles", 1));
        list.Add(("sum_losses", "One", 1));
        int item = model.Categoricals.ToList().FindIndex(feature => feature.Role == RoleKind.Item);
        if (item >= 0)
        {
            CudaScores.Write(kernels, graph, plan, library, shared, item);
        }

        Add(ids.Update, "update_rows", "Slots", "Gradients of the distinct ids and the update of their rows, one feature per row of the grid.", block, Finite);
        Add(towers, "update_towers", "Dense", "The towers, one parameter per row of the grid.", 0, Finite);
        Add(ids.Shared, "update_shared", "SharedRows", "Rows that several ids share, one table per row of the grid.", block, Finite);
        Add(factors, "update_factors", "Dense", "The factors of the embeddings, one parameter per row of the grid.", 0, Finite);
        Add(ids.Idle, "update_idle", "TableRows", "Rows that did not occur in the batch, one table per row of the grid.", 0, Finite);

        var source = new SourceWriter();
        WriteHead(source, $"The training step of {model.Name}.", graph, plan, slots, ids.SlotFloats);
        new CudaNames(plan).Write(source);
        if (model.Optimizer.Rule == OptimizerRule.RowWiseAdagrad)
        {
            library.Use("rounded");
        }

        library.Write(source);
        CudaOptimizer.Write(source, model.Optimizer, towers.Count + factors.Count > 0);
        source.Lines(kernels.ToString().TrimEnd('\n'));
        return Wrap(model, plan, shared, slots, ids, list, item >= 0, source.ToString(), FactorizationEmitter.AppliesTo(model) ? CudaFactorization.Text(model, graph) : null, CudaServed.Create(model, graph, item));
    }

    /// <summary>Plans tiles: one fits into shared memory with 32 or 16 examples, or lies in a workspace of its lane.</summary>
    public static MemoryPlan Plan(Graph graph, out bool shared)
    {
        foreach (int examples in new[] { MostTileExamples, MostTileExamples / 2 })
        {
            MemoryPlan plan = MemoryPlan.Create(graph, examples);
            if (plan.TileFloats <= SharedFloats)
            {
                shared = true;
                return plan;
            }
        }

        shared = false;
        return MemoryPlan.Create(graph, MostTileExamples);
    }

    /// <summary>Distinct ids that a block has in shared memory at a time.</summary>
    public static int Slots(CudaIdEmitter ids)
    {
        int slots = 32;
        while (slots > 1 && (slots * ids.SlotFloats) + ids.PieceFloats > SharedFloats)
        {
            slots /= 2;
        }

        return slots;
    }

    // Many blocks hide the latency of lookups, but every one has gradients of the towers, and a workspace, of its own: 64 MB of each at most
    // beyond the first 128 blocks.
    private static int Lanes(MemoryPlan plan, bool shared)
    {
        const int Most = 1024, Least = 128, Floats = 1 << 24;
        int lanes = Most;
        while (lanes > Least && (long)lanes * Math.Max(plan.FactorOffset, shared ? 0 : plan.TileFloats) > Floats)
        {
            lanes /= 2;
        }

        return lanes;
    }

    /// <summary>Writes what the kernels of a graph begin with: sizes and the description of a step.</summary>
    public static void WriteHead(SourceWriter w, string title, Graph graph, MemoryPlan plan, int slots, int slotFloats)
    {
        int features = graph.Features.Count, tables = graph.Parameters.Count(p => p.IsTable), shared = graph.Parameters.Count(p => p.IsTable && p.Index != RowIndexKind.Identity);
        w.Lines($$"""
            // {{CudaText.Comment(title)}}
            typedef long long i64;
            enum { THREADS = {{Threads}}, TILE = {{plan.TileExamples}}, SLOTS = {{slots}}, CHUNK = 256, SLOT_FLOATS = {{slotFloats}}, LONG_SEGMENT = 64, LANE_FLOATS = {{plan.FactorOffset}} };

            {{CudaStep.Bounds}}

            // A table and its optimiser state; the clusters of ids, and the step at which a row was last updated, where they are needed.
            struct Table { float* values; float* state0; float* state1; const int* clusters; int* used; i64 rows; };

            // A categorical input of the batch. Slot 0 is the zero vector, slots 1 to slot_count - 1 are the distinct ids; members are the examples that
            // read a slot, from starts[slot] on, in position order; bags lie between offsets.
            struct Feature
            {
                const int* slots; const int* offsets; const int* ids; const int* starts; const int* members; const int* ends;
                float* vectors; float* gradients; float* factors; float* scores; unsigned short* codes;
                int slot_count, positions;
            };

            // Rows of a table that several slots share: the distinct rows, and the slots of each.
            struct Shared { const int* rows; const int* starts; const int* slots; float* gradients; i64 count; };

            {{CudaStep.Result}}

            struct Step
            {
                const float* labels; const float* numerics;
                float* dense; float* dense_state0; float* dense_state1; float* transposed;
                float* workspace; float* lanes; double* losses; Result* result;
                int count, tiles, lane_count, stamp;
                float table_rate, factor_rate, tower_rate, inverse_count, moment_scale, gradient_scale, second_scale, unused;
                Table tables[{{Math.Max(1, tables)}}]; Feature features[{{Math.Max(1, features)}}]; Shared shared[{{Math.Max(1, shared)}}];
            };

            {{CudaStep.Least}}

            """);
    }

    private static void WriteTiles(SourceWriter w, Graph graph, MemoryPlan plan, CudaLibrary library, bool shared)
    {
        var names = new CudaNames(plan);
        var work = new SourceWriter();
        var tile = new CudaTileEmitter(graph, plan, names, library, work);
        foreach (Op op in graph.Forward.Where(op => op.Result!.Domain == Domain.Example))
        {
            tile.Write(op);
        }

        work.Line();
        work.Line("// Backward");
        foreach (Op op in graph.Backward.Where(op => op.Inputs[0].Domain == Domain.Example))
        {
            tile.Write(op);
        }

        string text = work.ToString().TrimEnd('\n');
        w.Line($"// Forward, loss and backward of tiles of {plan.TileExamples} examples; a block is a lane, which adds up the gradients of the towers over its tiles.");
        w.Line("extern \"C\" __global__ void __launch_bounds__(BOUNDS) train_tiles(const Step* step)");
        using (w.Braces())
        {
            w.Line(shared ? $"__shared__ float tile[{plan.TileFloats}];" : $"float* tile = step->workspace + (i64)blockIdx.x * {plan.TileFloats};");
            foreach ((string name, string declaration) in new[]
            {
                ("gradients +", "float* gradients = step->lanes + (i64)blockIdx.x * LANE_FLOATS;"), ("dense", "const float* dense = step->dense;"),
                ("transposed +", "const float* transposed = step->transposed;"),
            })
            {
                if (text.Contains($"({name}") || text.Contains($" {name}") || text.Contains($"{name}["))
                {
                    w.Line(declaration);
                }
            }

            using (w.Block("for (int t = blockIdx.x; t < step->tiles && (int)blockIdx.x < step->lane_count; t += step->lane_count)"))
            {
                w.Line("int first = t * TILE, count = least(TILE, step->count - first);");
                if (text.Contains(", add)"))
                {
                    w.Line("bool add = t != (int)blockIdx.x;");
                }

                w.Line();
                w.Lines(text);
            }
        }

        w.Line();
        w.Lines(CudaStep.SumLosses);
        w.Line();
    }

    /// <summary>Writes where a program's text is and the sizes of its tiles and vectors.</summary>
    public static void WriteSizes(SourceWriter w, string text, MemoryPlan plan, bool shared, int slots, CudaIdEmitter ids, int features)
    {
        w.Line($"Source = global::System.Text.Encoding.UTF8.GetString({text}),");
        w.Line($"TileExamples = {plan.TileExamples},");
        w.Line($"Lanes = {Lanes(plan, shared)},");
        w.Line($"SlotsPerBlock = {slots},");
        w.Line($"WorkspaceFloats = {(shared ? 0 : plan.TileFloats)},");
        w.Line($"Vectors = [{string.Join(", ", ids.Vectors.Select(v => $"new({v.Feature}, {v.Floats})"))}],");
        w.Line($"ScoreFloats = [{string.Join(", ", Enumerable.Range(0, features).Select(f => ids.ScoreFloats.TryGetValue(f, out int floats) ? floats * slots : 0))}],");
    }

    private static string Wrap(ModelSpec model, MemoryPlan plan, bool shared, int slots, CudaIdEmitter ids, List<(string Name, string Work, int Count)> kernels, bool scores, string source, string? fullBatch, CudaServed? served)
    {
        var w = new SourceWriter();
        FileHeader.Write(w, model, "the training step in CUDA C");
        using (w.Block($"partial {model.Keyword} {model.Name}"))
        {
            w.Line($"static CudaProgram? IEmbeddingModel<{model.Name}>.Cuda => s_cuda;");
            w.Line();
            w.Line("private static readonly CudaProgram s_cuda = new()");
            using (w.Braces("};"))
            {
                WriteSizes(w, "CudaSource", plan, shared, slots, ids, model.Categoricals.Count);
                if (fullBatch is not null)
                {
                    w.Line("FullBatch = global::System.Text.Encoding.UTF8.GetString(CudaFullBatch),");
                }

                if (scores)
                {
                    w.Line("ScoresItems = true,");
                }

                w.Line($"Kernels = [{string.Join(", ", kernels.Select(k => $"new(\"{k.Name}\", CudaWork.{k.Work}, {k.Count})"))}],");
            }

            w.Line();
            w.Line("/// <summary>The kernels; they include nothing and are compiled when training starts.</summary>");
            w.Line("private static ReadOnlySpan<byte> CudaSource => \"\"\"");
            w.Lines(source.TrimEnd('\n'));
            w.Line("\"\"\"u8;");
            if (fullBatch is not null)
            {
                w.Line();
                w.Line("/// <summary>The kernels of training on all ratings at once.</summary>");
                w.Line("private static ReadOnlySpan<byte> CudaFullBatch => \"\"\"");
                w.Lines(fullBatch.TrimEnd('\n'));
                w.Line("\"\"\"u8;");
            }

            served?.Write(w);
        }

        return w.ToString();
    }
}
