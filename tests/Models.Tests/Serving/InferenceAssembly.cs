using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.Loader;

namespace ModelGen.Tests.Serving;

/// <summary>An inference assembly in a load context that knows the framework and refuses everything of this library.</summary>
internal sealed class InferenceAssembly : IDisposable
{
    private readonly FrameworkOnly _context = new();

    public InferenceAssembly(string path)
    {
        using MemoryStream image = new(File.ReadAllBytes(path));
        Assembly = _context.LoadFromStream(image);
        Type = Assembly.GetExportedTypes().Single();
        Predictor = Type.GetMethod("Load")!.Invoke(null, null)!;
    }

    public Assembly Assembly { get; }

    /// <summary>The only public class.</summary>
    public Type Type { get; }

    public object Predictor { get; }

    public void Dispose() => _context.Unload();

    private sealed class FrameworkOnly() : AssemblyLoadContext("inference", isCollectible: true)
    {
        private static readonly string s_framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

        protected override Assembly? Load(AssemblyName name) => File.Exists(Path.Combine(s_framework, name.Name + ".dll"))
            ? null
            : throw new FileLoadException($"{name.Name} is not part of the framework.");
    }
}
