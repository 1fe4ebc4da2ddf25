using System;
using System.Collections.Generic;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Runs the phases of a training step on a team, in the order documented on <see cref="IEmbeddingModel{TSelf}"/>. All work items
/// are cut by index, never by thread count. The next batch is filled while the current one is trained on: its labels, numeric
/// inputs and negatives beside the embedding phase, its categorical inputs beside the tiles; it touches no parameter, so results are unaffected.
/// A step allocates nothing.
/// </summary>
/// <typeparam name="TModel">The user's class.</typeparam>
internal sealed class StepRunner<TModel> : IBatchRunner
    where TModel : class, IEmbeddingModel<TModel>
{
    private const int FloatsPerTowerRange = 4096;
    private const int SharedRowsPerRange = 64;

    private readonly BatchLoader _loader;
    private readonly WorkerTeam _team;
    private readonly double[] _tileLosses;
    private readonly int _features;
    private readonly ChunkIndex _chunks;
    private readonly (int Parameter, int FirstRow, int EndRow)[] _towerRanges;
    private readonly int[] _factorFeatures;
    private readonly FillPhase _fill;
    private readonly EmbedPhase _embed;
    private readonly TilePhase _tiles;
    private readonly UpdatePhase _update;
    private readonly SharedPhase _shared;
    private readonly IdleRows<TModel>? _idle;

    private StepContext _current;
    private StepContext _next;
    private int[] _order = [];
    private int _nextStart;
    private int _nextCount;
    private int _fills;

    /// <summary>Allocates the working memory for batches of up to <paramref name="examples"/> examples, negatives not counted.</summary>
    public StepRunner(ModelState state, BatchLoader loader, int examples, Lane[] lanes, WorkerTeam team)
    {
        int capacity = examples * loader.RowsPerExample;
        _loader = loader;
        _team = team;
        _current = new StepContext(state, BatchLoader.CreateBatch(state.Schema, capacity), lanes);
        _next = new StepContext(state, BatchLoader.CreateBatch(state.Schema, capacity), lanes);
        _tileLosses = new double[(capacity + ModelSchema.TileExamples - 1) / ModelSchema.TileExamples];
        _features = state.Schema.Categoricals.Length;
        _chunks = new ChunkIndex(_features);
        _towerRanges = CutTowers(state.Schema);
        _factorFeatures = FeaturesWithFactors(state.Schema);
        _fill = new FillPhase(this);
        _embed = new EmbedPhase(this);
        _tiles = new TilePhase(this);
        _update = new UpdatePhase(this);
        _shared = new SharedPhase(this);
        _idle = state.Schema.Optimizer.Lazy ? null : new IdleRows<TModel>(state, () => _current);
    }

    /// <inheritdoc/>
    public void Prepare(int[] order, int start, int count, int epoch = 0)
    {
        _order = order;
        _loader.Epoch = epoch;
        SetNext(start, count);
        BeginNext();
        _team.Run(_features, _fill);
        (_current, _next) = (_next, _current);
    }

    /// <inheritdoc/>
    public double Step(OptimizerStep optimizer, int nextStart, int nextCount)
    {
        SetNext(nextStart, nextCount);
        Batch batch = _current.Batch;
        int tiles = (batch.Count + ModelSchema.TileExamples - 1) / ModelSchema.TileExamples;
        _current.Optimizer = optimizer;
        _current.InverseCount = 1f / batch.Count;
        _current.ActiveLanes = int.Min(_current.Lanes.Length, tiles);
        int chunks = _chunks.Count(batch);
        int fills = nextCount > 0 ? _features : 0;

        _team.Run(1 + chunks, _embed);
        _fills = fills;
        _team.Run(fills + _current.ActiveLanes, _tiles);
        double loss = 0;
        for (int t = 0; t < tiles; t++)
        {
            loss += _tileLosses[t];
        }

        if (double.IsFinite(loss))
        {
            _team.Run(chunks + _towerRanges.Length, _update);
            _team.Run(_factorFeatures.Length + CountSharedRanges(batch), _shared);
            if (_idle is { } idle)
            {
                idle.Mark(batch);
                _team.Run(idle.Ranges, idle);
            }
        }

        (_current, _next) = (_next, _current);
        return loss;
    }

    /// <inheritdoc/>
    public void Regroup(int feature) => _loader.Regroup(_current.Batch, feature);

    private static (int Parameter, int FirstRow, int EndRow)[] CutTowers(ModelSchema schema)
    {
        List<(int, int, int)> ranges = [];
        for (int p = 0; p < schema.Dense.Length && schema.Dense[p].Offset < schema.FactorOffset; p++)
        {
            if (schema.Dense[p].Group == ParameterGroup.Fixed)
            {
                continue;
            }

            // A multiple of 16 rows, so that no two ranges write to one cache line of the transposed copy.
            DenseParameter parameter = schema.Dense[p];
            int rows = ((FloatsPerTowerRange / parameter.Stride) + 15) / 16 * 16;
            rows = int.Max(rows, 16);
            for (int first = 0; first < parameter.Rows; first += rows)
            {
                ranges.Add((p, first, int.Min(first + rows, parameter.Rows)));
            }
        }

        return [.. ranges];
    }

    private static int[] FeaturesWithFactors(ModelSchema schema)
    {
        List<int> features = [];
        for (int f = 0; f < schema.Categoricals.Length; f++)
        {
            if (schema.Categoricals[f].FactorFloats > 0)
            {
                features.Add(f);
            }
        }

        return [.. features];
    }

    private static int CountSharedRanges(Batch batch)
    {
        int ranges = 0;
        foreach (FeatureBatch feature in batch.Features)
        {
            foreach (SharedRows shared in feature.Shared)
            {
                ranges += SharedRanges(shared);
            }
        }

        return ranges;
    }

    private static int SharedRanges(SharedRows shared) => (shared.Count + SharedRowsPerRange - 1) / SharedRowsPerRange;

    private ReadOnlySpan<int> NextExamples => _order.AsSpan(_nextStart, _nextCount);

    private void SetNext(int start, int count) => (_nextStart, _nextCount) = (start, count);

    private void BeginNext() => _loader.Begin(_next.Batch, NextExamples);

    private sealed class FillPhase(StepRunner<TModel> runner) : ITeamWork
    {
        public void Execute(int item) => runner._loader.FillFeature(runner._next.Batch, item, runner.NextExamples, training: true);
    }

    private sealed class EmbedPhase(StepRunner<TModel> runner) : ITeamWork
    {
        public void Execute(int item)
        {
            if (item == 0)
            {
                if (runner._nextCount > 0)
                {
                    runner.BeginNext();
                }

                return;
            }

            (int feature, int first, int end) = runner._chunks.Slots(runner._current.Batch, item - 1);
            TModel.Embed(runner._current, feature, first, end);
        }
    }

    private sealed class TilePhase(StepRunner<TModel> runner) : ITeamWork
    {
        public void Execute(int item)
        {
            // A feature is one long piece of work and a lane a short one, so features come first.
            StepContext step = runner._current;
            int lane = item - runner._fills;
            if (lane < 0)
            {
                runner._fill.Execute(item);
                return;
            }

            for (int tile = lane; tile * ModelSchema.TileExamples < step.Batch.Count; tile += step.ActiveLanes)
            {
                int first = tile * ModelSchema.TileExamples;
                int examples = int.Min(ModelSchema.TileExamples, step.Batch.Count - first);
                runner._tileLosses[tile] = TModel.TrainTile(step, step.Lanes[lane], first, examples, accumulate: tile != lane);
            }
        }
    }

    private sealed class UpdatePhase(StepRunner<TModel> runner) : ITeamWork
    {
        public void Execute(int item)
        {
            if (item < runner._towerRanges.Length)
            {
                (int parameter, int firstRow, int endRow) = runner._towerRanges[item];
                TModel.UpdateTowers(runner._current, parameter, firstRow, endRow);
                return;
            }

            (int feature, int chunk) = runner._chunks.Locate(item - runner._towerRanges.Length);
            TModel.UpdateRows(runner._current, feature, chunk);
        }
    }

    private sealed class SharedPhase(StepRunner<TModel> runner) : ITeamWork
    {
        public void Execute(int item)
        {
            if (item < runner._factorFeatures.Length)
            {
                TModel.UpdateFactors(runner._current, runner._factorFeatures[item]);
                return;
            }

            int range = item - runner._factorFeatures.Length;
            foreach (FeatureBatch feature in runner._current.Batch.Features)
            {
                foreach (SharedRows shared in feature.Shared)
                {
                    int ranges = SharedRanges(shared);
                    if (range < ranges)
                    {
                        int first = range * SharedRowsPerRange;
                        TModel.UpdateSharedRows(runner._current, shared.Table, first, int.Min(first + SharedRowsPerRange, shared.Count));
                        return;
                    }

                    range -= ranges;
                }
            }
        }
    }
}
