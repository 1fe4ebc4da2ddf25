using System;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen.Samples;

/// <summary>The artefacts of a collapsed model beside the model itself.</summary>
/// <param name="Onnx">Scores of the ONNX file; null when it could not be run.</param>
/// <param name="OnnxNotRun">Why not.</param>
/// <param name="Assembly">Scores of the inference assembly.</param>
/// <param name="Scores">Scores of the model.</param>
internal sealed record ServedDifferences(float[] Scores, float[]? Onnx, string? OnnxNotRun, float[] Assembly)
{
    /// <summary>The largest absolute differences.</summary>
    public Figure[] Figures =>
    [
        Figure.Difference("onnxMaxDifference", "ONNX max\ndifference", Onnx is null ? null : MaxDifference(Scores, Onnx)),
        Figure.Difference("assemblyMaxDifference", "assembly max\ndifference", MaxDifference(Scores, Assembly)),
    ];

    /// <summary>Writes a model as safetensors, ONNX and inference assembly, and scores examples in process and through both artefacts.</summary>
    /// <param name="model">The collapsed model.</param>
    /// <param name="examples">What to score.</param>
    /// <param name="name">Path of the files without their extension.</param>
    public static ServedDifferences Export<TModel>(CollapsedModel<TModel> model, DataSet<TModel> examples, string name)
        where TModel : class, IEmbeddingModel<TModel>
    {
        model.Save(name + ".safetensors");
        ArtifactReport onnx = model.SaveOnnx(name + ".onnx");
        model.SaveAssembly(name + ".Inference.dll");
        return new ServedDifferences(
            model.Score(examples), onnx.NotRun is null ? model.ScoreOnnx(name + ".onnx", examples) : null, onnx.NotRun,
            CollapsedModel<TModel>.ScoreAssembly(name + ".Inference.dll", examples));
    }

    private static double MaxDifference(float[] expected, float[] actual) =>
        expected.Zip(actual, (a, b) => float.IsNaN(a - b) ? double.PositiveInfinity : Math.Abs((double)a - b)).Max();
}
