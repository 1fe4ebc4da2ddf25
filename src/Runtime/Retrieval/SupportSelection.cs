using System;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Which entries of the rows the next level keeps: the largest of the unit rows by absolute value among those kept so far, so supports are
/// nested. Of equal values the one in the lower column (and, with a common budget, the lower row) is kept.
/// </summary>
internal sealed class SupportSelection(SparseRows from, int kept, SparsityBudget budget) : ITeamWork
{
    private const int RowsPerItem = 64;

    private readonly uint _bits = budget == SparsityBudget.Global ? CommonThreshold(from, kept) : 0;
    private int[] _counts = [];
    private SparseRows? _to;
    private bool _restart;
    private StartValues _start;

    /// <summary>Makes the rows of the next level.</summary>
    /// <param name="states">State buffers of the optimiser.</param>
    /// <param name="restart">Whether values start anew on the support instead of from the unit rows.</param>
    /// <param name="start">The start values.</param>
    /// <param name="team">Threads.</param>
    public SparseRows Next(int states, bool restart, StartValues start, WorkerTeam team)
    {
        _counts = budget == SparsityBudget.Global ? CommonCounts() : Uniform();
        _to = new SparseRows(from.Rows, from.Dimension, _counts, states, SparseRows.PrefersWide(from.Dimension, kept));
        (_restart, _start) = (restart, start);
        team.Run((from.Rows + RowsPerItem - 1) / RowsPerItem, this);
        return _to;
    }

    /// <inheritdoc/>
    public void Execute(int item)
    {
        for (int row = item * RowsPerItem; row < int.Min((item + 1) * RowsPerItem, from.Rows); row++)
        {
            SelectRow(row);
        }
    }

    private static uint Bits(float value) => LargestEntries.Bits(value);

    private void SelectRow(int row)
    {
        int keep = _counts[row];
        ReadOnlySpan<float> unit = from.Unit.Span(from.Start(row), from.Count(row));
        LargestEntries largest = LargestEntries.Of(unit, keep);
        long source = from.Start(row), target = _to!.Start(row);
        for (int j = 0; j < unit.Length; j++)
        {
            if (!largest.Takes(unit[j]))
            {
                continue;
            }

            int column = from.IsFull ? j : from.Indices[source + j];
            _to.Indices[target] = column;
            _to.Values.At(target++) = _restart ? _start.At(((long)row * from.Dimension) + column) : unit[j];
        }

        _to.Indices.AsSpan((int)target, SparseRows.Slots(keep) - keep).Clear();
    }

    private int[] Uniform()
    {
        int[] counts = new int[from.Rows];
        for (int row = 0; row < counts.Length; row++)
        {
            counts[row] = int.Min(kept, from.Count(row));
        }

        return counts;
    }

    private int[] CommonCounts()
    {
        int[] counts = new int[from.Rows];
        long total = 0;
        for (int row = 0; row < counts.Length; row++)
        {
            for (int j = 0; j < from.Count(row); j++)
            {
                counts[row] += Bits(from.Unit.At(from.Start(row) + j)) > _bits ? 1 : 0;
            }

            counts[row] = int.Max(counts[row], 1);
            total += counts[row];
        }

        // Entries that equal the threshold fill what is left, lower rows first.
        long left = ((long)from.Rows * kept) - total;
        for (int row = 0; row < counts.Length && left > 0; row++)
        {
            int equal = 0, above = 0;
            for (int j = 0; j < from.Count(row); j++)
            {
                uint bits = Bits(from.Unit.At(from.Start(row) + j));
                above += bits > _bits ? 1 : 0;
                equal += bits == _bits ? 1 : 0;
            }

            int more = (int)long.Min(left, above + equal - counts[row]);
            counts[row] += int.Max(more, 0);
            left -= int.Max(more, 0);
        }

        return counts;
    }

    // The smallest threshold above which, with one entry for every row, no more than rows x kept entries lie; by bisection over the bits.
    private static uint CommonThreshold(SparseRows rows, int kept)
    {
        uint low = 0, high = 0x7F800000;
        long most = (long)rows.Rows * kept;
        while (low < high)
        {
            uint middle = low + ((high - low) / 2);
            if (CountAbove(rows, middle) > most)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private static long CountAbove(SparseRows rows, uint threshold)
    {
        long total = 0;
        for (int row = 0; row < rows.Rows; row++)
        {
            long count = 0, start = rows.Start(row);
            for (int j = 0; j < rows.Count(row); j++)
            {
                count += Bits(rows.Unit.At(start + j)) > threshold ? 1 : 0;
            }

            total += long.Max(count, 1);
        }

        return total;
    }
}
