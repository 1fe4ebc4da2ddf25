using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Specs;
using ModelGen.Generator.Tests.Harness;

namespace ModelGen.Generator.Tests.Diagnostics;

/// <summary>Rules MG0001 to MG0004 and MG9000.</summary>
[TestClass]
public sealed class GeneralRules
{
    private const string Body = "{ [Label] public bool Y { get; set; } [Categorical] public int A { get; set; } [Categorical] public int B { get; set; } }";
    private const string Fm = "[FactorizationMachine, Full(Dimension = 4)]";

    [TestMethod]
    public void MG0001_says_in_a_hidden_note_what_was_compiled()
    {
        Diagnostic note = Driver.Generate(Sources.Dlrm).Diagnostics.Single();
        Assert.AreEqual("MG0001", note.Id, note.GetMessage());
        Assert.AreEqual(DiagnosticSeverity.Hidden, note.Severity);
        Assert.Contains("Click: 2 categorical and 2 numeric inputs", note.GetMessage());
    }

    [TestMethod]
    public void MG0002_a_class_that_is_not_partial() =>
        Verify.Diagnostic($"[EmbeddingModel] {Fm} public class Click {Body}", "MG0002", "Click", "Click", "add the partial modifier");

    [TestMethod]
    [DataRow("public static class Outer {{ [EmbeddingModel] {0} public partial class Click {1} }}", "nested")]
    [DataRow("[EmbeddingModel] {0} public partial class Click<T> {1}", "generic")]
    [DataRow("[EmbeddingModel] {0} public partial struct Click {1}", "a struct")]
    [DataRow("[EmbeddingModel] {0} public partial record struct Click {1}", "a struct")]
    [DataRow("[EmbeddingModel] {0} public partial interface Click {1}", "an interface")]
    [DataRow("[EmbeddingModel] {0} file partial class Click {1}", "local to its file")]
    public void MG0003_a_class_of_an_unsupported_form(string format, string form) =>
        Verify.Diagnostic(string.Format(System.Globalization.CultureInfo.InvariantCulture, format, Fm, Body), "MG0003", "Click", $"Click is {form};", "top-level, non-static, non-generic class");

    [TestMethod]
    public void MG0003_a_static_class() =>
        Verify.Diagnostic(
            $"[EmbeddingModel] {Fm} public static partial class Click {Body.Replace("public", "public static")}".Replace("public static bool", "public bool").Replace("public static int", "public int"),
            "MG0003", "Click", "Click is static");

    [TestMethod]
    [DataRow("@class")]
    [DataRow("@record")]
    [DataRow("@var")]
    public void MG0003_a_class_named_like_a_keyword(string name) =>
        Verify.Diagnostic($"[EmbeddingModel] {Fm} public partial class {name} {Body}", "MG0003", name, "named like a C# keyword");

    [TestMethod]
    public void MG0004_a_loss_outside_the_enum() =>
        Verify.Diagnostic(
            $"[EmbeddingModel(Loss = (Loss)7)] {Fm} public partial class Click {Body}",
            "MG0004", "Loss = (Loss)7", "Loss of [EmbeddingModel] on Click is 7", "BinaryCrossEntropy, MeanSquaredError");

    [TestMethod]
    [DataRow("[Numeric(Transform = (Transform)3)] public float X { get; set; }", "Transform = (Transform)3", "None, Log1p, Standardize")]
    [DataRow("[Categorical(Pooling = (Pooling)2)] public int[] X { get; set; } = [];", "Pooling = (Pooling)2", "Sum, Mean")]
    [DataRow("[Categorical(OutOfVocabulary = (OutOfVocabulary)(-1))] public int X { get; set; }", "OutOfVocabulary = (OutOfVocabulary)(-1)", "Error, SharedRow, HashedBucket, Zero")]
    public void MG0004_a_feature_setting_outside_the_enum(string member, string underlined, string allowed) =>
        Verify.Diagnostic(Sources.Model("[FactorizationMachine, Full(Dimension = 4)]", Sources.TwoCategoricals + member), "MG0004", underlined, "on X is", allowed);

    [TestMethod]
    public void MG9000_names_the_model_and_the_stage_instead_of_throwing()
    {
        ModelSpec sound = Driver.Spec(Sources.Dlrm);

        // A bottom tower that does not end in the dimension passes no parser; the verifier must catch it.
        EmitResult result = ModelEmitter.Emit(sound with { Host = sound.Host with { Bottom = new([8, 5]) } });
        DiagnosticInfo diagnostic = result.Diagnostics.Single();
        Assert.AreEqual("MG9000", diagnostic.Id);
        Assert.AreEqual(0, result.Files.Count);
        string message = diagnostic.ToDiagnostic().GetMessage();
        Assert.Contains("could not compile Click: lowering: after 'build forward': pairs", message);
        Assert.Contains("is not a stack of 3 vectors", message);
    }

    [TestMethod]
    public void MG9000_holds_for_any_exception_of_a_later_stage()
    {
        ModelSpec sound = Driver.Spec(Sources.Dlrm);
        EmitResult result = ModelEmitter.Emit(sound with { Categoricals = default, Numerics = default, Host = new HostSpec(HostKind.FactorizationMachine, default, default, default, 0) });
        Assert.AreEqual("MG9000", result.Diagnostics.Single().Id);
    }
}
