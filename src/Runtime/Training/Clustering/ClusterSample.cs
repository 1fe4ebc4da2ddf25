using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Runs the generated forward and backward pass over a sample of the examples of some ids of a clustered feature, without updating
/// anything: the gradient of each id's vector, and the loss of each example when an id reads the vector of another cluster. Every example
/// of the sample belongs to one id, its owner. Memory in proportion to a batch.
/// </summary>
/// <typeparam name="TModel">The user's class.</typeparam>
internal sealed class ClusterSample<TModel>
    where TModel : class, IEmbeddingModel<TModel>
{
    private const int Capacity = 2048;

    private readonly ModelState _state;
    private readonly BatchLoader _loader;
    private readonly WorkerTeam _team;
    private readonly StepContext _step;
    private readonly ChunkIndex _chunks;
    private readonly List<int> _examples = [];
    private readonly List<(int Id, int First, int Count, int Slot)> _owners = [];
    private readonly float[] _scores = new float[Capacity];
    private readonly ITeamWork _fill;
    private readonly ITeamWork _embed;
    private readonly ITeamWork _train;
    private readonly ITeamWork _score;
    private int _feature;

    /// <summary>Prepares passes over the data of a loader, which nobody else may use meanwhile.</summary>
    public ClusterSample(ModelState state, BatchLoader loader, WorkerTeam team)
    {
        (_state, _loader, _team) = (state, loader, team);
        _step = new StepContext(state, BatchLoader.CreateBatch(state.Schema, Capacity), LaneSet.Create(state.Schema, Capacity, training: true));
        _chunks = new ChunkIndex(state.Schema.Categoricals.Length);
        _fill = new Work(feature => _loader.FillFeature(_step.Batch, feature, CollectionsMarshal.AsSpan(_examples), training: true));
        _embed = new Work(chunk =>
        {
            (int feature, int first, int end) = _chunks.Slots(_step.Batch, chunk);
            TModel.Embed(_step, feature, first, end);
        });
        _train = new Work(lane => Tiles(lane, (first, count, again) => TModel.TrainTile(_step, _step.Lanes[lane], first, count, again)));
        _score = new Work(lane => Tiles(lane, (first, count, _) => TModel.ScoreTile(_step, _step.Lanes[lane], first, count, _scores.AsSpan(first, count))));
    }

    /// <summary>Ids of the current piece; id number i owns <see cref="Examples"/>(i) examples.</summary>
    public int Owners => _owners.Count;

    /// <summary>Examples of the sample of owner number i.</summary>
    public int Examples(int i) => _owners[i].Count;

    /// <summary>Loads as many of the ids from <paramref name="from"/> on as fit. Returns how many; those without examples are passed over.</summary>
    public int Load(int feature, InteractionLists lists, ReadOnlySpan<int> ids, int from)
    {
        _feature = feature;
        _examples.Clear();
        _owners.Clear();
        int at = from;
        for (; at < ids.Length && _owners.Count < Capacity && _examples.Count + lists.Sampled(ids[at]) <= Capacity; at++)
        {
            int first = _examples.Count;
            lists.AddSample(ids[at], _examples);
            _owners.Add((ids[at], first, _examples.Count - first, -1));
        }

        if (_examples.Count > 0)
        {
            _loader.Begin(_step.Batch, CollectionsMarshal.AsSpan(_examples));
            _team.Run(_state.Schema.Categoricals.Length, _fill);
            GiveSlots();
            int tiles = (_examples.Count + ModelSchema.TileExamples - 1) / ModelSchema.TileExamples;
            _step.ActiveLanes = Math.Min(_step.Lanes.Length, tiles);
            _step.InverseCount = 1;
            _team.Run(_chunks.Count(_step.Batch), _embed);
            CopyToOwners();
        }

        return at - from;
    }

    /// <summary>
    /// Gradients of the summed losses of the owners' examples with respect to their vectors, width floats each, in the order of the owners.
    /// </summary>
    public void Gradients(int width, Span<float> gradients)
    {
        gradients[..(_owners.Count * width)].Clear();
        if (_examples.Count == 0)
        {
            return;
        }

        _team.Run(_step.ActiveLanes, _train);
        FeatureBatch feature = _step.Batch.Features[_feature];
        int stride = _state.Schema.Categoricals[_feature].VectorStride, offset = _state.Schema.Categoricals[_feature].Clusters!.VectorOffset;
        for (int i = 0; i < _owners.Count; i++)
        {
            (_, int first, int count, int slot) = _owners[i];
            Span<float> sum = gradients.Slice(i * width, width);
            for (int example = first; example < first + count; example++)
            {
                int occurrences = feature.Offsets.Length == 0 ? 1 : feature.Slots.AsSpan(feature.Offsets[example]..feature.Offsets[example + 1]).Count(slot);
                Span<float> gradient = feature.Gradients.Span(((long)example * stride) + offset, width);
                for (int c = 0; c < width; c++)
                {
                    sum[c] += occurrences * gradient[c];
                }
            }
        }
    }

    /// <summary>Lets an owner read the vector of another cluster in its own examples, for <see cref="Losses"/>; what it adds to it stays.</summary>
    /// <param name="owner">Number of the owner.</param>
    /// <param name="own">Vector of its cluster.</param>
    /// <param name="other">Vector of the other cluster.</param>
    public void Replace(int owner, ReadOnlySpan<float> own, ReadOnlySpan<float> other)
    {
        CategoricalFeature feature = _state.Schema.Categoricals[_feature];
        FeatureBatch batch = _step.Batch.Features[_feature];
        int offset = feature.Clusters!.VectorOffset, shared = Array.IndexOf(batch.Ids, _owners[owner].Id, 1, batch.SlotCount - 1);
        Span<float> vector = batch.Vectors.Span(((long)_owners[owner].Slot * feature.VectorStride) + offset, other.Length);
        ReadOnlySpan<float> whole = batch.Vectors.Span(((long)shared * feature.VectorStride) + offset, other.Length);
        for (int c = 0; c < vector.Length; c++)
        {
            vector[c] = other[c] + (whole[c] - own[c]);
        }
    }

    /// <summary>Loss of every example, the examples of one owner after another.</summary>
    public void Losses(List<double> losses)
    {
        losses.Clear();
        if (_examples.Count > 0)
        {
            _team.Run(_step.ActiveLanes, _score);
        }

        for (int i = 0; i < _examples.Count; i++)
        {
            double error = _scores[i] - _step.Batch.Labels[i];
            losses.Add(_state.Schema.Loss == Loss.BinaryCrossEntropy ? LogisticLoss.Compute(_scores[i], _step.Batch.Labels[i]) : error * error);
        }
    }

    // Every owner gets a slot of its own behind the others, which only its own examples read: in a bag, ids of other owners stay as they are.
    private void GiveSlots()
    {
        FeatureBatch feature = _step.Batch.Features[_feature];
        int stride = _state.Schema.Categoricals[_feature].VectorStride;
        feature.Vectors = Room.For(feature.Vectors, (long)(feature.SlotCount + _owners.Count) * stride);
        feature.Vectors.Span(0, stride).Clear();
        for (int i = 0; i < _owners.Count; i++)
        {
            (int id, int first, int count, _) = _owners[i];
            int own = feature.SlotCount + i, shared = Array.IndexOf(feature.Ids, id, 1, feature.SlotCount - 1);
            _owners[i] = (id, first, count, own);
            bool isBag = feature.Offsets.Length > 0;
            int begin = isBag ? feature.Offsets[first] : first, end = isBag ? feature.Offsets[first + count] : first + count;
            feature.Slots.AsSpan(begin..end).Replace(shared, own);
        }
    }

    private void CopyToOwners()
    {
        FeatureBatch feature = _step.Batch.Features[_feature];
        int stride = _state.Schema.Categoricals[_feature].VectorStride;
        foreach ((int id, _, int count, int slot) in _owners)
        {
            if (count > 0)
            {
                int shared = Array.IndexOf(feature.Ids, id, 1, feature.SlotCount - 1);
                feature.Vectors.Span((long)shared * stride, stride).CopyTo(feature.Vectors.Span((long)slot * stride, stride));
            }
        }
    }

    private void Tiles(int lane, Action<int, int, bool> run)
    {
        for (int tile = lane; tile * ModelSchema.TileExamples < _examples.Count; tile += _step.ActiveLanes)
        {
            int first = tile * ModelSchema.TileExamples;
            run(first, Math.Min(ModelSchema.TileExamples, _examples.Count - first), tile != lane);
        }
    }

    private sealed class Work(Action<int> action) : ITeamWork
    {
        public void Execute(int item) => action(item);
    }
}
