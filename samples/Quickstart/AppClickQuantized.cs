namespace ModelGen.Samples;

/// <summary>
/// The same model with users and genres as quantised embeddings (MGQE): eight codes per value, of 6 bits for the most frequent tenth and of
/// 4 bits for the rest, and one codebook per input.
/// </summary>
[EmbeddingModel(Loss = Loss.BinaryCrossEntropy)]
[Dlrm(Bottom = [64, 16], Top = [64, 32])]
[Adagrad(LearningRate = 0.02f)]
public partial class AppClickQuantized
{
    /// <summary>The label.</summary>
    [Label]
    public bool Clicked { get; set; }

    /// <summary>Age of the user in years.</summary>
    [Numeric(Transform = Transform.Standardize)]
    public float Age { get; set; }

    /// <summary>The user; those seen once share a row with the unknown ones.</summary>
    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow, MinCount = 2), Quantized(Dimension = 16, Parts = 8, Choices = [64, 16], Tiers = [0.1f, 0.9f])]
    public string User { get; set; } = "";

    /// <summary>The app; an unknown one has the zero vector.</summary>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero), Full(Dimension = 16)]
    public int App { get; set; }

    /// <summary>Genres of the app.</summary>
    [Categorical(Pooling = Pooling.Mean), Quantized(Dimension = 16, Parts = 8, Choices = [16])]
    public string[] Genres { get; set; } = [];
}
