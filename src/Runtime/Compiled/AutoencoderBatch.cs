using System;

namespace ModelGen.Compiled;

/// <summary>
/// A batch of users with their histories, grouped by user and by item, and the outputs that are scored: what a training step on any device
/// works on.
/// </summary>
public class AutoencoderBatch
{
    private const int RowTile = 64;

    private readonly int _items;
    private readonly int _maxOutput;
    private readonly int[] _position;
    private int[] _seen = [];

    /// <summary>Arrays for batches of a given size.</summary>
    /// <param name="items">Number of items.</param>
    /// <param name="capacity">Most users of a batch.</param>
    /// <param name="maxOutput">Outputs of a batch; all items when it is at least their number.</param>
    /// <param name="batchItems">Most distinct items of a batch, which are outputs even when they are more.</param>
    internal AutoencoderBatch(int items, int capacity, int maxOutput, int batchItems)
    {
        (_items, _maxOutput) = (items, maxOutput);
        SamplesOutputs = maxOutput < items;
        OutputRows = ((SamplesOutputs ? Math.Max(maxOutput, batchItems + 1) : items) + RowTile - 1) / RowTile * RowTile;
        HistoryStarts = new int[capacity + 1];
        ItemStarts = new int[items + 1];
        _position = new int[items];
        if (!SamplesOutputs)
        {
            SetAllOutputs();
        }
    }

    /// <summary>Users of the batch.</summary>
    public int Users { get; private set; }

    /// <summary>Items of user u of the batch are <see cref="HistoryItems"/>[HistoryStarts[u] .. HistoryStarts[u + 1]), ascending.</summary>
    public int[] HistoryStarts { get; }

    /// <summary>Items of the users, one history after another.</summary>
    public int[] HistoryItems { get; private set; } = [];

    /// <summary>Outputs of the history items, one history after another; ascending inside a history.</summary>
    public int[] HistoryOutputs { get; private set; } = [];

    /// <summary>Users of item i in the batch are <see cref="ItemUsers"/>[ItemStarts[i] .. ItemStarts[i + 1]), ascending.</summary>
    public int[] ItemStarts { get; }

    /// <summary>Users of the items, one item after another.</summary>
    public int[] ItemUsers { get; private set; } = [];

    /// <summary>Whether only some items are scored: those of the batch and a draw of the others (section "batch construction" of the method).</summary>
    public bool SamplesOutputs { get; }

    /// <summary>Items that are scored; the same item may be drawn twice.</summary>
    public int OutputCount { get; private set; }

    /// <summary>Item of every output.</summary>
    public int[] Outputs { get; private set; } = [];

    /// <summary>Distinct items among the outputs, ascending: the rows that are updated.</summary>
    public int[] UpdatedRows { get; private set; } = [];

    /// <summary>Number of rows that are updated.</summary>
    public int UpdatedCount { get; private set; }

    /// <summary>Outputs of updated row q are <see cref="RowOutputs"/>[RowStarts[q] .. RowStarts[q + 1]).</summary>
    public int[] RowStarts { get; private set; } = [];

    /// <summary>Outputs, one updated row after another.</summary>
    public int[] RowOutputs { get; private set; } = [];

    /// <summary>Most outputs of a batch, a whole number of register tiles.</summary>
    public int OutputRows { get; }

    /// <summary>Takes the users of the next batch.</summary>
    /// <param name="matrix">Histories; every user has at least one item.</param>
    /// <param name="users">Users of the matrix.</param>
    /// <param name="draws">Random numbers of the step, for the outputs.</param>
    internal void Load(InteractionMatrix matrix, ReadOnlySpan<int> users, CounterRandom draws)
    {
        Users = users.Length;
        int pairs = 0;
        for (int u = 0; u < users.Length; u++)
        {
            HistoryStarts[u] = pairs;
            pairs += matrix.History(users[u]).Length;
        }

        HistoryStarts[users.Length] = pairs;
        if (HistoryItems.Length < pairs)
        {
            int room = Math.Max(pairs, HistoryItems.Length * 2);
            HistoryItems = new int[room];
            HistoryOutputs = new int[room];
            ItemUsers = new int[room];
            TargetGradients = new float[room];
        }

        for (int u = 0; u < users.Length; u++)
        {
            matrix.History(users[u]).CopyTo(HistoryItems.AsSpan(HistoryStarts[u]));
        }

        GroupByItem(pairs);
        if (SamplesOutputs)
        {
            SampleOutputs(draws);
        }

        for (int p = 0; p < pairs; p++)
        {
            HistoryOutputs[p] = _position[HistoryItems[p]];
        }
    }

    /// <summary>Gradients at the items of the users while the scores are overwritten, one history after another.</summary>
    public float[] TargetGradients { get; private set; } = [];

    // Counting sort of the pairs by item; inside an item the users ascend.
    private void GroupByItem(int pairs)
    {
        int[] starts = ItemStarts;
        Array.Clear(starts);
        for (int p = 0; p < pairs; p++)
        {
            starts[HistoryItems[p]]++;
        }

        int end = 0;
        for (int i = 0; i < _items; i++)
        {
            end += starts[i];
            starts[i] = end;
        }

        starts[_items] = end;
        for (int u = Users - 1; u >= 0; u--)
        {
            for (int p = HistoryStarts[u]; p < HistoryStarts[u + 1]; p++)
            {
                ItemUsers[--starts[HistoryItems[p]]] = u;
            }
        }
    }

    private void SetAllOutputs()
    {
        OutputCount = UpdatedCount = _items;
        int[] all = new int[_items + 1];
        for (int i = 0; i <= _items; i++)
        {
            all[i] = i;
        }

        Outputs = UpdatedRows = RowStarts = RowOutputs = all;
        all.AsSpan(0, _items).CopyTo(_position);
    }

    // The items of the batch in ascending order, then max(1, most - |P|) of the others with replacement; all others when there are no more.
    private void SampleOutputs(CounterRandom draws)
    {
        if (_seen.Length == 0)
        {
            Outputs = new int[OutputRows + 1];
            _seen = new int[_items + 1];
            UpdatedRows = new int[_items];
            RowStarts = new int[_items + 1];
            RowOutputs = new int[OutputRows + 1];
        }

        int count = 0;
        for (int i = 0; i < _items; i++)
        {
            _position[i] = -1;
            if (ItemStarts[i + 1] > ItemStarts[i])
            {
                _position[i] = count;
                Outputs[count++] = i;
            }
        }

        int others = count == _items ? 0 : Math.Max(1, _maxOutput - count);
        for (long draw = 0; others > 0; draw++)
        {
            int item = (int)(draws.Uniform(draw) * _items);
            if (_position[item] < 0)
            {
                Outputs[count++] = item;
                others--;
            }
        }

        OutputCount = count;
        GroupOutputs();
    }

    private void GroupOutputs()
    {
        Array.Clear(_seen);
        for (int o = 0; o < OutputCount; o++)
        {
            _seen[Outputs[o]]++;
        }

        UpdatedCount = 0;
        int end = 0;
        for (int i = 0; i < _items; i++)
        {
            if (_seen[i] > 0)
            {
                UpdatedRows[UpdatedCount] = i;
                RowStarts[UpdatedCount++] = end;
                int outputs = _seen[i];
                _seen[i] = end;
                end += outputs;
            }
        }

        RowStarts[UpdatedCount] = end;
        for (int o = 0; o < OutputCount; o++)
        {
            RowOutputs[_seen[Outputs[o]]++] = o;
        }
    }
}
