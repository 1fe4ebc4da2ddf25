using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Generator.Tests.Harness;

namespace ModelGen.Generator.Tests.Diagnostics;

/// <summary>Rules MG1001 to MG1020: labels, numeric and categorical inputs.</summary>
[TestClass]
public sealed class FeatureRules
{
    private const string Fm = "[FactorizationMachine, Full(Dimension = 4)]";

    private static void Member(string member, string id, string underlined, params string[] parts) =>
        Verify.Diagnostic(Sources.Model(Fm, Sources.TwoCategoricals + member), id, underlined, parts);

    [TestMethod]
    public void MG1001_no_label() =>
        Verify.Diagnostic(
            $"[EmbeddingModel] {Fm} public partial class Click {{ {Sources.TwoCategoricals} }}", "MG1001", "Click", "Click has no [Label]", "mark exactly one bool or number property");

    [TestMethod]
    public void MG1002_two_labels() =>
        Member("[Label(Column = \"z\")] public float Z { get; set; }", "MG1002", "Label(Column = \"z\")", "Z is a second [Label]", "Y has that role already", "remove one");

    [TestMethod]
    [DataRow("string")]
    [DataRow("decimal")]
    [DataRow("bool?")]
    public void MG1003_a_label_of_another_type(string type) =>
        Verify.Diagnostic(
            $"[EmbeddingModel] {Fm} public partial class Click {{ {Sources.TwoCategoricals} [Label] public {type} Y {{ get; set; }} = default!; }}",
            "MG1003", "Label", $"Y has type {type}", "use bool, an integer, float or double");

    [TestMethod]
    [DataRow("string")]
    [DataRow("decimal")]
    [DataRow("float?")]
    [DataRow("ulong")]
    [DataRow("float[]")]
    public void MG1004_a_numeric_input_of_another_type(string type) =>
        Member($"[Numeric] public {type} X {{ get; set; }} = default!;", "MG1004", "Numeric", $"X has type {type}", "use float, double or an integer", "[Categorical] for ids");

    [TestMethod]
    [DataRow("float", "float")]
    [DataRow("ulong", "ulong")]
    [DataRow("int?", "int?")]
    [DataRow("object", "object")]
    [DataRow("int[,]", "int[*,*]")]
    [DataRow("List<List<int>>", "System.Collections.Generic.List<System.Collections.Generic.List<int>>")]
    [DataRow("Dictionary<int, int>", "System.Collections.Generic.Dictionary<int, int>")]
    [DataRow("HashSet<string>", "System.Collections.Generic.HashSet<string>")]
    public void MG1005_a_categorical_input_of_another_type(string type, string shown) =>
        Member($"[Categorical] public {type} X {{ get; set; }} = default!;", "MG1005", "Categorical", $"X has type {shown}", "string, bool, an enum, byte to long", "array");

    [TestMethod]
    public void MG1006_a_property_with_two_roles() =>
        Member("[Numeric, Categorical] public int X { get; set; }", "MG1006", "Categorical", "X carries [Numeric] and [Categorical]", "keep one");

    [TestMethod]
    public void MG1006_a_label_with_a_second_role_is_not_also_called_missing() =>
        Verify.Diagnostic(
            $"[EmbeddingModel] {Fm} public partial class Click {{ {Sources.TwoCategoricals} [Label][Numeric] public int Y {{ get; set; }} }}", "MG1006", "Numeric", "Y carries [Label] and [Numeric]");

    [TestMethod]
    public void MG1007_no_categorical_input() =>
        Verify.Diagnostic(
            Sources.Model("[FactorizationMachine]", "[Numeric] public float X { get; set; }"), "MG1007", "M", "M has no [Categorical] property", "at least one");

    [TestMethod]
    [DataRow("[Numeric] public static int X { get; set; }", "Numeric", "static")]
    [DataRow("[Numeric] public int X { set { } }", "Numeric", "write-only")]
    [DataRow("[Categorical] public int this[int i] => i;", "Categorical", "an indexer")]
    [DataRow("public interface IHas { int X { get; } } [Numeric] int IHas.X => 1;", "Numeric", "an explicit interface implementation")]
    public void MG1008_a_property_that_cannot_be_read(string member, string underlined, string obstacle) =>
        Member(member, "MG1008", underlined, $"is {obstacle};", "instance property with a getter");

    [TestMethod]
    public void MG1008_an_inherited_property_that_the_model_cannot_reach() =>
        Verify.Diagnostic(
            "public class Base { [Numeric] private int X { get; set; } } " + Sources.Model(Fm, Sources.TwoCategoricals).Replace("class M", "class M : Base"),
            "MG1008", "Numeric", "X is not accessible from M");

    [TestMethod]
    public void MG1009_a_minimum_count_below_one() =>
        Member("[Categorical(MinCount = 0)] public int X { get; set; }", "MG1009", "MinCount = 0", "MinCount of X is 0", "at least 1");

    [TestMethod]
    [DataRow("int", "-1", "Cardinality of X is -1")]
    [DataRow("int", "2147483648", "is 2147483648")]
    [DataRow("string", "10", "its values are string")]
    [DataRow("bool", "2", "its values are bool")]
    public void MG1010_a_cardinality_out_of_range_or_without_integers(string type, string value, string part) =>
        Member($"[Categorical(Cardinality = {value})] public {type} X {{ get; set; }} = default!;", "MG1010", $"Cardinality = {value}", part, "1 to 2147483647", "integer property");

    [TestMethod]
    public void MG1011_no_buckets() =>
        Member("[Categorical(Buckets = -3)] public int X { get; set; }", "MG1011", "Buckets = -3", "Buckets of X is -3", "at least 1");

    [TestMethod]
    [DataRow("[Hashed(Dimension = 4, Rows = 2)] public int X { get; set; }", "Hashed(Dimension = 4, Rows = 2)", "[Hashed]")]
    [DataRow("[Numeric, Full(Dimension = 4)] public int X { get; set; }", "Full(Dimension = 4)", "[Full]")]
    public void MG1012_an_embedding_on_another_property(string member, string underlined, string named) =>
        Member(member, "MG1012", underlined, $"X carries {named} but not [Categorical]", "add [Categorical] or remove");

    [TestMethod]
    public void MG1013_a_categorical_input_without_an_embedding() =>
        Verify.Diagnostic(
            Sources.Model("[FactorizationMachine]", "[Categorical, Full(Dimension = 4)] public int A { get; set; } [Categorical(MinCount = 2)] public int B { get; set; }"),
            "MG1013", "Categorical(MinCount = 2)", "B has no embedding and M has no default", "[MultiLayer]");

    [TestMethod]
    public void MG1014_two_embeddings_on_a_property() =>
        Member("[Categorical, Full(Dimension = 4), LowRank(Dimension = 4, Rank = 2)] public int X { get; set; }", "MG1014", "LowRank(Dimension = 4, Rank = 2)", "X carries [Full] and [LowRank]", "keep one");

    [TestMethod]
    public void MG1014_two_default_embeddings() =>
        Verify.Diagnostic(
            Sources.Model("[FactorizationMachine, Full(Dimension = 4), Hashed(Dimension = 4, Rows = 9)]", Sources.TwoCategoricals), "MG1014", "Hashed(Dimension = 4, Rows = 9)", "M carries [Full] and [Hashed]");

    [TestMethod]
    public void MG1015_two_properties_of_one_column() =>
        Member("[Categorical(Column = \"a\")] public int X { get; set; }", "MG1015", "Column = \"a\"", "A and X both read column 'A'", "another Column");

    [TestMethod]
    public void MG1015_properties_whose_names_differ_in_case_only() =>
        Member("[Numeric] public int b { get; set; }", "MG1015", "Numeric", "B and b both read column 'B'");

    [TestMethod]
    [DataRow("[Numeric] public float Train { get; set; }", "Train")]
    [DataRow("[Categorical] public int From { get; set; }", "From")]
    [DataRow("[Numeric] public float Math { get; set; }", "Math")]
    [DataRow("private int s_schema;", "s_schema")]
    [DataRow("[Categorical] public DayOfWeek Day { get; set; } public string DayKey { get; set; } = \"\";", "DayKey")]
    public void MG1016_a_member_that_the_generated_code_declares_or_uses(string member, string name) =>
        Member(member, "MG1016", name, $"{name} of M", "rename it", $"Column = \"{name}\"");

    [TestMethod]
    [DataRow("string")]
    [DataRow("long?")]
    [DataRow("DateOnly")]
    public void MG1019_a_timestamp_of_another_type(string type) =>
        Member($"[Timestamp] public {type} At {{ get; set; }} = default!;", "MG1019", "Timestamp", "[Timestamp] At has type", "use int, long, float, double, DateTime or DateTimeOffset");

    [TestMethod]
    public void MG1020_two_timestamps() =>
        Member("[Timestamp] public long T { get; set; } [Timestamp] public int U { get; set; }", "MG1020", "Timestamp", "U is a second [Timestamp]", "T has that role already", "remove one");

    [TestMethod]
    public void MG1017_a_user_of_several_values() =>
        Member("[User] public int[] X { get; set; } = [];", "MG1017", "User", "[User] X holds several values", "[Categorical]");

    [TestMethod]
    public void MG1018_two_items() =>
        Member("[Item] public int V { get; set; } [Item] public int W { get; set; }", "MG1018", "Item", "W is a second [Item]; V has", "[Categorical]");
}
