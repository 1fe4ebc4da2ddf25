namespace ModelGen.Bench;

/// <summary>Almost nothing but rows: two tables of a million rows of 64 floats, whose vectors are multiplied with each other.</summary>
[EmbeddingModel]
[FactorizationMachine]
[Full(Dimension = 64)]
[Adagrad(LearningRate = 0.01f)]
public partial class CudaRows
{
    /// <summary>The label.</summary>
    [Label]
    public bool Clicked { get; set; }

    /// <summary>An id.</summary>
    [Categorical(Cardinality = 1_000_000)]
    public int A { get; set; }

    /// <summary>Another id.</summary>
    [Categorical(Cardinality = 1_000_000)]
    public int B { get; set; }
}
