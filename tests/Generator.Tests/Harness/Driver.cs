using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Tests.Harness;

/// <summary>What one run of the generator gave.</summary>
public sealed record Generated(ImmutableArray<Diagnostic> Diagnostics, IReadOnlyDictionary<string, string> Files, IReadOnlyList<ModelSpec> Specs, Exception? Failure)
{
    /// <summary>The diagnostics a user sees.</summary>
    public IEnumerable<Diagnostic> Visible => Diagnostics.Where(d => d.Severity != DiagnosticSeverity.Hidden && !d.IsSuppressed);
}

/// <summary>
/// Runs the generator over source text against the attributes and the framework. The runtime is not referenced:
/// these tests look at what is written, not at how it behaves.
/// </summary>
public static class Driver
{
    /// <summary>Usings before every test source, on one line so that line numbers stay readable.</summary>
    public const string Usings = "#nullable enable\nusing System; using System.Collections.Generic; using ModelGen;\n";

    public static CSharpParseOptions ParseOptions { get; } = new(LanguageVersion.Preview);

    private static readonly MetadataReference[] s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is "System.Private.CoreLib.dll" or "System.Runtime.dll" or "netstandard.dll" or "System.Collections.dll")
            .Select(path => MetadataReference.CreateFromFile(path)),
        MetadataReference.CreateFromFile(typeof(EmbeddingModelAttribute).Assembly.Location),
    ];

    public static SyntaxTree Tree(string source, string path = "Model.cs") => CSharpSyntaxTree.ParseText(source, ParseOptions, path);

    public static CSharpCompilation Compile(params SyntaxTree[] trees) => CSharpCompilation.Create(
        "Models", trees, s_references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    public static CSharpCompilation Compile(string source) => Compile(Tree(Usings + source));

    public static GeneratorDriver Create() => CSharpGeneratorDriver.Create(
        [new ModelGenerator().AsSourceGenerator()],
        parseOptions: ParseOptions,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>Generates for one file, the usual usings before it.</summary>
    public static Generated Generate(string source) => Generate(Compile(source));

    public static Generated Generate(Compilation compilation)
    {
        GeneratorRunResult result = Create().RunGenerators(compilation).GetRunResult().Results.Single();
        return new Generated(
            result.Diagnostics,
            result.GeneratedSources.IsDefault ? new Dictionary<string, string>() : result.GeneratedSources.ToDictionary(s => s.HintName, s => s.SourceText.ToString()),
            [.. Outputs(result, StageNames.Spec).Cast<ModelSpec>()],
            result.Exception);
    }

    /// <summary>The spec of a source that has one model without errors.</summary>
    public static ModelSpec Spec(string source) => Generate(source) is { Specs: [var spec] } generated
        ? spec
        : throw new InvalidOperationException("The source has no valid model: " + string.Join("; ", Generate(source).Diagnostics));

    /// <summary>Values that a stage gave in a run.</summary>
    public static IEnumerable<object> Outputs(GeneratorRunResult result, string stage) =>
        result.TrackedSteps.TryGetValue(stage, out ImmutableArray<IncrementalGeneratorRunStep> steps) ? steps.SelectMany(s => s.Outputs).Select(o => o.Value) : [];
}
