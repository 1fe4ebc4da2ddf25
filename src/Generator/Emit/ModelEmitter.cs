using System;
using System.Collections.Generic;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Emit.CSharp;
using ModelGen.Generator.Emit.Inference;
using ModelGen.Generator.Emit.Onnx;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Ir;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Emit;

/// <summary>Spec -> files. A pure function: the same spec gives the same text.</summary>
public static class ModelEmitter
{
    public static EmitResult Emit(ModelSpec model)
    {
        string stage = "lowering";
        try
        {
            Graph graph = Lower.Run(model);
            stage = "memory plan";
            MemoryPlan plan = MemoryPlan.Create(graph);
            stage = "emission";
            string hint = HintNames.For(model.Namespace, model.Name);
            List<GeneratedFile> files =
            [
                new($"{hint}.Model.g.cs", DescriptorEmitter.Emit(model, graph, plan)),
                new($"{hint}.Trainer.g.cs", TrainerEmitter.Emit(model, graph, plan)),
                new($"{hint}.Inference.g.cs", InferenceEmitter.Emit(model, graph)),
                new($"{hint}.Onnx.g.cs", OnnxEmitter.Emit(model, graph)),
            ];
            string summary = $"ModelGen compiled {model.Name}: {model.Categoricals.Count} categorical and {model.Numerics.Count} numeric inputs, {graph.Forward.Count} forward and {graph.Backward.Count} backward operations";
            return new EmitResult(new(files), new([new DiagnosticInfo(Descriptors.Summary, null, new([summary]))]));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever went wrong is ours; a rule with the stage says more than the compiler's warning about a generator that threw.
            return new EmitResult(default, new([new DiagnosticInfo(Descriptors.Internal, null, new([model.Name, $"{stage}: {e.Message}"]))]));
        }
    }
}
