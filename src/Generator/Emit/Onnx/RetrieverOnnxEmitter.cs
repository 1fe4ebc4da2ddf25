using System.Linq;
using ModelGen.Generator.Emit.CSharp;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Onnx;

/// <summary>
/// Writes Name.Onnx.g.cs of an autoencoder: histories of keys in, the best items out, standard operators only. Sparse rows stay sparse:
/// the history is scattered into a vector, and the entries of every row gather what they are multiplied by.
/// </summary>
internal static class RetrieverOnnxEmitter
{
    public static string Emit(ModelSpec model, Graph graph)
    {
        var w = new SourceWriter();
        Parameter rows = graph.ServedParameters.Single();
        string item = model.Categoricals[rows.Feature].Property;
        FileHeader.Write(w, model, "the ONNX graph");
        using (w.Block($"partial {model.Keyword} {model.Name}"))
        {
            using (w.Block($"static void IAutoencoder<{model.Name}>.BuildOnnx(OnnxModelBuilder onnx, CollapsedRetrieval weights, int count)"))
            {
                w.Line($"string history = onnx.HistoryIds(weights.Items); // {item}, filled up to the longest history");
                foreach (Op op in graph.Served)
                {
                    w.Line($"// {Printer.Line(op, graph.Features)}");
                    w.Line(op.Kind switch
                    {
                        OpKind.Gather => $"onnx.AddRows(weights.Rows);",
                        OpKind.HistorySum => $"string user = onnx.HistorySum(weights.Rows, history);",
                        OpKind.Similarity => $"string scores = onnx.Similarity(weights.Rows, user);",
                        _ => throw new LoweringException($"operation {op.Kind} has no ONNX form in an autoencoder"),
                    });
                }

                w.Line("onnx.BestItems(weights, scores, history, count);");
            }
        }

        return w.ToString();
    }
}
