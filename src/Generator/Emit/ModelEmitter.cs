using System;
using System.Collections.Generic;
using System.Linq;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Emit.CSharp;
using ModelGen.Generator.Emit.CSharp.Autoencoder;
using ModelGen.Generator.Emit.Cuda;
using ModelGen.Generator.Emit.Cuda.Autoencoder;
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
    // A class inside the predictor, found before any other of the name.
    private const string PredictorTable = "Table";

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
            // A class named like one of our types is called by another name until ours are written in full.
            ModelSpec self = model.Hidden.Contains(model.Name) ? model with { Name = model.Name + "__self" } : model;
            string Text(string text, IEnumerable<string> hidden) => TypeNames.Qualify(text, hidden).Replace(self.Name, model.Name);
            bool elsa = model.Host.Kind == HostKind.Elsa;
            List<GeneratedFile> files =
            [
                new($"{hint}.Model.g.cs", Text(DescriptorEmitter.Emit(self, graph, plan), model.Hidden)),
                new($"{hint}.Trainer.g.cs", Text(elsa ? AutoencoderEmitter.Emit(self, graph) : TrainerEmitter.Emit(self, graph, plan), model.Hidden)),
            ];
            if (elsa)
            {
                files.AddRange([
                new($"{hint}.Cuda.g.cs", Text(CudaAutoencoderEmitter.Emit(self, graph), model.Hidden)),
                new($"{hint}.Inference.g.cs", Text(RetrieverEmitter.Emit(self, graph), model.Hidden)),
                new($"{hint}.Onnx.g.cs", Text(RetrieverOnnxEmitter.Emit(self, graph), model.Hidden)),
                ]);
            }
            else
            {
                files.AddRange([
                new($"{hint}.Cuda.g.cs", Text(CudaEmitter.Emit(self, graph), model.Hidden)),
                new($"{hint}.Inference.g.cs", Text(InferenceEmitter.Emit(self, graph), model.Hidden.Where(name => name != PredictorTable))),
                new($"{hint}.Onnx.g.cs", Text(OnnxEmitter.Emit(self, graph), model.Hidden)),
                ]);
            }

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
