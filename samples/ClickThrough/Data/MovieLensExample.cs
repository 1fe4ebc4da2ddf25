namespace ModelGen.ClickThrough;

/// <summary>One rating of MovieLens 1M, joined with its user and movie; a rating of 4 or 5 stars counts as a click.</summary>
public abstract class MovieLensExample
{
    [Label]
    public bool Liked { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)]
    public int User { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)]
    public int Movie { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)]
    public string Gender { get; set; } = "";

    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)]
    public int Age { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)]
    public int Occupation { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)]
    public string Zip { get; set; } = "";

    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero, Pooling = Pooling.Mean)]
    public string[] Genres { get; set; } = [];
}
