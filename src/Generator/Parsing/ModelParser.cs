using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Helpers;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Parsing;

/// <summary>An annotated class -> a model spec, or the diagnostics that say why not. The only folder that sees Roslyn symbols.</summary>
internal static class ModelParser
{
    public const string MarkerAttribute = "ModelGen.EmbeddingModelAttribute";

    public static ParseResult Parse(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        var symbol = (INamedTypeSymbol)context.TargetSymbol;
        var syntax = (TypeDeclarationSyntax)context.TargetNode;
        var report = new Reporter();
        LocationSnapshot? at = LocationSnapshot.From(syntax.AttributeLists.Count > 0 ? syntax.AttributeLists[0] : syntax);
        if (!syntax.Modifiers.Any(SyntaxKind.PartialKeyword))
        {
            report.Add(Descriptors.NotPartial, at, symbol.Name);
        }

        if (symbol.ContainingType is not null || symbol.IsGenericType || symbol.IsStatic)
        {
            report.Add(Descriptors.UnsupportedClass, at, symbol.Name, symbol.ContainingType is not null ? "nested" : symbol.IsGenericType ? "generic" : "static");
        }

        AttributeReader[] attributes = [.. AttributeReader.Of(symbol, cancellation)];
        AttributeReader? host = One(report, symbol.Name, attributes.Where(a => a.Name is "Dlrm" or "FactorizationMachine"), Descriptors.TwoHosts);
        AttributeReader? optimizer = One(report, symbol.Name, attributes.Where(a => a.BaseName == "OptimizerAttribute"), Descriptors.TwoOptimizers);
        AttributeReader? embedding = One(report, symbol.Name, attributes.Where(a => a.BaseName == "EmbeddingAttribute"), Descriptors.TwoEmbeddings);
        if (host is null)
        {
            report.Add(Descriptors.NoHost, at, symbol.Name);
        }

        var features = new FeatureParser(report, embedding, symbol.Name, host?.Name == "Dlrm" ? 0.25f : 0.5f, cancellation);
        foreach (IPropertySymbol property in Properties(symbol))
        {
            cancellation.ThrowIfCancellationRequested();
            features.Parse(property);
        }

        if (features.Label is null && !report.Items.Any(d => d.Id == Descriptors.LabelType))
        {
            report.Add(Descriptors.MissingLabel, at, symbol.Name);
        }

        if (features.Categoricals.Count == 0 && !report.HasErrors)
        {
            report.Add(Descriptors.NoCategorical, at, symbol.Name);
        }

        CheckColumns(report, features, at);
        HostSpec? hostSpec = host is null ? null : Host(report, host, symbol.Name, features);
        OptimizerSpec optimizerSpec = Optimizer(report, optimizer, symbol.Name);
        if (report.HasErrors)
        {
            return new ParseResult(null, report.Items);
        }

        AttributeReader marker = attributes.First(a => a.Name == "EmbeddingModel");
        return new ParseResult(
            new ModelSpec(
                symbol.ContainingNamespace.IsGlobalNamespace ? string.Empty : symbol.ContainingNamespace.ToDisplayString(),
                symbol.Name, symbol.IsRecord ? "record" : "class", marker.Get("Loss", LossKind.BinaryCrossEntropy), features.Label!,
                new(features.Numerics), new(features.Categoricals), hostSpec!, optimizerSpec),
            report.Items);
    }

    // Base classes first, so that a derived class adds to what it inherits; declaration order inside a class.
    private static IEnumerable<IPropertySymbol> Properties(INamedTypeSymbol symbol)
    {
        var types = new Stack<INamedTypeSymbol>();
        for (INamedTypeSymbol? type = symbol; type is { SpecialType: not SpecialType.System_Object }; type = type.BaseType)
        {
            types.Push(type);
        }

        return types.SelectMany(t => t.GetMembers().OfType<IPropertySymbol>());
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

    private static void CheckColumns(Reporter report, FeatureParser features, LocationSnapshot? at)
    {
        IEnumerable<(string Property, string Column)> columns = features.Numerics.Select(n => (n.Property, n.Column))
            .Concat(features.Categoricals.Select(c => (c.Property, c.Column)))
            .Concat(features.Label is { } label ? [(label.Property, label.Column)] : []);
        foreach (IGrouping<string, (string Property, string Column)> twice in columns.GroupBy(c => c.Column, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
        {
            report.Add(Descriptors.DuplicateColumn, at, twice.First().Property, twice.Last().Property, twice.Key);
        }
    }

    private static HostSpec Host(Reporter report, AttributeReader host, string owner, FeatureParser features)
    {
        int[] bottom = host.Widths("Bottom"), top = host.Widths("Top");
        foreach ((string tower, int[] widths) in new[] { ("Bottom", bottom), ("Top", top) })
        {
            if (widths.Any(width => width is < 2 or > 8192))
            {
                report.Add(Descriptors.TowerWidth, host.At(tower), tower, owner, Text(widths.First(width => width is < 2 or > 8192)));
            }
        }

        if (features.Categoricals.Count > 0)
        {
            CheckWidths(report, host, features);
            int dimension = features.Categoricals[0].Embedding.Dimension;
            if (host.Name == "Dlrm" && (bottom.Length > 0) != (features.Numerics.Count > 0))
            {
                report.Add(Descriptors.BottomWithoutNumerics, host.At("Bottom"), owner, Text(bottom.Length), Text(features.Numerics.Count));
            }
            else if (bottom.Length > 0 && bottom[bottom.Length - 1] != dimension)
            {
                report.Add(Descriptors.BottomWidth, host.At("Bottom"), owner, Text(bottom[bottom.Length - 1]), Text(dimension));
            }

            int vectors = features.Categoricals.Count + (host.Name == "Dlrm" ? 1 : 0);
            if (vectors < 2)
            {
                report.Add(Descriptors.TooFewVectors, host.Location, owner, Text(vectors), host.Name);
            }
        }

        return new HostSpec(host.Name == "Dlrm" ? HostKind.Dlrm : HostKind.FactorizationMachine, new(bottom), new(top));
    }

    private static void CheckWidths(Reporter report, AttributeReader host, FeatureParser features)
    {
        CategoricalSpec first = features.Categoricals[0];
        if (features.Categoricals.FirstOrDefault(c => c.Embedding.Dimension != first.Embedding.Dimension) is { } other)
        {
            report.Add(
                Descriptors.WidthMismatch, host.Location, other.Property, Text(other.Embedding.Dimension), first.Property, Text(first.Embedding.Dimension), $"[{host.Name}]");
        }
    }

    private static OptimizerSpec Optimizer(Reporter report, AttributeReader? optimizer, string owner)
    {
        if (optimizer is null)
        {
            return new OptimizerSpec(OptimizerRule.Adagrad, 0.01f, 0.01f, 0.01f, 0.01f, 1e-10f, 0, 0);
        }

        var rule = (OptimizerRule)Enum.Parse(typeof(OptimizerRule), optimizer.Name);
        float rate = Rate("LearningRate", 0.01f);
        float epsilon = optimizer.Get("Epsilon", rule switch { OptimizerRule.Adam => 1e-8f, OptimizerRule.NAdam => 1e-7f, _ => 1e-10f });
        float beta1 = optimizer.Get("Beta1", 0.9f), beta2 = optimizer.Get("Beta2", 0.999f);
        Constant("Epsilon", epsilon, epsilon > 0 && !float.IsInfinity(epsilon), "positive");
        Constant("Beta1", beta1, beta1 is >= 0 and < 1, "at least 0 and below 1");
        Constant("Beta2", beta2, beta2 is >= 0 and < 1, "at least 0 and below 1");
        return new OptimizerSpec(
            rule, rate, Rate("TableLearningRate", rate), Rate("FactorLearningRate", rate), Rate("TowerLearningRate", rate), epsilon, beta1, beta2);

        float Rate(string name, float fallback)
        {
            float value = optimizer.Get(name, 0f);
            if (value == 0 && (name != "LearningRate" || optimizer.At(name) == optimizer.Location))
            {
                return fallback;
            }

            if (!(value > 0) || float.IsInfinity(value))
            {
                report.Add(Descriptors.LearningRate, optimizer.At(name), name, optimizer.Name, owner, value.ToString(CultureInfo.InvariantCulture));
            }

            return value;
        }

        void Constant(string name, float value, bool holds, string range)
        {
            if (!holds)
            {
                report.Add(Descriptors.OptimizerConstant, optimizer.At(name), name, optimizer.Name, owner, value.ToString(CultureInfo.InvariantCulture), range);
            }
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
