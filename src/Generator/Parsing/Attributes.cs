using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Helpers;

namespace ModelGen.Generator.Parsing;

/// <summary>
/// Reads one attribute of ours: named values with defaults, and the place of each value for diagnostics.
/// Code that does not compile yet is read as far as it can be: a value of another type counts as not written.
/// </summary>
internal sealed class AttributeReader(AttributeData data, LocationSnapshot? owner, CancellationToken cancellation)
{
    private const string Suffix = "Attribute";

    /// <summary>The attribute as written by the user: "Full" for FullAttribute.</summary>
    public string Name { get; } = data.AttributeClass!.Name.Substring(0, data.AttributeClass.Name.Length - Suffix.Length);

    public string? BaseName { get; } = data.AttributeClass!.BaseType?.Name;

    /// <summary>The attribute, or its owner when the attribute lies in a referenced assembly.</summary>
    public LocationSnapshot? Location => LocationSnapshot.From(Syntax) ?? owner;

    private AttributeSyntax? Syntax => data.ApplicationSyntaxReference?.GetSyntax(cancellation) as AttributeSyntax;

    /// <summary>The attributes of namespace ModelGen on a symbol, in source order.</summary>
    public static IEnumerable<AttributeReader> Of(ISymbol symbol, LocationSnapshot? owner, CancellationToken cancellation) => symbol.GetAttributes()
        .Where(a => a.AttributeClass is { ContainingNamespace: { Name: "ModelGen", ContainingNamespace.IsGlobalNamespace: true } } type && type.Name.EndsWith(Suffix, StringComparison.Ordinal))
        .Select(a => new AttributeReader(a, owner, cancellation));

    /// <summary>Whether the attribute is written on this declaration, which may be one of several parts of its class.</summary>
    public bool StandsOn(SyntaxNode declaration) => Syntax?.Parent?.Parent == declaration;

    /// <summary>Whether a value is written out.</summary>
    public bool IsWritten(string name) => data.NamedArguments.Any(a => a.Key == name);

    public T Get<T>(string name, T fallback) => Find(name) is { Kind: TypedConstantKind.Primitive, Value: T value } ? value : fallback;

    /// <summary>An enum of the attributes as the spec's enum, whose members are numbered from <paramref name="shift"/> up.</summary>
    public T Choice<T>(Reporter report, string what, string name, T fallback, int shift = 0)
        where T : struct, Enum
    {
        if (Find(name) is not { Kind: TypedConstantKind.Enum, Value: int value })
        {
            return fallback;
        }

        var choice = (T)Enum.ToObject(typeof(T), value + shift);
        string[] names = [.. Enum.GetNames(typeof(T)).Skip(shift)];
        if (value < 0 || value >= names.Length)
        {
            report.Add(Descriptors.UndefinedValue, At(name), name, Name, what, value.ToString(CultureInfo.InvariantCulture), string.Join(", ", names));
        }

        return choice;
    }

    /// <summary>An array of numbers, default(T) where an element is of another type; the fallback when the array is not written.</summary>
    public T[] List<T>(string name, params T[] fallback)
        where T : struct =>
        Find(name) is not { Kind: TypedConstantKind.Array } array ? fallback
            : array.IsNull ? [] : [.. array.Values.Select(v => v is { Kind: TypedConstantKind.Primitive, Value: T item } ? item : default)];

    public int[] Widths(string name) => List<int>(name);

    /// <summary>Where a named value is written, or the attribute itself when it is not.</summary>
    public LocationSnapshot? At(string name) =>
        LocationSnapshot.From(Syntax?.ArgumentList?.Arguments.FirstOrDefault(a => a.NameEquals?.Name.Identifier.ValueText == name)) ?? Location;

    private TypedConstant Find(string name) => data.NamedArguments.FirstOrDefault(a => a.Key == name).Value;
}
