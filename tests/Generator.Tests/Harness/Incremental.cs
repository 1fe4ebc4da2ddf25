using System;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Generator.Tests.Harness;

/// <summary>A generator driver that lives through edits, as it does in an editor.</summary>
public sealed class Incremental
{
    private CSharpCompilation _compilation;
    private GeneratorDriver _driver;

    private Incremental(CSharpCompilation compilation)
    {
        _compilation = compilation;
        _driver = Driver.Create().RunGenerators(compilation);
    }

    public GeneratorRunResult Result => _driver.GetRunResult().Results.Single();

    /// <summary>The first run, over files given as path and source.</summary>
    public static Incremental Run(params (string Path, string Source)[] files)
    {
        var first = new Incremental(Driver.Compile([.. files.Select(f => Driver.Tree(Driver.Usings + f.Source, f.Path))]));
        Assert.IsNull(first.Result.Exception, first.Result.Exception?.ToString());
        return first;
    }

    public static Incremental Run(string source) => Run(("Model.cs", source));

    /// <summary>Replaces one piece of a file's text, as typing does, and runs again.</summary>
    public Incremental Edit(string path, string old, string replacement)
    {
        SyntaxTree tree = _compilation.SyntaxTrees.Single(t => t.FilePath == path);
        SourceText text = tree.GetText();
        int at = text.ToString().IndexOf(old, StringComparison.Ordinal);
        Assert.IsGreaterThanOrEqualTo(0, at, $"'{old}' is not in {path}");
        _compilation = _compilation.ReplaceSyntaxTree(tree, tree.WithChangedText(text.WithChanges(new TextChange(new TextSpan(at, old.Length), replacement))));
        return Again();
    }

    /// <summary>Adds a file and runs again.</summary>
    public Incremental Add(string path, string source)
    {
        _compilation = _compilation.AddSyntaxTrees(Driver.Tree(source, path));
        return Again();
    }

    /// <summary>Asserts the reasons of a stage's outputs in the last run, in the order of the models.</summary>
    public Incremental Expect(string stage, params IncrementalStepRunReason[] reasons)
    {
        CollectionAssert.AreEqual(reasons, Result.TrackedSteps[stage].SelectMany(s => s.Outputs).Select(o => o.Reason).ToArray(), stage);
        return this;
    }

    /// <summary>Asserts that nothing after parsing was computed anew.</summary>
    public Incremental ExpectNothingRecomputed()
    {
        foreach (string stage in new[] { StageNames.Spec, StageNames.Emit })
        {
            IncrementalStepRunReason[] reasons = [.. Result.TrackedSteps[stage].SelectMany(s => s.Outputs).Select(o => o.Reason)];
            Assert.IsNotEmpty(reasons);
            Assert.IsTrue(reasons.All(r => r is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged), $"{stage}: {string.Join(", ", reasons)}");
        }

        // The text of an unchanged spec is not even written again.
        Assert.IsTrue(Result.TrackedSteps[StageNames.Emit].SelectMany(s => s.Outputs).All(o => o.Reason == IncrementalStepRunReason.Cached), "Emit ran");
        return this;
    }

    private Incremental Again()
    {
        _driver = _driver.RunGenerators(_compilation);
        Assert.IsNull(Result.Exception, Result.Exception?.ToString());
        return this;
    }
}
