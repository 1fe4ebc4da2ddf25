using System.Linq;
using ModelGen.Generator.Emit.CSharp;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit.Cuda;

/// <summary>
/// The forward pass of the served graph as CUDA C, which ranks catalogues with a collapsed model whose score is no inner product of a query and
/// an item: the vectors of the distinct ids from tables and codes, then the scores of all items.
/// </summary>
internal sealed class CudaServed
{
    private readonly ModelSpec _model;
    private readonly Graph _graph;
    private readonly MemoryPlan _plan;
    private readonly bool _shared;
    private readonly CudaIdEmitter _ids;
    private readonly int _slots;
    private readonly string _text;

    private CudaServed(ModelSpec model, Graph graph, int item)
    {
        _model = model;
        _graph = graph with { Forward = graph.Served, Backward = [], Parameters = graph.ServedParameters };
        _plan = CudaEmitter.Plan(_graph, out _shared);
        CudaLibrary library = new();
        _ids = new CudaIdEmitter(_graph, _plan, library);
        for (int f = 0; f < _graph.Features.Count; f++)
        {
            _ids.AddEmbed(f);
        }

        _slots = CudaEmitter.Slots(_ids);
        SourceWriter kernels = new(), source = new();
        if (_ids.Embed.Count > 0)
        {
            _ids.Embed.Write(kernels, "Vectors of the distinct ids, one feature per row of the grid.", _slots * _ids.SlotFloats, "");
        }

        CudaScores.Write(kernels, _graph, _plan, library, _shared, item);
        CudaEmitter.WriteHead(source, $"The served form of {model.Name}.", _graph, _plan, _slots, _ids.SlotFloats);
        new CudaNames(_plan).Write(source);
        library.Write(source);
        source.Lines(kernels.ToString().TrimEnd('\n'));
        _text = source.ToString();
    }

    /// <summary>The program, or null when the model has no item or its score is an inner product.</summary>
    public static CudaServed? Create(ModelSpec model, Graph graph, int item) => item < 0 || Separate.Run(graph, model) is not null ? null : new CudaServed(model, graph, item);

    /// <summary>Writes the members of the model: what the parameters of the served form are on a device, and the kernels.</summary>
    public void Write(SourceWriter w)
    {
        w.Line();
        w.Line($"static ServedProgram? IEmbeddingModel<{_model.Name}>.ServedCuda => new()");
        using (w.Braces("};"))
        {
            w.Line("Schema = s_schema with");
            using (w.Braces("},"))
            {
                w.Line("Categoricals =");
                using (w.Brackets())
                {
                    foreach ((FeatureLayout layout, int f) in _plan.Features.Select((layout, f) => (layout, f)))
                    {
                        w.Line($"s_schema.Categoricals[{f}] with {{ VectorStride = {layout.Stride}, FactorOffset = 0, FactorFloats = 0, Codes = 0, Clusters = null, ReadsRows = {(layout.ReadsRows ? "true" : "false")} }},");
                    }
                }

                SchemaEmitter.WriteParameters(w, _graph, _plan);
                w.Line("Quantized = [],");
                w.Line($"DenseFloats = {_plan.DenseFloats},");
                w.Line("FactorOffset = 0,");
                w.Line("TransposedFloats = 0,");
            }

            w.Line("Program = new()");
            using (w.Braces("},"))
            {
                CudaEmitter.WriteSizes(w, "CudaServed", _plan, _shared, _slots, _ids, _model.Categoricals.Count);
                w.Line("ScoresItems = true,");
                w.Line($"Kernels = [{(_ids.Embed.Count > 0 ? $"new(\"embed\", CudaWork.Slots, {_ids.Embed.Count})" : "")}],");
            }
        }

        w.Line();
        w.Line("/// <summary>The kernels of the served form.</summary>");
        w.Line("private static ReadOnlySpan<byte> CudaServed => \"\"\"");
        w.Lines(_text.TrimEnd('\n'));
        w.Line("\"\"\"u8;");
    }
}
