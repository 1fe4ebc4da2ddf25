using System;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Scores all items for queries with the trained form of any model: the items are embedded once, the queries chunk by chunk, and the
/// generated forward pass runs on tiles of one query with 64 items.
/// </summary>
/// <typeparam name="TModel">The user's class.</typeparam>
internal sealed class TrainedQueryScorer<TModel> : IQueryScorer
    where TModel : class, IEmbeddingModel<TModel>
{
    private readonly WorkerTeam _team;
    private readonly BatchLoader _loader;
    private readonly int _itemFeature;
    private readonly int[] _examples;
    private readonly StepContext _queries;
    private readonly StepContext _catalogue;
    private readonly StepContext[] _tiles;
    private readonly Lane[] _lanes;
    private readonly ChunkIndex _chunks;
    private int _first;

    /// <summary>Maps the queries to ids and allocates a lane for every thread of the team.</summary>
    /// <param name="state">The parameters; <see cref="Refresh"/> follows when they have changed.</param>
    /// <param name="queries">One example per query, whose item does not matter.</param>
    /// <param name="team">Threads.</param>
    public TrainedQueryScorer(ModelState state, DataSet queries, WorkerTeam team)
    {
        ModelSchema schema = state.Schema;
        _team = team;
        _itemFeature = schema.Require(FeatureRole.Item, "Ranking");
        Items = state.Vocabularies[_itemFeature].Count;
        _loader = new BatchLoader(queries, schema, state.Vocabularies, state.Scalings, negatives: null, placeholder: _itemFeature);
        _examples = new int[int.Min(queries.Count, RankingRun.ChunkQueries)];
        _queries = new StepContext(state, BatchLoader.CreateBatch(schema, _examples.Length), []);
        _catalogue = new StepContext(state, BatchLoader.CreateBatch(schema, 1), []);
        _chunks = new ChunkIndex(schema.Categoricals.Length);
        _tiles = new StepContext[team.Size];
        _lanes = new Lane[team.Size];
        for (int l = 0; l < _lanes.Length; l++)
        {
            _tiles[l] = new StepContext(state, BatchLoader.CreateBatch(schema, ModelSchema.TileExamples), []);
            _lanes[l] = new Lane(new NativeFloats(schema.TileFloats), NativeFloats.Empty);
            for (int f = 0; f < schema.Categoricals.Length; f++)
            {
                Room.For(ref _tiles[l].Batch.Features[f].Slots, ModelSchema.TileExamples);
            }
        }

        FeatureBatch items = _catalogue.Batch.Features[_itemFeature];
        items.Ids = new int[Items + 1];
        for (int slot = 0; slot < items.Ids.Length; slot++)
        {
            items.Ids[slot] = slot - 1;
        }

        items.SlotCount = Items + 1;
        BatchLoader.MakeRoom(items, schema.Categoricals[_itemFeature]);
        Refresh();
    }

    /// <inheritdoc/>
    public int Items { get; }

    /// <summary>Embeds the items with the parameters as they are now.</summary>
    public void Refresh() => _team.Run(_chunks.Count(_catalogue.Batch), new EmbedPhase(_catalogue, _chunks));

    /// <inheritdoc/>
    public void Prepare(int first, int count)
    {
        Span<int> examples = _examples.AsSpan(0, count);
        for (int i = 0; i < count; i++)
        {
            examples[i] = first + i;
        }

        _first = first;
        _loader.Begin(_queries.Batch, examples);
        for (int f = 0; f < _queries.Batch.Features.Length; f++)
        {
            if (f != _itemFeature)
            {
                _loader.FillFeature(_queries.Batch, f, examples, training: false);
            }
        }

        _team.Run(_chunks.Count(_queries.Batch), new EmbedPhase(_queries, _chunks));
    }

    /// <inheritdoc/>
    public void Score(int lane, int first, int count, Span<float> scores)
    {
        StepContext tile = _tiles[lane];
        int[] slots = tile.Batch.Features[_itemFeature].Slots;
        tile.Batch.Features[_itemFeature].Vectors = _catalogue.Batch.Features[_itemFeature].Vectors;
        for (int q = 0; q < count; q++)
        {
            Spread(tile.Batch, first + q - _first);
            for (int item = 0; item < Items; item += ModelSchema.TileExamples)
            {
                int examples = int.Min(ModelSchema.TileExamples, Items - item);
                for (int i = 0; i < examples; i++)
                {
                    slots[i] = 1 + item + i;
                }

                tile.Batch.Count = examples;
                TModel.ScoreTile(tile, _lanes[lane], 0, examples, scores.Slice((q * Items) + item, examples));
            }
        }
    }

    /// <summary>Puts the inputs of a query into every row of a tile.</summary>
    private void Spread(Batch tile, int query)
    {
        Batch queries = _queries.Batch;
        for (int f = 0; f < queries.Features.Length; f++)
        {
            if (f == _itemFeature)
            {
                continue;
            }

            FeatureBatch source = queries.Features[f], target = tile.Features[f];
            target.Vectors = source.Vectors;
            if (source.Offsets.Length == 0)
            {
                target.Slots.AsSpan(0, ModelSchema.TileExamples).Fill(source.Slots[query]);
                continue;
            }

            ReadOnlySpan<int> bag = source.Slots.AsSpan(source.Offsets[query]..source.Offsets[query + 1]);
            Room.For(ref target.Slots, bag.Length * ModelSchema.TileExamples);
            Room.For(ref target.Offsets, ModelSchema.TileExamples + 1);
            for (int i = 0; i < ModelSchema.TileExamples; i++)
            {
                bag.CopyTo(target.Slots.AsSpan(i * bag.Length));
                target.Offsets[i + 1] = (i + 1) * bag.Length;
            }
        }

        int width = tile.NumericWidth;
        for (int i = 0; i < ModelSchema.TileExamples; i++)
        {
            queries.Numerics.AsSpan(query * width, width).CopyTo(tile.Numerics.AsSpan(i * width));
        }
    }

    private sealed class EmbedPhase(StepContext step, ChunkIndex chunks) : ITeamWork
    {
        public void Execute(int item)
        {
            (int feature, int first, int end) = chunks.Slots(step.Batch, item);
            TModel.Embed(step, feature, first, end);
        }
    }
}
