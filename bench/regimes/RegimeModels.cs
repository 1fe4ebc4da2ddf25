namespace ModelGen.Regimes;

// One class per optimiser, width and form, since these are constants of the compiled code. All have the same inputs and the same host,
// a factorisation machine, which has exactly the form of the planted truth.

/// <summary>A plain table, d = 2, SGD.</summary>
[EmbeddingModel, FactorizationMachine, Sgd, Full(Dimension = 2)]
public partial class SgdSingle2 : IPlantedModel
{
    /// <inheritdoc/>
    [Label] public bool Clicked { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int User { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int App { get; set; }
}

/// <summary>MLET with k = 32, d = 2, SGD.</summary>
[EmbeddingModel, FactorizationMachine, Sgd, MultiLayer(Dimension = 2, Inner = 32)]
public partial class SgdMlet2 : IPlantedModel
{
    /// <inheritdoc/>
    [Label] public bool Clicked { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int User { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int App { get; set; }
}

/// <summary>A plain table, d = 4, SGD.</summary>
[EmbeddingModel, FactorizationMachine, Sgd, Full(Dimension = 4)]
public partial class SgdSingle4 : IPlantedModel
{
    /// <inheritdoc/>
    [Label] public bool Clicked { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int User { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int App { get; set; }
}

/// <summary>MLET with k = 32, d = 4, SGD.</summary>
[EmbeddingModel, FactorizationMachine, Sgd, MultiLayer(Dimension = 4, Inner = 32)]
public partial class SgdMlet4 : IPlantedModel
{
    /// <inheritdoc/>
    [Label] public bool Clicked { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int User { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int App { get; set; }
}

/// <summary>A plain table, d = 16, SGD.</summary>
[EmbeddingModel, FactorizationMachine, Sgd, Full(Dimension = 16)]
public partial class SgdSingle16 : IPlantedModel
{
    /// <inheritdoc/>
    [Label] public bool Clicked { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int User { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int App { get; set; }
}

/// <summary>MLET with k = 32, d = 16, SGD.</summary>
[EmbeddingModel, FactorizationMachine, Sgd, MultiLayer(Dimension = 16, Inner = 32)]
public partial class SgdMlet16 : IPlantedModel
{
    /// <inheritdoc/>
    [Label] public bool Clicked { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int User { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int App { get; set; }
}

/// <summary>A plain table, d = 2, Adagrad.</summary>
[EmbeddingModel, FactorizationMachine, Adagrad, Full(Dimension = 2)]
public partial class AdagradSingle2 : IPlantedModel
{
    /// <inheritdoc/>
    [Label] public bool Clicked { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int User { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int App { get; set; }
}

/// <summary>MLET with k = 32, d = 2, Adagrad.</summary>
[EmbeddingModel, FactorizationMachine, Adagrad, MultiLayer(Dimension = 2, Inner = 32)]
public partial class AdagradMlet2 : IPlantedModel
{
    /// <inheritdoc/>
    [Label] public bool Clicked { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int User { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int App { get; set; }
}

/// <summary>A plain table, d = 4, Adagrad.</summary>
[EmbeddingModel, FactorizationMachine, Adagrad, Full(Dimension = 4)]
public partial class AdagradSingle4 : IPlantedModel
{
    /// <inheritdoc/>
    [Label] public bool Clicked { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int User { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int App { get; set; }
}

/// <summary>MLET with k = 32, d = 4, Adagrad.</summary>
[EmbeddingModel, FactorizationMachine, Adagrad, MultiLayer(Dimension = 4, Inner = 32)]
public partial class AdagradMlet4 : IPlantedModel
{
    /// <inheritdoc/>
    [Label] public bool Clicked { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int User { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int App { get; set; }
}

/// <summary>A plain table, d = 16, Adagrad.</summary>
[EmbeddingModel, FactorizationMachine, Adagrad, Full(Dimension = 16)]
public partial class AdagradSingle16 : IPlantedModel
{
    /// <inheritdoc/>
    [Label] public bool Clicked { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int User { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int App { get; set; }
}

/// <summary>MLET with k = 32, d = 16, Adagrad.</summary>
[EmbeddingModel, FactorizationMachine, Adagrad, MultiLayer(Dimension = 16, Inner = 32)]
public partial class AdagradMlet16 : IPlantedModel
{
    /// <inheritdoc/>
    [Label] public bool Clicked { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int User { get; set; }

    /// <inheritdoc/>
    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)] public int App { get; set; }
}
