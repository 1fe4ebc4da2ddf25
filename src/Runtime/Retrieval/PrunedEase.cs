using System;
using System.Linq;

namespace ModelGen;

/// <summary>
/// EASE with the same number of weights kept in every row, or in every column, as (column, value) pairs: the baseline of equal size for compressed
/// item factors. 8 bytes per pair.
/// </summary>
public sealed class PrunedEase
{
    private readonly int[][] _columns;
    private readonly float[][] _values;
    private readonly int[] _untrained;

    /// <summary>Takes the kept weights.</summary>
    /// <param name="columns">Columns of every row, ascending.</param>
    /// <param name="weight">The weight of a row and a column.</param>
    /// <param name="kept">Weights per row or column.</param>
    /// <param name="untrained">Items never met.</param>
    internal PrunedEase(int[][] columns, Func<int, int, float> weight, int kept, int[] untrained)
    {
        _columns = columns;
        _values = [.. columns.Select((row, item) => row.Select(column => weight(item, column)).ToArray())];
        _untrained = untrained;
        Kept = kept;
    }

    /// <summary>Number of items.</summary>
    public int Items => _columns.Length;

    /// <summary>Weights per row, or per column, at most <see cref="Items"/> - 1.</summary>
    public int Kept { get; }

    /// <summary>Bytes of the weights: 8 <see cref="Kept"/> per item, a 32-bit column and a 32-bit value each.</summary>
    public long Bytes => (long)Items * Kept * (sizeof(int) + sizeof(float));

    /// <summary>The columns of the weights of one row, ascending.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    public ReadOnlySpan<int> Columns(int item) => _columns[RetrievalItems.Check(item, Items)];

    /// <summary>The weights of one row, in the order of <see cref="Columns"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    public ReadOnlySpan<float> Weights(int item) => _values[RetrievalItems.Check(item, Items)];

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
