using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Generator.Specs;
using ModelGen.Generator.Tests.Harness;

namespace ModelGen.Generator.Tests.Diagnostics;

/// <summary>Odd, wrong and half-typed sources: the generator says something sensible or nothing, and never throws.</summary>
[TestClass]
public sealed class HostileSources
{
    private const string Fm = "[FactorizationMachine, Full(Dimension = 4)]";

    private static ModelSpec Spec(string members, string attributes = Fm) =>
        Verify.Accepted(Sources.Model(attributes, Sources.TwoCategoricals + members)).Specs.Single();

    [TestMethod]
    [DataRow("[EmbeddingModel] class")]
    [DataRow("[EmbeddingModel] public partial class M")]
    [DataRow("[EmbeddingModel] public partial class M { [Label] public")]
    [DataRow("[EmbeddingModel] public partial class { }")]
    [DataRow("[EmbeddingModel(] public partial class M { }")]
    [DataRow("[EmbeddingModel(3)] public partial class M { }")]
    [DataRow("[EmbeddingModel(Loss)] public partial class M { }")]
    [DataRow("[EmbeddingModel] partial enum E { A }")]
    [DataRow("[EmbeddingModel] delegate void D();")]
    public void Unfinished_declarations(string source) => Verify.Survives(source);

    [TestMethod]
    [DataRow("MultiLayer(16)")]
    [DataRow("MultiLayer(Dimension = \"16\", Inner = 2.5)")]
    [DataRow("MultiLayer(Dimension = new[] { 1 }, Inner = null)")]
    [DataRow("MultiLayer(Dimension = , Inner =)")]
    [DataRow("MultiLayer(Dimension = Missing, Inner = sizeof(Missing))")]
    [DataRow("MultiLayer(Dimension = 99999999999, Inner = -99999999999)")]
    [DataRow("MultiLayer(Sigma = 1e300)")]
    [DataRow("MultiLayer(Width = 4)")]
    [DataRow("Full(Dimension = 4, Dimension = 8)")]
    [DataRow("Dlrm(Bottom = null, Top = null), Full(Dimension = 4)")]
    [DataRow("Dlrm(Bottom = 4, Top = new[] { \"a\" }), Full(Dimension = 4)")]
    [DataRow("Dlrm(Top = new int[] { 2, X }), Full(Dimension = 4)")]
    [DataRow("Dlrm(Top = new int[0, 0]), Full(Dimension = 4)")]
    [DataRow("Adam(Beta1 = \"x\", LearningRate = true), Full(Dimension = 4)")]
    [DataRow("Optimizer, Embedding, Full(Dimension = 4)")]
    [DataRow("Label, Numeric, Full(Dimension = 4)")]
    public void Attributes_that_do_not_compile(string attributes) =>
        Verify.Survives(Sources.Model($"[{attributes}]", Sources.TwoCategoricals + "[Categorical(Cardinality = \"x\", Separator = \"||\", Column = 5)] public int X { get; set; }"));

    [TestMethod]
    [DataRow("[Categorical] public Missing X { get; set; }")]
    [DataRow("[Categorical] public Missing<int> X { get; set; }")]
    [DataRow("[Categorical] public List<Missing> X { get; set; }")]
    [DataRow("[Categorical] public List<> X { get; set; }")]
    [DataRow("[Categorical] public unsafe int* X { get; set; }")]
    [DataRow("[Categorical] public ref int X => throw null!;")]
    [DataRow("[Categorical] public dynamic X { get; set; }")]
    [DataRow("[Categorical] public (int, int) X { get; set; }")]
    [DataRow("[Numeric] public X { get; set; }")]
    [DataRow("[Numeric] public int X { get; set; } [Numeric] public int X { get; set; }")]
    [DataRow("[Numeric] public int x; [Label] public int Method() => 1;")]
    [DataRow("[Missing] public int X { get; set; }")]
    [DataRow("[Categorical, Categorical] public int X { get; set; }")]
    [DataRow("[Categorical, Full(Dimension = 4), Full(Dimension = 4)] public int X { get; set; }")]
    public void Members_that_do_not_compile(string member) => Verify.Survives(Sources.Model(Fm, Sources.TwoCategoricals + member));

    [TestMethod]
    public void The_marker_on_both_parts_of_a_class_emits_one_model() =>
        Assert.HasCount(5, Verify.Survives(Sources.Model(Fm, Sources.TwoCategoricals) + "[EmbeddingModel] public partial class M { }").Files);

    [TestMethod]
    public void A_marker_written_twice_emits_one_model() =>
        Assert.HasCount(5, Verify.Survives(Sources.Model("[EmbeddingModel]" + Fm, Sources.TwoCategoricals)).Files);

    [TestMethod]
    public void Attributes_may_be_spread_over_the_parts_of_a_class() =>
        Verify.Accepted("[EmbeddingModel] public partial class M { [Label] public bool Y { get; set; } } " + Fm + " public partial class M { " + Sources.TwoCategoricals + " }");

    [TestMethod]
    public void Classes_whose_names_differ_in_case_get_files_that_differ_in_more()
    {
        string model = Sources.Model(Fm, Sources.TwoCategoricals);
        Generated generated = Verify.Accepted(model + model.Replace("class M", "class m"));
        Assert.HasCount(10, generated.Files);
        Assert.AreEqual(10, generated.Files.Keys.Distinct(System.StringComparer.OrdinalIgnoreCase).Count());
    }

    [TestMethod]
    public void Names_beyond_ascii_and_names_of_keywords_are_written_as_they_are()
    {
        Generated generated = Verify.Accepted(
            $$"""
            namespace Größe.@namespace.数据;
            public enum Été { @default, Ж }
            [EmbeddingModel] {{Fm}}
            public partial class Modèle
            {
                [Label] public bool @bool { get; set; }
                [Numeric] public float @class { get; set; }
                [Categorical] public string @int { get; set; } = "";
                [Categorical] public Été Été { get; set; }
                [Categorical] public int[]? à́ { get; set; }
            }
            """);
        Assert.Contains("Größe.namespace.数据.Modèle.Model.g.cs", generated.Files.Keys);
        string text = generated.Files["Größe.namespace.数据.Modèle.Model.g.cs"];
        Assert.Contains("namespace Größe.@namespace.数据;", text);
        Assert.Contains("example.@class", text);
        Assert.Contains("Été.@default => \"default\"", text);
    }

    [TestMethod]
    public void A_class_of_the_global_namespace_has_no_namespace_line()
    {
        Generated generated = Verify.Accepted(Sources.Model(Fm, Sources.TwoCategoricals));
        Assert.IsTrue(generated.Files.Values.All(text => !text.Contains("namespace ", System.StringComparison.Ordinal)));
        Assert.Contains("M.Model.g.cs", generated.Files.Keys);
    }

    [TestMethod]
    public void A_record_is_extended_as_a_record() =>
        Assert.Contains("partial record Rating", Verify.Accepted(Sources.Fm).Files["Sample.Rating.Model.g.cs"]);

    [TestMethod]
    public void A_positional_record_carries_its_attributes_on_properties() =>
        Verify.Accepted($"[EmbeddingModel] {Fm} public partial record R([property: Label] bool Y, [property: Categorical] int A, [property: Categorical] string B);");

    [TestMethod]
    public void Inherited_properties_come_first()
    {
        ModelSpec spec = Verify.Accepted(
            "public abstract class Base<T> { [Categorical] public T First { get; set; } = default!; } "
            + Sources.Model(Fm, Sources.TwoCategoricals).Replace("class M", "class M : Base<string>")).Specs.Single();
        CollectionAssert.AreEqual(new[] { "First", "A", "B" }, spec.Categoricals.Select(c => c.Property).ToArray());
        Assert.AreEqual(KeyType.Text, spec.Categoricals[0].Key);
    }

    [TestMethod]
    public void An_overridden_property_is_one_feature_with_the_attributes_nearest_to_the_model()
    {
        const string Base = "public abstract class Base { [Categorical(MinCount = 5)] public virtual int V { get; set; } [Numeric] public virtual float N { get; set; } } ";
        ModelSpec spec = Verify.Accepted(Base + Sources.Model(
            Fm, Sources.TwoCategoricals + "[Categorical(MinCount = 2)] public override int V { get; set; } public override float N { get; set; }").Replace("class M", "class M : Base")).Specs.Single();
        CollectionAssert.AreEqual(new[] { "V", "A", "B" }, spec.Categoricals.Select(c => c.Property).ToArray());
        Assert.AreEqual(2, spec.Categoricals[0].MinCount);
        Assert.AreEqual("N", spec.Numerics.Single().Property);
    }

    [TestMethod]
    public void A_property_that_hides_a_feature_without_being_one_removes_it() =>
        Assert.AreEqual(0, Verify.Accepted(
            "public class Base { [Numeric] public float N { get; set; } } "
            + Sources.Model(Fm, Sources.TwoCategoricals + "public new string N { get; set; } = \"\";").Replace("class M", "class M : Base")).Specs.Single().Numerics.Count);

    [TestMethod]
    public void Enum_members_of_one_value_are_one_key_by_their_first_name()
    {
        ModelSpec spec = Spec("public enum Kind : byte { None = 0, Zero = 0, One = 1, Uno = 1 } [Categorical] public Kind K { get; set; }");
        CollectionAssert.AreEqual(new[] { "None", "One" }, spec.Categoricals[2].EnumNames.ToArray());
    }

    [TestMethod]
    [DataRow("string?", KeyType.Text, BagForm.None, "string")]
    [DataRow("string?[]?", KeyType.Text, BagForm.Array, "string")]
    [DataRow("List<string>", KeyType.Text, BagForm.List, "string")]
    [DataRow("List<string?>?", KeyType.Text, BagForm.List, "string")]
    [DataRow("IReadOnlyList<long>", KeyType.Integer, BagForm.List, "long")]
    [DataRow("IEnumerable<byte>", KeyType.Integer, BagForm.List, "byte")]
    [DataRow("bool", KeyType.Bool, BagForm.None, "bool")]
    [DataRow("DayOfWeek[]", KeyType.Enum, BagForm.Array, "global::System.DayOfWeek")]
    public void Categorical_types(string type, KeyType key, BagForm bag, string element)
    {
        CategoricalSpec spec = Spec($"[Categorical] public {type} X {{ get; set; }} = default!;").Categoricals[2];
        Assert.AreEqual(key, spec.Key);
        Assert.AreEqual(bag, spec.Bag);
        Assert.AreEqual(element, spec.Type);
    }

    [TestMethod]
    [DataRow("\"a\\\"b\\\\c\"")]
    [DataRow("\"line\\nbreak\\u2028\"")]
    [DataRow("\"*/ </summary> {{0}}\"")]
    public void Column_names_and_separators_with_odd_characters_are_quoted(string column) =>
        Spec($"[Categorical(Column = {column}, Separator = '\\'')] public int[] X {{ get; set; }} = []; [Categorical(Separator = '\\uD800')] public int[] Z {{ get; set; }} = [];");

    [TestMethod]
    public void Hundreds_of_wide_inputs_are_compiled_or_refused_with_a_rule()
    {
        string members = string.Concat(Enumerable.Range(0, 300).Select(i => $"[Categorical] public int F{i} {{ get; set; }}\n"));
        Verify.Survives(Sources.Model("[FactorizationMachine, MultiLayer(Dimension = 1024, Inner = 4096)]", members));
    }

    [TestMethod]
    public void Features_whose_names_look_like_other_kernels_keep_kernels_of_their_own()
    {
        // LookupUserWeight is both the first-order lookup of User and the vector lookup of UserWeight.
        string text = Verify.Accepted(Sources.Model(
            Fm, "[Categorical] public int User { get; set; } [Categorical] public int UserWeight { get; set; }")).Files["M.Trainer.g.cs"];
        Assert.Contains("private static void LookupUserWeight_2(", text);
    }

    [TestMethod]
    public void A_vector_of_width_one_is_not_read_with_the_kernel_of_the_first_order_weight()
    {
        string text = Verify.Accepted(Sources.Model("[FactorizationMachine, Full(Dimension = 1)]", Sources.TwoCategoricals)).Files["M.Trainer.g.cs"];
        foreach (string kernel in new[] { "LookupAWeight", "DeliverAWeight", "SumAWeight" })
        {
            Assert.Contains($"private static void {kernel}(", text);
            Assert.Contains($"private static void {kernel}_2(", text);
        }
    }
}
