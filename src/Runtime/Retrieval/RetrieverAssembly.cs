using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.Loader;

namespace ModelGen;

/// <summary>
/// Runs the retriever of an inference assembly in a load context of its own. Reflection is used here alone, to bind a delegate: the
/// application does not know the assembly's class when it is built.
/// </summary>
internal sealed class RetrieverAssembly : IDisposable
{
    private readonly AssemblyLoadContext _context;
    private readonly RecommendCall _call;

    /// <summary>Loads an assembly.</summary>
    public RetrieverAssembly(string path)
    {
        _context = new AssemblyLoadContext(Path.GetFileNameWithoutExtension(path), isCollectible: true);
        using var image = new MemoryStream(File.ReadAllBytes(path));
        Type retriever = _context.LoadFromStream(image).GetExportedTypes().Single();
        object instance = retriever.GetMethod("Load")!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, null, null)!;
        _call = retriever.GetMethod("Recommend")!.CreateDelegate<RecommendCall>(instance);
    }

    private delegate int RecommendCall(ReadOnlySpan<int> history, Span<int> items, Span<float> scores);

    /// <summary>The best items for a history.</summary>
    public Recommendation[] Recommend(int[] history, int count, Vocabulary vocabulary)
    {
        int[] items = new int[count];
        float[] scores = new float[count];
        int found = _call(history, items, scores);
        return [.. Enumerable.Range(0, found).Select(i => new Recommendation(items[i], vocabulary.KeyText(items[i]), scores[i]))];
    }

    /// <summary>Unloads the assembly.</summary>
    public void Dispose() => _context.Unload();
}
