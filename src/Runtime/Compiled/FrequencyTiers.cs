namespace ModelGen.Compiled;

/// <summary>Tiers of a vocabulary by frequency: ids are in the order of their frequency, so a tier is a range of ids.</summary>
public static class FrequencyTiers
{
    /// <summary>The first id behind a tier: floor(share x count). Decimal, so that a share means what is written in the source.</summary>
    /// <param name="count">Known values of the vocabulary, at least 0.</param>
    /// <param name="share">Share of the vocabulary up to the end of the tier, 0 to 1.</param>
    public static int End(int count, decimal share) => (int)(share * count);
}
