using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Emit.CSharp;
using ModelGen.Generator.Emit.CSharp.Autoencoder;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Cuda.Autoencoder;

/// <summary>
/// Writes Name.Cuda.g.cs of an autoencoder: the phases of the CPU's step as kernels in one raw string. With sparse rows every product has
/// two forms, over dense rows while most entries are kept and over the entries alone afterwards.
/// </summary>
internal static class CudaAutoencoderEmitter
{
    public static string Emit(ModelSpec model, Graph graph)
    {
        Parameter rows = graph.Parameters.Single();
        Sizes sizes = new(rows.Columns);
        bool isSparse = rows.Kept > 0, isClipped = model.Host.Clip != ClipKind.None;
        CudaLibrary library = new();
        library.Use("warp_sum");
        library.Use("tensor_cores");

        SourceWriter source = new();
        WriteHead(source, model, sizes);
        library.Write(source);
        CudaOptimizer.WriteRule(source, model.Optimizer);
        string score = Lines(graph, OpKind.HistorySum), product = Lines(graph, OpKind.Similarity), users = Lines(graph, OpKind.SimilarityUser), items = Lines(graph, OpKind.SimilarityRow, OpKind.HistorySpread, OpKind.Add);
        foreach (string kernel in new[]
        {
            CudaAutoencoderRows.Unit(isSparse, Lines(graph, OpKind.Gather, OpKind.Normalize)),
            CudaAutoencoderWide.Multiply,
            CudaAutoencoderWide.Kernels(score, product, users, items),
            isSparse ? CudaAutoencoderSparse.Kernels(score, product, users, items) : "",
            CudaAutoencoderScores.Kernels(model.Host.Clip, Lines(graph, OpKind.Clip), Lines(graph, OpKind.CosineGradient, OpKind.ClipGradient)),
            CudaStep.SumLosses,
            CudaAutoencoderRows.Update(model.Optimizer, isSparse, Lines(graph, OpKind.NormalizeGradient, OpKind.Scatter)),
        }.Where(text => text.Length > 0))
        {
            source.Lines(kernel);
            source.Line();
        }

        return Wrap(model, isSparse, isClipped, source.ToString());
    }

    // The graph's own lines above the kernels that carry them out.
    private static string Lines(Graph graph, params OpKind[] kinds) =>
        string.Join("\n", graph.Forward.Concat(graph.Backward).Where(op => kinds.Contains(op.Kind)).Select(op => $"// {CudaText.Comment(Printer.Line(op))}"));

    private static void WriteHead(SourceWriter w, ModelSpec model, Sizes sizes) => w.Lines($$"""
        // The training step of {{CudaText.Comment(model.Name)}}.
        typedef long long i64;
        enum { THREADS = {{CudaEmitter.Threads}}, WARPS = THREADS / 32, WIDTH = {{sizes.Width}}, COLUMNS = {{sizes.Columns}}, STRIDE = {{sizes.Stride}}, CUT = 64 };

        {{CudaStep.Bounds}}

        {{CudaStep.Result}}

        // Rows: slot starts[row] + j holds entry j of a row and its column; with all entries kept (full) the column is j. Dense unit rows lie STRIDE
        // floats apart; without them (wide = null) history sums are column x user instead of user x column, and entries are grouped by column.
        // Batch: items and outputs of a user from history_starts[user] on, users of an item from item_starts[item] on; outputs of an updated row from
        // row_starts on; row_of is the updated row of an item or -1, null when all items are updated. Scores are output x user, stride users apart.
        // Of a row the largest entries count, chosen of them, where that is not 0.
        struct Step
        {
            float* values; float* unit; float* state0; float* state1; float* wide; const int* columns; const i64* starts; const int* counts;
            const int* column_starts; const int* column_items; const int* column_slots;
            const int* history_starts; const int* history_items; const int* history_outputs; const int* item_starts; const int* item_users;
            const int* outputs; const int* updated; const int* row_starts; const int* row_outputs; const int* row_of;
            float* histories; float* history_gradients; float* scores; float* squares; float* scale; float* share; float* targets; float* gradients;
            double* losses; Result* result;
            int count, stride, output_count, updated_count, items, full;
            float table_rate, moment_scale, gradient_scale, second_scale;
            int chosen;
        };

        {{CudaStep.Least}}

        """);

    private static string Wrap(ModelSpec model, bool isSparse, bool isClipped, string source)
    {
        (string Name, string Work)[] scores =
        [
            ("take_own", "Users"), ("square_scores", "CutGroups"), ("reduce_losses", "Users"), ("sum_losses", "One"),
            .. isClipped ? new[] { ("target_gradients", "Users") } : [], ("score_gradients", "Scores"), ("set_targets", "Users"),
        ];
        SourceWriter w = new();
        FileHeader.Write(w, model, "the training step in CUDA C");
        using (w.Block($"partial {model.Keyword} {model.Name}"))
        {
            w.Line($"static CudaAutoencoder? IAutoencoder<{model.Name}>.Cuda => s_cuda;");
            w.Line();
            w.Line("private static readonly CudaAutoencoder s_cuda = new()");
            using (w.Braces("};"))
            {
                w.Line("Source = global::System.Text.Encoding.UTF8.GetString(CudaSource),");
                List("Wide", [("sum_histories_wide", "UserColumns"), ("score_wide", "ScoreTiles"), .. scores, ("history_gradients_wide", "UserTiles"), ("row_gradients_wide", "RowTiles"), ("update_rows", "RowWarps")]);
                if (isSparse)
                {
                    List("Sparse", [("sum_histories_sparse", "UserGroups"), ("score_sparse", "OutputGroups"), .. scores, ("history_gradients_sparse", "ColumnGroups"), ("row_gradients_sparse", "Rows"), ("update_rows", "RowWarps")]);
                }
            }

            w.Line();
            w.Line("/// <summary>The kernels; they include nothing and are compiled when training starts.</summary>");
            w.Line("private static ReadOnlySpan<byte> CudaSource => \"\"\"");
            w.Lines(source.TrimEnd('\n'));
            w.Line("\"\"\"u8;");
        }

        return w.ToString();

        void List(string name, IEnumerable<(string Name, string Work)> kernels)
        {
            w.Line($"{name} =");
            w.Line("[");
            foreach ((string kernel, string work) in kernels)
            {
                w.Line($"    new(\"{kernel}\", AutoencoderWork.{work}),");
            }

            w.Line("],");
        }
    }
}
