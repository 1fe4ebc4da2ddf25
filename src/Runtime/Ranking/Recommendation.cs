namespace ModelGen;

/// <summary>An item of a list.</summary>
/// <param name="Id">Its id in the vocabulary: items are numbered by descending training frequency.</param>
/// <param name="Item">Its key as text.</param>
/// <param name="Score">Its score: a probability under binary cross-entropy, else the raw output.</param>
public readonly record struct Recommendation(int Id, string Item, float Score);
