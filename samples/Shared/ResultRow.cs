namespace ModelGen.Samples;

/// <summary>One line of a sample's results: a model in its served form, measured on the test set. A null was not measured.</summary>
internal sealed record ResultRow
{
    /// <summary>Name of the method, such as "mlet".</summary>
    public required string Method { get; init; }

    /// <summary>Seed of the training run.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Epoch whose parameters are served, 1 for the first.</summary>
    public int? Epoch { get; init; }

    /// <summary>Area under the ROC curve.</summary>
    public double? Auc { get; init; }

    /// <summary>Mean binary cross-entropy, natural logarithm.</summary>
    public double? LogLoss { get; init; }

    /// <summary>Area under the ROC curve within the tenth of the examples with the rarest values.</summary>
    public double? AucRare { get; init; }

    /// <summary>Area under the ROC curve within the tenth of the examples with the most frequent values.</summary>
    public double? AucPopular { get; init; }

    /// <summary>Bytes of everything that serving needs.</summary>
    public long? Bytes { get; init; }

    /// <summary>Bytes of the embedding tables alone.</summary>
    public long? EmbeddingBytes { get; init; }

    /// <summary>Training examples per second, validation not counted.</summary>
    public double? RowsPerSecond { get; init; }

    /// <summary>Largest absolute difference between the scores of the ONNX file and of the collapsed model over the test set.</summary>
    public double? OnnxMaxDifference { get; init; }

    /// <summary>Area under the ROC curve of the scores that the ONNX file gave.</summary>
    public double? OnnxAuc { get; init; }

    /// <summary>Why the ONNX file was not run; null when it was.</summary>
    public string? OnnxNotRun { get; init; }

    /// <summary>Largest absolute difference between the scores of the inference assembly and of the collapsed model over the test set.</summary>
    public double? AssemblyMaxDifference { get; init; }

    /// <summary>Area under the ROC curve of the scores that the inference assembly gave.</summary>
    public double? AssemblyAuc { get; init; }
}
