using System;

namespace ModelGen;

/// <summary>Scores all items for histories one at a time, with any function of a history that several threads may call.</summary>
internal sealed class HistoryQueryScorer(int items, InteractionMatrix histories, HistoryQueryScorer.Scores score) : IQueryScorer
{
    /// <summary>Writes the scores of all items for a history.</summary>
    public delegate void Scores(ReadOnlySpan<int> history, Span<float> scores);

    /// <inheritdoc/>
    public int Items => items;

    /// <inheritdoc/>
    public void Prepare(int first, int count)
    {
    }

    /// <inheritdoc/>
    public void Score(int lane, int first, int count, Span<float> scores)
    {
        for (int q = 0; q < count; q++)
        {
            score(histories.History(first + q), scores.Slice(q * items, items));
        }
    }
}
