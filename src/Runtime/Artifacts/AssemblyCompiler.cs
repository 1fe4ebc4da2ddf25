using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace ModelGen.Compiled;

/// <summary>
/// Compiles C# source to an assembly that refers to the framework only, with data inside it as manifest resources. The same source,
/// resources and references give the same bytes.
/// </summary>
internal static class AssemblyCompiler
{
    // The file format addresses its parts with 31 bits; the rest is for code and metadata.
    private const long MostResourceBytes = 2_000_000_000;

    /// <summary>Compiles to a file, written under a temporary name first. Returns its length in bytes.</summary>
    /// <param name="path">The file; its name without extension names the assembly.</param>
    /// <param name="source">The source text.</param>
    /// <param name="resources">Resources by name, as seekable streams.</param>
    /// <exception cref="AssemblyCompilationException">The source does not compile.</exception>
    /// <exception cref="InvalidOperationException">The resources are larger than an assembly can hold.</exception>
    /// <exception cref="ArtifactWriteException">The file cannot be written; what was there before is unchanged.</exception>
    public static long Compile(string path, string source, IReadOnlyList<(string Name, Func<Stream> Open)> resources)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        using MemoryStream image = Compile(name, source, resources, FrameworkReferences.All);
        return AtomicFile.Write(path, image.CopyTo);
    }

    /// <summary>Compiles into memory.</summary>
    /// <param name="assemblyName">Name of the assembly.</param>
    /// <param name="source">The source text.</param>
    /// <param name="resources">Resources by name, as seekable streams.</param>
    /// <param name="references">What the source may refer to; assemblies of the framework only.</param>
    /// <exception cref="AssemblyCompilationException">The source does not compile.</exception>
    /// <exception cref="InvalidOperationException">The resources are larger than an assembly can hold.</exception>
    public static MemoryStream Compile(
        string assemblyName, string source, IReadOnlyList<(string Name, Func<Stream> Open)> resources, ImmutableArray<MetadataReference> references)
    {
        CheckSize(assemblyName, resources);
        SyntaxTree tree = CSharpSyntaxTree.ParseText(
            SourceText.From(source, Encoding.UTF8), new CSharpParseOptions(LanguageVersion.Latest), path: assemblyName + ".cs");
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary,
            optimizationLevel: OptimizationLevel.Release,
            allowUnsafe: true,
            deterministic: true,
            nullableContextOptions: NullableContextOptions.Enable);
        CSharpCompilation compilation = CSharpCompilation.Create(assemblyName, [tree], references, options);
        var image = new MemoryStream();
        EmitResult result = compilation.Emit(
            image, manifestResources: resources.Select(r => new ResourceDescription(r.Name, r.Open, isPublic: true)));
        if (!result.Success)
        {
            throw new AssemblyCompilationException(
                assemblyName, [.. result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.ToString())]);
        }

        image.Position = 0;
        CheckReferences(assemblyName, image);
        image.Position = 0;
        return image;
    }

    /// <summary>Names of the assemblies that an assembly refers to.</summary>
    public static IReadOnlyList<string> ReferencesOf(Stream image)
    {
        using var file = new PEReader(image, PEStreamOptions.LeaveOpen);
        MetadataReader metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(r => metadata.GetString(metadata.GetAssemblyReference(r).Name))];
    }

    private static void CheckSize(string assemblyName, IReadOnlyList<(string Name, Func<Stream> Open)> resources)
    {
        long bytes = 0;
        foreach ((_, Func<Stream> open) in resources)
        {
            using Stream content = open();
            bytes += content.Length;
        }

        if (bytes > MostResourceBytes)
        {
            throw new InvalidOperationException(
                $"The weights of '{assemblyName}' take {bytes:N0} bytes; an assembly holds at most {MostResourceBytes:N0}. Quantise the model, or export it to ONNX.");
        }
    }

    // The promise of the inference assembly is that it runs where .NET runs, with nothing beside it.
    private static void CheckReferences(string assemblyName, Stream image)
    {
        string[] foreign = [.. ReferencesOf(image).Where(name => name != "System" && !name.StartsWith("System.", StringComparison.Ordinal))];
        if (foreign.Length > 0)
        {
            throw new AssemblyCompilationException(
                assemblyName, [$"The assembly would refer to {string.Join(", ", foreign)}; it may refer to the framework only."]);
        }
    }
}
