using System;

namespace ModelGen.Compiled;

public sealed partial class AutoencoderStep
{
    private readonly int[] _position;
    private int[] _seen = [];

    /// <summary>Takes the users of the next batch.</summary>
    /// <param name="matrix">Histories; every user has at least one item.</param>
    /// <param name="users">Users of the matrix.</param>
    /// <param name="draws">Random numbers of the step, for the outputs.</param>
    internal void Load(InteractionMatrix matrix, ReadOnlySpan<int> users, CounterRandom draws)
    {
        Users = users.Length;
        Blocks = Blocks32(users.Length);
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
