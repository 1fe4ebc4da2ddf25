namespace ModelGen.Bench;

/// <summary>A user who has met an item.</summary>
public abstract class ElsaMeeting
{
    /// <summary>Number of the user.</summary>
    [User]
    public int User { get; set; }

    /// <summary>Number of the item.</summary>
    [Item]
    public int Item { get; set; }
}

/// <summary>Dense rows; scores clipped at zero, as the peer does.</summary>
[EmbeddingModel, Elsa(Clip = ScoreClip.Relu), Full(Dimension = 4096)]
public sealed partial class ElsaDense : ElsaMeeting;

/// <summary>128 of 4,096 entries per row.</summary>
[EmbeddingModel, Elsa(Clip = ScoreClip.Relu), Sparse(Dimension = 4096, Kept = 128)]
public sealed partial class ElsaKept128 : ElsaMeeting;

/// <summary>16 of 4,096 entries per row.</summary>
[EmbeddingModel, Elsa(Clip = ScoreClip.Relu), Sparse(Dimension = 4096, Kept = 16)]
public sealed partial class ElsaKept16 : ElsaMeeting;
