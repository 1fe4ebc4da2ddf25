namespace ModelGen.ClickThrough;

// The features of a data set are on its base class; a derived class adds the host, the optimiser and the embedding of every feature.
// The rates and sigma are those that the reference results were tuned to at d = 8.

/// <summary>frappe with plain tables.</summary>
[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad(LearningRate = 0.1f), Full(Dimension = 8)]
public sealed partial class FrappeSingle : FrappeExample;

/// <summary>frappe with multi-layer embeddings.</summary>
[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad(LearningRate = 0.03f), MultiLayer(Dimension = 8, Inner = 64, Sigma = 0.5f)]
public sealed partial class FrappeMlet : FrappeExample;

/// <summary>The KDD Cup 2012 sample with plain tables.</summary>
[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad(LearningRate = 0.1f), Full(Dimension = 8)]
public sealed partial class Kdd12Single : Kdd12Example;

/// <summary>The KDD Cup 2012 sample with multi-layer embeddings.</summary>
[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad(LearningRate = 0.01f), MultiLayer(Dimension = 8, Inner = 64, Sigma = 0.25f)]
public sealed partial class Kdd12Mlet : Kdd12Example;

/// <summary>MovieLens 1M with plain tables.</summary>
[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad(LearningRate = 0.1f), Full(Dimension = 8)]
public sealed partial class MovieLensSingle : MovieLensExample;

/// <summary>MovieLens 1M with multi-layer embeddings.</summary>
[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad(LearningRate = 0.01f), MultiLayer(Dimension = 8, Inner = 64, Sigma = 0.25f)]
public sealed partial class MovieLensMlet : MovieLensExample;
