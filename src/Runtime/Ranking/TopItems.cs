using System;

namespace ModelGen;

/// <summary>Picks the items with the highest scores, best first, equal scores in the order of ids.</summary>
internal static class TopItems
{
    /// <summary>Returns how many items were found.</summary>
    /// <param name="scores">Scores of all items.</param>
    /// <param name="excluded">Ids that are left out.</param>
    /// <param name="items">Receives the ids.</param>
    /// <param name="best">Receives their scores; as long as the ids.</param>
    public static int Find(ReadOnlySpan<float> scores, ReadOnlySpan<int> excluded, Span<int> items, Span<float> best)
    {
        int count = 0;
        for (int id = 0; id < scores.Length && items.Length > 0; id++)
        {
            float score = scores[id];
            if ((count == items.Length && score <= best[^1]) || excluded.Contains(id))
            {
                continue;
            }

            int at = count < items.Length ? count++ : items.Length - 1;
            for (; at > 0 && best[at - 1] < score; at--)
            {
                best[at] = best[at - 1];
                items[at] = items[at - 1];
            }

            best[at] = score;
            items[at] = id;
        }

        return count;
    }
}
