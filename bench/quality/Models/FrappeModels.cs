using ModelGen.ClickThrough;

namespace ModelGen.Quality;

// One class per host, optimiser, served width and inner width (none: a plain table). Rates and sigma are given at run time.

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, Full(Dimension = 4)]
public sealed partial class FrappeDlrmAdagrad4 : FrappeExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, MultiLayer(Dimension = 4, Inner = 16)]
public sealed partial class FrappeDlrmAdagrad4x16 : FrappeExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, MultiLayer(Dimension = 4, Inner = 64)]
public sealed partial class FrappeDlrmAdagrad4x64 : FrappeExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, Full(Dimension = 8)]
public sealed partial class FrappeDlrmAdagrad8 : FrappeExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, MultiLayer(Dimension = 8, Inner = 16)]
public sealed partial class FrappeDlrmAdagrad8x16 : FrappeExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, MultiLayer(Dimension = 8, Inner = 64)]
public sealed partial class FrappeDlrmAdagrad8x64 : FrappeExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, Full(Dimension = 16)]
public sealed partial class FrappeDlrmAdagrad16 : FrappeExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, MultiLayer(Dimension = 16, Inner = 16)]
public sealed partial class FrappeDlrmAdagrad16x16 : FrappeExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, MultiLayer(Dimension = 16, Inner = 64)]
public sealed partial class FrappeDlrmAdagrad16x64 : FrappeExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, Full(Dimension = 4)]
public sealed partial class FrappeDlrmSgd4 : FrappeExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, MultiLayer(Dimension = 4, Inner = 16)]
public sealed partial class FrappeDlrmSgd4x16 : FrappeExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, MultiLayer(Dimension = 4, Inner = 64)]
public sealed partial class FrappeDlrmSgd4x64 : FrappeExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, Full(Dimension = 8)]
public sealed partial class FrappeDlrmSgd8 : FrappeExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, MultiLayer(Dimension = 8, Inner = 16)]
public sealed partial class FrappeDlrmSgd8x16 : FrappeExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, MultiLayer(Dimension = 8, Inner = 64)]
public sealed partial class FrappeDlrmSgd8x64 : FrappeExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, Full(Dimension = 16)]
public sealed partial class FrappeDlrmSgd16 : FrappeExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, MultiLayer(Dimension = 16, Inner = 16)]
public sealed partial class FrappeDlrmSgd16x16 : FrappeExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, MultiLayer(Dimension = 16, Inner = 64)]
public sealed partial class FrappeDlrmSgd16x64 : FrappeExample;

[EmbeddingModel, FactorizationMachine, Adagrad, Full(Dimension = 4)]
public sealed partial class FrappeFmAdagrad4 : FrappeExample;

[EmbeddingModel, FactorizationMachine, Adagrad, MultiLayer(Dimension = 4, Inner = 16)]
public sealed partial class FrappeFmAdagrad4x16 : FrappeExample;

[EmbeddingModel, FactorizationMachine, Adagrad, MultiLayer(Dimension = 4, Inner = 64)]
public sealed partial class FrappeFmAdagrad4x64 : FrappeExample;

[EmbeddingModel, FactorizationMachine, Adagrad, Full(Dimension = 8)]
public sealed partial class FrappeFmAdagrad8 : FrappeExample;

[EmbeddingModel, FactorizationMachine, Adagrad, MultiLayer(Dimension = 8, Inner = 16)]
public sealed partial class FrappeFmAdagrad8x16 : FrappeExample;

[EmbeddingModel, FactorizationMachine, Adagrad, MultiLayer(Dimension = 8, Inner = 64)]
public sealed partial class FrappeFmAdagrad8x64 : FrappeExample;

[EmbeddingModel, FactorizationMachine, Adagrad, Full(Dimension = 16)]
public sealed partial class FrappeFmAdagrad16 : FrappeExample;

[EmbeddingModel, FactorizationMachine, Adagrad, MultiLayer(Dimension = 16, Inner = 16)]
public sealed partial class FrappeFmAdagrad16x16 : FrappeExample;

[EmbeddingModel, FactorizationMachine, Adagrad, MultiLayer(Dimension = 16, Inner = 64)]
public sealed partial class FrappeFmAdagrad16x64 : FrappeExample;
