using System;
using System.Globalization;
using System.Linq;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Specs;

namespace ModelGen.Generator.Parsing;

/// <summary>An embedding attribute -> its spec, ranges checked.</summary>
internal sealed class EmbeddingParser(Reporter report, float defaultSigma, bool elsa = false)
{
    public EmbeddingSpec Parse(AttributeReader attribute, string owner)
    {
        int dimension = attribute.Get("Dimension", 0);
        int most = elsa ? 131072 : 1024;
        if (dimension < 1 || dimension > most)
        {
            report.Add(Descriptors.Dimension, attribute.At("Dimension"), attribute.Name, owner, Text(dimension), Text(most));
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
            case "Sparse":
                int kept = attribute.Get("Kept", 0);
                Check(kept >= 1 && kept <= dimension, Descriptors.Kept, attribute, "Kept", owner, Text(kept), Text(dimension));
                return new EmbeddingSpec(EmbeddingKind.Sparse, dimension, 0, 0, 0) { Kept = kept };
            case "Quantized":
                return Quantized(attribute, owner, dimension);
            case "Clustered":
                return Clustered(attribute, owner, dimension);
            default:
                return new EmbeddingSpec(EmbeddingKind.Full, dimension, 0, 0, 0);
        }
    }

    private EmbeddingSpec MultiLayer(AttributeReader attribute, string owner, int dimension)
    {
        int inner = attribute.Get("Inner", 0);
        float sigma = attribute.Get("Sigma", 0f);
        Check(inner is >= 1 and <= 4096, Descriptors.Inner, attribute, "Inner", owner, Text(inner));
        Check(sigma >= 0 && !float.IsInfinity(sigma), Descriptors.Sigma, attribute, "Sigma", owner, Text(sigma));
        if (inner >= 1 && inner < dimension)
        {
            report.Add(Descriptors.InnerBelowDimension, attribute.At("Inner"), owner, Text(inner), Text(dimension));
        }

        return new EmbeddingSpec(EmbeddingKind.MultiLayer, dimension, inner, sigma == 0 ? defaultSigma : sigma, 0);
    }

    private EmbeddingSpec Quantized(AttributeReader attribute, string owner, int dimension)
    {
        int parts = attribute.Get("Parts", 0);
        int[] choices = attribute.List("Choices", 256);
        float[] tiers = attribute.List("Tiers", 1f);
        float commitment = attribute.Get("Commitment", 1f);
        bool own = attribute.Get("PrivateCodebooks", false), shared = attribute.Get("SharedCodebook", false);
        int[] tierParts = attribute.List<int>("PartsPerTier");
        if (tierParts.Length == 0)
        {
            Check(parts >= 1 && dimension % parts == 0, Descriptors.Parts, attribute, "Parts", owner, Text(parts), Text(dimension));
            tierParts = [.. choices.Select(_ => parts)];
        }
        else
        {
            Check(tierParts.Length == choices.Length && tierParts.All(p => p >= 1 && dimension % p == 0), Descriptors.PartsPerTier, attribute, "PartsPerTier", owner, List(tierParts), Text(choices.Length), Text(dimension));
            Fit(own, attribute, "PartsPerTier", owner, "gives tiers different parts, for which each needs its own codebook; set PrivateCodebooks = true, or give one number of Parts");
            Fit(!attribute.IsWritten("Parts"), attribute, "Parts", owner, "is given beside PartsPerTier, which says the parts of every tier; remove one of them");
            Fit(!shared, attribute, "SharedCodebook", owner, "needs parts of one width; give one number of Parts instead of PartsPerTier");
            parts = tierParts.All(p => p >= 1) ? tierParts.Aggregate(LeastCommonMultiple) : 1;
        }

        bool falling = choices.Zip(choices.Skip(1), (k, next) => next <= k).All(holds => holds);
        bool powers = choices.All(k => k is >= 4 and <= 65536 && (k & (k - 1)) == 0);
        Check(choices.Length > 0 && falling && powers, Descriptors.Choices, attribute, "Choices", owner, List(choices));
        bool whole = tiers.All(share => share > 0) && Math.Abs(tiers.Sum(share => (double)share) - 1) <= 1e-4;
        Check(choices.Length == 0 || (whole && tiers.Length == choices.Length), Descriptors.Tiers, attribute, "Tiers", owner, List(tiers), Text(choices.Length));
        Check(commitment >= 0 && !float.IsInfinity(commitment), Descriptors.Commitment, attribute, "Commitment", owner, Text(commitment));
        Fit(!own || choices.Length > 1, attribute, "PrivateCodebooks", owner, "is for several tiers; give as many Choices and Tiers, or remove it");
        Check(!own || choices.Sum(k => (long)k) <= 65536, Descriptors.Choices, attribute, "Choices", owner, List(choices));
        int inner = attribute.Get("QueryInner", 0);
        Check(inner is >= 0 and <= 4096, Descriptors.QueryInner, attribute, "QueryInner", owner, Text(inner));
        int reseed = attribute.Get("ReseedEvery", 0);
        Check(reseed >= 0, Descriptors.ReseedEvery, attribute, "ReseedEvery", owner, Text(reseed));
        return new EmbeddingSpec(EmbeddingKind.Quantized, dimension, 0, 0, 0, new QuantizedSpec(parts, new(choices), new(tiers), commitment)
        {
            Inner = inner, Temperature = Temperature(attribute, owner), Decay = Decay(attribute, owner), ReseedEvery = reseed, Private = own, Shared = shared, TierParts = new(tierParts),
            NormalizeScores = attribute.Get("NormalizeScores", false),
        });
    }

    private static int LeastCommonMultiple(int a, int b)
    {
        (int x, int y) = (a, b);
        while (y != 0)
        {
            (x, y) = (y, x % y);
        }

        return a / x * b;
    }

    private float Temperature(AttributeReader attribute, string owner)
    {
        bool softmax = attribute.Choice(report, owner, "Form", QuantizedFormKind.Nearest) == QuantizedFormKind.Softmax;
        float temperature = attribute.Get("Temperature", 1f);
        Check(temperature > 0 && !float.IsInfinity(temperature), Descriptors.Temperature, attribute, "Temperature", owner, Text(temperature));
        Fit(softmax || !attribute.IsWritten("Temperature"), attribute, "Temperature", owner, "is for the softmax form; set Form = QuantizedForm.Softmax, or remove it");
        foreach (string nearest in new[] { "Commitment", "Codebook", "ReseedEvery" })
        {
            Fit(!softmax || !attribute.IsWritten(nearest), attribute, nearest, owner, "is for the form that chooses the nearest centroid; remove it, or Form = QuantizedForm.Softmax");
        }

        return softmax ? temperature : 0;
    }

    private float Decay(AttributeReader attribute, string owner)
    {
        bool averages = attribute.Choice(report, owner, "Codebook", CodebookUpdateKind.Gradient) == CodebookUpdateKind.MovingAverage;
        float decay = attribute.Get("Decay", 0.99f);
        Check(decay is > 0 and < 1, Descriptors.Decay, attribute, "Decay", owner, Text(decay));
        Fit(averages || !attribute.IsWritten("Decay"), attribute, "Decay", owner, "is for moving averages; set Codebook = CodebookUpdate.MovingAverage, or remove it");
        return averages ? decay : 0;
    }

    // A setting that is sound by itself and does not go with another one.
    private void Fit(bool holds, AttributeReader attribute, string value, string owner, string rule) =>
        Check(holds, Descriptors.QuantizedSettings, attribute, value, value, owner, rule);

    private EmbeddingSpec Clustered(AttributeReader attribute, string owner, int dimension)
    {
        int clusters = attribute.Get("Clusters", 0), initial = attribute.Get("Initial", 1);
        int interactions = attribute.Get("Interactions", 128), split = attribute.Get("SplitEvery", 10), reassign = attribute.Get("ReassignEvery", 40);
        float keep = attribute.Get("Keep", 0.309f);
        bool fits = clusters is >= 2 and <= 65536;
        Check(fits, Descriptors.Clusters, attribute, "Clusters", owner, Text(clusters));
        Check(!fits || (initial >= 1 && initial <= clusters), Descriptors.InitialClusters, attribute, "Initial", owner, Text(initial), Text(clusters));
        Check(split >= 1, Descriptors.ClusterInterval, attribute, "SplitEvery", "SplitEvery", owner, Text(split));
        Check(reassign >= 1, Descriptors.ClusterInterval, attribute, "ReassignEvery", "ReassignEvery", owner, Text(reassign));
        Check(keep is >= 0 and < 1, Descriptors.Keep, attribute, "Keep", owner, keep.ToString(CultureInfo.InvariantCulture));
        Check(interactions is >= 1 and <= 1024, Descriptors.Interactions, attribute, "Interactions", owner, Text(interactions));
        return new EmbeddingSpec(EmbeddingKind.Clustered, dimension, 0, 0, 0, Residual(attribute, owner, dimension), new ClusteredSpec(
            clusters, initial, split, reassign, attribute.Choice(report, owner, "Reassign", ReassignmentKind.Prime), attribute.Choice(report, owner, "Division", DivisionKind.Gpca),
            attribute.Choice(report, owner, "ChooseBy", ChoiceKind.Data), keep, interactions, attribute.Get("StopWhenIdle", false))
        {
            PersonalFrom = attribute.Get("PersonalFrom", 0), Pull = attribute.Get("Pull", 50f),
        });
    }

    // What every id adds to its cluster's vector: nothing, a vector of its own, or codes.
    private QuantizedSpec? Residual(AttributeReader attribute, string owner, int dimension)
    {
        int from = attribute.Get("PersonalFrom", 0), parts = attribute.Get("ResidualParts", 0), choices = attribute.Get("ResidualChoices", 16);
        float pull = attribute.Get("Pull", 50f);
        Fit(from >= 0, "PersonalFrom", "must be the step from which ids have vectors of their own, or 0 for never");
        Fit(pull >= 0 && !float.IsInfinity(pull), "Pull", "must be a finite number of at least 0");
        Fit(from != 0 || !attribute.IsWritten("Pull"), "Pull", "is for ids with vectors of their own; set PersonalFrom, or remove it");
        Fit(parts == 0 || (parts > 0 && dimension % parts == 0), "ResidualParts", $"must be a divisor of the Dimension, {Text(dimension)}, or 0 for no residual");
        Fit(choices is >= 4 and <= 65536 && (choices & (choices - 1)) == 0, "ResidualChoices", "must be a power of two, 4 to 65536");
        Fit(parts != 0 || !attribute.IsWritten("ResidualChoices"), "ResidualChoices", "is for quantised residuals; set ResidualParts, or remove it");
        Fit(parts == 0 || from == 0, "ResidualParts", "adds codes, and PersonalFrom adds vectors of the ids' own; keep one of them");
        return parts < 1 ? null : new QuantizedSpec(parts, new([choices]), new([1f]), 1) { TierParts = new([parts]) };

        void Fit(bool holds, string value, string rule) => Check(holds, Descriptors.Residual, attribute, value, value, owner, rule);
    }

    private void Check(bool holds, string rule, AttributeReader attribute, string value, params string[] arguments)
    {
        if (!holds)
        {
            report.Add(rule, attribute.At(value), arguments);
        }
    }

    private static string List<T>(T[] values)
        where T : IFormattable => $"[{string.Join(", ", values.Select(v => v.ToString(null, CultureInfo.InvariantCulture)))}]";

    private static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
