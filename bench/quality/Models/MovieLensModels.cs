using ModelGen.ClickThrough;

namespace ModelGen.Quality;

// One class per host, optimiser, served width and inner width (none: a plain table). Rates and sigma are given at run time.

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, Full(Dimension = 4)]
public sealed partial class MovieLensDlrmAdagrad4 : MovieLensExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, MultiLayer(Dimension = 4, Inner = 16)]
public sealed partial class MovieLensDlrmAdagrad4x16 : MovieLensExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, MultiLayer(Dimension = 4, Inner = 64)]
public sealed partial class MovieLensDlrmAdagrad4x64 : MovieLensExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, Full(Dimension = 8)]
public sealed partial class MovieLensDlrmAdagrad8 : MovieLensExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, MultiLayer(Dimension = 8, Inner = 16)]
public sealed partial class MovieLensDlrmAdagrad8x16 : MovieLensExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, MultiLayer(Dimension = 8, Inner = 64)]
public sealed partial class MovieLensDlrmAdagrad8x64 : MovieLensExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, Full(Dimension = 16)]
public sealed partial class MovieLensDlrmAdagrad16 : MovieLensExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, MultiLayer(Dimension = 16, Inner = 16)]
public sealed partial class MovieLensDlrmAdagrad16x16 : MovieLensExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Adagrad, MultiLayer(Dimension = 16, Inner = 64)]
public sealed partial class MovieLensDlrmAdagrad16x64 : MovieLensExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, Full(Dimension = 4)]
public sealed partial class MovieLensDlrmSgd4 : MovieLensExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, MultiLayer(Dimension = 4, Inner = 16)]
public sealed partial class MovieLensDlrmSgd4x16 : MovieLensExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, MultiLayer(Dimension = 4, Inner = 64)]
public sealed partial class MovieLensDlrmSgd4x64 : MovieLensExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, Full(Dimension = 8)]
public sealed partial class MovieLensDlrmSgd8 : MovieLensExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, MultiLayer(Dimension = 8, Inner = 16)]
public sealed partial class MovieLensDlrmSgd8x16 : MovieLensExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, MultiLayer(Dimension = 8, Inner = 64)]
public sealed partial class MovieLensDlrmSgd8x64 : MovieLensExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, Full(Dimension = 16)]
public sealed partial class MovieLensDlrmSgd16 : MovieLensExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, MultiLayer(Dimension = 16, Inner = 16)]
public sealed partial class MovieLensDlrmSgd16x16 : MovieLensExample;

[EmbeddingModel, Dlrm(Top = [64, 32]), Sgd, MultiLayer(Dimension = 16, Inner = 64)]
public sealed partial class MovieLensDlrmSgd16x64 : MovieLensExample;
