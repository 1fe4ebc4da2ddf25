using System;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Scores all items for queries with the served form of any model, as examples of each query with every item.</summary>
/// <typeparam name="TModel">The user's class.</typeparam>
internal sealed class CollapsedQueryScorer<TModel> : IQueryScorer
    where TModel : class, IEmbeddingModel<TModel>
{
    private const int BlockItems = 256;

    private readonly IPredictor<TModel> _predictor;
    private readonly int _itemFeature;
    private readonly ExampleIds.Reader[] _readers;

    /// <summary>Maps the queries to ids.</summary>
    /// <param name="weights">The served form.</param>
    /// <param name="predictor">Its predictor.</param>
    /// <param name="queries">One example per query, whose item does not matter.</param>
    /// <param name="lanes">Threads.</param>
    public CollapsedQueryScorer(CollapsedWeights weights, IPredictor<TModel> predictor, DataSet queries, int lanes)
    {
        _predictor = predictor;
        _itemFeature = weights.Schema.Require(FeatureRole.Item, "Ranking");
        Items = weights.Vocabularies[_itemFeature].Count;
        ExampleIds ids = new(queries, weights.Vocabularies);
        _readers = new ExampleIds.Reader[lanes];
        for (int lane = 0; lane < lanes; lane++)
        {
            _readers[lane] = ids.CreateReader();
        }
    }

    /// <inheritdoc/>
    public int Items { get; }

    /// <inheritdoc/>
    public void Prepare(int first, int count)
    {
    }

    /// <inheritdoc/>
    public void Score(int lane, int first, int count, Span<float> scores)
    {
        ExampleIds.Reader reader = _readers[lane];
        (int values, int features) = (reader.Numerics.Length, reader.Offsets.Length - 1);
        int blockItems = int.Min(BlockItems, Items);
        float[] numerics = new float[blockItems * values];
        int[] offsets = new int[(blockItems * features) + 1];
        for (int q = 0; q < count; q++)
        {
            reader.Read(first + q);
            ReadOnlySpan<int> query = reader.Ids[..reader.Offsets[features]];
            int[] ids = new int[blockItems * query.Length];
            for (int i = 0; i < blockItems; i++)
            {
                query.CopyTo(ids.AsSpan(i * query.Length));
                reader.Numerics[..values].CopyTo(numerics.AsSpan(i * values));
                for (int f = 0; f < features; f++)
                {
                    offsets[(i * features) + f + 1] = (i * query.Length) + reader.Offsets[f + 1];
                }
            }

            for (int block = 0; block < Items; block += blockItems)
            {
                int rows = int.Min(blockItems, Items - block);
                for (int i = 0; i < rows; i++)
                {
                    ids[(i * query.Length) + reader.Offsets[_itemFeature]] = block + i;
                }

                _predictor.ScoreIds(numerics, ids, offsets, scores.Slice((q * Items) + block, rows));
            }
        }
    }
}
