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

        int[] bottom = host.Widths("Bottom"), top = host.Widths("Top");
        bool widths = CheckTower(report, host, owner, "Bottom", bottom) & CheckTower(report, host, owner, "Top", top);
        var spec = new HostSpec(host.Name == "Dlrm" ? HostKind.Dlrm : HostKind.FactorizationMachine, new(bottom), new(top));
        if (sound && widths && features.Categoricals.Count > 0)
        {
            CheckFit(report, host, owner, features, spec);
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

        return new HostSpec(HostKind.Elsa, default, default, host.Choice(report, owner, "Clip", ClipKind.None));
    }

    private static bool CheckTower(Reporter report, AttributeReader host, string owner, string tower, int[] widths)
    {
        foreach (int width in widths.Where(width => width is < 2 or > 8192).Take(1))
        {
            report.Add(Descriptors.TowerWidth, host.At(tower), tower, owner, Text(width));
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

        long dense = features.Categoricals.Sum(c => (c.Embedding.Quantized is { } q ? q.Choices.FirstOrDefault() : (long)c.Embedding.Inner) * c.Embedding.Dimension)
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
