using System;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Under an optimiser that is not lazy, every row of every table that did not occur in the batch is updated with a gradient of zero. Rows are
/// cut into ranges by index, so the work does not depend on the threads, and a range can run beside the updates of the rows that occurred.
/// </summary>
/// <typeparam name="TModel">The user's class.</typeparam>
internal sealed class IdleRows<TModel>
    where TModel : class, IEmbeddingModel<TModel>
{
    private const int RowsPerRange = 256;

    [ThreadStatic]
    private static int[]? t_rows;

    private readonly TableParameter[] _tables;
    private readonly int[] _rows;

    /// <summary>Prepares for the tables of a model.</summary>
    /// <param name="state">The model.</param>
    public IdleRows(ModelState state)
    {
        _tables = [.. state.Tables.Select(t => t.Parameter)];
        _rows = [.. state.Tables.Select(t => checked((int)t.Rows))];
    }

    /// <summary>Tables of the model.</summary>
    public int Tables => _tables.Length;

    /// <summary>Units of work of a table.</summary>
    /// <param name="table">Index of the table.</param>
    /// <param name="shared">Whether tables whose rows several ids share are meant; others have no work then, and the other way round.</param>
    public int Ranges(int table, bool shared) =>
        shared == (_tables[table].Index != RowIndex.Identity) ? (_rows[table] + RowsPerRange - 1) / RowsPerRange : 0;

    /// <summary>Updates the rows of one range of a table that are not among those of the batch, which are in ascending order.</summary>
    public void Update(StepContext step, int table, int range)
    {
        FeatureBatch feature = step.Batch.Features[_tables[table].Feature];
        ReadOnlySpan<int> used = feature.SharedRowsOf(table) is not { } shared ? feature.Ids.AsSpan(1, feature.SlotCount - 1) : shared.Rows.AsSpan(0, shared.Count);
        int first = range * RowsPerRange;
        int end = int.Min(first + RowsPerRange, _rows[table]);
        int at = used.BinarySearch(first);
        at = at < 0 ? ~at : at;
        int[] rows = t_rows ??= new int[RowsPerRange];
        int count = 0;
        for (int row = first; row < end; row++)
        {
            if (at < used.Length && used[at] == row)
            {
                at++;
            }
            else
            {
                rows[count++] = row;
            }
        }

        TModel.UpdateIdleRows(step, table, rows, count);
    }
}
