using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Parsing;

/// <summary>Property symbols -> label, numeric and categorical specs.</summary>
internal sealed class FeatureParser(
    Reporter report, AttributeReader? classEmbedding, INamedTypeSymbol model, LocationSnapshot? at, float defaultSigma, bool elsa, Compilation compilation, CancellationToken cancellation)
{
    public LabelSpec? Label { get; private set; }

    /// <summary>Whether a property carries [Label], be it usable or not.</summary>
    public bool HasLabel { get; private set; }

    /// <summary>The property that orders the rows in time, if there is one.</summary>
    public TimestampSpec? Timestamp { get; private set; }

    /// <summary>Which column each property reads and where that is said, in declaration order.</summary>
    public List<(string Property, string Column, LocationSnapshot? Place)> Columns { get; } = [];

    public List<NumericSpec> Numerics { get; } = [];

    public List<CategoricalSpec> Categoricals { get; } = [];

    public void Parse(IPropertySymbol property)
    {
        AttributeReader[] attributes = [.. AttributeReader.Of(property, at, cancellation)];
        AttributeReader[] roles = [.. attributes.Where(a => a.Name is "Label" or "Timestamp" or "Numeric" or "Categorical" or "User" or "Item")];
        AttributeReader[] embeddings = [.. attributes.Where(a => a.BaseName == "EmbeddingAttribute")];
        HasLabel |= roles.Any(r => r.Name == "Label");
        if (roles.Length == 0)
        {
            if (embeddings.Length > 0)
            {
                report.Add(Descriptors.EmbeddingWithoutCategorical, embeddings[0].Location, property.Name, embeddings[0].Name);
            }

            return;
        }

        if (roles.Length > 1)
        {
            report.Add(Descriptors.TwoRoles, roles[1].Location, property.Name, string.Join(" and ", roles.Select(r => $"[{r.Name}]")));
            return;
        }

        if (Obstacle(property) is { } obstacle)
        {
            report.Add(Descriptors.Unreadable, roles[0].Location, property.Name, obstacle);
            return;
        }

        if (roles[0].Name is "Label" or "Timestamp" or "Numeric" && embeddings.Length > 0)
        {
            report.Add(Descriptors.EmbeddingWithoutCategorical, embeddings[0].Location, property.Name, embeddings[0].Name);
        }

        string column = roles[0].Get("Column", property.Name);
        Columns.Add((property.Name, column, roles[0].At("Column")));
        switch (roles[0].Name)
        {
            case "Label":
                ParseLabel(property, roles[0], column);
                break;
            case "Timestamp":
                ParseTimestamp(property, roles[0], column);
                break;
            case "Numeric":
                ParseNumeric(property, roles[0], column);
                break;
            default:
                ParseCategorical(property, roles[0], embeddings, column);
                break;
        }
    }

    private void ParseLabel(IPropertySymbol property, AttributeReader role, string column)
    {
        if (Label is not null)
        {
            report.Add(Descriptors.TwoLabels, role.Location, property.Name, Label.Property);
        }
        else if (property.Type.SpecialType != SpecialType.System_Boolean && !IsNumber(property.Type))
        {
            report.Add(Descriptors.LabelType, role.Location, property.Name, property.Type.ToDisplayString());
        }
        else
        {
            Label = new LabelSpec(property.Name, column, property.Type.ToDisplayString());
        }
    }

    private void ParseTimestamp(IPropertySymbol property, AttributeReader role, string column)
    {
        TimestampKind? kind = property.Type.SpecialType switch
        {
            SpecialType.System_Int32 or SpecialType.System_Int64 => TimestampKind.Integer,
            SpecialType.System_Single or SpecialType.System_Double => TimestampKind.Real,
            SpecialType.System_DateTime => TimestampKind.Date,
            _ => property.Type.ToDisplayString() == "System.DateTimeOffset" ? TimestampKind.Date : null,
        };
        if (Timestamp is not null)
        {
            report.Add(Descriptors.TwoTimestamps, role.Location, property.Name, Timestamp.Property);
        }
        else if (kind is null)
        {
            report.Add(Descriptors.TimestampType, role.Location, property.Name, property.Type.ToDisplayString());
        }
        else
        {
            Timestamp = new TimestampSpec(property.Name, column, kind.Value);
        }
    }

    private void ParseNumeric(IPropertySymbol property, AttributeReader role, string column)
    {
        if (!IsNumber(property.Type))
        {
            report.Add(Descriptors.NumericType, role.Location, property.Name, property.Type.ToDisplayString());
            return;
        }

        Numerics.Add(new NumericSpec(property.Name, column, property.Type.ToDisplayString(), role.Choice(report, property.Name, "Transform", TransformKind.None)));
    }

    private void ParseCategorical(IPropertySymbol property, AttributeReader role, AttributeReader[] embeddings, string column)
    {
        (ITypeSymbol element, BagForm bag) = Element(property.Type);
        KeyType? key = Key(element);
        if (key is null)
        {
            report.Add(Descriptors.CategoricalType, role.Location, property.Name, property.Type.ToDisplayString());
            return;
        }

        int minCount = role.Get("MinCount", 1), buckets = role.Get("Buckets", 1024);
        long cardinality = role.Get("Cardinality", 0L);
        if (minCount < 1)
        {
            report.Add(Descriptors.MinCount, role.At("MinCount"), property.Name, minCount.ToString(CultureInfo.InvariantCulture));
        }

        if (buckets < 1)
        {
            report.Add(Descriptors.Buckets, role.At("Buckets"), property.Name, buckets.ToString(CultureInfo.InvariantCulture));
        }

        if (cardinality is < 0 or > int.MaxValue || (cardinality > 0 && key != KeyType.Integer))
        {
            report.Add(Descriptors.Cardinality, role.At("Cardinality"), property.Name, cardinality.ToString(CultureInfo.InvariantCulture), element.ToDisplayString());
        }

        if (embeddings.Length > 1)
        {
            report.Add(Descriptors.TwoEmbeddings, embeddings[1].Location, property.Name, embeddings[0].Name, embeddings[1].Name);
            return;
        }

        AttributeReader? embedding = elsa && role.Name != "Item" ? embeddings.FirstOrDefault() : embeddings.FirstOrDefault() ?? classEmbedding;
        if (embedding is null && !(elsa && role.Name == "User"))
        {
            report.Add(Descriptors.NoEmbedding, role.Location, property.Name, model.Name);
            return;
        }

        OutOfVocabularyKind unknown = role.Choice(report, property.Name, "OutOfVocabulary", OutOfVocabularyKind.Error);
        if (elsa)
        {
            CheckElsa(property, role, embedding, unknown);
        }
        else if (embedding!.Name == "Sparse")
        {
            report.Add(Descriptors.SparseHost, embedding.Location, property.Name, model.Name);
        }

        PoolingKind pooling = role.Choice(report, property.Name, "Pooling", PoolingKind.Mean, shift: 1);
        EmbeddingSpec spec = embedding is null
            ? new EmbeddingSpec(EmbeddingKind.None, 0, 0, 0, 0)
            : new EmbeddingParser(report, defaultSigma, elsa).Parse(embedding, embeddings.Length > 0 ? property.Name : model.Name);
        EquatableArray<string> names = key == KeyType.Enum
            ? new(element.GetMembers().OfType<IFieldSymbol>().Where(f => f.HasConstantValue).GroupBy(f => f.ConstantValue).Select(g => g.First().Name))
            : default;

        // Members of one value are one key, called by the first of their names. PoolingKind is the attribute's Pooling moved up by one, None standing for a single value.
        Categoricals.Add(new CategoricalSpec(
            property.Name, column, key.Value, element.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat), names, bag,
            bag == BagForm.None ? PoolingKind.None : pooling,
            unknown, minCount, key == KeyType.Bool ? 2 : cardinality, buckets,
            role.Get("Separator", '|'), Role(property, role, bag), spec));
    }

    private void CheckElsa(IPropertySymbol property, AttributeReader role, AttributeReader? embedding, OutOfVocabularyKind unknown)
    {
        if (embedding is not null && (role.Name == "User" || embedding.Name is not ("Full" or "Sparse")))
        {
            report.Add(Descriptors.ElsaEmbedding, embedding.Location, property.Name, embedding.Name);
        }

        if (unknown is OutOfVocabularyKind.SharedRow or OutOfVocabularyKind.HashedBucket)
        {
            report.Add(Descriptors.ElsaUnknown, role.At("OutOfVocabulary"), property.Name, unknown.ToString());
        }
    }

    private RoleKind Role(IPropertySymbol property, AttributeReader role, BagForm bag)
    {
        if (role.Name == "Categorical")
        {
            return RoleKind.None;
        }

        RoleKind kind = role.Name == "User" ? RoleKind.User : RoleKind.Item;
        if (bag != BagForm.None)
        {
            report.Add(Descriptors.RoleOfBag, role.Location, property.Name, role.Name);
        }
        else if (Categoricals.FirstOrDefault(c => c.Role == kind) is { } other)
        {
            report.Add(Descriptors.RoleTwice, role.Location, property.Name, other.Property, role.Name);
        }

        return kind;
    }

    private string? Obstacle(IPropertySymbol property) =>
        property.IsStatic ? "static"
        : property.IsIndexer ? "an indexer"
        : property.ExplicitInterfaceImplementations.Length > 0 ? "an explicit interface implementation"
        : property.GetMethod is not { } getter ? "write-only"
        : !compilation.IsSymbolAccessibleWithin(getter, model) ? $"not accessible from {model.Name}"
        : null;

    private static (ITypeSymbol Element, BagForm Form) Element(ITypeSymbol type)
    {
        if (type is IArrayTypeSymbol { Rank: 1 } array)
        {
            return (array.ElementType, BagForm.Array);
        }

        bool list = type is INamedTypeSymbol { TypeArguments.Length: 1 } named
            && named.ContainingNamespace?.ToDisplayString() == "System.Collections.Generic"
            && named.Name is "List" or "IReadOnlyList" or "IList" or "IReadOnlyCollection" or "ICollection" or "IEnumerable";
        return list ? (((INamedTypeSymbol)type).TypeArguments[0], BagForm.List) : (type, BagForm.None);
    }

    private static KeyType? Key(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_String => KeyType.Text,
        SpecialType.System_Boolean => KeyType.Bool,
        SpecialType.System_Byte or SpecialType.System_SByte or SpecialType.System_Int16 or SpecialType.System_UInt16
            or SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Int64 => KeyType.Integer,
        _ => type.TypeKind == TypeKind.Enum ? KeyType.Enum : null,
    };

    private static bool IsNumber(ITypeSymbol type) => type.SpecialType is SpecialType.System_Single or SpecialType.System_Double
        or SpecialType.System_Byte or SpecialType.System_SByte or SpecialType.System_Int16 or SpecialType.System_UInt16
        or SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Int64;
}
