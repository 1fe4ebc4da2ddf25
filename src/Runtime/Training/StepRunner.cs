using System;
using System.Collections.Generic;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Runs the phases of a training step on a team, in the order documented on <see cref="IEmbeddingModel{TSelf}"/>. All work items
/// are cut by index, never by thread count. The next batch is filled while the current one is trained on: its labels, numeric
/// inputs and negatives beside the tiles, its categorical inputs beside the updates; it touches no parameter, so results are unaffected.
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

    /// <summary>Allocates the working memory for batches of up to <paramref name="examples"/> examples, negatives not counted.</summary>
    public StepRunner(ModelState state, BatchLoader loader, int examples, Lane[] lanes, WorkerTeam team)
    {
        int capacity = examples * loader.RowsPerExample;
        _loader = loader;
        _team = team;
        _current = new StepContext(state, BatchLoader.CreateBatch(state.Schema, capacity), lanes);
        _next = new StepContext(state, BatchLoader.CreateBatch(state.Schema, capacity), lanes);
        for (int f = 0; f < state.Schema.Categoricals.Length; f++)
        {
            // Written and read within one step, so the batch that is being filled needs none of its own.
            NativeFloats gradients = new((long)capacity * state.Schema.Categoricals[f].VectorStride);
            (_current.Batch.Features[f].Gradients, _next.Batch.Features[f].Gradients) = (gradients, gradients);
        }

        _tileLosses = new double[(capacity + ModelSchema.TileExamples - 1) / ModelSchema.TileExamples];
        _features = state.Schema.Categoricals.Length;
        _towerRanges = CutTowers(state.Schema);
        _factorFeatures = FeaturesWithFactors(state.Schema);
        _idle = state.Schema.Optimizer.Lazy ? null : new IdleRows<TModel>(state);
        _fill = new FillPhase(this);
        _embed = new EmbedPhase(this);
        _tiles = new TilePhase(this);
        _update = new UpdatePhase(this);
        _shared = new SharedPhase(this);
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

        _team.Run(_embed.Arrange().Ends, _embed);
        _team.Run(_tiles.Arrange().Ends, _tiles);
        double loss = 0;
        for (int t = 0; t < tiles; t++)
        {
            loss += _tileLosses[t];
        }

        if (double.IsFinite(loss))
        {
            _team.Run(_update.Arrange().Ends, _update);
            _team.Run(_shared.Arrange().Ends, _shared);
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

    private ReadOnlySpan<int> NextExamples => _order.AsSpan(_nextStart, _nextCount);

    private void SetNext(int start, int count) => (_nextStart, _nextCount) = (start, count);

    private void BeginNext()
    {
        _loader.Arrange(_order.AsSpan(_nextStart, _nextCount));
        _loader.Begin(_next.Batch, NextExamples);
    }

    private sealed class FillPhase(StepRunner<TModel> runner) : ITeamWork
    {
        public void Execute(int item) => runner._loader.FillFeature(runner._next.Batch, item, runner.NextExamples, training: true);
    }

    private bool HasNext => _nextCount > 0;

    // The chunks of every feature whose vectors are not table rows as they are.
    private sealed class EmbedPhase(StepRunner<TModel> runner) : ITeamWork
    {
        private readonly WorkOrder _order = new(runner._features, loose: 0, runner._team.Size);
        private readonly int[] _sizes = new int[runner._features];

        public WorkOrder Arrange()
        {
            for (int f = 0; f < runner._features; f++)
            {
                int slots = runner._current.Batch.Features[f].SlotCount - 1;
                _sizes[f] = runner._current.State.Schema.Categoricals[f].ReadsRows ? 0 : (slots + ModelSchema.PlainChunkSlots - 1) / ModelSchema.PlainChunkSlots;
            }

            _order.Arrange(_sizes);
            return _order;
        }

        public void Execute(int item)
        {
            (int feature, int index) = _order[item];
            int first = 1 + (index * ModelSchema.PlainChunkSlots);
            TModel.Embed(runner._current, feature, first, int.Min(first + ModelSchema.PlainChunkSlots, runner._current.Batch.Features[feature].SlotCount));
        }
    }

    // Group 0: lanes of neighbouring tiles. Group 1: labels, numerics and negatives of the next batch.
    private sealed class TilePhase(StepRunner<TModel> runner) : ITeamWork
    {
        private readonly WorkOrder _order = new(2, loose: 1, runner._team.Size);

        public WorkOrder Arrange()
        {
            _order.Arrange([runner._current.ActiveLanes, runner.HasNext ? 1 : 0]);
            return _order;
        }

        public void Execute(int item)
        {
            (int group, int lane) = _order[item];
            if (group == 1)
            {
                runner.BeginNext();
                return;
            }

            StepContext step = runner._current;
            int tiles = (step.Batch.Count + ModelSchema.TileExamples - 1) / ModelSchema.TileExamples;
            int begin = FirstTile(tiles, lane, step.ActiveLanes);
            for (int tile = begin; tile < FirstTile(tiles, lane + 1, step.ActiveLanes); tile++)
            {
                int first = tile * ModelSchema.TileExamples;
                int examples = int.Min(ModelSchema.TileExamples, step.Batch.Count - first);
                runner._tileLosses[tile] = TModel.TrainTile(step, step.Lanes[lane], first, examples, accumulate: tile != begin);
            }
        }

        private static int FirstTile(int tiles, int lane, int lanes) => (int)((long)tiles * lane / lanes);
    }

    // The chunks of every feature, then the idle rows of every table that ids own, then ranges of the towers, last the categorical inputs of the next batch.
    private sealed class UpdatePhase(StepRunner<TModel> runner) : ITeamWork
    {
        private readonly int _towers = runner._features + (runner._idle?.Tables ?? 0);
        private readonly WorkOrder _order = new(2 + runner._features + (runner._idle?.Tables ?? 0), loose: 2, runner._team.Size);
        private readonly int[] _sizes = new int[2 + runner._features + (runner._idle?.Tables ?? 0)];

        public WorkOrder Arrange()
        {
            for (int f = 0; f < runner._features; f++)
            {
                _sizes[f] = runner._current.Batch.Features[f].Chunks;
            }

            for (int t = 0; t < runner._idle?.Tables; t++)
            {
                _sizes[runner._features + t] = runner._idle!.Ranges(t, shared: false);
            }

            _sizes[_towers] = runner._towerRanges.Length;
            _sizes[_towers + 1] = runner.HasNext ? runner._features : 0;
            _order.Arrange(_sizes);
            return _order;
        }

        public void Execute(int item)
        {
            (int group, int index) = _order[item];
            if (group < runner._features)
            {
                TModel.UpdateRows(runner._current, group, index);
            }
            else if (group < _towers)
            {
                runner._idle!.Update(runner._current, group - runner._features, index);
            }
            else if (group == _towers)
            {
                (int parameter, int firstRow, int endRow) = runner._towerRanges[index];
                TModel.UpdateTowers(runner._current, parameter, firstRow, endRow);
            }
            else
            {
                runner._fill.Execute(index);
            }
        }
    }

    // Group 0: factors. Then, for every table whose rows several ids share, its rows of the batch and its idle rows.
    private sealed class SharedPhase(StepRunner<TModel> runner) : ITeamWork
    {
        private readonly int _tables = runner._current.State.Tables.Length;
        private readonly WorkOrder _order = new(1 + (2 * runner._current.State.Tables.Length), loose: 0, runner._team.Size);
        private readonly int[] _sizes = new int[1 + (2 * runner._current.State.Tables.Length)];

        public WorkOrder Arrange()
        {
            _sizes[0] = runner._factorFeatures.Length;
            foreach (FeatureBatch feature in runner._current.Batch.Features)
            {
                foreach (SharedRows shared in feature.Shared)
                {
                    _sizes[1 + shared.Table] = (shared.Count + SharedRowsPerRange - 1) / SharedRowsPerRange;
                }
            }

            for (int t = 0; t < runner._idle?.Tables; t++)
            {
                _sizes[1 + _tables + t] = runner._idle!.Ranges(t, shared: true);
            }

            _order.Arrange(_sizes);
            return _order;
        }

        public void Execute(int item)
        {
            (int group, int index) = _order[item];
            if (group == 0)
            {
                TModel.UpdateFactors(runner._current, runner._factorFeatures[index]);
            }
            else if (group <= _tables)
            {
                int first = index * SharedRowsPerRange;
                TModel.UpdateSharedRows(runner._current, group - 1, first, int.Min(first + SharedRowsPerRange, runner.Shared(group - 1).Count));
            }
            else
            {
                runner._idle!.Update(runner._current, group - 1 - _tables, index);
            }
        }
    }

    private SharedRows Shared(int table) => _current.Batch.Features[_current.State.Tables[table].Parameter.Feature].SharedRowsOf(table)!;
}
