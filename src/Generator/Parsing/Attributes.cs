using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ModelGen.Generator.Helpers;

namespace ModelGen.Generator.Parsing;

/// <summary>Reads one attribute of ours: named values with defaults, and the place of each value for diagnostics.</summary>
internal sealed class AttributeReader(AttributeData data, CancellationToken cancellation)
{
    /// <summary>The attribute as written by the user: "Full" for FullAttribute.</summary>
    public string Name { get; } = data.AttributeClass!.Name.Substring(0, data.AttributeClass.Name.Length - "Attribute".Length);

    public string? BaseName { get; } = data.AttributeClass!.BaseType?.Name;

    public LocationSnapshot? Location => LocationSnapshot.From(Syntax);

    private AttributeSyntax? Syntax => data.ApplicationSyntaxReference?.GetSyntax(cancellation) as AttributeSyntax;

    public static IEnumerable<AttributeReader> Of(ISymbol symbol, CancellationToken cancellation) => symbol.GetAttributes()
        .Where(a => a.AttributeClass?.ContainingNamespace is { Name: "ModelGen", ContainingNamespace.IsGlobalNamespace: true } && a.AttributeClass.Name.EndsWith("Attribute", System.StringComparison.Ordinal))
        .Select(a => new AttributeReader(a, cancellation));

    public T Get<T>(string name, T fallback)
    {
        foreach (KeyValuePair<string, TypedConstant> argument in data.NamedArguments)
        {
            if (argument.Key == name && argument.Value.Kind != TypedConstantKind.Error && argument.Value.Value is { } value)
            {
                // Enum values arrive as their underlying integer.
                return typeof(T).IsEnum ? (T)System.Enum.ToObject(typeof(T), value) : (T)value;
            }
        }

        return fallback;
    }

    public int[] Widths(string name)
    {
        ImmutableArray<TypedConstant> values = data.NamedArguments.FirstOrDefault(a => a.Key == name).Value is { Kind: TypedConstantKind.Array, IsNull: false } array ? array.Values : [];
        return [.. values.Select(v => v.Value is int width ? width : 0)];
    }

    /// <summary>Where a named value is written, or the attribute itself when it is not.</summary>
    public LocationSnapshot? At(string name) =>
        LocationSnapshot.From(Syntax?.ArgumentList?.Arguments.FirstOrDefault(a => a.NameEquals?.Name.Identifier.ValueText == name)) ?? Location;
}
