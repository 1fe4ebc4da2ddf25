namespace ModelGen.Samples;

/// <summary>The same model with users as clusters (CEL): 64 vectors that all users share, and which one is a user's is learned beside them.</summary>
[EmbeddingModel(Loss = Loss.BinaryCrossEntropy)]
[Dlrm(Bottom = [64, 16], Top = [64, 32])]
[Adagrad(LearningRate = 0.02f)]
public partial class AppClickClustered
{
    /// <summary>The label.</summary>
    [Label]
    public bool Clicked { get; set; }

    /// <summary>Age of the user in years.</summary>
    [Numeric(Transform = Transform.Standardize)]
    public float Age { get; set; }

    /// <summary>The user; those seen once share a cluster with the unknown ones.</summary>
    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow, MinCount = 2), Clustered(Dimension = 16, Clusters = 64, SplitEvery = 20, ReassignEvery = 250)]
    public string User { get; set; } = "";

    /// <summary>The app; an unknown one has the zero vector.</summary>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero), Full(Dimension = 16)]
    public int App { get; set; }

    /// <summary>Genres of the app.</summary>
    [Categorical(Pooling = Pooling.Mean), Full(Dimension = 16)]
    public string[] Genres { get; set; } = [];
}
