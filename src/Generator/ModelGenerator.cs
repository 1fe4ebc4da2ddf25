using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Emit;
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
            parsed.SelectMany(static (result, _) => result.Diagnostics),
            static (output, diagnostic) => output.ReportDiagnostic(diagnostic.ToDiagnostic()));

        IncrementalValuesProvider<EmitResult> emitted = parsed
            .Select(static (result, _) => result.Spec)
            .Where(static spec => spec is not null)
            .WithTrackingName(StageNames.Spec)
            .Select(static (spec, _) => ModelEmitter.Emit(spec!))
            .WithTrackingName(StageNames.Emit);

        context.RegisterSourceOutput(emitted, static (output, result) =>
        {
            foreach (DiagnosticInfo diagnostic in result.Diagnostics)
            {
                output.ReportDiagnostic(diagnostic.ToDiagnostic());
            }

            foreach (GeneratedFile file in result.Files)
            {
                output.AddSource(file.Name, file.Text);
            }
        });
    }
}
