namespace ModelGen.Bench;

/// <summary>DLRM with multi-layer embeddings, the work of the peer's defaults.</summary>
[EmbeddingModel]
[Dlrm(Bottom = [512, 256, 64, 16], Top = [512, 256])]
[MultiLayer(Dimension = 16, Inner = 64)]
[Adagrad(LearningRate = 0.01f)]
public partial class CtrMlet : CtrFields;

/// <summary>The same with plain tables, the peer's --plain.</summary>
[EmbeddingModel]
[Dlrm(Bottom = [512, 256, 64, 16], Top = [512, 256])]
[Full(Dimension = 16)]
[Adagrad(LearningRate = 0.01f)]
public partial class CtrPlain : CtrFields;
