using System;
using System.Threading;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Computes the raw scores of a data set with the trained form of a model, batch by batch in the order of the examples.</summary>
/// <typeparam name="TModel">The user's class.</typeparam>
internal sealed class Scorer<TModel>
    where TModel : class, IEmbeddingModel<TModel>
{
    private const int BatchExamples = 4096;

    private readonly WorkerTeam _team;
    private readonly BatchLoader _loader;
    private readonly StepContext _step;
    private readonly int[] _examples;
    private readonly float[] _scores;
    private readonly ChunkIndex _chunks;
    private readonly FillPhase _fill;
    private readonly EmbedPhase _embed;
    private readonly TilePhase _tiles;
    private int _first;

    /// <summary>Maps the data set to ids and allocates the working memory.</summary>
    public Scorer(ModelState state, DataSet data, WorkerTeam team)
    {
        int capacity = int.Max(1, int.Min(BatchExamples, data.Count));
        _team = team;
        _loader = new BatchLoader(data, state.Schema, state.Vocabularies, state.Scalings);
        _step = new StepContext(state, BatchLoader.CreateBatch(state.Schema, capacity), LaneSet.Create(state.Schema, capacity, training: false));
        _examples = new int[capacity];
        _scores = new float[data.Count];
        _chunks = new ChunkIndex(state.Schema.Categoricals.Length);
        _fill = new FillPhase(this);
        _embed = new EmbedPhase(this);
        _tiles = new TilePhase(this);
    }

    /// <summary>Scores all examples: logits under binary cross-entropy, else values. The array is reused by the next call.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two batches.</exception>
    public float[] Score(CancellationToken token = default)
    {
        Batch batch = _step.Batch;
        for (_first = 0; _first < _scores.Length; _first += _examples.Length)
        {
            token.ThrowIfCancellationRequested();
            int count = int.Min(_examples.Length, _scores.Length - _first);
            for (int i = 0; i < count; i++)
            {
                _examples[i] = _first + i;
            }

            _loader.Begin(batch, _examples.AsSpan(0, count));
            _team.Run(batch.Features.Length, _fill);
            int tiles = (count + ModelSchema.TileExamples - 1) / ModelSchema.TileExamples;
            _step.ActiveLanes = int.Min(_step.Lanes.Length, tiles);
            _step.InverseCount = 1f / count;
            _team.Run(_chunks.Count(batch), _embed);
            _team.Run(_step.ActiveLanes, _tiles);
        }

        return _scores;
    }

    private sealed class FillPhase(Scorer<TModel> scorer) : ITeamWork
    {
        public void Execute(int item) =>
            scorer._loader.FillFeature(scorer._step.Batch, item, scorer._examples.AsSpan(0, scorer._step.Batch.Count), training: false);
    }

    private sealed class EmbedPhase(Scorer<TModel> scorer) : ITeamWork
    {
        public void Execute(int item)
        {
            (int feature, int first, int end) = scorer._chunks.Slots(scorer._step.Batch, item);
            TModel.Embed(scorer._step, feature, first, end);
        }
    }

    private sealed class TilePhase(Scorer<TModel> scorer) : ITeamWork
    {
        public void Execute(int item)
        {
            StepContext step = scorer._step;
            for (int tile = item; tile * ModelSchema.TileExamples < step.Batch.Count; tile += step.ActiveLanes)
            {
                int first = tile * ModelSchema.TileExamples;
                int examples = int.Min(ModelSchema.TileExamples, step.Batch.Count - first);
                TModel.ScoreTile(step, step.Lanes[item], first, examples, scorer._scores.AsSpan(scorer._first + first, examples));
            }
        }
    }
}
