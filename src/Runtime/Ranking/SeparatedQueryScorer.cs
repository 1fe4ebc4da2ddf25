using System;
using System.Threading.Tasks;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Scores all items for queries with the served form of a model whose score is an inner product: the item vectors, decoded as they are
/// served, are made once, and a block of queries is a blocked product.
/// </summary>
/// <typeparam name="TModel">The user's class.</typeparam>
internal sealed class SeparatedQueryScorer<TModel> : IQueryScorer
    where TModel : class, IEmbeddingModel<TModel>
{
    private const int ItemsPerRange = 1024;

    private readonly IPredictor<TModel> _predictor;
    private readonly ItemPanels _items;
    private readonly ExampleIds.Reader[] _readers;
    private readonly float[][] _queries;

    /// <summary>Maps the queries to ids and makes the item vectors.</summary>
    /// <param name="weights">The served form.</param>
    /// <param name="predictor">Its predictor, with a vector width.</param>
    /// <param name="queries">One example per query, whose item does not matter.</param>
    /// <param name="lanes">Threads.</param>
    public SeparatedQueryScorer(CollapsedWeights weights, IPredictor<TModel> predictor, DataSet queries, int lanes)
    {
        _predictor = predictor;
        int itemFeature = weights.Schema.Require(FeatureRole.Item, "Ranking"), width = predictor.VectorWidth;
        _items = new ItemPanels(weights.Vocabularies[itemFeature].Count, width);
        ExampleIds ids = new(queries, weights.Vocabularies);
        _readers = new ExampleIds.Reader[lanes];
        _queries = new float[lanes][];
        for (int lane = 0; lane < lanes; lane++)
        {
            _readers[lane] = ids.CreateReader();
            _queries[lane] = new float[RankingRun.BlockQueries * width];
        }

        Parallel.For(0, (Items + ItemsPerRange - 1) / ItemsPerRange, range =>
        {
            float[] vector = new float[width];
            for (int item = range * ItemsPerRange; item < int.Min(Items, (range + 1) * ItemsPerRange); item++)
            {
                predictor.ItemVector(item, vector);
                _items.Set(item, vector);
            }
        });
    }

    /// <inheritdoc/>
    public int Items => _items.Items;

    /// <inheritdoc/>
    public void Prepare(int first, int count)
    {
    }

    /// <inheritdoc/>
    public void Score(int lane, int first, int count, Span<float> scores)
    {
        ExampleIds.Reader reader = _readers[lane];
        Span<float> queries = _queries[lane];
        int width = _predictor.VectorWidth;
        for (int q = 0; q < count; q++)
        {
            reader.Read(first + q);
            _predictor.Query(reader.Numerics, reader.Ids, reader.Offsets, queries.Slice(q * width, width));
        }

        _items.Multiply(queries, count, scores);
    }
}
