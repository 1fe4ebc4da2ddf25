using System;
using System.Globalization;
using System.Linq;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Parsing;

/// <summary>A host attribute -> its spec, tower widths checked and, when the features are sound, the fit with them.</summary>
internal static class HostParser
{
    /// <summary>Most floats the arena of dense parameters may hold: 4 GiB, with room for padding below 2^31.</summary>
    private const long MaxDense = 1L << 30;

    public static HostSpec Parse(Reporter report, AttributeReader host, string owner, FeatureParser features, bool sound)
    {
        if (host.Name == "Elsa")
        {
            return Elsa(report, host, owner, features, sound);
        }

        int[] bottom = host.Widths("Bottom"), top = host.Widths("Top"), hidden = host.Widths("Hidden");
        bool widths = CheckTower(report, host, owner, "Bottom", bottom) & CheckTower(report, host, owner, "Top", top) & CheckTower(report, host, owner, "Hidden", hidden);
        var kind = (HostKind)Enum.Parse(typeof(HostKind), host.Name);
        int dimension = features.Categoricals.FirstOrDefault()?.Embedding.Dimension ?? 0;
        int factors = kind == HostKind.NeuMf ? host.Get("Factors", 0) is var given && given != 0 ? given : dimension / 2 : 0;
        var spec = new HostSpec(kind, new(bottom), new(top), new(hidden), factors, Factorization: kind == HostKind.MatrixFactorization ? Factorization(report, host, owner, features) : null);
        if (sound && kind != HostKind.MatrixFactorization && features.Categoricals.FirstOrDefault(c => c.Embedding.Clustered is { PersonalFrom: > 0 }) is { } personal)
        {
            report.Add(Descriptors.PersonalHost, host.Location, personal.Property, owner);
        }

        if (sound && widths && features.Categoricals.Count > 0)
        {
            if (kind is HostKind.Dlrm or HostKind.FactorizationMachine || CheckPair(report, host, owner, features, spec))
            {
                CheckFit(report, host, owner, features, spec);
            }
        }

        return spec;
    }

    private static FactorizationSpec Factorization(Reporter report, AttributeReader host, string owner, FeatureParser features)
    {
        var spec = new FactorizationSpec(host.Get("Biases", false), host.Get("NonNegative", false), host.Get("L2", 0f), host.Get("L2PerId", 0f));
        foreach ((string name, float weight) in new[] { ("L2", spec.L2), ("L2PerId", spec.L2PerId) })
        {
            if (!(weight >= 0) || float.IsInfinity(weight))
            {
                report.Add(Descriptors.L2, host.At(name), owner, weight.ToString(CultureInfo.InvariantCulture), name);
            }
        }

        if (spec.NonNegative && spec.Biases)
        {
            report.Add(Descriptors.NonNegativeBiases, host.At("NonNegative"), owner);
        }

        if (spec.NonNegative && features.Categoricals.FirstOrDefault(c => c.Embedding.Kind is not (EmbeddingKind.Full or EmbeddingKind.Hashed or EmbeddingKind.Clustered) || c.Embedding.Quantized is not null) is { } other)
        {
            report.Add(Descriptors.NonNegativeForm, host.At("NonNegative"), owner, other.Property, other.Embedding.Kind.ToString());
        }

        return spec;
    }

    private static HostSpec Elsa(Reporter report, AttributeReader host, string owner, FeatureParser features, bool sound)
    {
        if (features.Label is { } label)
        {
            report.Add(Descriptors.ElsaLabel, host.Location, owner, label.Property);
        }

        int users = features.Categoricals.Count(c => c.Role == RoleKind.User), items = features.Categoricals.Count(c => c.Role == RoleKind.Item);
        int others = features.Categoricals.Count - users - items + features.Numerics.Count;
        if (sound && (users != 1 || items != 1 || others > 0))
        {
            report.Add(Descriptors.ElsaFeatures, host.Location, owner, $"{Text(users)} [User], {Text(items)} [Item] and {Text(others)} other input(s)");
        }

        return new HostSpec(HostKind.Elsa, default, default, default, 0, host.Choice(report, owner, "Clip", ClipKind.None));
    }

    // Hosts of a user and an item take these two and nothing else.
    private static bool CheckPair(Reporter report, AttributeReader host, string owner, FeatureParser features, HostSpec spec)
    {
        bool user = features.Categoricals.Any(c => c.Role == RoleKind.User), item = features.Categoricals.Any(c => c.Role == RoleKind.Item);
        if (!user || !item)
        {
            report.Add(Descriptors.RolesMissing, host.Location, owner, host.Name, user ? "[Item]" : item ? "[User]" : "[User] and no [Item]");
            return false;
        }

        string? other = features.Categoricals.FirstOrDefault(c => c.Role == RoleKind.None)?.Property ?? features.Numerics.FirstOrDefault()?.Property;
        if (other is not null)
        {
            report.Add(Descriptors.InputBesidePair, host.Location, other, host.Name);
            return false;
        }

        int dimension = features.Categoricals[0].Embedding.Dimension;
        if (spec.Kind == HostKind.NeuMf && (spec.Factors < 1 || spec.Factors >= dimension))
        {
            report.Add(Descriptors.Factors, host.At("Factors"), owner, Text(spec.Factors), Text(dimension - 1));
        }

        if (spec.Kind is HostKind.NeuMf or HostKind.TwoTower && spec.Hidden.Count == 0)
        {
            report.Add(Descriptors.HiddenMissing, host.Location, owner, host.Name);
        }

        return true;
    }

    private static bool CheckTower(Reporter report, AttributeReader host, string owner, string tower, int[] widths)
    {
        foreach (int width in widths.Where(width => width is < 2 or > 8192).Take(1))
        {
            report.Add(Descriptors.TowerWidth, host.At(tower), tower, owner, Text(width), host.Name);
            return false;
        }

        return true;
    }

    private static void CheckFit(Reporter report, AttributeReader host, string owner, FeatureParser features, HostSpec spec)
    {
        CategoricalSpec first = features.Categoricals[0];
        int dimension = first.Embedding.Dimension, bottom = spec.Bottom.Count;
        bool dlrm = spec.Kind == HostKind.Dlrm;
        if (features.Categoricals.FirstOrDefault(c => c.Embedding.Dimension != dimension) is { } other)
        {
            report.Add(Descriptors.WidthMismatch, host.Location, other.Property, Text(other.Embedding.Dimension), first.Property, Text(dimension), $"[{host.Name}]");
        }
        else if (dlrm && (bottom > 0) != (features.Numerics.Count > 0))
        {
            report.Add(Descriptors.BottomWithoutNumerics, host.At("Bottom"), owner, Text(bottom), Text(features.Numerics.Count));
        }
        else if (bottom > 0 && spec.Bottom[bottom - 1] != dimension)
        {
            report.Add(Descriptors.BottomWidth, host.At("Bottom"), owner, Text(spec.Bottom[bottom - 1]), Text(dimension));
        }

        int vectors = features.Categoricals.Count + (dlrm ? 1 : 0);
        if (vectors < 2)
        {
            report.Add(Descriptors.TooFewVectors, host.Location, owner, Text(vectors), host.Name);
        }

        long dense = features.Categoricals.Sum(c => (c.Embedding.Quantized is { } q ? q.Centroids + q.Inner : (long)c.Embedding.Inner) * c.Embedding.Dimension)
            + Tower(2 * (dimension - spec.Factors), [.. spec.Hidden])
            + (dlrm ? Tower(features.Numerics.Count, [.. spec.Bottom]) + Tower(((long)vectors * (vectors - 1) / 2) + (bottom > 0 ? dimension : 0), [.. spec.Top, 1]) : 0);
        if (dense > MaxDense)
        {
            report.Add(Descriptors.ModelTooLarge, host.Location, owner, dense.ToString(CultureInfo.InvariantCulture), MaxDense.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static long Tower(long inputs, int[] widths)
    {
        long floats = 0;
        foreach (int width in widths)
        {
            floats += (inputs + 1) * width;
            inputs = width;
        }

        return floats;
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
