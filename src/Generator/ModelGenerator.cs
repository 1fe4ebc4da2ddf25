using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Parsing;

namespace ModelGen.Generator;

/// <summary>
/// The pipeline: attributed class -> Parse -> spec -> Emit -> files. Everything that passes between stages is plain and value-equal,
/// so an edit that does not change a model recomputes nothing after Parse.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class ModelGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<ParseResult> parsed = context.SyntaxProvider
            .ForAttributeWithMetadataName(ModelParser.MarkerAttribute, static (node, _) => node is TypeDeclarationSyntax, ModelParser.Parse)
            .WithTrackingName(StageNames.Parse);

        context.RegisterSourceOutput(
            parsed.SelectMany(static (result, _) => result.Diagnostics).Combine(context.CompilationProvider),
            static (output, pair) => output.ReportDiagnostic(pair.Left.ToDiagnostic(pair.Right)));

        IncrementalValuesProvider<EmitResult> emitted = parsed
            .Select(static (result, _) => result.Spec)
            .Where(static spec => spec is not null)
            .WithTrackingName(StageNames.Spec)
            .Select(static (spec, _) => ModelEmitter.Emit(spec!))
            .WithTrackingName(StageNames.Emit);

        // File names are compared without case, class names are not.
        IncrementalValueProvider<EquatableArray<string>> clashes = emitted
            .SelectMany(static (result, _) => result.Files.Select(f => f.Name))
            .Collect()
            .Select(static (names, _) => HintNames.Clashes(names));

        context.RegisterSourceOutput(emitted.Combine(clashes), static (output, pair) =>
        {
            foreach (DiagnosticInfo diagnostic in pair.Left.Diagnostics)
            {
                output.ReportDiagnostic(diagnostic.ToDiagnostic());
            }

            foreach (GeneratedFile file in pair.Left.Files)
            {
                output.AddSource(HintNames.Unique(file.Name, pair.Right), file.Text);
            }
        });
    }
}
