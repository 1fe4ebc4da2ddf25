using ModelGen.Generator.Tests.Harness;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Generator.Tests.Diagnostics;

/// <summary>Rules of the retrieval host and of sparse rows.</summary>
[TestClass]
public sealed class ElsaRules
{
    private const string User = "[User] public int U { get; set; }";
    private const string Item = "[Item, Sparse(Dimension = 64, Kept = 8)] public int I { get; set; }";

    [TestMethod]
    public void A_user_and_an_item_are_accepted() => Verify.Accepted(Model(User + Item));

    [TestMethod]
    [DataRow("0")]
    [DataRow("65")]
    public void MG2040_kept_out_of_range(string kept) => Verify.Diagnostic(
        Model(User + Item.Replace("Kept = 8", $"Kept = {kept}")), "MG2040", $"Kept = {kept}", $"on I is {kept}", "1 to the Dimension, 64");

    [TestMethod]
    public void MG2001_a_dimension_above_the_range_of_the_host() => Verify.Diagnostic(
        Model(User + "[Item, Full(Dimension = 131073)] public int I { get; set; }"), "MG2001", "Dimension = 131073", "1 to 131072");

    [TestMethod]
    public void MG2041_sparse_rows_elsewhere() => Verify.Diagnostic(
        Model("[Label] public bool Y { get; set; } [Categorical, Full(Dimension = 8)] public int A { get; set; } [Categorical, Sparse(Dimension = 8, Kept = 2)] public int B { get; set; }", "FactorizationMachine"),
        "MG2041", "Sparse(Dimension = 8, Kept = 2)", "B carries [Sparse]", "[Elsa]");

    [TestMethod]
    [DataRow("[Numeric] public float X { get; set; }", "1 other input(s)")]
    [DataRow("[Categorical, Full(Dimension = 4)] public int X { get; set; }", "1 other input(s)")]
    public void MG3040_other_inputs(string member, string part) => Verify.Diagnostic(Model(User + Item + member), "MG3040", "Elsa", part, "one [User] and one [Item]");

    [TestMethod]
    public void MG3041_a_label() => Verify.Diagnostic(Model(User + Item + "[Label] public bool Y { get; set; }"), "MG3041", "Elsa", "the [Label] Y", "remove the label");

    [TestMethod]
    [DataRow("[User, Full(Dimension = 8)] public int U { get; set; }" + Item, "Full(Dimension = 8)", "U carries [Full]")]
    [DataRow(User + "[Item, Hashed(Dimension = 8, Rows = 4)] public int I { get; set; }", "Hashed(Dimension = 8, Rows = 4)", "I carries [Hashed]")]
    public void MG3042_an_embedding_of_another_form(string members, string underlined, string part) =>
        Verify.Diagnostic(Model(members), "MG3042", underlined, part, "[Full] or [Sparse]");

    [TestMethod]
    public void MG3043_rows_for_unknown_values() => Verify.Diagnostic(
        Model(User + Item.Replace("[Item", "[Item(OutOfVocabulary = OutOfVocabulary.SharedRow)")), "MG3043", "OutOfVocabulary = OutOfVocabulary.SharedRow", "of I is SharedRow", "Error or Zero");

    [TestMethod]
    public void MG3044_another_loss() => Verify.Diagnostic(
        Model(User + Item, "Elsa", "EmbeddingModel(Loss = Loss.MeanSquaredError)"), "MG3044", "Loss = Loss.MeanSquaredError", "is MeanSquaredError", "leave Loss out");

    [TestMethod]
    public void MG3044_the_cosine_of_another_host() => Verify.Diagnostic(
        Model("[Label] public bool Y { get; set; } [Categorical, Full(Dimension = 8)] public int A { get; set; } [Categorical, Full(Dimension = 8)] public int B { get; set; }", "FactorizationMachine", "EmbeddingModel(Loss = Loss.Cosine)"),
        "MG3044", "Loss = Loss.Cosine", "is Cosine", "choose another loss");

    [TestMethod]
    public void MG3045_row_wise_adagrad() => Verify.Diagnostic(Model(User + Item, "Elsa, RowWiseAdagrad"), "MG3045", "RowWiseAdagrad", "M carries [RowWiseAdagrad]", "[NAdam]");

    private static string Model(string members, string host = "Elsa", string marker = "EmbeddingModel") =>
        $"using ModelGen;\n[{marker}, {host}]\npublic partial class M {{ {members} }}\n";
}
