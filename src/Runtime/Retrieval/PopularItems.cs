using System;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>The simplest baseline of retrieval: every user gets the items with the most users. 4 bytes per item.</summary>
public sealed class PopularItems
{
    private readonly int[] _counts;

    private PopularItems(int[] counts) => _counts = counts;

    /// <summary>Number of items.</summary>
    public int Items => _counts.Length;

    /// <summary>Bytes of the counts.</summary>
    public long Bytes => (long)_counts.Length * sizeof(int);

    /// <summary>Number of training users of every item.</summary>
    public ReadOnlySpan<int> Counts => _counts;

    /// <summary>Counts the users of every item.</summary>
    /// <param name="interactions">The training histories.</param>
    public static PopularItems Fit(InteractionMatrix interactions)
    {
        ArgumentNullException.ThrowIfNull(interactions);
        return new PopularItems(interactions.ItemCounts());
    }

    /// <inheritdoc cref="Ease.EvaluateRanking"/>
    public RankingEvaluation EvaluateRanking(InteractionMatrix heldOut, InteractionMatrix histories, RankingOptions? options = null)
    {
        options ??= new RankingOptions();
        options.Check();
        return HistoryTask.Create(heldOut, histories, Items, options.TrainedItemsOnly ? RetrievalItems.Untrained(_counts) : [])
            .Measure(options, (told, _) => new HistoryQueryScorer(Items, told, Score));
    }

    private void Score(ReadOnlySpan<int> history, Span<float> scores)
    {
        for (int item = 0; item < scores.Length; item++)
        {
            scores[item] = _counts[item];
        }
    }
}
