using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.CSharp;

/// <summary>
/// Writes the work on distinct ids: vectors before the tiles, row updates after them, in blocks of 64 ids.
/// </summary>
internal sealed class IdEmitter(ModelSpec model, Graph graph, MemoryPlan plan, KernelSet kernels, SourceWriter w)
{
    private const int Block = 64;

    private Parameter[] Tables { get; } = [.. graph.Parameters.Where(p => p.IsTable)];

    /// <summary>Vectors of the distinct ids of one feature.</summary>
    public void WriteEmbed(int feature)
    {
        Op[] ops = [.. graph.Forward.Where(op => op.Result!.Domain == Domain.Id && op.Result.Feature == feature)];
        FeatureLayout layout = plan.Features[feature];
        HashSet<Value> blocks = [.. ops.SelectMany(op => op.Inputs), .. ops.Where(op => op.Kind != OpKind.Gather).Select(op => op.Result!)];
        w.Line();
        w.Line($"/// <summary>{graph.Features[feature]}: the vectors of the distinct ids in slots [first, end).</summary>");
        using (w.Block($"private static void Embed{Name(feature)}(StepContext step, int first, int end)"))
        {
            w.Line($"FeatureBatch f = step.Batch.Features[{feature}];");
            Op? normalized = ops.FirstOrDefault(op => op.Quantization?.Statistics is not null);
            Scratch(blocks, normalized is null ? 0 : 2 * QuantizeKernels.NormStride(normalized.Quantization!));
            Ends(ops, feature);
            Norm(normalized, 0);
            using (w.Block($"for (int at = first; at < end; at += {Block})"))
            {
                w.Line($"int count = Math.Min({Block}, end - at), rows = (count + 7) & ~7;");
                Codes(ops);
                foreach (Op op in ops)
                {
                    w.Line($"// {Printer.Line(op, graph.Features)}");
                    bool published = layout.Offsets.TryGetValue(op.Result!, out int offset);
                    if (!blocks.Contains(op.Result!))
                    {
                        w.Line($"{Gather(op.Parameters[0], layout.Stride)}(step.State.Tables[{TableIndex(op.Parameters[0])}], f.Ids, at, count, count, ref f.Vectors.At(((long)at * {layout.Stride}) + {offset}));");
                        continue;
                    }

                    w.Lines(Forward(op));
                    if (published)
                    {
                        w.Line($"{UpdateKernels.Publish(kernels, op.Result!.Width, MemoryPlan.Pad(op.Result.Width), layout.Stride)}({Ref(op.Result)}, ref f.Vectors.At(((long)at * {layout.Stride}) + {offset}), count);");
                    }
                }
            }
        }
    }

    /// <summary>Backward pass and row updates of one chunk of ids of one feature.</summary>
    public void WriteUpdate(int feature)
    {
        Op[] backward = [.. graph.Backward.Where(op => OnIds(op, feature))];
        if (backward.Length == 0)
        {
            return;
        }

        Op[] again = [.. Again(graph, backward, feature)];
        w.Line();
        w.Line($"/// <summary>{graph.Features[feature]}: gradients of the distinct ids of one chunk, and the update of their rows.</summary>");
        using (w.Block($"private static void Update{Name(feature)}(StepContext step, int chunk)"))
        {
            w.Line($"FeatureBatch f = step.Batch.Features[{feature}];");
            string slots = plan.Features[feature].FactorFloats > 0 ? "ModelSchema.ChunkSlots" : "ModelSchema.PlainChunkSlots";
            w.Line($"int begin = 1 + (chunk * {slots}), end = Math.Min(begin + {slots}, f.SlotCount);");
            Op? softmax = backward.FirstOrDefault(op => op.Kind == OpKind.SoftmaxInput), normalized = softmax?.Quantization!.Statistics is null ? null : softmax;
            int scores = softmax is null ? 0 : MemoryPlan.Up(softmax.Quantization!.Choices[0], 16);
            Scratch([.. again.Select(op => op.Result!), .. backward.Where(op => op.Result is not null).Select(op => op.Result!)], scores + (normalized is null ? 0 : 2 * QuantizeKernels.NormStride(normalized.Quantization!)));
            Ends(backward.Where(op => op.Kind is OpKind.SoftmaxInput or OpKind.QuantizeStatistics), feature);
            if (scores > 0)
            {
                w.Line($"ref float scores = ref scratch[scratch.Length - {scores}];");
            }

            Norm(normalized, scores);
            ClearCodebooks(backward, feature);
            using (w.Block($"for (int at = begin; at < end; at += {Block})"))
            {
                w.Line($"int count = Math.Min({Block}, end - at), rows = (count + 7) & ~7;");
                Codes(backward);
                foreach (Op op in again)
                {
                    w.Line($"// {Printer.Line(op, graph.Features)}");
                    w.Lines(op.Kind == OpKind.Quantize ? Centroids(op) : Forward(op));
                }

                foreach (Op op in backward)
                {
                    w.Line($"// {Printer.Line(op, graph.Features)}");
                    w.Lines(Backward(op, feature));
                }
            }
        }
    }

    /// <summary>Rows that several ids share: sum over the ids, then the update.</summary>
    public void WriteShared(Parameter table)
    {
        int pad = MemoryPlan.Pad(table.Columns);
        bool mean = table.Index == RowIndexKind.Assignment;
        string sum = UpdateKernels.SegmentSum(kernels, $"{(mean ? "Mean" : "Sum")}Shared{table.Columns}", table.Columns, table.Columns, 0, pad, mean);
        w.Line();
        w.Line($"/// <summary>{table.Name}: rows shared by several ids, {(mean ? "averaged" : "summed")} over the ids in slot order and updated.</summary>");
        using (w.Block($"private static void UpdateShared{TileEmitter.Identifier(table.Name)}(StepContext step, int first, int end)"))
        {
            w.Line($"SharedRows shared = step.Batch.Features[{table.Feature}].Shared[{SharedIndex(table)}];");
            w.Line($"Span<float> scratch = BlockScratch.Clear({Block * pad});");
            w.Line("ref float g = ref MemoryMarshal.GetReference(scratch);");
            using (w.Block($"for (int at = first; at < end; at += {Block})"))
            {
                w.Line($"int count = Math.Min({Block}, end - at);");
                w.Line($"{sum}(shared.RowGradients, shared.SegmentStarts, shared.SegmentSlots, at, count, count, ref g);");
                w.Line($"{UpdateKernels.Rows(kernels, model.Optimizer, table.Columns, pad, table.NonNegative)}(step, step.State.Tables[{TableIndex(table)}], shared.Rows, at, count, {Rate(table)}, ref g);");
            }
        }
    }

    /// <summary>Call that updates rows of a table whose gradient is zero: the rule of the optimiser over one row of zeros.</summary>
    public string IdleRows(Parameter table) =>
        $"{UpdateKernels.Rows(kernels, model.Optimizer, table.Columns, 0, table.NonNegative)}(step, step.State.Tables[table], rows, 0, count, {Rate(table)}, ref MemoryMarshal.GetReference(BlockScratch.Clear({MemoryPlan.Up(table.Columns, 16)})))";

    public static bool OnIds(Op op, int feature) =>
        op.Kind == OpKind.SegmentSum ? op.Result!.Feature == feature : op.Inputs.Count > 0 && op.Inputs[0].Domain == Domain.Id && op.Inputs[0].Feature == feature;

    public int TableIndex(Parameter table) => System.Array.IndexOf(Tables, table);

    public string Name(int feature) => TileEmitter.Identifier(graph.Features[feature]);

    // Forward values that the backward pass reads are computed again: rows are still in cache and a second gather is cheaper than keeping them.
    public static IEnumerable<Op> Again(Graph graph, Op[] backward, int feature)
    {
        var needed = new HashSet<Value>(backward.SelectMany(op => op.Inputs));
        Op[] forward = [.. graph.Forward.Where(op => op.Result!.Domain == Domain.Id && op.Result.Feature == feature)];
        foreach (Op op in forward.Reverse())
        {
            if (needed.Contains(op.Result!))
            {
                needed.UnionWith(op.Inputs);
            }
        }

        return forward.Where(op => needed.Contains(op.Result!));
    }

    private string Forward(Op op)
    {
        int stride = MemoryPlan.Pad(op.Result!.Width);
        switch (op.Kind)
        {
            case OpKind.Gather:
                return $"{Gather(op.Parameters[0], stride)}(step.State.Tables[{TableIndex(op.Parameters[0])}], f.Ids, at, count, rows, {Ref(op.Result)});";
            case OpKind.Project:
                DensePlace factor = plan.Dense[op.Parameters[0]];
                int depth = op.Inputs[0].Width;
                string name = ProductKernels.Product(kernels, depth, stride, MemoryPlan.Pad(depth), factor.Stride, stride, false, false, 0);
                return $"{name}({Ref(op.Inputs[0])}, ref step.State.Dense.At({factor.Offset}), {Ref(op.Result)}, rows);";
            case OpKind.Multiply:
                return Multiply(op);
            case OpKind.Add:
                return $"{UpdateKernels.Add(kernels, MemoryPlan.Pad(op.Result.Width))}({Ref(op.Inputs[0])}, {Ref(op.Inputs[1])}, {Ref(op.Result)}, rows);";
            case OpKind.Quantize:
                return Quantize(op, op.Quantization!, plan.Dense[op.Quantization!.Keys ?? op.Parameters[0]]);
            default:
                throw new LoweringException($"operation {op.Kind} has no C# form on ids");
        }
    }

    private string Quantize(Op op, Quantization q, DensePlace searched)
    {
        (int width, int stride) = (op.Result!.Width, MemoryPlan.Pad(op.Result.Width));
        string ends = EndArguments(q);
        return $"{QuantizeKernels.Codes(kernels, q, width, stride, searched.TransposedStride)}({Ref(op.Inputs[0])}, ref step.State.Transposed.At({searched.TransposedOffset}), {(q.Statistics is null ? "" : "ref norm, ")}f.Ids, at, count, {ends}codes);\n" + Centroids(op);
    }

    private static string EndArguments(Quantization q) => string.Concat(Enumerable.Range(0, q.Choices.Count - 1).Select(t => $"end{t}, "));

    private string Centroids(Op op)
    {
        (int width, DensePlace codebook) = (op.Result!.Width, plan.Dense[op.Parameters[0]]);
        return $"{QuantizeKernels.Centroids(kernels, op.Quantization!.Parts, width, op.Quantization.Shared, codebook.Stride, MemoryPlan.Pad(width))}(ref step.State.Dense.At({codebook.Offset}), codes, count, {Ref(op.Result)});";
    }

    // Where the tiers of the feature end, which the vocabulary says.
    private void Ends(IEnumerable<Op> ops, int feature)
    {
        if (ops.FirstOrDefault(op => op.Quantization is not null)?.Quantization is not { } q)
        {
            return;
        }

        for (int t = 0; t < q.Choices.Count - 1; t++)
        {
            w.Line($"int end{t} = FrequencyTiers.End(step.State.Vocabularies[{feature}].Count, {q.End(t).ToString(CultureInfo.InvariantCulture)}m);");
        }
    }

    // The codes of a block: found for the vectors, read again for the updates.
    private void Codes(IEnumerable<Op> ops)
    {
        if (ops.FirstOrDefault(op => op.Quantization is not null)?.Quantization is { } q)
        {
            w.Line($"Span<ushort> codes = f.Codes.AsSpan(at * {q.Parts}, count * {q.Parts});");
        }
    }

    private string Codebook(Op op, string scale, int feature)
    {
        (int width, DensePlace codebook) = (op.Inputs[0].Width, plan.Dense[op.Parameters[0]]);
        string sum = QuantizeKernels.Codebook(kernels, op.Quantization!.Parts, width, op.Quantization.Shared, MemoryPlan.Pad(width), codebook.Stride);
        return $"{sum}({Ref(op.Inputs[0])}, {Ref(op.Inputs[1])}, codes, f.SegmentStarts, at, count, {scale}, ref f.FactorGradients.At({FactorGradient(codebook, feature)}));";
    }

    // What scores are normalised by, in the scratch memory before its last floats.
    private void Norm(Op? op, int after)
    {
        if (op?.Quantization is { Statistics: { } statistics } q)
        {
            int stride = QuantizeKernels.NormStride(q);
            w.Line($"ref float norm = ref scratch[scratch.Length - {(2 * stride) + after}];");
            w.Line($"ScoreNormalization.Prepare(ref step.State.Dense.At({plan.Dense[statistics].Offset}), {stride}, {q.Centroids}, {SourceWriter.Float(Quantization.Epsilon)}, ref norm);");
        }
    }

    private string SoftmaxCall(Op op, string kernel, string target, DensePlace keys, DensePlace values) =>
        $"{kernel}({Ref(op.Inputs[0])}, {Ref(op.Inputs[1])}, ref step.State.Transposed.At({keys.TransposedOffset}), ref step.State.Transposed.At({values.TransposedOffset}), "
            + $"{(op.Quantization!.Statistics is null ? "" : "ref norm, ")}f.Ids, at, count, {EndArguments(op.Quantization)}ref scores, {target});";

    // Centroids are added to one by one, so the chunk's share of their gradient starts at zero.
    private void ClearCodebooks(IEnumerable<Op> backward, int feature)
    {
        foreach (Op op in backward.Where(op => op.Kind is OpKind.QuantizeCodebook or OpKind.QuantizeAverage or OpKind.QuantizeStatistics or OpKind.SoftmaxValues or OpKind.SoftmaxKeys))
        {
            if (op.Kind is OpKind.QuantizeCodebook or OpKind.QuantizeAverage)
            {
                w.Line($"int lookups = f.SegmentStarts[f.SlotCount];");
            }

            foreach (DensePlace place in op.Parameters.Take(op.Kind == OpKind.QuantizeAverage ? 2 : 1).Select(p => plan.Dense[p]))
            {
                w.Line($"f.FactorGradients.Span({FactorGradient(place, feature)}, {place.Stride * place.PaddedRows}).Clear();");
            }
        }
    }

    private string FactorGradient(DensePlace factor, int feature) =>
        $"((long)chunk * {plan.Features[feature].FactorFloats}) + {factor.Offset - plan.Features[feature].FactorOffset}";

    private string Backward(Op op, int feature)
    {
        FeatureLayout layout = plan.Features[feature];
        switch (op.Kind)
        {
            case OpKind.SegmentSum:
                int offset = layout.Offsets.First(o => $"d.{o.Key.Name}" == op.Result!.Name).Value;
                string sum = UpdateKernels.SegmentSum(
                    kernels, $"Sum{Name(feature)}{(op.Result!.Width == 1 ? "Weight" : "")}", op.Result.Width, layout.Stride, offset, MemoryPlan.Pad(op.Result.Width));
                return $"{sum}(f.Gradients, f.SegmentStarts, f.SegmentExamples, at, count, rows, {Ref(op.Result)});";
            case OpKind.ProjectWeight:
                (Value h, Value g, DensePlace place) = (op.Inputs[0], op.Inputs[1], plan.Dense[op.Parameters[0]]);
                string outer = ProductKernels.Outer(
                    kernels, h.Width, MemoryPlan.Pad(g.Width), MemoryPlan.Pad(h.Width), MemoryPlan.Pad(g.Width), place.Stride, MemoryPlan.Pad(h.Width) >= MemoryPlan.Up(h.Width, 8));
                return $"{outer}({Ref(h)}, {Ref(g)}, ref f.FactorGradients.At({FactorGradient(place, feature)}), rows, at > begin);";
            case OpKind.ProjectInput:
                DensePlace factor = plan.Dense[op.Parameters[0]];
                (int d, int k) = (op.Inputs[0].Width, op.Result!.Width);
                if (d == 1)
                {
                    // A factor of one column is its own transpose.
                    return $"{ProductKernels.Spread(kernels, MemoryPlan.Pad(k), MemoryPlan.Pad(k), 0)}({Ref(op.Inputs[0])}, ref step.State.Dense.At({factor.Offset}), {Ref(op.Result)}, rows);";
                }

                string product = ProductKernels.Product(kernels, d, MemoryPlan.Pad(k), MemoryPlan.Pad(d), factor.TransposedStride, MemoryPlan.Pad(k), false, false, 0);
                return $"{product}({Ref(op.Inputs[0])}, ref step.State.Transposed.At({factor.TransposedOffset}), {Ref(op.Result)}, rows);";
            case OpKind.Multiply:
                return Multiply(op);
            case OpKind.QuantizeInput:
                int vector = op.Result!.Width;
                return $"{QuantizeKernels.Input(kernels, vector, MemoryPlan.Pad(vector), op.Quantization!.Commitment)}({Ref(op.Inputs[0])}, {Ref(op.Inputs[1])}, {Ref(op.Inputs[2])}, f.SegmentStarts, at, count, lookups, {Ref(op.Result)});";
            case OpKind.QuantizeCodebook:
                int whole = op.Inputs[0].Width;
                return Codebook(op, $"2f / ((float)lookups * {whole})", feature);
            case OpKind.QuantizeAverage:
                DensePlace counts = plan.Dense[op.Parameters[1]];
                return $"{Codebook(op, "1f", feature)}\n{QuantizeKernels.Count(kernels, op.Quantization!.Parts, op.Quantization.Shared, counts.Stride)}(codes, f.SegmentStarts, at, count, ref f.FactorGradients.At({FactorGradient(counts, feature)}));";
            case OpKind.QuantizeStatistics:
                (DensePlace moments, DensePlace searched, int queried) = (plan.Dense[op.Parameters[0]], plan.Dense[op.Parameters[1]], op.Inputs[0].Width);
                string sums = QuantizeKernels.Statistics(kernels, op.Quantization!, queried, MemoryPlan.Pad(queried), searched.TransposedStride);
                return $"{sums}({Ref(op.Inputs[0])}, ref step.State.Transposed.At({searched.TransposedOffset}), ref step.State.Dense.At({moments.Offset + moments.Stride}), f.Ids, f.SegmentStarts, at, count, {EndArguments(op.Quantization!)}ref f.FactorGradients.At({FactorGradient(moments, feature)}));";
            case OpKind.SoftmaxValues:
                (int served, DensePlace centroids) = (op.Inputs[1].Width, plan.Dense[op.Parameters[0]]);
                return $"{SoftmaxKernels.Values(kernels, op.Quantization!, served, MemoryPlan.Pad(served), centroids.Stride)}({Ref(op.Inputs[1])}, codes, count, ref f.FactorGradients.At({FactorGradient(centroids, feature)}));";
            case OpKind.SoftmaxKeys:
                (DensePlace keys, DensePlace values) = (plan.Dense[op.Parameters[0]], plan.Dense[op.Parameters[1]]);
                (int all, string target) = (op.Inputs[0].Width, $"ref f.FactorGradients.At({FactorGradient(keys, feature)})");
                return SoftmaxCall(op, SoftmaxKernels.Keys(kernels, op.Quantization!, all, MemoryPlan.Pad(all), keys.TransposedStride, keys.Stride), target, keys, values);
            case OpKind.SoftmaxInput:
                (DensePlace key, DensePlace value, int query) = (plan.Dense[op.Parameters[0]], plan.Dense[op.Parameters[1]], op.Result!.Width);
                return SoftmaxCall(op, SoftmaxKernels.Input(kernels, op.Quantization!, query, MemoryPlan.Pad(query), key.TransposedStride), Ref(op.Result), key, value);
            case OpKind.Penalty:
                return $"{UpdateKernels.Penalty(kernels, op.Result!.Width, MemoryPlan.Pad(op.Result.Width))}({Ref(op.Inputs[0])}, {Ref(op.Inputs[1])}, f.SegmentStarts, at, count, rows, {SourceWriter.Float(2 * op.Weight)} * step.InverseCount, {Ref(op.Result)});";
            case OpKind.Scatter when op.Parameters[0].Index == RowIndexKind.Identity:
                return $"{UpdateKernels.Rows(kernels, model.Optimizer, op.Inputs[0].Width, MemoryPlan.Pad(op.Inputs[0].Width), op.Parameters[0].NonNegative)}(step, step.State.Tables[{TableIndex(op.Parameters[0])}], f.Ids, at, count, {Rate(op.Parameters[0])}, {Ref(op.Inputs[0])});";
            case OpKind.Scatter:
                int width = op.Inputs[0].Width;
                return $"{UpdateKernels.Publish(kernels, width, MemoryPlan.Pad(width), width)}({Ref(op.Inputs[0])}, ref f.Shared[{SharedIndex(op.Parameters[0])}].RowGradients.At((long)at * {width}), count);";
            default:
                throw new LoweringException($"operation {op.Kind} has no C# form on ids");
        }
    }

    private string Multiply(Op op) =>
        $"{UpdateKernels.Multiply(kernels, MemoryPlan.Pad(op.Result!.Width))}({Ref(op.Inputs[0])}, {Ref(op.Inputs[1])}, {Ref(op.Result)}, rows);";

    private string Gather(Parameter table, int yStride)
    {
        string row = table.Index switch
        {
            RowIndexKind.Quotient => $"id / {table.Modulus}",
            RowIndexKind.Remainder => $"id % {table.Modulus}",
            RowIndexKind.Assignment => "clusters[id]",
            _ => "id",
        };
        return UpdateKernels.Gather(kernels, $"Gather{TileEmitter.Identifier(table.Name)}_{yStride}", table.Columns, row, yStride);
    }

    private int SharedIndex(Parameter table) =>
        System.Array.IndexOf([.. Tables.Where(t => t.Feature == table.Feature && t.Index != RowIndexKind.Identity)], table);

    private static string Rate(Parameter table) => table.Group == Group.Tower ? "step.Optimizer.TowerRate" : "step.Optimizer.TableRate";

    private void Scratch(IReadOnlyCollection<Value> values, int more = 0)
    {
        if (values.Count == 0)
        {
            return;
        }

        w.Line($"Span<float> scratch = BlockScratch.Clear({values.Sum(v => Block * MemoryPlan.Pad(v.Width)) + more});");
        int offset = 0;
        foreach (Value value in values)
        {
            w.Line($"{Ref(value).Replace("ref ", "ref float ")} = ref scratch[{offset}];");
            offset += Block * MemoryPlan.Pad(value.Width);
        }
    }

    private static string Ref(Value value) => "ref " + TileEmitter.Identifier(value.Name);
}
