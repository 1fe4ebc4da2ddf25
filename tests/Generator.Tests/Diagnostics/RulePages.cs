using System;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Tests.Harness;

namespace ModelGen.Generator.Tests.Diagnostics;

/// <summary>Every rule has its page, its line in the index and its line in a release file.</summary>
[TestClass]
public sealed class RulePages
{
    private static string Root { get; } = Path.GetFullPath(Path.Combine(Golden.Folder(), "..", "..", ".."));

    private static DiagnosticDescriptor[] Rules { get; } = [.. Descriptors.All.Values.OrderBy(d => d.Id, StringComparer.Ordinal)];

    [TestMethod]
    public void Every_rule_has_a_page_with_its_title_cause_and_fix()
    {
        foreach (DiagnosticDescriptor rule in Rules)
        {
            Assert.AreEqual($"docs/rules/{rule.Id}.md", rule.HelpLinkUri);
            string page = Text(rule.HelpLinkUri);
            Assert.StartsWith($"# {rule.Id}: {rule.Title}\n", page);
            Assert.Contains($"\nSeverity: {rule.DefaultSeverity.ToString().ToLowerInvariant()}.\n", page);
            Assert.Contains("\n## Cause\n", page);
            Assert.Contains("\n## Fix\n", page);
        }
    }

    [TestMethod]
    public void Every_page_belongs_to_a_rule() =>
        CollectionAssert.AreEquivalent(
            Rules.Select(r => r.Id + ".md").Append("README.md").ToArray(), Directory.GetFiles(Path.Combine(Root, "docs", "rules")).Select(Path.GetFileName).ToArray());

    [TestMethod]
    public void The_index_lists_every_rule()
    {
        string index = Text("docs/rules/README.md");
        foreach (DiagnosticDescriptor rule in Rules)
        {
            Assert.Contains($"| [{rule.Id}]({rule.Id}.md) | {rule.DefaultSeverity.ToString().ToLowerInvariant()} | {rule.Title} |", index);
        }
    }

    [TestMethod]
    public void Every_rule_has_one_line_in_a_release_file_and_no_line_is_left_over()
    {
        string[] lines = [.. (Text("src/Generator/AnalyzerReleases.Shipped.md") + Text("src/Generator/AnalyzerReleases.Unshipped.md")).Split('\n').Where(l => l.StartsWith("MG", StringComparison.Ordinal))];
        CollectionAssert.AreEqual(Rules.Select(r => $"{r.Id} | {r.Category} | {r.DefaultSeverity} | {r.Title}").ToArray(), lines.Order(StringComparer.Ordinal).ToArray());
    }

    [TestMethod]
    public void Every_constant_has_a_rule() =>
        CollectionAssert.AreEquivalent(
            Rules.Select(r => r.Id).ToArray(),
            typeof(Descriptors).GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!).ToArray());

    [TestMethod]
    public void Messages_are_sentences_without_a_full_stop_or_several_with_one_between()
    {
        foreach (DiagnosticDescriptor rule in Rules)
        {
            Assert.IsFalse(rule.MessageFormat.ToString().EndsWith('.'), rule.Id);
        }
    }

    private static string Text(string path) => File.ReadAllText(Path.Combine(Root, path)).Replace("\r", string.Empty);
}
