using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.CSharp;

/// <summary>Writes Name.Trainer.g.cs: the training step of one model as straight-line code, and the kernels it needs.</summary>
internal static class TrainerEmitter
{
    public static string Emit(ModelSpec model, Graph graph, MemoryPlan plan)
    {
        var w = new SourceWriter();
        var kernels = new KernelSet();
        var names = new CSharpNames(plan);
        var ids = new IdEmitter(model, graph, plan, kernels, w);
        int features = graph.Features.Count;
        Parameter[] shared = [.. graph.Parameters.Where(p => p.IsTable && p.Index != RowIndexKind.Identity)];
        string self = $"IEmbeddingModel<{model.Name}>";

        FileHeader.Write(w, model, "the training step");
        using (w.Block($"partial {model.Keyword} {model.Name}"))
        {
            w.Line($"static void {self}.Embed(StepContext step, int feature, int first, int end)");
            Dispatch(w, "feature", Enumerable.Range(0, features).Select(f => (f, $"Embed{ids.Name(f)}(step, first, end)")));
            w.Line();
            WriteTrainTile(w, self, graph, plan, names, kernels);
            w.Line();
            WriteScoreTile(w, self, graph, plan, names, kernels);
            w.Line();
            w.Line($"static void {self}.UpdateRows(StepContext step, int feature, int chunk)");
            Dispatch(w, "feature", Enumerable.Range(0, features).Where(f => graph.Backward.Any(op => IdEmitter.OnIds(op, f))).Select(f => (f, $"Update{ids.Name(f)}(step, chunk)")));
            w.Line();
            w.Line($"static void {self}.UpdateSharedRows(StepContext step, int table, int first, int end)");
            Dispatch(w, "table", shared.Select(t => (ids.TableIndex(t), $"UpdateShared{TileEmitter.Identifier(t.Name)}(step, first, end)")));
            w.Line();
            if (!model.Optimizer.Lazy)
            {
                w.Line($"static void {self}.UpdateIdleRows(StepContext step, int table, int[] rows, int count)");
                Dispatch(w, "table", graph.Parameters.Where(p => p.IsTable).Select(t => (ids.TableIndex(t), ids.IdleRows(t))));
                w.Line();
            }

            WriteDense(w, self, model, graph, plan, kernels);
            for (int f = 0; f < features; f++)
            {
                ids.WriteEmbed(f);
                ids.WriteUpdate(f);
            }

            foreach (Parameter table in shared)
            {
                ids.WriteShared(table);
            }

            new FactorizationEmitter(model, graph, kernels, w).Write();
            kernels.Write(w);
            w.Line();
            names.Write(w);
        }

        return w.ToString();
    }

    private static void WriteTrainTile(SourceWriter w, string self, Graph graph, MemoryPlan plan, AddressNames names, KernelSet kernels)
    {
        var tile = new TileEmitter(graph, plan, names, kernels, w, training: true);
        using IDisposable block = w.Block($"static double {self}.TrainTile(StepContext step, Lane lane, int first, int count, bool accumulate)");
        w.Line("Batch batch = step.Batch;");
        w.Line("int rows = (count + 7) & ~7;");
        w.Line("ref float tile = ref lane.Workspace.First;");
        w.Line("ref float gradients = ref lane.DenseGradients.First;");
        w.Line("ref float dense = ref step.State.Dense.First;");
        w.Line("ref float transposed = ref step.State.Transposed.First;");
        w.Line();
        w.Line("// Forward");
        foreach (Op op in graph.Forward.Where(op => op.Result!.Domain == Domain.Example))
        {
            tile.Write(op);
        }

        w.Line();
        w.Line("// Backward");
        foreach (Op op in graph.Backward.Where(op => op.Inputs[0].Domain == Domain.Example))
        {
            tile.Write(op);
        }

        w.Line();
        w.Line("return loss;");
    }

    private static void WriteScoreTile(SourceWriter w, string self, Graph graph, MemoryPlan plan, AddressNames names, KernelSet kernels)
    {
        var tile = new TileEmitter(graph, plan, names, kernels, w, training: false);
        using IDisposable block = w.Block($"static void {self}.ScoreTile(StepContext step, Lane lane, int first, int count, Span<float> scores)");
        w.Line("Batch batch = step.Batch;");
        w.Line("int rows = (count + 7) & ~7;");
        w.Line("ref float tile = ref lane.Workspace.First;");
        w.Line("ref float dense = ref step.State.Dense.First;");
        foreach (Op op in graph.Forward.Where(op => op.Result!.Domain == Domain.Example && op.Kind is not (OpKind.Logistic or OpKind.Squared or OpKind.Ranking)))
        {
            tile.Write(op);
        }

        Value score = graph.Forward[graph.Forward.Count - 1].Inputs[0];
        w.Line($"MemoryMarshal.CreateSpan({tile.Ref(score)}, count).CopyTo(scores);");
    }

    private static void WriteDense(SourceWriter w, string self, ModelSpec model, Graph graph, MemoryPlan plan, KernelSet kernels)
    {
        string update = UpdateKernels.Dense(kernels, model.Optimizer), accumulate = UpdateKernels.Accumulate(kernels);
        using (w.Block($"static void {self}.UpdateTowers(StepContext step, int parameter, int firstRow, int endRow)"))
        {
            w.Lines($$"""
                DenseParameter p = s_schema.Dense[parameter];
                int at = p.Offset + (firstRow * p.Stride), count = (((endRow - firstRow) * p.Stride) + 15) & ~15;

                // Lanes are summed in lane order, so the sum does not depend on the threads that filled them.
                ref float gradient = ref step.Lanes[0].DenseGradients.At(at);
                for (int lane = 1; lane < step.ActiveLanes; lane++)
                {
                    {{accumulate}}(ref gradient, ref step.Lanes[lane].DenseGradients.At(at), count);
                }

                {{update}}(step, at, count, step.Optimizer.TowerRate, ref gradient);
                step.State.RefreshTransposed(p, firstRow, endRow);
                """);
        }

        w.Line();
        w.Line($"static void {self}.UpdateFactors(StepContext step, int feature)");
        using (w.Braces())
        {
            if (!graph.Parameters.Any(p => p.IsFactor))
            {
                return;
            }

            (string learned, string averages) = Averages(graph, plan, kernels);
            w.Lines($$"""
                CategoricalFeature feature0 = s_schema.Categoricals[feature];
                FeatureBatch f = step.Batch.Features[feature];
                if (f.Chunks == 0)
                {
                    return;
                }

                ref float gradient = ref f.FactorGradients.First;
                for (int chunk = 1; chunk < f.Chunks; chunk++)
                {
                    {{accumulate}}(ref gradient, ref f.FactorGradients.At((long)chunk * feature0.FactorFloats), feature0.FactorFloats);
                }

                {{update}}(step, feature0.FactorOffset, {{learned}}, step.Optimizer.FactorRate, ref gradient);{{averages}}
                foreach (DenseParameter p in s_schema.Dense)
                {
                    if (p.Offset >= feature0.FactorOffset && p.Offset < feature0.FactorOffset + feature0.FactorFloats)
                    {
                        step.State.RefreshTransposed(p, 0, p.Rows);
                    }
                }
                """.Replace("feature0", "schema"));
        }
    }

    // Codebooks and moments that follow moving averages lie behind what the optimiser updates.
    private static (string Learned, string Averages) Averages(Graph graph, MemoryPlan plan, KernelSet kernels)
    {
        Op[] ops = [.. graph.Backward.Where(op => op.Kind is OpKind.QuantizeAverage or OpKind.QuantizeStatistics)];
        if (ops.Length == 0)
        {
            return ("feature0.FactorFloats", "");
        }

        IEnumerable<IGrouping<int, Op>> features = ops.GroupBy(op => op.Parameters[0].Feature);
        IEnumerable<string> learned = features.Select(f => $"{f.Key} => {f.Min(op => plan.Dense[op.Parameters[0]].Offset) - plan.Features[f.Key].FactorOffset}, ");
        IEnumerable<string> averages = features.Select(f => $"\n    case {f.Key}: {string.Join(" ", f.Select(op => Average(op, plan, kernels)))} break;");
        return ($"feature switch {{ {string.Concat(learned)}_ => feature0.FactorFloats }}", $"\nswitch (feature)\n{{{string.Concat(averages)}\n}}\n");
    }

    private static string Average(Op op, MemoryPlan plan, KernelSet kernels)
    {
        (DensePlace first, int start) = (plan.Dense[op.Parameters[0]], plan.Features[op.Parameters[0].Feature].FactorOffset);
        if (op.Kind == OpKind.QuantizeStatistics)
        {
            return $"ScoreNormalization.Update(ref step.State.Dense.At({first.Offset}), ref f.FactorGradients.At({first.Offset - start}), {first.Stride}, {first.Parameter.Columns}, {SourceWriter.Float(Quantization.Momentum)});";
        }

        DensePlace counts = plan.Dense[op.Parameters[1]];
        string average = QuantizeKernels.Average(kernels, op.Quantization!, first.Parameter.Rows, first.Parameter.Columns, first.Stride, counts.Stride);
        return $"{average}(ref step.State.Dense.At({first.Offset}), ref step.State.Dense.At({counts.Offset}), ref f.FactorGradients.At({first.Offset - start}), ref f.FactorGradients.At({counts.Offset - start}));";
    }

    private static void Dispatch(SourceWriter w, string key, IEnumerable<(int Case, string Call)> cases)
    {
        using IDisposable block = w.Braces();
        (int Case, string Call)[] all = [.. cases];
        if (all.Length == 0)
        {
            return;
        }

        using IDisposable inner = w.Block($"switch ({key})");
        foreach ((int number, string call) in all)
        {
            w.Line($"case {number}: {call}; break;");
        }
    }
}
