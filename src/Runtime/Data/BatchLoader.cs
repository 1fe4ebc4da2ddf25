using System;
using System.Collections.Generic;
using System.Collections.Immutable;

namespace ModelGen.Compiled;

/// <summary>Turns examples of a data set into batches.</summary>
public sealed class BatchLoader
{
    private readonly DataSet _data;
    private readonly ModelSchema _schema;
    private readonly ImmutableArray<NumericScaling> _scalings;
    private readonly int[][] _maps;

    /// <summary>Prepares loading.</summary>
    public BatchLoader(DataSet data, ModelSchema schema, ImmutableArray<Vocabulary> vocabularies, ImmutableArray<NumericScaling> scalings)
    {
        _data = data;
        _schema = schema;
        _scalings = scalings;
        _maps = new int[schema.Categoricals.Length][];
        for (int f = 0; f < _maps.Length; f++)
        {
            _maps[f] = vocabularies[f].Map(data.Keys[f]);
        }
    }

    /// <summary>Creates an empty batch.</summary>
    public static Batch CreateBatch(ModelSchema schema, int capacity)
    {
        FeatureBatch[] features = new FeatureBatch[schema.Categoricals.Length];
        for (int f = 0; f < features.Length; f++)
        {
            List<SharedRows> shared = [];
            for (int t = 0; t < schema.Tables.Length; t++)
            {
                if (schema.Tables[t].Feature == f && schema.Tables[t].Index != RowIndex.Identity)
                {
                    shared.Add(new SharedRows { Table = t });
                }
            }

            features[f] = new FeatureBatch { Gradients = new NativeFloats((long)capacity * schema.Categoricals[f].VectorStride), Shared = [.. shared] };
        }

        return new Batch(capacity, schema.Numerics.Length, features);
    }

    /// <summary>Fills labels and numeric inputs.</summary>
    public void Begin(Batch batch, ReadOnlySpan<int> examples)
    {
        batch.Count = examples.Length;
        for (int i = 0; i < examples.Length; i++)
        {
            batch.Labels[i] = _data.Labels[examples[i]];
            for (int j = 0; j < batch.NumericWidth; j++)
            {
                float value = _data.Numerics[j][examples[i]];
                batch.Numerics[(i * batch.NumericWidth) + j] = (value - _scalings[j].Mean) * _scalings[j].InverseDeviation;
            }
        }
    }

    /// <summary>Fills one categorical input.</summary>
    public void FillFeature(Batch batch, int feature, ReadOnlySpan<int> examples, bool training)
    {
        FeatureBatch target = batch.Features[feature];
        KeyColumn column = _data.Keys[feature];
        Dictionary<int, int> slots = [];
        List<int> ids = [-1];
        List<List<int>> members = [[]];
        List<int> positions = [];
        List<int> offsets = [0];
        for (int i = 0; i < examples.Length; i++)
        {
            (int from, int to) = column.Offsets is { } o ? (o[examples[i]], o[examples[i] + 1]) : (examples[i], examples[i] + 1);
            for (int p = from; p < to; p++)
            {
                int id = _maps[feature][column.Codes[p]];
                int slot = 0;
                if (id >= 0 && !slots.TryGetValue(id, out slot))
                {
                    slot = ids.Count;
                    slots.Add(id, slot);
                    ids.Add(id);
                    members.Add([]);
                }

                positions.Add(slot);
                if (slot > 0)
                {
                    members[slot].Add(i);
                }
            }

            offsets.Add(positions.Count);
        }

        target.Positions = positions.Count;
        target.Slots = [.. positions];
        target.Offsets = column.Offsets is null ? [] : [.. offsets];
        target.SlotCount = ids.Count;
        target.Ids = [.. ids];
        target.SegmentStarts = new int[ids.Count + 1];
        List<int> segment = [];
        for (int s = 0; s < ids.Count; s++)
        {
            segment.AddRange(members[s]);
            target.SegmentStarts[s + 1] = segment.Count;
        }

        target.SegmentExamples = [.. segment];
        CategoricalFeature description = _schema.Categoricals[feature];
        target.Vectors = new NativeFloats((long)ids.Count * description.VectorStride);
        foreach (SharedRows shared in target.Shared)
        {
            TableParameter table = _schema.Tables[shared.Table];
            HashSet<int> rows = [];
            for (int s = 1; s < ids.Count; s++)
            {
                rows.Add(table.Index == RowIndex.Quotient ? ids[s] / table.Modulus : ids[s] % table.Modulus);
            }

            shared.Rows = [.. rows];
            shared.Count = rows.Count;
        }

        target.FactorGradients = new NativeFloats((long)target.Chunks * description.FactorFloats);
    }
}
