using System;
using System.Collections.Immutable;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Memory of a retrieval run, known before anything is allocated: the largest of its levels, with the rows of the level before it.</summary>
internal static class RetrievalMemory
{
    /// <summary>Computes the plan.</summary>
    public static MemoryPlan Compute(ModelSchema schema, InteractionMatrix matrix, long dataBytes, RetrievalOptions options)
    {
        TableParameter table = schema.Tables[0];
        ImmutableArray<SparsityLevel> levels = Levels(schema, options);
        int rows = matrix.Items, r = table.Width;
        long values = 0, state = 0, valuesBefore = 0, stateBefore = 0;

        // A run begins with all entries, which a first level that keeps them trains on, and others only choose their support from; the rows of every other
        // level are made beside those before.
        foreach (SparsityLevel level in levels[0].Stored < r ? levels.Insert(0, new SparsityLevel(r, 0, r)) : levels)
        {
            bool isFull = level.Stored == r;
            int states = level.Epochs == 0 ? 0 : schema.Optimizer.DenseStates;
            long slots = (long)rows * (isFull ? SparseRows.WideStride(r) : SparseRows.Slots(level.Stored));
            long own = (2 * slots) + (isFull ? 0 : slots) + (!isFull && SparseRows.PrefersWide(r, level.Stored) ? (long)rows * SparseRows.WideStride(r) : 0);
            Raise(own + valuesBefore, (states * slots) + stateBefore);
            (valuesBefore, stateBefore) = (own, states * slots);
        }

        // In the end the trained rows are copied out of the last level.
        int kept = levels[^1].Kept;
        Raise(valuesBefore + ((long)rows * (kept == r ? r : 2L * kept)), stateBefore);

        void Raise(long moreValues, long moreState)
        {
            if (moreValues + moreState > values + state)
            {
                (values, state) = (moreValues, moreState);
            }
        }

        int capacity = int.Min(options.BatchSize, matrix.Users), outputs = int.Min(options.MaxOutput ?? rows, rows);
        outputs = int.Min(rows, int.Max(outputs, BatchItems(matrix, capacity) + 1));
        long working = AutoencoderStep.BytesFor(r, capacity, outputs) + (sizeof(int) * ((4L * rows) + (3 * matrix.Count / int.Max(1, matrix.Users) * capacity)));
        return new MemoryPlan(sizeof(float) * values, sizeof(float) * state, 0, dataBytes + (sizeof(int) * (matrix.Count + matrix.Users)), working);
    }

    /// <summary>The levels of a run: one for dense rows, those of the schedule for sparse ones.</summary>
    public static ImmutableArray<SparsityLevel> Levels(ModelSchema schema, RetrievalOptions options)
    {
        TableParameter table = schema.Tables[0];
        return options.Schedule.Levels(table.Width, table.Kept == 0 ? table.Width : table.Kept, options.Epochs);
    }

    /// <summary>Most distinct items that a batch can have: all, or the longest histories one after another.</summary>
    public static int BatchItems(InteractionMatrix matrix, int capacity) => (int)long.Min(BatchPairs(matrix, capacity), matrix.Items);

    /// <summary>Most pairs of a batch: the longest histories.</summary>
    public static long BatchPairs(InteractionMatrix matrix, int capacity)
    {
        int[] lengths = new int[matrix.Users];
        for (int u = 0; u < lengths.Length; u++)
        {
            lengths[u] = -matrix.History(u).Length;
        }

        lengths.AsSpan().Sort();
        long total = 0;
        foreach (int length in lengths.AsSpan(0, int.Min(capacity, lengths.Length)))
        {
            total -= length;
        }

        return total;
    }
}
