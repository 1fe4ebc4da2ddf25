using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace ModelGen.Generator.Helpers;

/// <summary>A place in source text without a reference to the tree it came from.</summary>
public sealed record LocationSnapshot(string Path, TextSpan Span, LinePositionSpan Lines)
{
    public static LocationSnapshot? From(SyntaxNode? node)
    {
        if (node is null)
        {
            return null;
        }

        FileLinePositionSpan lines = node.SyntaxTree.GetLineSpan(node.Span);
        return new LocationSnapshot(lines.Path, node.Span, lines.Span);
    }

    public Location ToLocation() => Location.Create(Path, Span, Lines);
}
