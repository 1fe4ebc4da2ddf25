using System.Globalization;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Parsing;

/// <summary>An embedding attribute -> its spec, ranges checked.</summary>
internal sealed class EmbeddingParser(Reporter report, float defaultSigma)
{
    public EmbeddingSpec Parse(AttributeReader attribute, string owner)
    {
        int dimension = attribute.Get("Dimension", 0);
        if (dimension is < 1 or > 1024)
        {
            report.Add(Descriptors.Dimension, attribute.At("Dimension"), attribute.Name, owner, Text(dimension));
        }

        switch (attribute.Name)
        {
            case "MultiLayer":
                return MultiLayer(attribute, owner, dimension);
            case "Hashed":
                int rows = attribute.Get("Rows", 0);
                Check(rows >= 1, Descriptors.HashedRows, attribute, "Rows", owner, Text(rows));
                return new EmbeddingSpec(EmbeddingKind.Hashed, dimension, 0, 0, rows);
            case "QuotientRemainder":
                int buckets = attribute.Get("Buckets", 0);
                Check(buckets >= 1, Descriptors.QuotientBuckets, attribute, "Buckets", owner, Text(buckets));
                return new EmbeddingSpec(EmbeddingKind.QuotientRemainder, dimension, 0, 0, buckets);
            case "LowRank":
                int rank = attribute.Get("Rank", 0);
                Check(rank >= 1 && rank <= dimension, Descriptors.Rank, attribute, "Rank", owner, Text(rank), Text(dimension));
                return new EmbeddingSpec(EmbeddingKind.LowRank, dimension, rank, 0, 0);
            default:
                return new EmbeddingSpec(EmbeddingKind.Full, dimension, 0, 0, 0);
        }
    }

    private EmbeddingSpec MultiLayer(AttributeReader attribute, string owner, int dimension)
    {
        int inner = attribute.Get("Inner", 0);
        float sigma = attribute.Get("Sigma", 0f);
        Check(inner is >= 1 and <= 4096, Descriptors.Inner, attribute, "Inner", owner, Text(inner));
        Check(sigma >= 0 && !float.IsInfinity(sigma), Descriptors.Sigma, attribute, "Sigma", owner, sigma.ToString(CultureInfo.InvariantCulture));
        if (inner >= 1 && inner < dimension)
        {
            report.Add(Descriptors.InnerBelowDimension, attribute.At("Inner"), owner, Text(inner), Text(dimension));
        }

        return new EmbeddingSpec(EmbeddingKind.MultiLayer, dimension, inner, sigma == 0 ? defaultSigma : sigma, 0);
    }

    private void Check(bool holds, string rule, AttributeReader attribute, string value, params string[] arguments)
    {
        if (!holds)
        {
            report.Add(rule, attribute.At(value), arguments);
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
