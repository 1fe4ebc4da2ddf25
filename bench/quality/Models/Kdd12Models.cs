using ModelGen.ClickThrough;

namespace ModelGen.Quality;

// One class per host, optimiser, served width and inner width (none: a plain table). Rates and sigma are given at run time.

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, Full(Dimension = 4)]
public sealed partial class Kdd12DlrmAdagrad4 : Kdd12Example;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, MultiLayer(Dimension = 4, Inner = 16)]
public sealed partial class Kdd12DlrmAdagrad4x16 : Kdd12Example;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, MultiLayer(Dimension = 4, Inner = 64)]
public sealed partial class Kdd12DlrmAdagrad4x64 : Kdd12Example;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, Full(Dimension = 8)]
public sealed partial class Kdd12DlrmAdagrad8 : Kdd12Example;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, MultiLayer(Dimension = 8, Inner = 16)]
public sealed partial class Kdd12DlrmAdagrad8x16 : Kdd12Example;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, MultiLayer(Dimension = 8, Inner = 64)]
public sealed partial class Kdd12DlrmAdagrad8x64 : Kdd12Example;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, Full(Dimension = 16)]
public sealed partial class Kdd12DlrmAdagrad16 : Kdd12Example;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, MultiLayer(Dimension = 16, Inner = 16)]
public sealed partial class Kdd12DlrmAdagrad16x16 : Kdd12Example;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, MultiLayer(Dimension = 16, Inner = 64)]
public sealed partial class Kdd12DlrmAdagrad16x64 : Kdd12Example;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, Full(Dimension = 4)]
public sealed partial class Kdd12DlrmSgd4 : Kdd12Example;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, MultiLayer(Dimension = 4, Inner = 16)]
public sealed partial class Kdd12DlrmSgd4x16 : Kdd12Example;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, MultiLayer(Dimension = 4, Inner = 64)]
public sealed partial class Kdd12DlrmSgd4x64 : Kdd12Example;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, Full(Dimension = 8)]
public sealed partial class Kdd12DlrmSgd8 : Kdd12Example;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, MultiLayer(Dimension = 8, Inner = 16)]
public sealed partial class Kdd12DlrmSgd8x16 : Kdd12Example;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, MultiLayer(Dimension = 8, Inner = 64)]
public sealed partial class Kdd12DlrmSgd8x64 : Kdd12Example;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, Full(Dimension = 16)]
public sealed partial class Kdd12DlrmSgd16 : Kdd12Example;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, MultiLayer(Dimension = 16, Inner = 16)]
public sealed partial class Kdd12DlrmSgd16x16 : Kdd12Example;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, MultiLayer(Dimension = 16, Inner = 64)]
public sealed partial class Kdd12DlrmSgd16x64 : Kdd12Example;

[EmbeddingModel, FactorizationMachine, Adagrad, Full(Dimension = 4)]
public sealed partial class Kdd12FmAdagrad4 : Kdd12Example;

[EmbeddingModel, FactorizationMachine, Adagrad, MultiLayer(Dimension = 4, Inner = 16)]
public sealed partial class Kdd12FmAdagrad4x16 : Kdd12Example;

[EmbeddingModel, FactorizationMachine, Adagrad, MultiLayer(Dimension = 4, Inner = 64)]
public sealed partial class Kdd12FmAdagrad4x64 : Kdd12Example;

[EmbeddingModel, FactorizationMachine, Adagrad, Full(Dimension = 8)]
public sealed partial class Kdd12FmAdagrad8 : Kdd12Example;

[EmbeddingModel, FactorizationMachine, Adagrad, MultiLayer(Dimension = 8, Inner = 16)]
public sealed partial class Kdd12FmAdagrad8x16 : Kdd12Example;

[EmbeddingModel, FactorizationMachine, Adagrad, MultiLayer(Dimension = 8, Inner = 64)]
public sealed partial class Kdd12FmAdagrad8x64 : Kdd12Example;

[EmbeddingModel, FactorizationMachine, Adagrad, Full(Dimension = 16)]
public sealed partial class Kdd12FmAdagrad16 : Kdd12Example;

[EmbeddingModel, FactorizationMachine, Adagrad, MultiLayer(Dimension = 16, Inner = 16)]
public sealed partial class Kdd12FmAdagrad16x16 : Kdd12Example;

[EmbeddingModel, FactorizationMachine, Adagrad, MultiLayer(Dimension = 16, Inner = 64)]
public sealed partial class Kdd12FmAdagrad16x64 : Kdd12Example;

[EmbeddingModel, FactorizationMachine, Sgd, Full(Dimension = 4)]
public sealed partial class Kdd12FmSgd4 : Kdd12Example;

[EmbeddingModel, FactorizationMachine, Sgd, MultiLayer(Dimension = 4, Inner = 16)]
public sealed partial class Kdd12FmSgd4x16 : Kdd12Example;

[EmbeddingModel, FactorizationMachine, Sgd, MultiLayer(Dimension = 4, Inner = 64)]
public sealed partial class Kdd12FmSgd4x64 : Kdd12Example;

[EmbeddingModel, FactorizationMachine, Sgd, Full(Dimension = 8)]
public sealed partial class Kdd12FmSgd8 : Kdd12Example;

[EmbeddingModel, FactorizationMachine, Sgd, MultiLayer(Dimension = 8, Inner = 16)]
public sealed partial class Kdd12FmSgd8x16 : Kdd12Example;

[EmbeddingModel, FactorizationMachine, Sgd, MultiLayer(Dimension = 8, Inner = 64)]
public sealed partial class Kdd12FmSgd8x64 : Kdd12Example;

[EmbeddingModel, FactorizationMachine, Sgd, Full(Dimension = 16)]
public sealed partial class Kdd12FmSgd16 : Kdd12Example;

[EmbeddingModel, FactorizationMachine, Sgd, MultiLayer(Dimension = 16, Inner = 16)]
public sealed partial class Kdd12FmSgd16x16 : Kdd12Example;

[EmbeddingModel, FactorizationMachine, Sgd, MultiLayer(Dimension = 16, Inner = 64)]
public sealed partial class Kdd12FmSgd16x64 : Kdd12Example;
