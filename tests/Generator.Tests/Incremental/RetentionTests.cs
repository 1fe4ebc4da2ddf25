using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Generator.Parsing;
using ModelGen.Generator.Tests.Harness;

namespace ModelGen.Generator.Tests.Incremental;

/// <summary>What the pipeline keeps between edits holds no compiler object: such an object keeps a whole compilation in memory.</summary>
[TestClass]
public sealed class RetentionTests
{
    private static readonly Type[] s_forbidden =
        [typeof(ISymbol), typeof(Compilation), typeof(SyntaxNode), typeof(SyntaxTree), typeof(SyntaxReference), typeof(Location), typeof(SemanticModel), typeof(AttributeData), typeof(Diagnostic), typeof(Delegate)];

    [TestMethod]
    [DataRow(StageNames.Parse)]
    [DataRow(StageNames.Spec)]
    [DataRow(StageNames.Emit)]
    public void A_stage_keeps_no_compiler_object(string stage)
    {
        // One sound model, one with a warning and one with errors, so that diagnostics are walked too.
        string source = Sources.Dlrm + Sources.Fm.Replace("namespace Sample;", "") + Sources.Dlrm.Replace("namespace Sample;", "").Replace("Click", "Warned").Replace("Inner = 16", "Inner = 2")
            + Sources.Dlrm.Replace("namespace Sample;", "").Replace("Click", "Broken").Replace("Dimension = 4", "Dimension = 0");
        GeneratorRunResult result = Driver.Create().RunGenerators(Driver.Compile(source)).GetRunResult().Results.Single();
        object[] values = [.. Driver.Outputs(result, stage)];
        Assert.HasCount(stage == StageNames.Parse ? 4 : 3, values);
        foreach (object value in values)
        {
            Walk(value, value.GetType().Name, new HashSet<object>(ReferenceEqualityComparer.Instance));
        }
    }

    [TestMethod]
    public void The_walk_finds_a_compiler_object_deep_inside() =>
        Assert.Throws<AssertFailedException>(() => Walk(
            new { Inner = new object[] { 1, new List<object> { Driver.Tree("class C;") } } }, "root", new HashSet<object>(ReferenceEqualityComparer.Instance)));

    [TestMethod]
    public void Parse_results_of_the_same_text_are_equal()
    {
        static ParseResult[] Parse() => [.. Driver.Outputs(Driver.Create().RunGenerators(Driver.Compile(Sources.Dlrm.Replace("Inner = 16", "Inner = 2"))).GetRunResult().Results.Single(), StageNames.Parse).Cast<ParseResult>()];
        CollectionAssert.AreEqual(Parse(), Parse());
    }

    private static void Walk(object? value, string path, HashSet<object> seen)
    {
        if (value is null or string || value.GetType().IsPrimitive || value.GetType().IsEnum)
        {
            return;
        }

        Type? forbidden = s_forbidden.FirstOrDefault(t => t.IsInstanceOfType(value));
        if (forbidden is not null)
        {
            Assert.Fail($"{path} holds a {value.GetType().FullName} ({forbidden.Name})");
        }

        if (!value.GetType().IsValueType && !seen.Add(value))
        {
            return;
        }

        if (value is Array array)
        {
            foreach (object? item in array)
            {
                Walk(item, path + "[]", seen);
            }

            return;
        }

        for (Type? type = value.GetType(); type is not null; type = type.BaseType)
        {
            foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                RuntimeHelpers.EnsureSufficientExecutionStack();
                Walk(field.GetValue(value), $"{path}.{field.Name}", seen);
            }
        }
    }
}
