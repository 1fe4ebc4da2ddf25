using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace ModelGen.Compiled;

/// <summary>The framework assemblies that run-time compiled source may refer to.</summary>
internal static class FrameworkReferences
{
    private const string PackName = "Microsoft.NETCore.App.Ref";

    // What generated source needs, for machines without an SDK. A further assembly of the framework is one more line.
    private static readonly string[] Names =
    [
        "System.Private.CoreLib",
        "System.Runtime",
        "System.Runtime.Intrinsics",
        "System.Memory",
        "System.Collections",
        "System.Linq",
        "System.Numerics.Vectors",
        "System.Runtime.Extensions",
        "System.Runtime.InteropServices",
        "System.Text.Encodings.Web",
        "System.Text.Json",
        "System.Threading",
    ];

    private static readonly Lazy<ImmutableArray<MetadataReference>> Loaded = new(Load);

    /// <summary>
    /// The reference pack of this version of .NET when an SDK is installed, else the assemblies of the running framework. The first gives
    /// an assembly that refers to System.Runtime and its like, the second one that refers to System.Private.CoreLib; both run alike.
    /// </summary>
    /// <exception cref="InvalidOperationException">Neither is there.</exception>
    public static ImmutableArray<MetadataReference> All => Loaded.Value;

    /// <summary>References to the running framework's own files.</summary>
    internal static ImmutableArray<MetadataReference> OfRunningFramework()
    {
        string trusted = AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "";
        ILookup<string, string> files = trusted
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .ToLookup(file => Path.GetFileNameWithoutExtension(file));
        string? missing = Names.FirstOrDefault(name => !files.Contains(name));
        if (missing is not null)
        {
            throw new InvalidOperationException(
                $"The framework assembly '{missing}' is not on disk, so no inference assembly can be compiled. " +
                "Run the export in an application that is not published as a single file or trimmed.");
        }

        return [.. Names.Select(name => MetadataReference.CreateFromFile(files[name].First()))];
    }

    private static ImmutableArray<MetadataReference> Load()
    {
        string? pack = PackFolder();
        return pack is null
            ? OfRunningFramework()
            : [.. Directory.GetFiles(pack, "*.dll").Order(StringComparer.Ordinal).Select(file => MetadataReference.CreateFromFile(file))];
    }

    // <root>/shared/Microsoft.NETCore.App/<version>/ holds the running framework, <root>/packs/<pack>/<version>/ref/net<x.y>/ the pack.
    private static string? PackFolder()
    {
        string core = typeof(object).Assembly.Location;
        DirectoryInfo? root = core.Length == 0 ? null : Directory.GetParent(core)?.Parent?.Parent?.Parent;
        string packs = Path.Combine(root?.FullName ?? "", "packs", PackName);
        if (root is null || !Directory.Exists(packs))
        {
            return null;
        }

        int major = Environment.Version.Major;
        IEnumerable<(Version Version, string Folder)> versions =
            from folder in Directory.GetDirectories(packs)
            let version = Version.TryParse(Path.GetFileName(folder), out Version? parsed) ? parsed : null
            let references = Path.Combine(folder, "ref", $"net{major}.0")
            where version?.Major == major && File.Exists(Path.Combine(references, "System.Runtime.dll"))
            select (version, references);
        return versions.OrderBy(v => v.Version).LastOrDefault().Folder;
    }
}
