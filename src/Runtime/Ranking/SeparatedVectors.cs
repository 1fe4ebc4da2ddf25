using System;
using System.Threading.Tasks;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>The vectors of items and queries of a served model whose score is their inner product.</summary>
/// <typeparam name="TModel">The user's class.</typeparam>
/// <param name="weights">The served form.</param>
/// <param name="predictor">Its predictor, with a vector width.</param>
/// <param name="queries">One example per query, whose item does not matter.</param>
internal sealed class SeparatedVectors<TModel>(CollapsedWeights weights, IPredictor<TModel> predictor, DataSet queries)
    where TModel : class, IEmbeddingModel<TModel>
{
    private readonly ExampleIds _ids = new(queries, weights.Vocabularies);

    /// <summary>The vectors of all items, decoded as they are served.</summary>
    public UnitRows Items()
    {
        int items = weights.Vocabularies[weights.Schema.Require(FeatureRole.Item, "Ranking")].Count, width = predictor.VectorWidth;
        long[] starts = new long[items + 1];
        for (int item = 0; item < items; item++)
        {
            starts[item + 1] = starts[item] + width;
        }

        NativeFloats values = new(starts[items]);
        Parallel.For(0, items, item => predictor.ItemVector(item, values.Span(starts[item], width)));
        return new UnitRows(width, starts, [], values);
    }

    /// <summary>Writes the vectors of queries [first, first + count), one after another.</summary>
    public void Queries(int first, int count, Span<float> vectors)
    {
        int width = predictor.VectorWidth;
        ExampleIds.Reader reader = _ids.CreateReader();
        for (int q = 0; q < count; q++)
        {
            reader.Read(first + q);
            predictor.Query(reader.Numerics, reader.Ids, reader.Offsets, vectors.Slice(q * width, width));
        }
    }
}
