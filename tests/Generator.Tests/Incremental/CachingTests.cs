using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Generator.Tests.Harness;
using static Microsoft.CodeAnalysis.IncrementalStepRunReason;

namespace ModelGen.Generator.Tests.Incremental;

using Incremental = ModelGen.Generator.Tests.Harness.Incremental;

/// <summary>Caching both ways: edits that change no model recompute nothing, edits that change one recompute exactly that one.</summary>
[TestClass]
public sealed class CachingTests
{
    private const string Below = "\npublic class Below { public int X; }";

    private static Incremental Start() => Incremental.Run(("Model.cs", Sources.Dlrm + Below), ("Other.cs", "namespace Other; public class Unrelated { public int X; }"));

    [TestMethod]
    public void An_edit_in_another_file_recomputes_nothing() => Start().Edit("Other.cs", "int X", "long X").ExpectNothingRecomputed();

    [TestMethod]
    public void A_new_file_recomputes_nothing() => Start().Add("New.cs", "class New;").ExpectNothingRecomputed();

    [TestMethod]
    public void An_edit_lower_in_the_same_file_recomputes_nothing() => Start().Edit("Model.cs", "public int X; }", "public int X, Y; }").ExpectNothingRecomputed();

    [TestMethod]
    public void Text_above_the_class_recomputes_nothing() => Start().Edit("Model.cs", "namespace Sample;", "// A comment.\n\n\nnamespace Sample;").ExpectNothingRecomputed();

    [TestMethod]
    public void Whitespace_and_comments_inside_the_class_recompute_nothing() =>
        Start().Edit("Model.cs", "[Numeric] public int Age", "/* years */\n\n  [ Numeric ]   public  int  Age").ExpectNothingRecomputed();

    [TestMethod]
    public void A_member_that_is_no_feature_recomputes_nothing() =>
        Start().Edit("Model.cs", "[Numeric] public int Age", "public string Note { get; set; } = \"\"; public int Sum() => 1; [Numeric] public int Age").ExpectNothingRecomputed();

    [TestMethod]
    public void An_edit_above_a_model_with_a_warning_moves_the_warning_and_recomputes_nothing()
    {
        Incremental run = Incremental.Run(Sources.Dlrm.Replace("Inner = 16", "Inner = 2"));
        FileLinePositionSpan before = run.Result.Diagnostics.Single(d => d.Id == "MG2008").Location.GetLineSpan();
        run.Edit("Model.cs", "namespace Sample;", "\n\nnamespace Sample;").ExpectNothingRecomputed();
        FileLinePositionSpan after = run.Result.Diagnostics.Single(d => d.Id == "MG2008").Location.GetLineSpan();
        Assert.AreEqual(before.StartLinePosition.Line + 2, after.StartLinePosition.Line);
    }

    [TestMethod]
    public void A_real_edit_recomputes_the_spec_and_the_text()
    {
        Incremental run = Start();
        string before = run.Result.GeneratedSources[1].SourceText.ToString();
        run.Edit("Model.cs", "Inner = 16", "Inner = 8").Expect(StageNames.Parse, Modified).Expect(StageNames.Spec, Modified).Expect(StageNames.Emit, Modified);
        Assert.AreNotEqual(before, run.Result.GeneratedSources[1].SourceText.ToString());
    }

    [TestMethod]
    public void A_real_edit_recomputes_exactly_the_edited_model()
    {
        Incremental run = Incremental.Run(("A.cs", Sources.Dlrm), ("B.cs", Sources.Fm)).Edit("B.cs", "Buckets = 7", "Buckets = 9");
        run.Expect(StageNames.Parse, Unchanged, Modified).Expect(StageNames.Spec, Cached, Modified).Expect(StageNames.Emit, Cached, Modified);
    }

    [TestMethod]
    public void A_broken_model_comes_back_when_the_edit_is_undone()
    {
        Incremental run = Start();
        run.Edit("Model.cs", "Inner = 16", "Inner = 0");
        Assert.AreEqual("MG2002", run.Result.Diagnostics.Single().Id);
        Assert.IsEmpty(run.Result.GeneratedSources);
        run.Edit("Model.cs", "Inner = 0", "Inner = 16");
        Assert.HasCount(5, run.Result.GeneratedSources);
    }
}
