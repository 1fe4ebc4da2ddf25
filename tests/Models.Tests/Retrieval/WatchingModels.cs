using ModelGen;

namespace ModelGen.Tests.Retrieval;

/// <summary>Dense rows of an odd width; its gradient can be read off a step of plain descent.</summary>
[EmbeddingModel, Elsa, Sgd(LearningRate = 1)]
public partial class DenseWatching
{
    [User] public int User { get; set; }

    [Item, Full(Dimension = 37)] public int Movie { get; set; }
}

/// <summary>Sparse rows without a clip.</summary>
[EmbeddingModel, Elsa, Sgd(LearningRate = 1)]
public partial class SparseWatching
{
    [User] public int User { get; set; }

    [Item, Sparse(Dimension = 96, Kept = 7)] public int Movie { get; set; }
}

/// <summary>Many panels of columns, the last one not full.</summary>
[EmbeddingModel, Elsa, Sgd(LearningRate = 1)]
public partial class BroadWatching
{
    [User] public int User { get; set; }

    [Item, Sparse(Dimension = 610, Kept = 50)] public int Movie { get; set; }
}

/// <summary>Scores clipped at zero.</summary>
[EmbeddingModel, Elsa(Clip = ScoreClip.Relu), Sgd(LearningRate = 1)]
public partial class ReluWatching
{
    [User] public int User { get; set; }

    [Item, Sparse(Dimension = 80, Kept = 20)] public int Movie { get; set; }
}

/// <summary>Scores clipped at zero and six.</summary>
[EmbeddingModel, Elsa(Clip = ScoreClip.Relu6), Sgd(LearningRate = 1)]
public partial class Relu6Watching
{
    [User] public int User { get; set; }

    [Item, Sparse(Dimension = 70, Kept = 30)] public int Movie { get; set; }
}

/// <summary>The optimiser of the method, text keys.</summary>
[EmbeddingModel, Elsa]
public partial class Listening
{
    [User] public string User { get; set; } = "";

    [Item, Sparse(Dimension = 128, Kept = 8)] public string Song { get; set; } = "";
}

/// <summary>The optimiser of the method on dense rows, more than a page of memory wide.</summary>
[EmbeddingModel, Elsa, NAdam(LearningRate = 0.1f)]
public partial class WideListening
{
    [User] public string User { get; set; } = "";

    [Item, Full(Dimension = 1024)] public string Song { get; set; } = "";
}

/// <summary>Items of a fixed range, some of which may never occur.</summary>
[EmbeddingModel, Elsa]
public partial class FixedListening
{
    [User] public int User { get; set; }

    [Item(Cardinality = 60), Sparse(Dimension = 70, Kept = 10)] public int Song { get; set; }
}

/// <summary>Dense rows.</summary>
[EmbeddingModel, Elsa]
public partial class DenseTwin
{
    [User] public int User { get; set; }

    [Item, Full(Dimension = 48)] public int Movie { get; set; }
}

/// <summary>Sparse rows that keep every entry.</summary>
[EmbeddingModel, Elsa]
public partial class SparseTwin
{
    [User] public int User { get; set; }

    [Item, Sparse(Dimension = 48, Kept = 48)] public int Movie { get; set; }
}

/// <summary>Few entries of many.</summary>
[EmbeddingModel, Elsa]
public partial class FixedWatching
{
    [User] public int User { get; set; }

    [Item(Cardinality = 150), Sparse(Dimension = 128, Kept = 4)] public int Movie { get; set; }
}
