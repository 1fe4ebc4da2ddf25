namespace ModelGen.Bench;

/// <summary>A catalogue of a million items with sparse rows of 16 entries.</summary>
[EmbeddingModel, Elsa]
public partial class SparseCatalogue
{
    [User]
    public int User { get; set; }

    [Item(Cardinality = CatalogueData.Items), Sparse(Dimension = CatalogueData.Columns, Kept = CatalogueData.Kept)]
    public int Item { get; set; }
}

/// <summary>The same catalogue with dense rows, as narrow as MovieLens 1M needs them for the lists of 16 entries.</summary>
[EmbeddingModel, Elsa]
public partial class NarrowCatalogue
{
    [User]
    public int User { get; set; }

    [Item(Cardinality = CatalogueData.Items), Full(Dimension = 64)]
    public int Item { get; set; }
}

/// <summary>The same catalogue with dense rows, as wide as UCI Online Retail needs them.</summary>
[EmbeddingModel, Elsa]
public partial class WideCatalogue
{
    [User]
    public int User { get; set; }

    [Item(Cardinality = CatalogueData.Items), Full(Dimension = 256)]
    public int Item { get; set; }
}

/// <summary>Matrix factorisation over a million items served as codes.</summary>
[EmbeddingModel, Gmf]
public partial class CodedCatalogue
{
    [User(Cardinality = 1000), Full(Dimension = 64)]
    public int User { get; set; }

    [Item(Cardinality = CatalogueData.Items), Quantized(Dimension = 64, Parts = 16, Choices = [256])]
    public int Item { get; set; }
}

/// <summary>The same catalogue served as floats.</summary>
[EmbeddingModel, Gmf]
public partial class FloatCatalogue
{
    [User(Cardinality = 1000), Full(Dimension = 64)]
    public int User { get; set; }

    [Item(Cardinality = CatalogueData.Items), Full(Dimension = 64)]
    public int Item { get; set; }
}

/// <summary>Half a million users with text keys: a model of about 50 MB whose vocabulary has to be read.</summary>
[EmbeddingModel]
[Dlrm(Bottom = [64, 16], Top = [64, 32])]
[Full(Dimension = 16)]
public partial class KeyedClick
{
    [Label]
    public bool Clicked { get; set; }

    [Numeric]
    public float Age { get; set; }

    [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow)]
    public string User { get; set; } = "";

    [Categorical(OutOfVocabulary = OutOfVocabulary.Zero)]
    public long App { get; set; }
}
