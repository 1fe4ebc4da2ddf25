using System.Globalization;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Generator.Tests.Harness;

namespace ModelGen.Generator.Tests.Diagnostics;

/// <summary>Rules MG3001 to MG3015: hosts and optimisers.</summary>
[TestClass]
public sealed class HostAndOptimizerRules
{
    private const string Numeric = "[Numeric] public float X { get; set; }";

    private static string Model(string attributes, string members = "") =>
        Sources.Model($"[{attributes}, Full(Dimension = 4)]", Sources.TwoCategoricals + members);

    [TestMethod]
    public void MG3001_no_host() =>
        Verify.Diagnostic(Sources.Model("[Full(Dimension = 4)]", Sources.TwoCategoricals), "MG3001", "M", "M does not say", "[Dlrm], [FactorizationMachine]", "[NeuMf], [TwoTower] or [MatrixFactorization]");

    [TestMethod]
    public void MG3002_two_hosts() =>
        Verify.Diagnostic(Model("FactorizationMachine, Dlrm(Top = [4])"), "MG3002", "Dlrm(Top = [4])", "M carries [FactorizationMachine] and [Dlrm]", "keep one");

    [TestMethod]
    [DataRow("Bottom = [4]", "", "has 1 layers but the model has 0 [Numeric]")]
    [DataRow("Top = [4]", Numeric, "has 0 layers but the model has 1 [Numeric]")]
    public void MG3003_a_bottom_tower_that_does_not_fit_the_inputs(string tower, string members, string part) =>
        Verify.Diagnostic(
            Model($"Dlrm({tower})", members), "MG3003", members.Length == 0 ? tower : $"Dlrm({tower})", part, "exactly when there are numeric inputs");

    [TestMethod]
    public void MG3004_a_bottom_tower_that_ends_in_another_width() =>
        Verify.Diagnostic(Model("Dlrm(Bottom = [16, 8])", Numeric), "MG3004", "Bottom = [16, 8]", "ends in width 8", "Dimension 4");

    [TestMethod]
    [DataRow("Bottom = [1, 4]", "Bottom of [Dlrm] on M contains 1")]
    [DataRow("Bottom = [8193, 4]", "Bottom of [Dlrm] on M contains 8193")]
    [DataRow("Bottom = [-5, 4]", "contains -5")]
    public void MG3005_a_layer_of_an_impossible_width(string tower, string part) =>
        Verify.Diagnostic(Model($"Dlrm({tower})", Numeric), "MG3005", tower, part, "2 to 8192");

    [TestMethod]
    public void MG3005_in_the_top_tower() =>
        Verify.Diagnostic(Model("Dlrm(Top = [64, 0])"), "MG3005", "Top = [64, 0]", "Top of [Dlrm] on M contains 0");

    [TestMethod]
    public void MG3006_two_optimisers() =>
        Verify.Diagnostic(Model("FactorizationMachine, Sgd, Adam(Beta1 = 0.5f)"), "MG3006", "Adam(Beta1 = 0.5f)", "M carries [Sgd] and [Adam]", "keep one");

    [TestMethod]
    [DataRow("LearningRate", "0", "is 0")]
    [DataRow("LearningRate", "-0.1f", "is -0.1")]
    [DataRow("LearningRate", "float.NaN", "is NaN")]
    [DataRow("TableLearningRate", "-1", "is -1")]
    [DataRow("FactorLearningRate", "float.PositiveInfinity", "is Infinity")]
    [DataRow("TowerLearningRate", "float.NegativeInfinity", "is -Infinity")]
    public void MG3007_a_learning_rate_that_does_not_descend(string name, string value, string part) =>
        Verify.Diagnostic(
            Model($"FactorizationMachine, Sgd({name} = {value})"), "MG3007", $"{name} = {value}", $"{name} of [Sgd] on M", part,
            name == "LearningRate" ? "positive finite number" : "positive finite number, or 0 for LearningRate");

    [TestMethod]
    [DataRow("Adagrad", "Epsilon", "0", "is 0; it must be a positive finite number")]
    [DataRow("RowWiseAdagrad", "Epsilon", "float.PositiveInfinity", "is Infinity; it must be a positive finite number")]
    [DataRow("Adam", "Beta1", "1", "is 1; it must be at least 0 and below 1")]
    [DataRow("NAdam", "Beta2", "-0.5f", "is -0.5; it must be at least 0 and below 1")]
    [DataRow("Adam", "Beta2", "float.NaN", "is NaN; it must be at least 0 and below 1")]
    public void MG3008_an_optimiser_constant_out_of_range(string optimizer, string name, string value, string part) =>
        Verify.Diagnostic(Model($"FactorizationMachine, {optimizer}({name} = {value})"), "MG3008", $"{name} = {value}", $"{name} of [{optimizer}] on M", part);

    [TestMethod]
    public void MG3009_too_few_vectors_to_interact() =>
        Verify.Diagnostic(
            Sources.Model("[FactorizationMachine, Full(Dimension = 4)]", "[Categorical] public int A { get; set; }"), "MG3009", "FactorizationMachine", "M has 1 vector(s)", "add a [Categorical] input");

    [TestMethod]
    public void MG3010_towers_that_no_arena_holds()
    {
        string top = $"Top = [{string.Join(", ", Enumerable.Repeat(8192, 17))}]";
        long expected = (4L * 8192) + (16L * 8193 * 8192) + 8193;
        Verify.Diagnostic(Model($"Dlrm({top})"), "MG3010", $"Dlrm({top})", $"M has {expected.ToString(CultureInfo.InvariantCulture)} dense parameters", "at most 1073741824", "narrower");
    }

    [TestMethod]
    public void One_vector_beside_the_constant_of_a_dlrm_is_enough() =>
        Verify.Accepted(Sources.Model("[Dlrm(Top = [4]), Full(Dimension = 4)]", "[Categorical] public int A { get; set; }"));

    private const string Pair = "[User] public int U { get; set; } [Item] public int I { get; set; }";

    private static string PairModel(string attributes, string members, string marker = "EmbeddingModel") =>
        $"[{marker}] [{attributes}, Full(Dimension = 4)] public partial class M {{ {members} }}";

    [TestMethod]
    [DataRow("[User] public int U { get; set; } [Label] public bool Y { get; set; }", "there is no [Item]")]
    [DataRow("[Item] public int I { get; set; } [Label] public bool Y { get; set; }", "there is no [User]")]
    public void MG3011_a_host_of_a_pair_without_one_of_them(string members, string part) =>
        Verify.Diagnostic(PairModel("Gmf", members), "MG3011", "Gmf", "[Gmf] on M", part, "[User] and [Item]");

    [TestMethod]
    [DataRow("[Categorical] public int X { get; set; }")]
    [DataRow("[Numeric] public float X { get; set; }")]
    public void MG3012_an_input_beside_the_pair(string member) =>
        Verify.Diagnostic(PairModel("TwoTower(Hidden = [8])", Pair + member), "MG3012", "TwoTower(Hidden = [8])", "so X would be without effect", "[Dlrm]");

    [TestMethod]
    [DataRow("4")]
    [DataRow("-1")]
    public void MG3013_factors_that_leave_a_branch_empty(string factors) =>
        Verify.Diagnostic(PairModel($"NeuMf(Factors = {factors}, Hidden = [8])", Pair), "MG3013", $"Factors = {factors}", $"on M is {factors}", "1 to 3");

    [TestMethod]
    [DataRow("NeuMf")]
    [DataRow("TwoTower")]
    public void MG3014_a_tower_without_layers(string host) =>
        Verify.Diagnostic(PairModel(host, Pair), "MG3014", host, $"[{host}] on M has no Hidden", "such as Hidden = [64, 32]");

    [TestMethod]
    [DataRow(Pair + "[Label] public bool Y { get; set; }", "has a [Label]")]
    [DataRow("[User] public int U { get; set; } [Categorical] public int X { get; set; } [Label] public bool Y { get; set; }", "has a [Label]")]
    public void MG3015_a_ranking_loss_on_other_data_than_pairs(string members, string part) =>
        Verify.Diagnostic(
            PairModel("FactorizationMachine", members, "EmbeddingModel(Loss = Loss.BayesianPersonalizedRanking)"), "MG3015", "Loss = Loss.BayesianPersonalizedRanking",
            $"the model {part}", "no [Label]");

    private static string Factorization(string arguments, string loss = "(Loss = Loss.MeanSquaredError)", string user = "Full(Dimension = 4)", string label = "[Label] public float Y { get; set; }") => $$"""
        [EmbeddingModel{{loss}}, MatrixFactorization{{arguments}}]
        public partial class M
        {
            {{label}}
            [User, {{user}}] public int A { get; set; }
            [Item, Full(Dimension = 4)] public int B { get; set; }
        }
        """;

    [TestMethod]
    [DataRow("-1", "is -1")]
    [DataRow("float.NaN", "is NaN")]
    public void MG3030_a_penalty_that_is_no_weight(string l2, string value) =>
        Verify.Diagnostic(Factorization($"(L2 = {l2})"), "MG3030", $"L2 = {l2}", "L2 of [MatrixFactorization] on M", value);

    [TestMethod]
    public void MG3030_a_penalty_per_id_that_is_no_weight() =>
        Verify.Diagnostic(Factorization("(L2PerId = -2)"), "MG3030", "L2PerId = -2", "L2PerId of [MatrixFactorization] on M is -2");

    [TestMethod]
    public void MG3031_biases_of_a_non_negative_factorisation() =>
        Verify.Diagnostic(Factorization("(Biases = true, NonNegative = true)"), "MG3031", "NonNegative = true", "keep one of the two");

    [TestMethod]
    public void MG3032_a_form_that_cannot_be_clamped() =>
        Verify.Diagnostic(Factorization("(NonNegative = true)", user: "LowRank(Dimension = 4, Rank = 2)"), "MG3032", "NonNegative = true", "does not apply to A, which is [LowRank]");

    [TestMethod]
    public void MG3033_another_loss() =>
        Verify.Diagnostic(Factorization("", "(Loss = Loss.BinaryCrossEntropy)"), "MG3033", "Loss = Loss.BinaryCrossEntropy", "M is trained under BinaryCrossEntropy");

    [TestMethod]
    public void MG3033_no_label() => Verify.Diagnostic(Factorization("", label: ""), "MG3033", "MatrixFactorization", "M has no [Label]");
}
