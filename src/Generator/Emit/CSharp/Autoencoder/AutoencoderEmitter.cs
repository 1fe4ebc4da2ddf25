using System;
using System.Linq;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.CSharp.Autoencoder;

/// <summary>
/// Writes Name.Trainer.g.cs of an autoencoder: the phases of a step in the order of the graph, and the kernels they need. With sparse rows
/// every product has two forms, over dense rows while most entries are kept and over the entries alone afterwards.
/// </summary>
internal sealed class AutoencoderEmitter
{
    private readonly ModelSpec _model;
    private readonly Graph _graph;
    private readonly KernelSet _kernels = new();
    private readonly SourceWriter _w = new();
    private readonly Sizes _sizes;
    private readonly bool _sparse;
    private readonly string _self;

    private AutoencoderEmitter(ModelSpec model, Graph graph)
    {
        _model = model;
        _graph = graph;
        Parameter rows = graph.Parameters.Single();
        _sizes = new Sizes(rows.Columns);
        _sparse = rows.Kept > 0;
        _self = $"IAutoencoder<{model.Name}>";
    }

    public static string Emit(ModelSpec model, Graph graph) => new AutoencoderEmitter(model, graph).Write();

    private string Write()
    {
        FileHeader.Write(_w, _model, "the training step");
        using (_w.Block($"partial {_model.Keyword} {_model.Name}"))
        {
            Phase("Normalize(AutoencoderStep step, int first, int end)", [OpKind.Gather, OpKind.Normalize], () =>
                _w.Line($"{RowKernels.Normalize(_kernels, _sparse)}(step, first, end);"));
            _w.Line();
            Phase("SumHistories(AutoencoderStep step, int item)", [OpKind.HistorySum], () => Either(
                $"""
                int firstBlock = item / {_sizes.Panels} * AutoencoderStep.BlockGroup;
                {WideKernels.HistorySum(_kernels, _sizes)}(step, item % {_sizes.Panels}, firstBlock, Math.Min(firstBlock + AutoencoderStep.BlockGroup, step.Blocks));
                """,
                _sparse ? $"{SparseKernels.HistorySum(_kernels, _sizes)}(step, item);" : ""));
            _w.Line();
            Phase("Score(AutoencoderStep step, int item)", [OpKind.Similarity, OpKind.Clip], WriteScore);
            _w.Line();
            Phase("ScoreGradient(AutoencoderStep step, int block, int cut)", [OpKind.CosineGradient, OpKind.ClipGradient], () =>
            {
                _w.Line("int first = cut * step.CutOutputs, end = Math.Min(first + step.CutOutputs, step.OutputCount);");
                _w.Line($"{ScoreKernels.Gradient(_kernels, _model.Host.Clip)}(step, block, first, end);");
            });
            _w.Line();
            Phase("HistoryGradient(AutoencoderStep step, int item)", [OpKind.SimilarityUser], WriteHistoryGradient);
            _w.Line();
            Phase(
                "UpdateRows(AutoencoderStep step, int cut)",
                [OpKind.SimilarityRow, OpKind.HistorySpread, OpKind.Add, OpKind.NormalizeGradient, OpKind.Scatter], WriteUpdate);
            _kernels.Write(_w);
        }

        return _w.ToString();
    }

    // The graph's own lines above the calls that carry them out.
    private void Phase(string signature, OpKind[] kinds, Action body)
    {
        using IDisposable block = _w.Block($"static void {_self}.{signature}");
        foreach (Op op in _graph.Forward.Concat(_graph.Backward).Where(op => kinds.Contains(op.Kind)))
        {
            _w.Line($"// {Printer.Line(op)}");
        }

        body();
    }

    private void Either(string wide, string sparse)
    {
        if (!_sparse)
        {
            _w.Lines(wide);
            return;
        }

        using (_w.Block("if (step.Rows.IsWide)"))
        {
            _w.Lines(wide);
            _w.Line("return;");
        }

        _w.Line();
        _w.Lines(sparse);
    }

    private void WriteScore()
    {
        string finish = ScoreKernels.Finish(_kernels, _model.Host.Clip);
        Either(
            $$"""
            int firstOutput = item * step.CutOutputs, endOutput = Math.Min(firstOutput + step.CutOutputs, step.OutputCount);
            {{WideKernels.Similarity(_kernels, _sizes)}}(step, firstOutput, endOutput - firstOutput);
            for (int each = 0; each < step.Blocks; each++)
            {
                {{finish}}(step, each, item, firstOutput, endOutput);
            }
            """,
            !_sparse ? "" : $$"""
            int block = item / step.Cuts, cut = item % step.Cuts;
            int first = cut * step.CutOutputs, end = Math.Min(first + step.CutOutputs, step.OutputCount);
            {{SparseKernels.Similarity(_kernels, _sizes)}}(step, block, first, end);
            {{finish}}(step, block, cut, first, end);
            """);
    }

    private void WriteHistoryGradient() => Either(
        $$"""
        int chunk = item % step.ColumnChunks, firstBlock = item / step.ColumnChunks * AutoencoderStep.BlockGroup;
        int column = chunk * step.ColumnChunk, columns = Math.Min(step.ColumnChunk, {{_sizes.Columns}} - column);
        {{WideKernels.SimilarityUser(_kernels, _sizes)}}(step, column, columns, firstBlock, Math.Min(firstBlock + AutoencoderStep.BlockGroup, step.Blocks));
        """,
        !_sparse ? "" : $$"""
        {{SparseKernels.ClearHistoryGradients(_kernels, _sizes)}}(step, item);
        for (int first = 0; first < step.OutputCount; first += step.CutOutputs)
        {
            // The gradients of a cut are used while they are in the cache.
            int end = Math.Min(first + step.CutOutputs, step.OutputCount);
            {{ScoreKernels.Gradient(_kernels, _model.Host.Clip)}}(step, item, first, end);
            {{SparseKernels.SimilarityUser(_kernels, _sizes)}}(step, item, first, end);
        }
        """);

    private void WriteUpdate()
    {
        string update = RowKernels.Update(_kernels, _model.Optimizer, _sparse);
        _w.Lines("""
            int first = cut * step.RowCut, count = Math.Min(step.RowCut, step.UpdatedCount - first);
            Span<int> offsets = stackalloc int[count];
            """);
        Either(
            $$"""
            int packedFloats = ((count + 7) & ~7) * step.PackedUsers;
            ref float packed = ref BlockScratch.Aligned(packedFloats + (((count + 7) & ~7) * {{_sizes.Stride}}));
            ref float dense = ref Unsafe.Add(ref packed, packedFloats);
            {{WideKernels.RowGradient(_kernels, _sizes)}}(step, first, count, ref packed, ref dense);
            for (int q = 0; q < count; q++)
            {
                offsets[q] = q * {{_sizes.Stride}};{{(_sparse ? "\n    step.Rows.Compact(step.UpdatedRows[first + q], ref Unsafe.Add(ref dense, offsets[q]));" : "")}}
            }

            {{update}}(step, first, count, ref dense, offsets);
            """,
            !_sparse ? "" : $$"""
            int floats = 0;
            for (int q = 0; q < count; q++)
            {
                offsets[q] = floats;
                floats += SparseRows.Slots(step.Rows.Count(step.UpdatedRows[first + q]));
            }

            ref float gradient = ref BlockScratch.Aligned(floats + 4);
            MemoryMarshal.CreateSpan(ref gradient, floats).Clear();
            {{SparseKernels.RowGradient(_kernels, _sizes)}}(step, first, count, ref gradient, offsets);
            {{update}}(step, first, count, ref gradient, offsets);
            """);
    }
}
