using System;

namespace ModelGen;

/// <summary>Exact area under the ROC curve.</summary>
internal static class RankAuc
{
    /// <summary>
    /// The share of (positive, negative) pairs in which the positive has the higher score, ties counting one half; computed from
    /// average ranks. Null when one class is missing. A label above 0.5 is positive; scores must not be NaN.
    /// </summary>
    public static double? Compute(ReadOnlySpan<float> scores, ReadOnlySpan<float> labels)
    {
        float[] keys = scores.ToArray();
        float[] sorted = labels.ToArray();
        Array.Sort(keys, sorted);

        // Twice the number of won pairs, so that a half stays an integer; 64 bits hold it for any array.
        long wonTwice = 0;
        long positives = 0;
        long negatives = 0;
        for (int start = 0; start < keys.Length;)
        {
            long tiedPositives = 0;
            int end = start;
            for (; end < keys.Length && keys[end] == keys[start]; end++)
            {
                tiedPositives += sorted[end] > 0.5f ? 1 : 0;
            }

            long tiedNegatives = end - start - tiedPositives;
            wonTwice += tiedPositives * ((2 * negatives) + tiedNegatives);
            positives += tiedPositives;
            negatives += tiedNegatives;
            start = end;
        }

        return positives == 0 || negatives == 0 ? null : wonTwice / 2.0 / positives / negatives;
    }
}
