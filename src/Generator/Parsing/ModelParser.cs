using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Emit.CSharp;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Parsing;

/// <summary>An annotated class -> a model spec, or the diagnostics that say why not. The only folder that sees Roslyn symbols.</summary>
internal static class ModelParser
{
    public const string MarkerAttribute = "ModelGen.EmbeddingModelAttribute";

    /// <summary>Reads one class. A defect of the parser becomes a diagnostic at the class, never an exception.</summary>
    public static ParseResult Parse(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        try
        {
            return Read(context, cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            var report = new Reporter();
            report.Add(Descriptors.Internal, LocationSnapshot.From(context.TargetNode), context.TargetSymbol.Name, $"parsing: {e.Message}");
            return new ParseResult(null, report.Items);
        }
    }

    private static ParseResult Read(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        var symbol = (INamedTypeSymbol)context.TargetSymbol;
        var syntax = (TypeDeclarationSyntax)context.TargetNode;
        var report = new Reporter();
        LocationSnapshot? at = LocationSnapshot.From(syntax.Identifier.GetLocation());
        AttributeReader[] attributes = [.. AttributeReader.Of(symbol, at, cancellation)];
        AttributeReader marker = attributes.First(a => a.Name == "EmbeddingModel");
        if (!marker.StandsOn(syntax))
        {
            // The marker stands on two parts of one class; the compiler refuses that, and the first part speaks for the class.
            return new ParseResult(null, default);
        }

        CheckForm(report, symbol, syntax, at);
        AttributeReader? host = One(report, symbol.Name, attributes.Where(a => Enum.IsDefined(typeof(HostKind), a.Name)), Descriptors.TwoHosts);
        AttributeReader? optimizer = One(report, symbol.Name, attributes.Where(a => Enum.IsDefined(typeof(OptimizerRule), a.Name)), Descriptors.TwoOptimizers);
        AttributeReader? embedding = One(report, symbol.Name, attributes.Where(a => a.BaseName == "EmbeddingAttribute"), Descriptors.TwoEmbeddings);
        if (host is null)
        {
            report.Add(Descriptors.NoHost, at, symbol.Name);
        }

        bool elsa = host?.Name == "Elsa";
        int before = report.Items.Count;
        var features = new FeatureParser(report, embedding, symbol, at, host?.Name == "Dlrm" ? 0.25f : 0.5f, elsa, context.SemanticModel.Compilation, cancellation);
        foreach (IPropertySymbol property in Properties(symbol))
        {
            cancellation.ThrowIfCancellationRequested();
            features.Parse(property);
        }

        bool pairs = features.Categoricals.Any(c => c.Role == RoleKind.User) && features.Categoricals.Any(c => c.Role == RoleKind.Item);
        if (!features.HasLabel && !pairs)
        {
            report.Add(Descriptors.MissingLabel, at, symbol.Name);
        }

        if (features.Categoricals.Count == 0 && !report.HasErrors)
        {
            report.Add(Descriptors.NoCategorical, at, symbol.Name);
        }

        if (!features.HasLabel && features.Categoricals.FirstOrDefault(c => c.Embedding.Kind == EmbeddingKind.Clustered) is { } clustered)
        {
            report.Add(Descriptors.ClustersWithoutLabel, at, clustered.Property, symbol.Name);
        }

        CheckColumns(report, features);
        CheckNames(report, symbol, features);

        // How the host fits the features is worth saying only when the features themselves are sound.
        bool sound = report.Items.Skip(before).All(d => Descriptors.All[d.Id].DefaultSeverity != DiagnosticSeverity.Error);
        HostSpec? hostSpec = host is null ? null : HostParser.Parse(report, host, symbol.Name, features, sound);
        OptimizerSpec optimizerSpec = OptimizerParser.Parse(report, optimizer, symbol.Name, elsa);
        if (elsa && optimizerSpec.Rule == OptimizerRule.RowWiseAdagrad)
        {
            report.Add(Descriptors.ElsaOptimizer, optimizer!.Location, symbol.Name);
        }

        LossKind loss = marker.Choice(report, symbol.Name, "Loss", elsa ? LossKind.Cosine : LossKind.BinaryCrossEntropy);
        if (host is not null && elsa != (loss == LossKind.Cosine))
        {
            report.Add(
                Descriptors.LossOfHost, marker.At("Loss"), symbol.Name, loss.ToString(), host.Name,
                elsa ? "has the loss Cosine and no other, so leave Loss out" : "does not score all items of a user, which Cosine needs, so choose another loss");
        }

        if (loss == LossKind.BayesianPersonalizedRanking && (features.HasLabel || !pairs))
        {
            report.Add(Descriptors.RankingLoss, marker.At("Loss"), symbol.Name, features.HasLabel ? "has a [Label]" : "has no [User] and [Item]");
        }

        if (host?.Name == nameof(HostKind.MatrixFactorization) && (loss != LossKind.MeanSquaredError || !features.HasLabel))
        {
            report.Add(Descriptors.FactorizationLoss, loss != LossKind.MeanSquaredError ? marker.At("Loss") : host.Location, symbol.Name, features.HasLabel ? $"is trained under {loss}" : "has no [Label]");
        }

        if (report.HasErrors)
        {
            return new ParseResult(null, report.Items);
        }

        return new ParseResult(
            new ModelSpec(
                symbol.ContainingNamespace.IsGlobalNamespace ? string.Empty : symbol.ContainingNamespace.ToDisplayString(),
                symbol.Name, symbol.IsRecord ? "record" : "class", loss, features.Label,
                new(features.Numerics), new(features.Categoricals), hostSpec!, optimizerSpec)
            {
                Timestamp = features.Timestamp,
                Hidden = new(TypeNames.Namespaces.Where(type => IsHidden(symbol, type.Key, type.Value)).Select(type => type.Key).OrderBy(name => name, StringComparer.Ordinal)),
            },
            report.Items);
    }

    // Whether a name means something else than the type of a namespace inside the class: a nested type, or a type or namespace around it.
    private static bool IsHidden(INamedTypeSymbol symbol, string name, string home)
    {
        for (INamedTypeSymbol? type = symbol; type is not null; type = type.BaseType)
        {
            if (!type.GetTypeMembers(name).IsEmpty)
            {
                return true;
            }
        }

        for (INamespaceSymbol? around = symbol.ContainingNamespace; around is not null; around = around.ContainingNamespace)
        {
            if (around.GetMembers(name).Any() && around.ToDisplayString() != home)
            {
                return true;
            }
        }

        return false;
    }

    private static void CheckForm(Reporter report, INamedTypeSymbol symbol, TypeDeclarationSyntax syntax, LocationSnapshot? at)
    {
        string? form = symbol.TypeKind == TypeKind.Interface ? "an interface"
            : symbol.TypeKind != TypeKind.Class ? "a struct"
            : symbol.ContainingType is not null ? "nested"
            : symbol.IsGenericType ? "generic"
            : symbol.IsStatic ? "static"
            : symbol.IsFileLocal ? "local to its file"
            : SyntaxFacts.GetKeywordKind(symbol.Name) != SyntaxKind.None || SyntaxFacts.GetContextualKeywordKind(symbol.Name) != SyntaxKind.None ? "named like a C# keyword"
            : null;
        if (form is not null)
        {
            report.Add(Descriptors.UnsupportedClass, at, symbol.Name, form);
        }
        else if (!syntax.Modifiers.Any(SyntaxKind.PartialKeyword))
        {
            report.Add(Descriptors.NotPartial, at, symbol.Name);
        }
    }

    // Base classes first, so that a derived class adds to what it inherits; declaration order inside a class.
    // A property declared again takes the place of the inherited one; an override without attributes leaves the inherited ones in force.
    private static List<IPropertySymbol> Properties(INamedTypeSymbol symbol)
    {
        var types = new Stack<INamedTypeSymbol>();
        for (INamedTypeSymbol? type = symbol; type is { SpecialType: not SpecialType.System_Object }; type = type.BaseType)
        {
            types.Push(type);
        }

        var properties = new List<IPropertySymbol>();
        foreach (IPropertySymbol property in types.SelectMany(t => t.GetMembers().OfType<IPropertySymbol>()))
        {
            int inherited = property.IsIndexer ? -1 : properties.FindIndex(p => p.Name == property.Name);
            if (inherited < 0)
            {
                properties.Add(property);
            }
            else if (!property.IsOverride || property.GetAttributes().Length > 0)
            {
                properties[inherited] = property;
            }
        }

        return properties;
    }

    private static AttributeReader? One(Reporter report, string owner, IEnumerable<AttributeReader> candidates, string rule)
    {
        AttributeReader[] all = [.. candidates];
        if (all.Length > 1)
        {
            report.Add(rule, all[1].Location, owner, all[0].Name, all[1].Name);
        }

        return all.FirstOrDefault();
    }

    private static void CheckColumns(Reporter report, FeatureParser features)
    {
        foreach (var twice in features.Columns.GroupBy(c => c.Column, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
        {
            (string property, _, LocationSnapshot? place) = twice.Last();
            report.Add(Descriptors.DuplicateColumn, place, twice.First().Property, property, twice.Key);
        }
    }

    // Methods may share a name with generated ones (they overload), other members may not.
    private static void CheckNames(Reporter report, INamedTypeSymbol symbol, FeatureParser features)
    {
        foreach (ISymbol member in symbol.GetMembers().Where(m => m.Kind is SymbolKind.Property or SymbolKind.Field or SymbolKind.Event && !m.IsImplicitlyDeclared))
        {
            if (ReservedNames.Contains(member.Name) || features.Categoricals.Any(c => ReservedNames.BelongsTo(c.Property, member.Name)))
            {
                report.Add(Descriptors.ReservedName, LocationSnapshot.From(member.Locations.FirstOrDefault()), member.Name, symbol.Name);
            }
        }
    }
}
