using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace ModelGen.Generator.Diagnostics;

/// <summary>
/// Every rule: 0xxx general, 1xxx features, 2xxx embeddings, 3xxx hosts and optimisers, 9xxx internal.
/// A message says what is wrong, the offending value, the allowed range and the fix. docs/rules has a page for each.
/// </summary>
public static class Descriptors
{
    public const string Summary = "MG0001";
    public const string NotPartial = "MG0002";
    public const string UnsupportedClass = "MG0003";
    public const string UndefinedValue = "MG0004";
    public const string MissingLabel = "MG1001";
    public const string TwoLabels = "MG1002";
    public const string LabelType = "MG1003";
    public const string NumericType = "MG1004";
    public const string CategoricalType = "MG1005";
    public const string TwoRoles = "MG1006";
    public const string NoCategorical = "MG1007";
    public const string Unreadable = "MG1008";
    public const string MinCount = "MG1009";
    public const string Cardinality = "MG1010";
    public const string Buckets = "MG1011";
    public const string EmbeddingWithoutCategorical = "MG1012";
    public const string NoEmbedding = "MG1013";
    public const string TwoEmbeddings = "MG1014";
    public const string DuplicateColumn = "MG1015";
    public const string ReservedName = "MG1016";
    public const string RoleOfBag = "MG1017";
    public const string RoleTwice = "MG1018";
    public const string TimestampType = "MG1019";
    public const string TwoTimestamps = "MG1020";
    public const string Dimension = "MG2001";
    public const string Inner = "MG2002";
    public const string Sigma = "MG2003";
    public const string HashedRows = "MG2004";
    public const string QuotientBuckets = "MG2005";
    public const string Rank = "MG2006";
    public const string WidthMismatch = "MG2007";
    public const string InnerBelowDimension = "MG2008";
    public const string Parts = "MG2009";
    public const string Choices = "MG2010";
    public const string Tiers = "MG2011";
    public const string Commitment = "MG2012";
    public const string Decay = "MG2013";
    public const string QuantizedSettings = "MG2014";
    public const string ReseedEvery = "MG2015";
    public const string PartsPerTier = "MG2016";
    public const string Temperature = "MG2017";
    public const string QueryInner = "MG2018";
    public const string Clusters = "MG2030";
    public const string InitialClusters = "MG2031";
    public const string ClusterInterval = "MG2032";
    public const string Keep = "MG2033";
    public const string Interactions = "MG2034";
    public const string ClustersWithoutLabel = "MG2035";
    public const string Residual = "MG2036";
    public const string Kept = "MG2040";
    public const string SparseHost = "MG2041";
    public const string NoHost = "MG3001";
    public const string TwoHosts = "MG3002";
    public const string BottomWithoutNumerics = "MG3003";
    public const string BottomWidth = "MG3004";
    public const string TowerWidth = "MG3005";
    public const string TwoOptimizers = "MG3006";
    public const string LearningRate = "MG3007";
    public const string OptimizerConstant = "MG3008";
    public const string TooFewVectors = "MG3009";
    public const string ModelTooLarge = "MG3010";
    public const string ElsaFeatures = "MG3040";
    public const string ElsaLabel = "MG3041";
    public const string ElsaEmbedding = "MG3042";
    public const string ElsaUnknown = "MG3043";
    public const string LossOfHost = "MG3044";
    public const string ElsaOptimizer = "MG3045";
    public const string RolesMissing = "MG3011";
    public const string InputBesidePair = "MG3012";
    public const string Factors = "MG3013";
    public const string HiddenMissing = "MG3014";
    public const string RankingLoss = "MG3015";
    public const string L2 = "MG3030";
    public const string NonNegativeBiases = "MG3031";
    public const string NonNegativeForm = "MG3032";
    public const string FactorizationLoss = "MG3033";
    public const string PersonalHost = "MG3034";
    public const string Internal = "MG9000";

    public static IReadOnlyDictionary<string, DiagnosticDescriptor> All { get; } = new[]
    {
        Rule(Summary, "Model compiled", "{0}", DiagnosticSeverity.Hidden),
        Rule(NotPartial, "Model class must be partial", "{0} carries [EmbeddingModel] but is not partial; add the partial modifier so that the trainer can be generated into it"),
        Rule(UnsupportedClass, "Model class has an unsupported form", "{0} is {1}; an [EmbeddingModel] must be a top-level, non-static, non-generic class or record class that other files can extend and whose name is no C# keyword"),
        Rule(UndefinedValue, "Value is not defined", "{0} of [{1}] on {2} is {3}, which is not a member of the enum; it must be one of {4}"),
        Rule(MissingLabel, "Label is missing", "{0} has no [Label]; mark exactly one bool or number property as the value to predict, or mark a [User] and an [Item] if every row is a positive pair"),
        Rule(TwoLabels, "Two labels", "{0} is a second [Label]; {1} has that role already and a model has exactly one, so remove one of them"),
        Rule(LabelType, "Label has an unsupported type", "[Label] {0} has type {1}; use bool, an integer, float or double"),
        Rule(NumericType, "Numeric input has an unsupported type", "[Numeric] {0} has type {1}; use float, double or an integer, or [Categorical] for ids"),
        Rule(CategoricalType, "Categorical input has an unsupported type", "[Categorical] {0} has type {1}; use string, bool, an enum, byte to long, or an array, List or IReadOnlyList of them"),
        Rule(TwoRoles, "Property has two roles", "{0} carries {1}; a property is a label, a timestamp, a numeric or a categorical input, so keep one of the attributes"),
        Rule(NoCategorical, "No categorical input", "{0} has no [Categorical] property; an embedding model needs at least one"),
        Rule(Unreadable, "Property cannot be read", "{0} is {1}; a feature must be an instance property with a getter that the model class can call"),
        Rule(MinCount, "MinCount is out of range", "MinCount of {0} is {1}; it must be at least 1 (1 keeps every value seen in training)"),
        Rule(Cardinality, "Cardinality is out of range", "Cardinality of {0} is {1} and its values are {2}; it must be 0 (build a vocabulary) or, on an integer property, 1 to 2147483647"),
        Rule(Buckets, "Buckets is out of range", "Buckets of {0} is {1}; it must be at least 1"),
        Rule(EmbeddingWithoutCategorical, "Embedding without a categorical input", "{0} carries [{1}] but not [Categorical]; add [Categorical] or remove the embedding"),
        Rule(NoEmbedding, "Categorical input without an embedding", "{0} has no embedding and {1} has no default; add [Full], [MultiLayer], [Hashed], [QuotientRemainder], [LowRank], [Quantized], [Clustered] or [Sparse] to the property or to the class"),
        Rule(TwoEmbeddings, "Two embeddings", "{0} carries [{1}] and [{2}]; keep one embedding"),
        Rule(DuplicateColumn, "Two properties read one column", "{0} and {1} both read column '{2}' (case is ignored); give one of them another Column"),
        Rule(ReservedName, "Name is used by the generated code", "{0} of {1} has the name of something that the generated code declares or uses; rename it, and if it is a feature set Column = \"{0}\" to keep its column"),
        Rule(RoleOfBag, "Role of a bag", "[{1}] {0} holds several values; a user or an item is one value per row, so give it a single-valued type or use [Categorical]"),
        Rule(RoleTwice, "Role taken twice", "{0} is a second [{2}]; {1} has that role already and a model has at most one, so use [Categorical] for one of them"),
        Rule(TimestampType, "Timestamp has an unsupported type", "[Timestamp] {0} has type {1}; use int, long, float, double, DateTime or DateTimeOffset"),
        Rule(TwoTimestamps, "Two timestamps", "{0} is a second [Timestamp]; {1} has that role already and a model has at most one, so remove one of them"),
        Rule(Dimension, "Dimension is out of range", "Dimension of [{0}] on {1} is {2}; it must be 1 to {3}"),
        Rule(Inner, "Inner is out of range", "Inner of [MultiLayer] on {0} is {1}; the inner dimension k must be 1 to 4096, normally at least Dimension"),
        Rule(Sigma, "Sigma is out of range", "Sigma of [MultiLayer] on {0} is {1}; it must be a positive number, or 0 for the paper's default"),
        Rule(HashedRows, "Rows is out of range", "Rows of [Hashed] on {0} is {1}; it must be at least 1"),
        Rule(QuotientBuckets, "Buckets is out of range", "Buckets of [QuotientRemainder] on {0} is {1}; it must be at least 1"),
        Rule(Rank, "Rank is out of range", "Rank of [LowRank] on {0} is {1}; it must be 1 to the Dimension, {2}"),
        Rule(WidthMismatch, "Embedding widths differ", "{0} has Dimension {1} but {2} has {3}; {4} takes inner products of all vectors, so give every feature the same Dimension"),
        Rule(InnerBelowDimension, "Inner is below Dimension", "Inner of [MultiLayer] on {0} is {1}, below its Dimension {2}; directions beyond k are never updated to first order (MLET, Theorem 1), so use at least {2}", DiagnosticSeverity.Warning),
        Rule(Parts, "Parts does not divide Dimension", "Parts of [Quantized] on {0} is {1}; it must be at least 1 and divide the Dimension, {2}, so that every part has the same width"),
        Rule(Choices, "Choices is out of range", "Choices of [Quantized] on {0} is {1}; give one number of centroids per tier, each a power of two from 4 to 65536 and none above the one before it, such as [256, 64], and together at most 65536 with PrivateCodebooks"),
        Rule(Tiers, "Tiers do not fit", "Tiers of [Quantized] on {0} is {1} for {2} Choices; give one positive share of the ids per entry of Choices, the most frequent ids first and together 1, such as [0.1f, 0.9f]"),
        Rule(Commitment, "Commitment is out of range", "Commitment of [Quantized] on {0} is {1}; it must be a finite number of at least 0, normally 0.25 to 1"),
        Rule(Decay, "Decay is out of range", "Decay of [Quantized] on {0} is {1}; it must be above 0 and below 1, such as 0.99"),
        Rule(QuantizedSettings, "Settings of a quantised embedding do not go together", "{0} of [Quantized] on {1} {2}"),
        Rule(ReseedEvery, "ReseedEvery is out of range", "ReseedEvery of [Quantized] on {0} is {1}; it must be a number of steps of at least 1, or 0 for never"),
        Rule(PartsPerTier, "PartsPerTier does not fit", "PartsPerTier of [Quantized] on {0} is {1} for {2} tiers; give one number of parts per entry of Choices, each at least 1 and a divisor of the Dimension, {3}"),
        Rule(Temperature, "Temperature is out of range", "Temperature of [Quantized] on {0} is {1}; it must be a positive finite number, normally 1"),
        Rule(QueryInner, "QueryInner is out of range", "QueryInner of [Quantized] on {0} is {1}; the inner dimension of the queries must be 1 to 4096, or 0 for a plain table of queries"),
        Rule(Clusters, "Clusters is out of range", "Clusters of [Clustered] on {0} is {1}; it must be 2 to 65536, and at most the number of ids"),
        Rule(InitialClusters, "Initial is out of range", "Initial of [Clustered] on {0} is {1}; it must be 1 to the Clusters, {2}"),
        Rule(ClusterInterval, "Interval of clusters is out of range", "{0} of [Clustered] on {1} is {2}; it counts optimiser steps and must be at least 1"),
        Rule(Keep, "Keep is out of range", "Keep of [Clustered] on {0} is {1}; it must be at least 0 and below 1"),
        Rule(Interactions, "Interactions is out of range", "Interactions of [Clustered] on {0} is {1}; it must be 1 to 1024"),
        Rule(ClustersWithoutLabel, "Clusters need a label", "{0} is [Clustered] but {1} has no [Label]; splits and reassignments measure the loss of an id's own examples, so mark a label or use another embedding"),
        Rule(Residual, "Residual of clusters does not fit", "{0} of [Clustered] on {1} {2}"),
        Rule(Kept, "Kept is out of range", "Kept of [Sparse] on {0} is {1}; it must be 1 to the Dimension, {2}, which keeps every entry"),
        Rule(SparseHost, "Sparse needs ELSA", "{0} carries [Sparse] but {1} is no [Elsa] model; sparse rows are trained by [Elsa] on its [Item] only, so use another embedding here"),
        Rule(NoHost, "Host is missing", "{0} does not say how its features meet; add [Dlrm], [FactorizationMachine], for a user and an item [Gmf], [NeuMf], [TwoTower] or [MatrixFactorization], or for retrieval [Elsa]"),
        Rule(TwoHosts, "Two hosts", "{0} carries [{1}] and [{2}]; keep one host"),
        Rule(BottomWithoutNumerics, "Bottom tower does not fit the inputs", "Bottom of [Dlrm] on {0} has {1} layers but the model has {2} [Numeric] inputs; give a bottom tower exactly when there are numeric inputs"),
        Rule(BottomWidth, "Bottom tower has the wrong last width", "Bottom of [Dlrm] on {0} ends in width {1}; it must end in the embedding Dimension {2}, because its output meets the embeddings in inner products"),
        Rule(TowerWidth, "Tower width is out of range", "{0} of [{3}] on {1} contains {2}; layer widths must be 2 to 8192"),
        Rule(TwoOptimizers, "Two optimisers", "{0} carries [{1}] and [{2}]; keep one optimiser"),
        Rule(LearningRate, "Learning rate is out of range", "{0} of [{1}] on {2} is {3}; it must be a positive finite number{4}"),
        Rule(OptimizerConstant, "Optimiser constant is out of range", "{0} of [{1}] on {2} is {3}; it must be {4}"),
        Rule(TooFewVectors, "Too few vectors to interact", "{0} has {1} vector(s) to interact; [{2}] needs at least two, so add a [Categorical] input"),
        Rule(ModelTooLarge, "Dense parameters are too many", "{0} has {1} dense parameters in towers and factors; at most {2} fit one arena, so make Bottom, Top or Inner narrower, or Choices smaller"),
        Rule(ElsaFeatures, "Features do not fit ELSA", "{0} has {1}; an [Elsa] model has exactly one [User] and one [Item] and no other input, so mark those two and remove the rest"),
        Rule(ElsaLabel, "Label does not fit ELSA", "{0} has the [Label] {1}; every row of an [Elsa] model is a positive pair, so remove the label and leave out the negative rows"),
        Rule(ElsaEmbedding, "Embedding does not fit ELSA", "{0} carries [{1}]; in an [Elsa] model the [Item] takes [Full] or [Sparse] and the [User], the sum of its items, takes none"),
        Rule(ElsaUnknown, "Unknown values do not fit ELSA", "OutOfVocabulary of {0} is {1}; an [Elsa] model has no row for unknown values, so use Error or Zero (which leaves the pair out)"),
        Rule(LossOfHost, "Loss does not fit the host", "Loss of {0} is {1}; [{2}] {3}"),
        Rule(ElsaOptimizer, "Optimiser does not fit ELSA", "{0} carries [RowWiseAdagrad], which keeps one number per row; the rows of an [Elsa] model are updated entry by entry, so use [NAdam], [Adam], [Adagrad] or [Sgd]"),
        Rule(RolesMissing, "User or item is missing", "[{1}] on {0} scores a user with an item, but there is no {2}; mark the properties that say who and what with [User] and [Item]"),
        Rule(InputBesidePair, "Input has no place in the host", "[{1}] meets the [User] with the [Item] and takes nothing else, so {0} would be without effect; remove it, or use [Dlrm] or [FactorizationMachine]"),
        Rule(Factors, "Factors is out of range", "Factors of [NeuMf] on {0} is {1}; it must be 1 to {2}, so that both the product and the tower have a part of the vectors, or 0 for half"),
        Rule(HiddenMissing, "Hidden layers are missing", "[{1}] on {0} has no Hidden; give the widths of the layers, such as Hidden = [64, 32]"),
        Rule(RankingLoss, "Ranking loss does not fit the data", "Loss.BayesianPersonalizedRanking of {0} compares a positive pair with a sampled negative, but the model {1}; it needs a [User], an [Item] and no [Label]"),
        Rule(L2, "L2 is out of range", "{2} of [MatrixFactorization] on {0} is {1}; it must be a finite number of at least 0"),
        Rule(NonNegativeBiases, "NonNegative and Biases exclude each other", "[MatrixFactorization] on {0} has NonNegative and Biases; a non-negative factorisation explains the ratings without a mean and biases, so keep one of the two"),
        Rule(NonNegativeForm, "Embedding cannot be kept non-negative", "NonNegative of [MatrixFactorization] on {0} does not apply to {1}, which is [{2}]; use [Full], [Hashed] or [Clustered] without codes there, or leave NonNegative out"),
        Rule(FactorizationLoss, "Matrix factorisation needs the squared error", "{0} {1}; [MatrixFactorization] predicts ratings, so give it a [Label] and set Loss = Loss.MeanSquaredError"),
        Rule(PersonalHost, "Vectors of the ids' own need a factorisation", "{0} has PersonalFrom but {1} is no [MatrixFactorization]; that phase runs on all ratings of a factorisation at once, so use it there, or ResidualParts here"),
        Rule(Internal, "Internal error of the generator", "ModelGen could not compile {0}: {1}. This is a defect of ModelGen, please report it with the annotated class"),
    }.ToDictionary(rule => rule.Id);

    private static DiagnosticDescriptor Rule(string id, string title, string message, DiagnosticSeverity severity = DiagnosticSeverity.Error) =>
        new(id, title, message, "ModelGen", severity, isEnabledByDefault: true, helpLinkUri: $"docs/rules/{id}.md");
}
