using System;

namespace ModelGen.Compiled;

/// <summary>
/// The two halves of a counting sort. The start of group g is kept at index g + 1 while members are placed, each placement
/// advancing it; so after the last one index g + 1 holds the end of g, and index g its start, without a second array.
/// </summary>
internal static class SegmentStarts
{
    /// <summary>Counts the members of every group, at index g + 2 of the returned span of groups + 2 entries.</summary>
    public static Span<int> Count(ref int[] starts, ReadOnlySpan<int> groupOf, int groups)
    {
        Room.For(ref starts, groups + 2);
        Span<int> counts = starts.AsSpan(0, groups + 2);
        counts.Clear();
        foreach (int group in groupOf)
        {
            counts[group + 2]++;
        }

        return counts;
    }

    /// <summary>Turns counts into starts; groups before <paramref name="first"/> are given no members.</summary>
    public static void Sum(Span<int> counts, int first)
    {
        counts[..int.Min(first + 2, counts.Length)].Clear();
        for (int i = first + 2; i < counts.Length; i++)
        {
            counts[i] += counts[i - 1];
        }
    }
}
