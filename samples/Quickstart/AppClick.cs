namespace ModelGen.Samples;

/// <summary>
/// Whether a user clicks on an app. Users and genres are trained as multi-layer embeddings (MLET), apps as a plain table; all of
/// them are served as plain tables of width 16.
/// </summary>
[EmbeddingModel(Loss = Loss.BinaryCrossEntropy)]
[Dlrm(Bottom = [64, 16], Top = [64, 32])]
[Adagrad(LearningRate = 0.02f)]
public partial class AppClick
{
    /// <summary>The label.</summary>
    [Label]
    public bool Clicked { get; set; }

    /// <summary>Age of the user in years.</summary>
    [Numeric(Transform = Transform.Standardize)]
    public float Age { get; set; }

    /// <summary>The user; those seen once share a row with the unknown ones.</summary>
    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow, MinCount = 2), MultiLayer(Dimension = 16, Inner = 64)]
    public string User { get; set; } = "";

    /// <summary>The app; an unknown one has the zero vector.</summary>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero), Full(Dimension = 16)]
    public int App { get; set; }

    /// <summary>Genres of the app.</summary>
    [Categorical(Pooling = Pooling.Mean), MultiLayer(Dimension = 16, Inner = 64)]
    public string[] Genres { get; set; } = [];
}
