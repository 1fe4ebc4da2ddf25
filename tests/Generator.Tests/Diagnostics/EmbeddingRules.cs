using Microsoft.CodeAnalysis;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Generator.Tests.Harness;

namespace ModelGen.Generator.Tests.Diagnostics;

/// <summary>Rules MG2001 to MG2012: embedding parameterisations.</summary>
[TestClass]
public sealed class EmbeddingRules
{
    private static string OnProperty(string embedding) =>
        Sources.Model("[FactorizationMachine, Full(Dimension = 4)]", Sources.TwoCategoricals + $"[Categorical, {embedding}] public int X {{ get; set; }}");

    [TestMethod]
    [DataRow("Full(Dimension = 0)", "Dimension = 0", "is 0")]
    [DataRow("Full(Dimension = 1025)", "Dimension = 1025", "is 1025")]
    [DataRow("Full(Dimension = int.MinValue)", "Dimension = int.MinValue", "is -2147483648")]
    [DataRow("Full", "Full", "is 0")]
    public void MG2001_a_dimension_out_of_range(string embedding, string underlined, string value) =>
        Verify.Diagnostic(OnProperty(embedding), "MG2001", underlined, "Dimension of [Full] on X", value, "1 to 1024");

    [TestMethod]
    public void MG2001_a_default_embedding_is_reported_once_and_not_per_feature() =>
        Verify.Diagnostic(Sources.Model("[FactorizationMachine, Full(Dimension = -1)]", Sources.TwoCategoricals), "MG2001", "Dimension = -1", "on M is -1");

    [TestMethod]
    [DataRow("MultiLayer(Dimension = 4)", "MultiLayer(Dimension = 4)", "is 0")]
    [DataRow("MultiLayer(Dimension = 4, Inner = 4097)", "Inner = 4097", "is 4097")]
    [DataRow("MultiLayer(Inner = -1, Dimension = 4)", "Inner = -1", "is -1")]
    public void MG2002_an_inner_dimension_out_of_range(string embedding, string underlined, string value) =>
        Verify.Diagnostic(OnProperty(embedding), "MG2002", underlined, "Inner of [MultiLayer] on X", value, "1 to 4096");

    [TestMethod]
    [DataRow("-0.5f", "is -0.5")]
    [DataRow("float.NaN", "is NaN")]
    [DataRow("float.PositiveInfinity", "is Infinity")]
    public void MG2003_a_sigma_that_is_no_spread(string sigma, string value) =>
        Verify.Diagnostic(OnProperty($"MultiLayer(Dimension = 4, Inner = 8, Sigma = {sigma})"), "MG2003", $"Sigma = {sigma}", "Sigma of [MultiLayer] on X", value, "positive number, or 0");

    [TestMethod]
    [DataRow("Hashed(Dimension = 4)", "Hashed(Dimension = 4)", "is 0")]
    [DataRow("Hashed(Dimension = 4, Rows = -7)", "Rows = -7", "is -7")]
    public void MG2004_a_hashed_table_without_rows(string embedding, string underlined, string value) =>
        Verify.Diagnostic(OnProperty(embedding), "MG2004", underlined, "Rows of [Hashed] on X", value, "at least 1");

    [TestMethod]
    [DataRow("QuotientRemainder(Dimension = 4)", "QuotientRemainder(Dimension = 4)", "is 0")]
    [DataRow("QuotientRemainder(Dimension = 4, Buckets = -7)", "Buckets = -7", "is -7")]
    public void MG2005_a_quotient_remainder_table_without_buckets(string embedding, string underlined, string value) =>
        Verify.Diagnostic(OnProperty(embedding), "MG2005", underlined, "Buckets of [QuotientRemainder] on X", value, "at least 1");

    [TestMethod]
    [DataRow("LowRank(Dimension = 4)", "LowRank(Dimension = 4)", "is 0")]
    [DataRow("LowRank(Dimension = 4, Rank = 5)", "Rank = 5", "is 5")]
    public void MG2006_a_rank_out_of_range(string embedding, string underlined, string value) =>
        Verify.Diagnostic(OnProperty(embedding), "MG2006", underlined, "Rank of [LowRank] on X", value, "1 to the Dimension, 4");

    [TestMethod]
    [DataRow("FactorizationMachine")]
    [DataRow("Dlrm(Top = [4])")]
    public void MG2007_embeddings_of_different_widths(string host) =>
        Verify.Diagnostic(
            Sources.Model($"[{host}, Full(Dimension = 4)]", Sources.TwoCategoricals + "[Categorical, Full(Dimension = 8)] public int X { get; set; }"),
            "MG2007", host, "X has Dimension 8 but A has 4", "same Dimension");

    [TestMethod]
    public void MG2008_warns_of_an_inner_dimension_below_the_dimension() =>
        Verify.Diagnostic(
            OnProperty("MultiLayer(Dimension = 4, Inner = 3)"), "MG2008", DiagnosticSeverity.Warning, "Inner = 3", "Inner of [MultiLayer] on X is 3, below its Dimension 4", "use at least 4");

    [TestMethod]
    public void MG2008_can_be_silenced_where_it_stands() =>
        Verify.Accepted("#pragma warning disable MG2008\n" + OnProperty("MultiLayer(Dimension = 4, Inner = 3)"));

    [TestMethod]
    [DataRow("Quantized(Dimension = 4)", "Quantized(Dimension = 4)", "is 0")]
    [DataRow("Quantized(Dimension = 4, Parts = 3)", "Parts = 3", "is 3")]
    [DataRow("Quantized(Dimension = 4, Parts = 8)", "Parts = 8", "is 8")]
    [DataRow("Quantized(Dimension = 4, Parts = -2)", "Parts = -2", "is -2")]
    public void MG2009_parts_that_do_not_divide_the_dimension(string embedding, string underlined, string value) =>
        Verify.Diagnostic(OnProperty(embedding), "MG2009", underlined, "Parts of [Quantized] on X", value, "divide the Dimension, 4");

    [TestMethod]
    [DataRow("[2]")]
    [DataRow("[100]")]
    [DataRow("[131072]")]
    [DataRow("[-4]")]
    [DataRow("[64, 256]", ", Tiers = [0.1f, 0.9f]")]
    [DataRow("[256, 3]", ", Tiers = [0.1f, 0.9f]")]
    public void MG2010_choices_that_are_no_falling_powers_of_two(string choices, string tiers = "") =>
        Verify.Diagnostic(OnProperty($"Quantized(Dimension = 4, Parts = 2, Choices = {choices}{tiers})"), "MG2010", $"Choices = {choices}", $"Choices of [Quantized] on X is {choices}", "power of two from 4 to 65536");

    [TestMethod]
    [DataRow("new int[0]")]
    [DataRow("null!")]
    public void MG2010_no_choices_at_all(string choices) =>
        Verify.Diagnostic(OnProperty($"Quantized(Dimension = 4, Parts = 2, Choices = {choices})"), "MG2010", $"Choices = {choices}", "Choices of [Quantized] on X is []");

    [TestMethod]
    [DataRow("[0.1f, 0.8f]", "is [0.1, 0.8] for 2")]
    [DataRow("[1]", "is [1] for 2")]
    [DataRow("[0.5f, 0.3f, 0.2f]", "is [0.5, 0.3, 0.2] for 2")]
    [DataRow("[1.5f, -0.5f]", "is [1.5, -0.5] for 2")]
    [DataRow("[float.NaN, 1]", "is [NaN, 1] for 2")]
    public void MG2011_tiers_that_are_no_shares(string tiers, string value) =>
        Verify.Diagnostic(OnProperty($"Quantized(Dimension = 4, Parts = 2, Choices = [256, 64], Tiers = {tiers})"), "MG2011", $"Tiers = {tiers}", "Tiers of [Quantized] on X", value, "together 1");

    [TestMethod]
    public void MG2011_tiers_are_missing() =>
        Verify.Diagnostic(
            OnProperty("Quantized(Dimension = 4, Parts = 2, Choices = [256, 64])"), "MG2011", "Quantized(Dimension = 4, Parts = 2, Choices = [256, 64])", "is [1] for 2");

    [TestMethod]
    [DataRow("-0.5f", "is -0.5")]
    [DataRow("float.NaN", "is NaN")]
    [DataRow("float.PositiveInfinity", "is Infinity")]
    public void MG2012_a_commitment_that_is_no_weight(string commitment, string value) =>
        Verify.Diagnostic(OnProperty($"Quantized(Dimension = 4, Parts = 2, Commitment = {commitment})"), "MG2012", $"Commitment = {commitment}", "Commitment of [Quantized] on X", value, "at least 0");

    [TestMethod]
    [DataRow("0", "is 0")]
    [DataRow("1", "is 1")]
    [DataRow("float.NaN", "is NaN")]
    public void MG2013_a_decay_that_is_no_share(string decay, string value) => Verify.Diagnostic(
        OnProperty($"Quantized(Dimension = 4, Parts = 2, Codebook = CodebookUpdate.MovingAverage, Decay = {decay})"), "MG2013", $"Decay = {decay}", "Decay of [Quantized] on X", value, "below 1");

    [TestMethod]
    public void MG2015_a_negative_number_of_steps() => Verify.Diagnostic(
        OnProperty("Quantized(Dimension = 4, Parts = 2, ReseedEvery = -5)"), "MG2015", "ReseedEvery = -5", "ReseedEvery of [Quantized] on X is -5", "0 for never");

    [TestMethod]
    [DataRow("[2]", "is [2] for 2 tiers")]
    [DataRow("[4, 3]", "is [4, 3] for 2 tiers")]
    [DataRow("[4, 0]", "is [4, 0] for 2 tiers")]
    public void MG2016_parts_per_tier_that_do_not_fit(string parts, string value) => Verify.Diagnostic(
        OnProperty($"Quantized(Dimension = 4, PartsPerTier = {parts}, Choices = [8, 4], Tiers = [0.5f, 0.5f], PrivateCodebooks = true)"), "MG2016", $"PartsPerTier = {parts}", "PartsPerTier of [Quantized] on X", value);

    [TestMethod]
    public void MG2014_parts_per_tier_beside_settings_that_contradict_them()
    {
        const string Tiers = "Choices = [8, 4], Tiers = [0.5f, 0.5f]";
        Verify.Diagnostic(OnProperty($"Quantized(Dimension = 4, PartsPerTier = [4, 2], {Tiers})"), "MG2014", "PartsPerTier = [4, 2]", "set PrivateCodebooks = true");
        Verify.Diagnostic(OnProperty($"Quantized(Dimension = 4, PartsPerTier = [4, 2], Parts = 2, {Tiers}, PrivateCodebooks = true)"), "MG2014", "Parts = 2", "beside PartsPerTier");
        Verify.Diagnostic(OnProperty($"Quantized(Dimension = 4, PartsPerTier = [4, 2], {Tiers}, PrivateCodebooks = true, SharedCodebook = true)"), "MG2014", "SharedCodebook = true", "parts of one width");
    }

    [TestMethod]
    public void MG2010_private_codebooks_that_are_too_many_together() => Verify.Diagnostic(
        OnProperty("Quantized(Dimension = 4, Parts = 2, Choices = [65536, 4], Tiers = [0.5f, 0.5f], PrivateCodebooks = true)"), "MG2010", "Choices = [65536, 4]", "together at most 65536");

    [TestMethod]
    [DataRow("0", "is 0")]
    [DataRow("-1", "is -1")]
    [DataRow("float.NaN", "is NaN")]
    [DataRow("float.PositiveInfinity", "is Infinity")]
    public void MG2017_a_temperature_that_does_not_divide(string temperature, string value) => Verify.Diagnostic(
        OnProperty($"Quantized(Dimension = 4, Parts = 2, Form = QuantizedForm.Softmax, Temperature = {temperature})"), "MG2017", $"Temperature = {temperature}", "Temperature of [Quantized] on X", value);

    [TestMethod]
    [DataRow("-1")]
    [DataRow("4097")]
    public void MG2018_an_inner_dimension_of_queries_out_of_range(string inner) => Verify.Diagnostic(
        OnProperty($"Quantized(Dimension = 4, Parts = 2, QueryInner = {inner})"), "MG2018", $"QueryInner = {inner}", "QueryInner of [Quantized] on X", $"is {inner}", "1 to 4096");

    [TestMethod]
    [DataRow("Temperature = 2", "Temperature = 2", "is for the softmax form")]
    [DataRow("Form = QuantizedForm.Softmax, Commitment = 1", "Commitment = 1", "nearest centroid")]
    [DataRow("Form = QuantizedForm.Softmax, Codebook = CodebookUpdate.MovingAverage", "Codebook = CodebookUpdate.MovingAverage", "nearest centroid")]
    [DataRow("Form = QuantizedForm.Softmax, ReseedEvery = 5", "ReseedEvery = 5", "nearest centroid")]
    [DataRow("PrivateCodebooks = true", "PrivateCodebooks = true", "is for several tiers")]
    [DataRow("Decay = 0.9f", "Decay = 0.9f", "is for moving averages")]
    public void MG2014_settings_that_do_not_go_together(string settings, string underlined, string rule) =>
        Verify.Diagnostic(OnProperty($"Quantized(Dimension = 4, Parts = 2, {settings})"), "MG2014", underlined, "of [Quantized] on X", rule);

    [TestMethod]
    [DataRow("Parts = 1")]
    [DataRow("Parts = 2, Codebook = CodebookUpdate.MovingAverage, ReseedEvery = 500")]
    [DataRow("PartsPerTier = [4, 2], Choices = [16, 16], Tiers = [0.5f, 0.5f], PrivateCodebooks = true")]
    [DataRow("Parts = 2, SharedCodebook = true, QueryInner = 8")]
    [DataRow("Parts = 2, Form = QuantizedForm.Softmax, Temperature = 0.5f")]
    [DataRow("Parts = 2, NormalizeScores = true, ReseedEvery = 5, SharedCodebook = true, QueryInner = 8")]
    [DataRow("Parts = 2, NormalizeScores = true, Form = QuantizedForm.Softmax")]
    [DataRow("PartsPerTier = [4, 2], Choices = [16, 16], Tiers = [0.5f, 0.5f], PrivateCodebooks = true, NormalizeScores = true, Codebook = CodebookUpdate.MovingAverage")]
    [DataRow("Parts = 4, Choices = [65536, 256, 256, 4], Tiers = [0.1f, 0.2f, 0.3f, 0.4f], Commitment = 0")]
    [DataRow("Parts = 2, Choices = [256, 64, 16], Tiers = [0.3333333f, 0.3333333f, 0.3333333f]")]
    public void Sound_quantised_embeddings_are_accepted(string settings) => Verify.Accepted(OnProperty($"Quantized(Dimension = 4, {settings})"));

    [TestMethod]
    [DataRow("0", "is 0")]
    [DataRow("1", "is 1")]
    [DataRow("65537", "is 65537")]
    public void MG2030_clusters_out_of_range(string clusters, string value) =>
        Verify.Diagnostic(OnProperty($"Clustered(Dimension = 4, Clusters = {clusters})"), "MG2030", $"Clusters = {clusters}", "Clusters of [Clustered] on X", value, "2 to 65536");

    [TestMethod]
    public void MG2030_clusters_are_missing() =>
        Verify.Diagnostic(OnProperty("Clustered(Dimension = 4)"), "MG2030", "Clustered(Dimension = 4)", "is 0");

    [TestMethod]
    [DataRow("0")]
    [DataRow("9")]
    public void MG2031_initial_clusters_out_of_range(string initial) =>
        Verify.Diagnostic(OnProperty($"Clustered(Dimension = 4, Clusters = 8, Initial = {initial})"), "MG2031", $"Initial = {initial}", $"is {initial}", "1 to the Clusters, 8");

    [TestMethod]
    [DataRow("SplitEvery")]
    [DataRow("ReassignEvery")]
    public void MG2032_an_interval_below_one(string interval) =>
        Verify.Diagnostic(OnProperty($"Clustered(Dimension = 4, Clusters = 8, {interval} = 0)"), "MG2032", $"{interval} = 0", $"{interval} of [Clustered] on X is 0");

    [TestMethod]
    [DataRow("-0.1f", "is -0.1")]
    [DataRow("1", "is 1")]
    [DataRow("float.NaN", "is NaN")]
    public void MG2033_a_chance_that_is_none(string keep, string value) =>
        Verify.Diagnostic(OnProperty($"Clustered(Dimension = 4, Clusters = 8, Keep = {keep})"), "MG2033", $"Keep = {keep}", value, "below 1");

    [TestMethod]
    [DataRow("0")]
    [DataRow("1025")]
    public void MG2034_interactions_out_of_range(string interactions) =>
        Verify.Diagnostic(OnProperty($"Clustered(Dimension = 4, Clusters = 8, Interactions = {interactions})"), "MG2034", $"Interactions = {interactions}", "1 to 1024");

    [TestMethod]
    public void MG2035_clusters_without_a_label() => Verify.Diagnostic(
        """
        [EmbeddingModel, Gmf, Full(Dimension = 4)]
        public partial class M
        {
            [User] public int A { get; set; }
            [Item, Clustered(Dimension = 4, Clusters = 8)] public int B { get; set; }
        }
        """, "MG2035", "M", "B is [Clustered] but M has no [Label]");

    [TestMethod]
    [DataRow("ResidualParts = 3", "ResidualParts = 3", "must be a divisor of the Dimension, 4")]
    [DataRow("ResidualParts = -1", "ResidualParts = -1", "must be a divisor")]
    [DataRow("ResidualParts = 2, ResidualChoices = 12", "ResidualChoices = 12", "must be a power of two")]
    [DataRow("ResidualChoices = 8", "ResidualChoices = 8", "set ResidualParts")]
    [DataRow("PersonalFrom = -1", "PersonalFrom = -1", "must be the step")]
    [DataRow("PersonalFrom = 5, Pull = -1", "Pull = -1", "must be a finite number of at least 0")]
    [DataRow("Pull = 5", "Pull = 5", "set PersonalFrom")]
    public void MG2036_a_residual_that_does_not_fit(string settings, string underlined, string rule) =>
        Verify.Diagnostic(OnProperty($"Clustered(Dimension = 4, Clusters = 8, {settings})"), "MG2036", underlined, "of [Clustered] on X", rule);

    [TestMethod]
    public void MG2036_codes_and_vectors_of_the_ids_own() => Verify.Diagnostic(
        """
        [EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization]
        public partial class M
        {
            [User, Full(Dimension = 4)] public int A { get; set; }
            [Item, Clustered(Dimension = 4, Clusters = 8, PersonalFrom = 5, ResidualParts = 2)] public int B { get; set; }
            [Label] public float C { get; set; }
        }
        """, "MG2036", "ResidualParts = 2", "keep one of them");

    [TestMethod]
    public void MG3034_vectors_of_the_ids_own_without_a_factorisation() => Verify.Diagnostic(
        """
        [EmbeddingModel, Gmf]
        public partial class M
        {
            [User, Full(Dimension = 4)] public int A { get; set; }
            [Item, Clustered(Dimension = 4, Clusters = 8, PersonalFrom = 5)] public int B { get; set; }
            [Label] public bool C { get; set; }
        }
        """, "MG3034", "Gmf", "B has PersonalFrom but M is no [MatrixFactorization]");

    [TestMethod]
    public void MG3032_codes_cannot_be_kept_non_negative() => Verify.Diagnostic(
        """
        [EmbeddingModel(Loss = Loss.MeanSquaredError), MatrixFactorization(NonNegative = true)]
        public partial class M
        {
            [User, Full(Dimension = 4)] public int A { get; set; }
            [Item, Clustered(Dimension = 4, Clusters = 8, ResidualParts = 2)] public int B { get; set; }
            [Label] public float C { get; set; }
        }
        """, "MG3032", "NonNegative = true", "does not apply to B");
}
