using System;

namespace ModelGen;

/// <summary>
/// EASE with the same number of weights kept in every row, as (column, value) pairs: the baseline of equal size for compressed item
/// factors. 8 bytes per pair.
/// </summary>
public sealed class PrunedEase
{
    private readonly int[] _columns;
    private readonly float[] _values;
    private readonly int[] _untrained;

    internal PrunedEase(int items, int kept, int[] columns, float[] values, int[] untrained)
    {
        Items = items;
        Kept = kept;
        _columns = columns;
        _values = values;
        _untrained = untrained;
    }

    /// <summary>Number of items.</summary>
    public int Items { get; }

    /// <summary>Weights per row, at most <see cref="Items"/> - 1.</summary>
    public int Kept { get; }

    /// <summary>Bytes of the weights: 8 <see cref="Kept"/> per item, a 32-bit column and a 32-bit value each.</summary>
    public long Bytes => (long)_columns.Length * (sizeof(int) + sizeof(float));

    /// <summary>The columns of the weights of one row, ascending.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    public ReadOnlySpan<int> Columns(int item) => _columns.AsSpan(RetrievalItems.Check(item, Items) * Kept, Kept);

    /// <summary>The weights of one row, in the order of <see cref="Columns"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    public ReadOnlySpan<float> Weights(int item) => _values.AsSpan(RetrievalItems.Check(item, Items) * Kept, Kept);

    /// <inheritdoc cref="Ease.Scores(ReadOnlySpan{int})"/>
    public float[] Scores(ReadOnlySpan<int> history)
    {
        float[] scores = new float[Items];
        Scores(history, scores);
        return scores;
    }

    /// <inheritdoc cref="Ease.Scores(ReadOnlySpan{int}, Span{float})"/>
    public void Scores(ReadOnlySpan<int> history, Span<float> destination)
    {
        Span<float> scores = RetrievalItems.Destination(destination, Items);
        scores.Clear();
        foreach (int item in history)
        {
            ReadOnlySpan<int> columns = Columns(item);
            ReadOnlySpan<float> weights = Weights(item);
            for (int i = 0; i < columns.Length; i++)
            {
                scores[columns[i]] += weights[i];
            }
        }
    }

    /// <inheritdoc cref="Ease.EvaluateRanking"/>
    public RankingEvaluation EvaluateRanking(InteractionMatrix heldOut, InteractionMatrix histories, RankingOptions? options = null)
    {
        options ??= new RankingOptions();
        options.Check();
        return HistoryTask.Create(heldOut, histories, Items, options.TrainedItemsOnly ? _untrained : [])
            .Measure(options, (told, _) => new HistoryQueryScorer(Items, told, Scores));
    }
}
