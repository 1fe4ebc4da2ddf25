namespace ModelGen.Samples;

// Which apps a user would click next, from those clicked so far: an autoencoder (ELSA), which has a vector for every app and none for users.

/// <summary>A user who has clicked on an app.</summary>
public abstract class AppTaken
{
    /// <summary>The user, who is the sum of the apps.</summary>
    [User]
    public int User { get; set; }

    /// <summary>The app; one that nobody has clicked on in training adds nothing.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.Zero)]
    public int App { get; set; }
}

/// <summary>Dense vectors of 64 floats.</summary>
[EmbeddingModel, Elsa, Full(Dimension = 64)]
public sealed partial class AppFinder : AppTaken;

/// <summary>Vectors of 128 entries of which training keeps the 16 largest of each app (compressed ELSA).</summary>
[EmbeddingModel, Elsa, Sparse(Dimension = 128, Kept = 16)]
public sealed partial class AppFinderSparse : AppTaken;
