using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace ModelGen.Generator.Helpers;

/// <summary>A place in source text without a reference to the tree it came from.</summary>
public sealed record LocationSnapshot(string Path, TextSpan Span, LinePositionSpan Lines)
{
    public static LocationSnapshot? From(SyntaxNode? node) => From(node?.GetLocation());

    /// <summary>Null for a place outside source text, such as a symbol of a referenced assembly.</summary>
    public static LocationSnapshot? From(Location? location)
    {
        if (location is not { IsInSource: true })
        {
            return null;
        }

        FileLinePositionSpan lines = location.GetLineSpan();
        return new LocationSnapshot(lines.Path, location.SourceSpan, lines.Span);
    }

    /// <summary>The place inside the compilation's own tree, so that #pragma warning and [SuppressMessage] reach it.</summary>
    public Location ToLocation(Compilation? compilation)
    {
        SyntaxTree? tree = compilation?.SyntaxTrees.FirstOrDefault(t => t.FilePath == Path && Span.End <= t.Length && t.GetLineSpan(Span).Span == Lines);
        return tree is null ? Location.Create(Path, Span, Lines) : Location.Create(tree, Span);
    }
}
