using System;
using System.Collections.Immutable;
using System.Linq;

namespace ModelGen.Compiled;

/// <summary>
/// Turns examples of a data set into batches. <see cref="Begin"/> comes first; then every feature may be filled on its own thread,
/// since all working memory belongs to one feature. Two batches must not be filled at the same time by one loader.
/// After the first few batches nothing is allocated. With a sampler of negatives every example becomes a group of neighbouring rows: the
/// item is that of the example or a drawn one, everything else is repeated.
/// </summary>
public sealed class BatchLoader
{
    private readonly DataSet _data;
    private readonly ModelSchema _schema;
    private readonly ImmutableArray<NumericScaling> _scalings;
    private readonly Table[] _tables;
    private readonly ImmutableArray<Vocabulary> _vocabularies;
    private readonly int[][] _maps;
    private readonly Scratch[] _scratch;
    private readonly NegativeSampler? _negatives;
    private readonly ExampleOrder? _arrangement;
    private int[] _items = [];

    /// <summary>Creates a loader; maps every distinct key of the data to its id once.</summary>
    /// <param name="data">The examples.</param>
    /// <param name="schema">Their model.</param>
    /// <param name="vocabularies">One per categorical input.</param>
    /// <param name="scalings">One per numeric input.</param>
    /// <param name="tables">The tables of the model, which batches for training of a model with clusters need; null otherwise.</param>
    /// <exception cref="UnknownKeyException">A key of the data is unknown to a feature that refuses unknown keys.</exception>
    public BatchLoader(DataSet data, ModelSchema schema, ImmutableArray<Vocabulary> vocabularies, ImmutableArray<NumericScaling> scalings, Table[]? tables = null)
        : this(data, schema, vocabularies, scalings, null, tables: tables)
    {
    }

    /// <summary>A loader that draws negatives, or that does not look up the keys of one input, which is then never filled.</summary>
    internal BatchLoader(
        DataSet data, ModelSchema schema, ImmutableArray<Vocabulary> vocabularies, ImmutableArray<NumericScaling> scalings, NegativeSampler? negatives, int placeholder = -1, Table[]? tables = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentOutOfRangeException.ThrowIfNotEqual(data.Numerics.Length, schema.Numerics.Length, nameof(data));
        ArgumentOutOfRangeException.ThrowIfNotEqual(data.Categoricals.Length, schema.Categoricals.Length, nameof(data));
        ArgumentOutOfRangeException.ThrowIfNotEqual(vocabularies.Length, schema.Categoricals.Length, nameof(vocabularies));
        ArgumentOutOfRangeException.ThrowIfNotEqual(scalings.Length, schema.Numerics.Length, nameof(scalings));
        _data = data;
        _schema = schema;
        _scalings = scalings;
        _tables = tables ?? [];
        _negatives = negatives;
        _vocabularies = vocabularies;
        _maps = [.. vocabularies.Select((v, f) => f == placeholder ? [] : v.Map(data.Categoricals[f]))];
        _scratch = [.. vocabularies.Select(_ => new Scratch())];
        _arrangement = Enumerable.Range(0, _maps.Length)
            .Where(f => f != placeholder && f != negatives?.ItemFeature && data.Categoricals[f].Offsets is null)
            .OrderByDescending(f => vocabularies[f].Rows)
            .Select(f => new ExampleOrder(data.Categoricals[f].Codes, _maps[f], vocabularies[f].Rows))
            .FirstOrDefault();
    }

    /// <summary>Rows of a batch that an example takes: 1, or more with a sampler of negatives.</summary>
    internal int RowsPerExample => _negatives?.RowsPerPositive ?? 1;

    /// <summary>Epoch whose negatives are drawn, 0 for the first.</summary>
    internal int Epoch { get; set; }

    /// <summary>Creates an empty batch for a model.</summary>
    /// <param name="schema">The model.</param>
    /// <param name="capacity">Most examples it can hold, at least 1.</param>
    public static Batch CreateBatch(ModelSchema schema, int capacity) => CreateBatch(schema, capacity, buffers: true);

    /// <summary>Creates an empty batch, without room for vectors and gradients when a device computes them.</summary>
    internal static Batch CreateBatch(ModelSchema schema, int capacity, bool buffers)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        FeatureBatch[] features = [.. schema.Categoricals.Select((description, feature) => new FeatureBatch
        {
            HasBuffers = buffers,
            ChunkSlots = description.ChunkSlots,
            Shared = [.. schema.Tables.Index()
                .Where(t => t.Item.Feature == feature && t.Item.Index != RowIndex.Identity)
                .Select(t => new SharedRows { Table = t.Index })],
        })];
        return new Batch(capacity, schema.Numerics.Length, features);
    }

    /// <summary>
    /// Puts the examples of a batch in the order of their ids of the input with the most rows, examples of one id as they were. So neighbouring
    /// tiles read neighbouring rows of that input, and the thread whose home they are takes their gradients from itself.
    /// </summary>
    /// <param name="examples">Indices into the data set.</param>
    internal void Arrange(Span<int> examples) => _arrangement?.Sort(examples);

    /// <summary>Starts a batch: sets its count, labels and transformed numeric inputs, and draws the negatives if there are any.</summary>
    /// <param name="batch">A batch made by <see cref="CreateBatch(ModelSchema, int)"/>.</param>
    /// <param name="examples">Indices into the data set; their rows are at most the batch's capacity.</param>
    public void Begin(Batch batch, ReadOnlySpan<int> examples)
    {
        int rows = RowsPerExample;
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)examples.Length * rows, batch.Capacity, nameof(examples));
        batch.Count = examples.Length * rows;
        if (_negatives is { } negatives)
        {
            Room.For(ref _items, batch.Count);
            negatives.Draw(Epoch, examples, _items.AsSpan(0, batch.Count));
            for (int i = 0; i < batch.Count; i++)
            {
                batch.Labels[i] = negatives.IsPositive(i % rows) ? 1 : 0;
            }
        }
        else
        {
            for (int i = 0; i < examples.Length; i++)
            {
                batch.Labels[i] = _data.Labels[examples[i]];
            }
        }

        int width = batch.NumericWidth;
        for (int n = 0; n < width; n++)
        {
            float[] column = _data.Numerics[n];
            Transform transform = _schema.Numerics[n].Transform;
            NumericScaling scaling = _scalings[n];
            for (int i = 0; i < batch.Count; i++)
            {
                batch.Numerics[(long)i * width + n] = NumericStatistics.Apply(transform, scaling, column[examples[i / rows]]);
            }
        }
    }

    /// <summary>
    /// Fills one categorical input: slots, distinct ids and offsets; for training also the members of every slot, the grouping of
    /// shared rows and room for the gradients. Unknown ids under <see cref="OutOfVocabulary.Zero"/> get slot 0, inside a bag they are
    /// dropped. Vectors and gradients keep no content between batches.
    /// </summary>
    /// <param name="batch">The batch, after <see cref="Begin"/> with the same examples.</param>
    /// <param name="feature">Index of the categorical input.</param>
    /// <param name="examples">Indices into the data set.</param>
    /// <param name="training">Whether a backward pass follows.</param>
    public void FillFeature(Batch batch, int feature, ReadOnlySpan<int> examples, bool training)
    {
        CategoricalFeature description = _schema.Categoricals[feature];
        FeatureBatch target = batch.Features[feature];
        KeyColumn column = _data.Categoricals[feature];
        Scratch scratch = _scratch[feature];
        scratch.Distinct.Reserve(_vocabularies[feature].Rows);
        if (feature == _negatives?.ItemFeature)
        {
            AssignItemSlots(target, scratch, _items.AsSpan(0, batch.Count));
        }
        else if (column.Offsets is null)
        {
            AssignSlots(target, scratch, column.Codes, _maps[feature], examples, RowsPerExample);
        }
        else
        {
            AssignBagSlots(target, scratch, column, column.Offsets, _maps[feature], examples, RowsPerExample);
        }

        MakeRoom(target, description);
        if (!training)
        {
            return;
        }

        BuildSegments(target, batch.Count);
        if (target.HasBuffers)
        {
            target.Gradients = Room.For(target.Gradients, (long)batch.Count * description.VectorStride);
            target.FactorGradients = Room.For(target.FactorGradients, (long)target.Chunks * description.FactorFloats);
        }

        foreach (SharedRows shared in target.Shared)
        {
            GroupRows(target, shared, _schema.Tables[shared.Table], scratch);
        }
    }

    /// <summary>Groups the rows of a filled batch again after ids of a feature have moved to other clusters.</summary>
    /// <param name="batch">A batch filled for training.</param>
    /// <param name="feature">Index of the categorical input.</param>
    public void Regroup(Batch batch, int feature)
    {
        foreach (SharedRows shared in batch.Features[feature].Shared)
        {
            GroupRows(batch.Features[feature], shared, _schema.Tables[shared.Table], _scratch[feature]);
        }
    }

    /// <summary>Room for what is computed per slot, slot 0 being the zero vector.</summary>
    internal static void MakeRoom(FeatureBatch target, CategoricalFeature description)
    {
        if (!target.HasBuffers)
        {
            return;
        }

        target.Vectors = Room.For(target.Vectors, (long)target.SlotCount * description.VectorStride);
        target.Vectors.Span(0, description.VectorStride).Clear();
        Room.For(ref target.Codes, target.SlotCount * description.Codes);
    }

    // The rows of an example have one key, which is looked up and numbered once.
    private static void AssignSlots(FeatureBatch target, Scratch scratch, int[] codes, int[] map, ReadOnlySpan<int> examples, int rows)
    {
        StartSlots(target, examples.Length, examples.Length * (long)rows);
        int[] slots = target.Slots;
        DistinctIds distinct = scratch.Distinct;
        for (int i = 0; i < examples.Length; i++)
        {
            int id = map[codes[examples[i]]];
            slots[i * rows] = id;
            if (id >= 0)
            {
                distinct.Add(id);
            }
        }

        FinishSlots(target, distinct, examples.Length * rows, rows);
    }

    private static void AssignItemSlots(FeatureBatch target, Scratch scratch, ReadOnlySpan<int> items)
    {
        StartSlots(target, items.Length, items.Length);
        items.CopyTo(target.Slots);
        foreach (int item in items)
        {
            if (item >= 0)
            {
                scratch.Distinct.Add(item);
            }
        }

        FinishSlots(target, scratch.Distinct, items.Length, 1);
    }

    private static void AssignBagSlots(
        FeatureBatch target, Scratch scratch, KeyColumn column, int[] bags, int[] map, ReadOnlySpan<int> examples, int rows)
    {
        long values = 0;
        foreach (int example in examples)
        {
            values += bags[example + 1] - bags[example];
        }

        StartSlots(target, values, checked((int)(values * rows)));
        Room.For(ref target.Offsets, (examples.Length * rows) + 1);
        int[] slots = target.Slots;
        int[] offsets = target.Offsets;
        int[] codes = column.Codes;
        int position = 0;
        offsets[0] = 0;
        for (int i = 0; i < examples.Length; i++)
        {
            int start = bags[examples[i]];
            foreach (int code in codes.AsSpan(start, bags[examples[i] + 1] - start))
            {
                int id = map[code];
                if (id >= 0)
                {
                    slots[position++] = id;
                    scratch.Distinct.Add(id);
                }
            }

            ReadOnlySpan<int> bag = slots.AsSpan(offsets[i * rows], position - offsets[i * rows]);
            offsets[(i * rows) + 1] = position;
            for (int r = (i * rows) + 1; r < (i + 1) * rows; r++)
            {
                bag.CopyTo(slots.AsSpan(position));
                position += bag.Length;
                offsets[r + 1] = position;
            }
        }

        FinishSlots(target, scratch.Distinct, position, 1);
    }

    /// <param name="target">The feature's part of the batch.</param>
    /// <param name="values">Values that are looked up.</param>
    /// <param name="positions">Positions they take.</param>
    private static void StartSlots(FeatureBatch target, long values, long positions)
    {
        Room.For(ref target.Slots, (int)positions);
        Room.For(ref target.Ids, (int)values + 1);
        target.Ids[0] = -1;
    }

    // Every rows-th position holds an id, or a negative number for none; it becomes the slot of the id, for the rows that follow too.
    private static void FinishSlots(FeatureBatch target, DistinctIds distinct, int positions, int rows)
    {
        target.Positions = positions;
        target.SlotCount = 1 + distinct.Number(target.Ids.AsSpan(1));
        Span<int> slots = target.Slots.AsSpan(0, positions);
        for (int i = 0; i < slots.Length; i += rows)
        {
            int slot = slots[i] < 0 ? 0 : 1 + distinct.NumberOf(slots[i]);
            for (int r = i; r < i + rows; r++)
            {
                slots[r] = slot;
            }
        }

        distinct.Clear(target.Ids.AsSpan(1, target.SlotCount - 1));
    }

    /// <summary>Counting sort of the positions by slot; stable, so members stay in position order.</summary>
    private static void BuildSegments(FeatureBatch target, int examples)
    {
        ReadOnlySpan<int> slots = target.Slots.AsSpan(0, target.Positions);
        Span<int> starts = SegmentStarts.Count(ref target.SegmentStarts, slots, target.SlotCount);

        // Slot 0 is nobody's row: its positions are taken out of the sums, and skipped below.
        SegmentStarts.Sum(starts, first: 1);
        Room.For(ref target.SegmentExamples, target.Positions);
        int[] members = target.SegmentExamples;
        if (target.Offsets.Length == 0)
        {
            for (int i = 0; i < slots.Length; i++)
            {
                if (slots[i] != 0)
                {
                    members[starts[slots[i] + 1]++] = i;
                }
            }

            return;
        }

        for (int i = 0; i < examples; i++)
        {
            foreach (int slot in slots[target.Offsets[i]..target.Offsets[i + 1]])
            {
                members[starts[slot + 1]++] = i;
            }
        }
    }

    /// <summary>Groups the slots by the row of a table that their ids read.</summary>
    private void GroupRows(FeatureBatch target, SharedRows shared, TableParameter table, Scratch scratch)
    {
        int slots = target.SlotCount - 1;
        int[]? clusters = table.Index == RowIndex.Assignment ? _tables[shared.Table].Assignment!.Clusters : null;
        DistinctIds distinct = scratch.Distinct;
        distinct.Reserve(table.Rows(_vocabularies[table.Feature].Rows));
        Room.For(ref scratch.Groups, slots);
        for (int i = 0; i < slots; i++)
        {
            int id = target.Ids[i + 1];
            int row = table.Index switch { RowIndex.Quotient => id / table.Modulus, RowIndex.Remainder => id % table.Modulus, _ => clusters![id] };
            scratch.Groups[i] = row;
            distinct.Add(row);
        }

        Room.For(ref shared.Rows, slots);
        shared.Count = distinct.Number(shared.Rows);
        foreach (ref int group in scratch.Groups.AsSpan(0, slots))
        {
            group = distinct.NumberOf(group);
        }

        distinct.Clear(shared.Rows.AsSpan(0, shared.Count));

        ReadOnlySpan<int> groups = scratch.Groups.AsSpan(0, slots);
        Span<int> starts = SegmentStarts.Count(ref shared.SegmentStarts, groups, shared.Count);
        SegmentStarts.Sum(starts, first: 0);
        Room.For(ref shared.SegmentSlots, slots);
        for (int i = 0; i < groups.Length; i++)
        {
            shared.SegmentSlots[starts[groups[i] + 1]++] = i + 1;
        }

        if (target.HasBuffers)
        {
            shared.RowGradients = Room.For(shared.RowGradients, (long)target.SlotCount * table.Width);
        }
    }

    /// <summary>Working memory of one feature.</summary>
    private sealed class Scratch
    {
        public readonly DistinctIds Distinct = new();
        public int[] Groups = [];
    }
}
