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

    internal PrunedEase(int items, int kept, int[] columns, float[] values)
    {
        Items = items;
        Kept = kept;
        _columns = columns;
        _values = values;
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
}
