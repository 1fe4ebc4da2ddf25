using System;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// The last phase of a step under an optimiser that is not lazy: every row of every table that did not occur in the batch is updated
/// with a gradient of zero. Rows are cut into ranges by index, so the work does not depend on the threads.
/// </summary>
/// <typeparam name="TModel">The user's class.</typeparam>
internal sealed class IdleRows<TModel> : ITeamWork
    where TModel : class, IEmbeddingModel<TModel>
{
    private const int RowsPerRange = 512;

    [ThreadStatic]
    private static int[]? t_rows;

    private readonly Func<StepContext> _step;
    private readonly int[][] _lastUse;
    private readonly (int Table, int First, int End)[] _ranges;
    private int _stamp;

    /// <summary>Prepares the phase for the tables of a model.</summary>
    public IdleRows(ModelState state, Func<StepContext> step)
    {
        _step = step;
        _lastUse = [.. state.Tables.Select(t => new int[checked((int)t.Rows)])];
        _ranges =
        [
            .. _lastUse.SelectMany((rows, table) => Enumerable.Range(0, (rows.Length + RowsPerRange - 1) / RowsPerRange)
                .Select(range => (table, range * RowsPerRange, int.Min((range + 1) * RowsPerRange, rows.Length)))),
        ];
    }

    /// <summary>Units of work.</summary>
    public int Ranges => _ranges.Length;

    /// <summary>Notes which rows the batch has updated.</summary>
    public void Mark(Batch batch)
    {
        _stamp++;
        StepContext step = _step();
        for (int t = 0; t < _lastUse.Length; t++)
        {
            TableParameter parameter = step.State.Tables[t].Parameter;
            FeatureBatch feature = batch.Features[parameter.Feature];
            SharedRows? shared = Array.Find(feature.Shared, s => s.Table == t);
            ReadOnlySpan<int> rows = shared is null ? feature.Ids.AsSpan(1, feature.SlotCount - 1) : shared.Rows.AsSpan(0, shared.Count);
            foreach (int row in rows)
            {
                _lastUse[t][row] = _stamp;
            }
        }
    }

    /// <inheritdoc/>
    public void Execute(int item)
    {
        (int table, int first, int end) = _ranges[item];
        int[] rows = t_rows ??= new int[RowsPerRange];
        int count = 0;
        for (int row = first; row < end; row++)
        {
            if (_lastUse[table][row] != _stamp)
            {
                rows[count++] = row;
            }
        }

        TModel.UpdateIdleRows(_step(), table, rows, count);
    }
}
