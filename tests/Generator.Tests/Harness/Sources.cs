namespace ModelGen.Generator.Tests.Harness;

/// <summary>Annotated classes that several tests start from.</summary>
public static class Sources
{
    /// <summary>A small DLRM with MLET tables: two numeric inputs, two categorical ones of which one is a bag.</summary>
    public const string Dlrm = """
        namespace Sample;

        [EmbeddingModel, Dlrm(Bottom = [8, 4], Top = [8]), Adagrad(LearningRate = 0.05f)]
        [MultiLayer(Dimension = 4, Inner = 16)]
        public partial class Click
        {
            [Label] public bool Clicked { get; set; }
            [Numeric(Transform = Transform.Log1p)] public float Price { get; set; }
            [Numeric] public int Age { get; set; }
            [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow)] public string User { get; set; } = "";
            [Categorical] public List<string> Tags { get; set; } = [];
        }
        """;

    /// <summary>A factorisation machine with quotient-remainder tables, bags of both poolings and a squared loss.</summary>
    public const string Fm = """
        namespace Sample;

        public enum Genre { Comedy, Drama, Horror }

        [EmbeddingModel(Loss = Loss.MeanSquaredError), FactorizationMachine, Adam]
        [QuotientRemainder(Dimension = 10, Buckets = 7)]
        public partial record Rating
        {
            [Label] public float Stars { get; init; }
            [Numeric(Transform = Transform.Standardize)] public double Year { get; init; }
            [Categorical(OutOfVocabulary = OutOfVocabulary.HashedBucket, Buckets = 5)] public int User { get; init; }
            [Categorical(Pooling = Pooling.Sum, OutOfVocabulary = OutOfVocabulary.Zero)] public Genre[] Genres { get; init; } = [];
            [Categorical(MinCount = 2, Separator = ';')] public IReadOnlyList<string> Cast { get; init; } = [];
            [Categorical, Full(Dimension = 10)] public bool Seen { get; init; }
        }
        """;

    /// <summary>A factorisation machine with quantised embeddings: two tiers, one tier, a bag.</summary>
    public const string Quantized = """
        namespace Sample;

        [EmbeddingModel, FactorizationMachine, Adam]
        [Quantized(Dimension = 8, Parts = 4, Choices = [256, 64], Tiers = [0.1f, 0.9f])]
        public partial class Play
        {
            [Label] public bool Finished { get; set; }
            [Categorical(OutOfVocabulary = OutOfVocabulary.SharedRow)] public string User { get; set; } = "";
            [Categorical(OutOfVocabulary = OutOfVocabulary.Zero), Quantized(Dimension = 8, Parts = 2, Choices = [16], Commitment = 0.25f)] public List<string> Tags { get; set; } = [];
        }
        """;

    /// <summary>A valid factorisation machine with the given class attributes and members beside its label.</summary>
    public const string Elsa = """
        using ModelGen;

        namespace Sample;

        [EmbeddingModel]
        [Elsa(Clip = ScoreClip.Relu)]
        public partial class Watching
        {
            [User] public int User { get; set; }

            [Item, Sparse(Dimension = 1024, Kept = 16)] public string Movie { get; set; } = "";
        }
        """;

    public static string Model(string attributes, string members) => $$"""
        [EmbeddingModel]
        {{attributes}}
        public partial class M
        {
            [Label] public bool Y { get; set; }
            {{members}}
        }
        """;

    /// <summary>Two categorical inputs that need an embedding from the class.</summary>
    public const string TwoCategoricals = "[Categorical] public int A { get; set; } [Categorical] public string B { get; set; } = \"\";";
}
