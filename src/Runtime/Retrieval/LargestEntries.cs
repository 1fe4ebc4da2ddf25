using System;

namespace ModelGen;

/// <summary>Which of some values are the largest by absolute value; of equal ones those that come first.</summary>
internal struct LargestEntries
{
    // Bins of equal upper bits; the last begins above one.
    private const int BinShift = 19;
    private const int Bins = (0x3F800000 >> BinShift) + 2;

    [ThreadStatic]
    private static int[]? t_bins;

    [ThreadStatic]
    private static uint[]? t_candidates;

    private readonly uint _threshold;
    private int _equal;

    private LargestEntries(uint threshold, int equal) => (_threshold, _equal) = (threshold, equal);

    /// <summary>The bits of an absolute value, which order as the values do.</summary>
    public static uint Bits(float value) => BitConverter.SingleToUInt32Bits(value) & 0x7FFFFFFF;

    /// <summary>The <paramref name="keep"/> largest of some values, 1 to all of them. A histogram of the upper bits tells among which few the least of them is.</summary>
    public static LargestEntries Of(ReadOnlySpan<float> values, int keep)
    {
        Span<int> bins = t_bins ??= new int[Bins];
        bins.Clear();
        foreach (float value in values)
        {
            bins[Bin(Bits(value))]++;
        }

        int bin = Bins - 1, above = 0;
        while (above + bins[bin] < keep)
        {
            above += bins[bin--];
        }

        if (t_candidates is null || t_candidates.Length < values.Length)
        {
            t_candidates = new uint[values.Length];
        }

        Span<uint> candidates = t_candidates;
        int count = 0;
        foreach (float value in values)
        {
            uint bits = Bits(value);
            if (Bin(bits) == bin)
            {
                candidates[count++] = bits;
            }
        }

        candidates[..count].Sort();
        uint threshold = candidates[count - (keep - above)];
        int larger = count - 1 - candidates[..count].LastIndexOf(threshold);
        return new LargestEntries(threshold, keep - above - larger);
    }

    /// <summary>Whether a value is one of them; asked once for each, in order.</summary>
    public bool Takes(float value)
    {
        uint bits = Bits(value);
        return bits > _threshold || (bits == _threshold && _equal-- > 0);
    }

    private static int Bin(uint bits) => int.Min((int)(bits >> BinShift), Bins - 1);
}
