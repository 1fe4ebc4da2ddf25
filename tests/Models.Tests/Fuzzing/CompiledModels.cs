using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using ModelGen.Generator;

namespace ModelGen.Tests.Fuzzing;

/// <summary>Random annotated classes, compiled in memory with the generator and loaded.</summary>
internal static partial class CompiledModels
{
    public const int Count = 40;

    private static readonly Lazy<Assembly> s_assembly = new(Compile);

    public static IEnumerable<int> Seeds => Enumerable.Range(1, Count);

    /// <summary>The class of a seed.</summary>
    public static Type Find(int seed) => s_assembly.Value.GetType($"{RandomModels.Namespace}.{RandomModels.Name(seed)}", throwOnError: true)!;

    /// <summary>
    /// The sources with an epsilon of 0.01 in every adaptive rule. With the usual 1e-10 the first step of Adagrad is the sign of the
    /// gradient times the rate, so a gradient that is zero but for rounding would move a parameter either way.
    /// </summary>
    private static string Sources()
    {
        string[] pieces = RandomModels.Sources(Seeds).Split("[EmbeddingModel");
        IEnumerable<string> models = pieces.Skip(1).Select(piece => Optimizer().IsMatch(piece) ? piece : piece.Replace("public partial", "[Adagrad]\npublic partial"))
            .Select(piece => OwnEpsilon().Replace(piece, "")).Select(piece => Adaptive().Replace(piece, m => m.Value.EndsWith('(') ? $"{m.Value}Epsilon = 0.01f, " : $"[{m.Groups[1].Value}(Epsilon = 0.01f)]"));
        return string.Join("[EmbeddingModel", models.Prepend(pieces[0]));
    }

    private static Assembly Compile()
    {
        CSharpParseOptions options = new(LanguageVersion.Preview);
        IEnumerable<MetadataReference> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path));
        CSharpCompilation compilation = CSharpCompilation.Create(
            "RandomModels", [CSharpSyntaxTree.ParseText(Sources(), options)], references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, optimizationLevel: OptimizationLevel.Release));
        CSharpGeneratorDriver.Create([new ModelGenerator().AsSourceGenerator()], parseOptions: options)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation complete, out var diagnostics);
        using MemoryStream image = new();
        string[] errors = [.. diagnostics.Concat(complete.Emit(image).Diagnostics).Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.ToString())];
        Assert.IsEmpty(errors, string.Join('\n', errors.Take(10)));
        return Assembly.Load(image.ToArray());
    }

    [GeneratedRegex(@"\[(Sgd|Adagrad|RowWiseAdagrad|Adam|NAdam)\b")]
    private static partial Regex Optimizer();

    [GeneratedRegex(@", Epsilon = [^,)]+")]
    private static partial Regex OwnEpsilon();

    [GeneratedRegex(@"\[(Adagrad|RowWiseAdagrad|Adam|NAdam)(\(|\])")]
    private static partial Regex Adaptive();
}
