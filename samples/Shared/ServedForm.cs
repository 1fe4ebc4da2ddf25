using System.Collections.Generic;
using System.IO;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen.Samples;

/// <summary>Exports a collapsed model and measures it through everything that was exported.</summary>
internal static class ServedForm
{
    /// <summary>
    /// Writes the model as safetensors, ONNX and inference assembly into a folder, scores the whole test set in process and through
    /// both artefacts, and returns the row of results.
    /// </summary>
    /// <param name="method">Name of the method; also the name of the sub-folder that receives the files.</param>
    /// <param name="seed">Seed of the training run.</param>
    /// <param name="model">The collapsed model.</param>
    /// <param name="history">Epochs of the training run.</param>
    /// <param name="bestEpoch">Epoch whose parameters the model holds.</param>
    /// <param name="trainingExamples">Examples of an epoch.</param>
    /// <param name="test">The test set.</param>
    /// <param name="folder">Folder of all results.</param>
    public static ResultRow Measure<TModel>(
        string method, ulong seed, CollapsedModel<TModel> model, IReadOnlyList<EpochResult> history, int bestEpoch, int trainingExamples, DataSet<TModel> test, string folder)
        where TModel : class, IEmbeddingModel<TModel>
    {
        string name = Path.Combine(folder, method, TModel.Schema.Name);
        ServedDifferences served = ServedDifferences.Export(model, test, name);
        Evaluation quality = model.Evaluate(test, served.Scores);

        return new ResultRow
        {
            Method = method,
            Seed = seed,
            OnnxNotRun = served.OnnxNotRun,
            Figures =
            [
                Figure.Count("epoch", "epoch", bestEpoch),
                .. Clicks(quality),
                Figure.Count("bytes", "bytes", model.Bytes),
                Figure.Count("embeddingBytes", "embedding\nbytes", model.EmbeddingBytes),
                Figure.Count("rowsPerSecond", "training\nrows/s", trainingExamples * (double)history.Count / history.Sum(epoch => epoch.Seconds)),
                .. served.Figures,
                Figure.Quality("onnxAuc", "AUC\nONNX", served.Onnx is { } onnx ? model.Evaluate(test, onnx).Auc : null),
                Figure.Quality("assemblyAuc", "AUC\nassembly", model.Evaluate(test, served.Assembly).Auc),
            ],
        };
    }

    /// <summary>The figures of a click model.</summary>
    public static Figure[] Clicks(Evaluation quality) =>
    [
        Figure.Quality("auc", "AUC", quality.Auc),
        Figure.Quality("logLoss", "log loss", quality.LogLoss),
        Figure.Quality("aucRare", "AUC\nrare", quality.AucRare),
        Figure.Quality("aucPopular", "AUC\npopular", quality.AucPopular),
    ];
}
