using ModelGen;

/// <summary>A model outside any namespace.</summary>
[EmbeddingModel]
[FactorizationMachine]
public partial class GlobalModel
{
    [Label]
    public bool Clicked { get; set; }

    [Categorical, MultiLayer(Dimension = 4, Inner = 8)]
    public string User { get; set; } = "";

    [Categorical, Full(Dimension = 4)]
    public int Item { get; set; }
}
