using System;
using System.Threading;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>How many ids of each tier choose each centroid of each part, counted over the whole vocabulary.</summary>
internal sealed class CodeCounts : ITeamWork
{
    private const int RowsPerItem = 1024;

    private readonly QuantizedRows _rows;
    private readonly long _known;
    private readonly int[][] _counts;

    private CodeCounts(QuantizedRows rows, int known)
    {
        _rows = rows;
        _known = known;
        _counts = new int[rows.Schema.Tiers.Length][];
        for (int t = 0; t < _counts.Length; t++)
        {
            _counts[t] = new int[rows.Codebook.Rows * rows.Schema.Parts];
        }
    }

    /// <summary>Counts the codes of all known values.</summary>
    public static CodeCounts Of(QuantizedRows rows, int known, WorkerTeam team)
    {
        CodeCounts counts = new(rows, known);
        team.Run((known + RowsPerItem - 1) / RowsPerItem, counts);
        return counts;
    }

    /// <summary>Ids of a tier that choose a centroid of a part.</summary>
    public int At(int tier, int centroid, int part) => _counts[tier][(centroid * _rows.Schema.Parts) + part];

    /// <inheritdoc/>
    public void Execute(int item)
    {
        // Sums of integers do not depend on the order of the threads.
        Span<ushort> codes = stackalloc ushort[_rows.Schema.Parts];
        for (long row = (long)item * RowsPerItem; row < long.Min(_known, (item + 1L) * RowsPerItem); row++)
        {
            _rows.Find(row, codes);
            int[] counts = _counts[_rows.Tier(row)];
            for (int part = 0; part < codes.Length; part++)
            {
                Interlocked.Increment(ref counts[(codes[part] * codes.Length) + part]);
            }
        }
    }
}
