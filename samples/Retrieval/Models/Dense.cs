namespace ModelGen.Retrieval;

// ELSA with dense rows. The width is a literal of the generated kernels, so every width is a class of its own.

/// <summary>A user who has met an item.</summary>
public abstract class Meeting
{
    /// <summary>Number of the user.</summary>
    [User]
    public int User { get; set; }

    /// <summary>Number of the item. One that no training user has met adds nothing to a history.</summary>
    [Item(OutOfVocabulary = OutOfVocabulary.Zero)]
    public int Item { get; set; }
}

/// <summary>Rows of 8 floats, 32 bytes per item.</summary>
[EmbeddingModel, Elsa, Full(Dimension = 8)]
public sealed partial class Dense8 : Meeting;

/// <summary>Rows of 16 floats, 64 bytes per item.</summary>
[EmbeddingModel, Elsa, Full(Dimension = 16)]
public sealed partial class Dense16 : Meeting;

/// <summary>Rows of 32 floats, 128 bytes per item.</summary>
[EmbeddingModel, Elsa, Full(Dimension = 32)]
public sealed partial class Dense32 : Meeting;

/// <summary>Rows of 64 floats, 256 bytes per item.</summary>
[EmbeddingModel, Elsa, Full(Dimension = 64)]
public sealed partial class Dense64 : Meeting;

/// <summary>Rows of 128 floats, 512 bytes per item.</summary>
[EmbeddingModel, Elsa, Full(Dimension = 128)]
public sealed partial class Dense128 : Meeting;

/// <summary>Rows of 256 floats, 1,024 bytes per item.</summary>
[EmbeddingModel, Elsa, Full(Dimension = 256)]
public sealed partial class Dense256 : Meeting;

/// <summary>Rows of 512 floats, 2,048 bytes per item.</summary>
[EmbeddingModel, Elsa, Full(Dimension = 512)]
public sealed partial class Dense512 : Meeting;

/// <summary>Rows of 1,024 floats, 4,096 bytes per item.</summary>
[EmbeddingModel, Elsa, Full(Dimension = 1024)]
public sealed partial class Dense1024 : Meeting;

/// <summary>Rows of 4,096 floats, 16,384 bytes per item.</summary>
[EmbeddingModel, Elsa, Full(Dimension = 4096)]
public sealed partial class Dense4096 : Meeting;
