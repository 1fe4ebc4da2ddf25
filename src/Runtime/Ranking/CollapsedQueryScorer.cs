using System;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Scores all items for queries with the served form of any model, one pair at a time through its predictor.</summary>
/// <typeparam name="TModel">The user's class.</typeparam>
internal sealed class CollapsedQueryScorer<TModel> : IQueryScorer
    where TModel : class, IEmbeddingModel<TModel>
{
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
        for (int q = 0; q < count; q++)
        {
            reader.Read(first + q);
            ref int item = ref reader.Id(_itemFeature);
            for (int i = 0; i < Items; i++)
            {
                item = i;
                scores[(q * Items) + i] = _predictor.ScoreIds(reader.Numerics, reader.Ids, reader.Offsets);
            }
        }
    }
}
