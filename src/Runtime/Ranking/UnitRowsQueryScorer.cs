using System;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Scores all items for histories with unit rows: a history is the sum of its rows, a score an inner product. Eight histories are scored
/// together, with dense rows as a blocked product, with sparse ones entry by entry, an entry meeting the eight sums of its column at once.
/// Either way a score is summed in the order of the columns, whichever block it is in.
/// </summary>
internal sealed class UnitRowsQueryScorer : IQueryScorer
{
    private const int Block = RankingRun.BlockQueries;

    private readonly UnitRows _rows;
    private readonly InteractionMatrix _histories;
    private readonly ItemPanels? _panels;
    private readonly float[][] _sums;

    /// <summary>Lays the rows out and allocates a lane for every thread.</summary>
    public UnitRowsQueryScorer(UnitRows rows, InteractionMatrix histories, int lanes)
    {
        _rows = rows;
        _histories = histories;
        _sums = new float[lanes][];
        for (int lane = 0; lane < lanes; lane++)
        {
            _sums[lane] = new float[Block * rows.Dimension];
        }

        if (rows.IsFull)
        {
            _panels = new ItemPanels(rows.Rows, rows.Dimension);
            for (int item = 0; item < rows.Rows; item++)
            {
                _panels.Set(item, rows.Values(item));
            }
        }
    }

    /// <inheritdoc/>
    public int Items => _rows.Rows;

    /// <inheritdoc/>
    public void Prepare(int first, int count)
    {
    }

    /// <inheritdoc/>
    public void Score(int lane, int first, int count, Span<float> scores)
    {
        Span<float> sums = _sums[lane];
        sums.Clear();
        if (_panels is not null)
        {
            for (int q = 0; q < count; q++)
            {
                foreach (int item in _histories.History(first + q))
                {
                    RetrievalItems.Add(_rows.Values(item), sums.Slice(q * _rows.Dimension, _rows.Dimension));
                }
            }

            _panels.Multiply(sums, count, scores);
            return;
        }

        for (int q = 0; q < count; q++)
        {
            foreach (int item in _histories.History(first + q))
            {
                ReadOnlySpan<float> values = _rows.Values(item);
                ReadOnlySpan<int> columns = _rows.Columns(item);
                for (int j = 0; j < values.Length; j++)
                {
                    sums[(columns[j] * Block) + q] += values[j];
                }
            }
        }

        ReadOnlySpan<Vector256<float>> columnSums = MemoryMarshal.Cast<float, Vector256<float>>(sums);
        for (int item = 0; item < _rows.Rows; item++)
        {
            ReadOnlySpan<float> values = _rows.Values(item);
            ReadOnlySpan<int> columns = _rows.Columns(item)[..values.Length];
            Vector256<float> products = Vector256<float>.Zero;
            for (int j = 0; j < values.Length; j++)
            {
                products += Vector256.Create(values[j]) * columnSums[columns[j]];
            }

            for (int q = 0; q < count; q++)
            {
                scores[(q * _rows.Rows) + item] = products[q];
            }
        }
    }
}
