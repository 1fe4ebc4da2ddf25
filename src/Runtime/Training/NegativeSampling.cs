namespace ModelGen;

/// <summary>How the negative items of a positive pair are drawn. An item the user has met in training is drawn again.</summary>
public enum NegativeSampling
{
    /// <summary>Every item of the vocabulary with the same probability.</summary>
    Uniform,

    /// <summary>Every item with a probability in proportion to its number of training pairs, raised to the power 0.75.</summary>
    Popularity,
}
