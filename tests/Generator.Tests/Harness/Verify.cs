using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelGen.Generator.Tests.Harness;

/// <summary>Assertions shared by the tests.</summary>
public static class Verify
{
    /// <summary>
    /// The source has exactly one visible diagnostic: this rule, at an error's or the given severity, underlining exactly this text,
    /// with these parts in its message.
    /// </summary>
    public static void Diagnostic(string source, string id, string underlined, params string[] messageParts) =>
        Diagnostic(source, id, DiagnosticSeverity.Error, underlined, messageParts);

    public static void Diagnostic(string source, string id, DiagnosticSeverity severity, string underlined, params string[] messageParts)
    {
        Compilation compilation = Driver.Compile(source);
        Generated generated = Driver.Generate(compilation);
        Assert.IsNull(generated.Failure, generated.Failure?.ToString());
        Diagnostic[] visible = [.. generated.Visible];
        Assert.HasCount(1, visible, string.Join("\n", visible.Select(d => d.ToString())));
        Diagnostic diagnostic = visible[0];
        Assert.AreEqual(id, diagnostic.Id, diagnostic.ToString());
        Assert.AreEqual(severity, diagnostic.Severity);
        Assert.IsTrue(diagnostic.Location.IsInSource, "the diagnostic has no place in the source");
        Assert.AreEqual(underlined, diagnostic.Location.SourceTree!.GetText().ToString(diagnostic.Location.SourceSpan));
        foreach (string part in messageParts)
        {
            Assert.Contains(part, diagnostic.GetMessage());
        }

        Assert.AreEqual(severity == DiagnosticSeverity.Error, generated.Files.Count == 0, "an erroneous model must not be emitted, a sound one must");
    }

    /// <summary>The source gives a model without anything to say about it, and text that parses.</summary>
    public static Generated Accepted(string source) => Accepted(Driver.Compile(source));

    public static Generated Accepted(Compilation compilation)
    {
        Generated generated = Driver.Generate(compilation);
        Assert.IsNull(generated.Failure, generated.Failure?.ToString());
        Assert.IsEmpty(generated.Visible, string.Join("\n", generated.Visible.Select(d => d.ToString())));
        Assert.IsNotEmpty(generated.Specs);
        foreach ((string name, string text) in generated.Files)
        {
            Parses(name, text);
        }

        return generated;
    }

    /// <summary>The generator ran to its end, whatever it had to say, and what it emitted parses.</summary>
    public static Generated Survives(string source)
    {
        Generated generated = Driver.Generate(source);
        Assert.IsNull(generated.Failure, generated.Failure?.ToString());
        Assert.IsFalse(generated.Diagnostics.Any(d => d.Id == "MG9000"), string.Join("\n", generated.Diagnostics.Select(d => d.ToString())));
        foreach ((string name, string text) in generated.Files)
        {
            Parses(name, text);
        }

        return generated;
    }

    public static void Parses(string name, string text)
    {
        string[] errors = [.. Driver.Tree(text, name).GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.ToString())];
        Assert.IsEmpty(errors, $"{name} has syntax errors:\n{string.Join("\n", errors.Take(10))}");
    }
}
