using System;
using System.Linq;
using System.Runtime.InteropServices;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// The clusters of one side of a factorisation on all ratings: splits by the exact gradients of the members, and the exact reassignment,
/// which is a coordinate minimum because the ids of one side do not interact when the other side rests.
/// </summary>
internal sealed class FactorClusters
{
    private const int IdsPerBlock = 64;
    private const int Lanes = ModelSchema.Lanes;

    [ThreadStatic]
    private static float[]? t_block;

    [ThreadStatic]
    private static int[]? t_rows;

    [ThreadStatic]
    private static float[]? t_products;

    private readonly ModelState _state;
    private readonly IFactorization _kernels;
    private readonly FactorSide _own;
    private readonly FactorSide _other;
    private readonly ClusterCalendar _calendar;
    private readonly WorkerTeam _team;
    private readonly ulong _seed;
    private readonly IdleSplits? _stop;
    private readonly float[] _ones;

    // Room for the scores of all rows of the other side, kept from one reassignment to the next.
    private NativeFloats _scores = NativeFloats.Empty;

    /// <summary>Prepares the clusters of a side.</summary>
    public FactorClusters(
        ModelState state, IFactorization kernels, FactorSide own, FactorSide other, ClusterCalendar calendar, WorkerTeam team, ulong seed, IdleSplits? stop)
    {
        (_state, _kernels, _own, _other, _calendar, _team, _seed) = (state, kernels, own, other, calendar, team, seed);
        _stop = Schema.StopWhenIdle ? stop : null;
        _ones = new float[Math.Max(1, own.MostRatings)];
        Array.Fill(_ones, 1);
    }

    /// <summary>Where gradients, moments and costs are computed; null for the CPU.</summary>
    public DeviceClusters? OnDevice { get; init; }

    private ClusterSchema Schema => _own.Feature.Clusters!;

    private Table Table => _own.Table;

    private Assignment Assignment => _own.Table.Assignment!;

    private OptimizerKind Optimizer => _state.Schema.Optimizer.Kind;

    /// <summary>Whether a split is due before a step.</summary>
    public bool MayChangeBefore(long step) => !_own.IsPersonal && _calendar.SplitsBefore(step);

    /// <summary>Whether a reassignment is due after a step.</summary>
    public bool MayChangeAfter(long step) => !_own.IsPersonal && _calendar.ReassignsAfter(step);

    /// <summary>Splits a cluster when one is due; returns whether ids have moved.</summary>
    public bool BeforeStep(long step)
    {
        if (!MayChangeBefore(step) || Assignment.Live == Assignment.Capacity || _stop?.IsReached(_own.Index) == true)
        {
            return false;
        }

        ClusterMoves.Repair(Table, Optimizer);
        int cluster = Choose();
        if (cluster >= 0)
        {
            int[] members = Assignment.Members(cluster);
            double[] projections = Schema.Division == ClusterDivision.Random ? ClusterMoves.RandomProjections(members.Length, _seed, _own.Index, step) : Project(cluster, members);
            ClusterDivider.Split(Table, Optimizer, cluster, ClusterDivider.Leaving(members, projections));
        }

        return true;
    }

    /// <summary>Moves ids to their best clusters when that is due; returns whether ids have moved.</summary>
    public bool AfterStep(long step)
    {
        if (!MayChangeAfter(step) || Assignment.Live < 2)
        {
            return false;
        }

        ClusterMoves.Repair(Table, Optimizer);
        ClusterMoves.Apply(Assignment, BestClusters(), Schema.Keep, _seed, _own.Index, step);
        return true;
    }

    /// <summary>The cluster of least squared error of every id with data, the other side as it is; -1 without data.</summary>
    internal int[] BestClusters()
    {
        if (OnDevice is not null)
        {
            return OnDevice.BestClusters();
        }

        CostWork work = new(this);
        _team.Run((_other.Rows + IdsPerBlock - 1) / IdsPerBlock, work.Scoring);
        _team.Run((_own.Lists.Ids + IdsPerBlock - 1) / IdsPerBlock, work);
        return work.Best;
    }

    /// <summary>
    /// Centred gradients of the members of a cluster along their principal direction, in two passes, so that the gradients are never all there
    /// at once.
    /// </summary>
    internal double[] Project(int cluster, int[] members)
    {
        if (OnDevice is not null)
        {
            return OnDevice.Project(cluster, members);
        }

        int blocks = (members.Length + IdsPerBlock - 1) / IdsPerBlock;
        SecondMoment[] lanes = [.. Enumerable.Range(0, Math.Min(Lanes, blocks)).Select(_ => new SecondMoment(_own.Width))];
        _team.Run(lanes.Length, new Work(lane =>
        {
            for (int block = lane; block < blocks; block += lanes.Length)
            {
                lanes[lane].Add(Gradients(cluster, members, block));
            }
        }));
        foreach (SecondMoment lane in lanes.Skip(1))
        {
            lanes[0].Add(lane);
        }

        double[] direction = lanes[0].Principal();
        double[] projections = new double[members.Length];
        _team.Run(blocks, new Work(block =>
        {
            ReadOnlySpan<float> gradients = Gradients(cluster, members, block);
            for (int i = 0; i * _own.Width < gradients.Length; i++)
            {
                projections[(block * IdsPerBlock) + i] = lanes[0].Project(gradients.Slice(i * _own.Width, _own.Width), direction);
            }
        }));
        return projections;
    }

    private int Choose()
    {
        Assignment assignment = Assignment;
        double[] values = Schema.ChooseBy switch
        {
            ClusterChoice.Members => [.. assignment.Sizes()],
            ClusterChoice.GradientNorm => [.. Enumerable.Range(0, assignment.Live).Select(cluster => Whole(cluster).Norm)],
            ClusterChoice.Loss => [.. Enumerable.Range(0, assignment.Live).Select(cluster => Whole(cluster).Loss)],
            _ => ClusterData.Sum(assignment, id => _own.Counts[id]),
        };
        return ClusterData.Choose(assignment, _own.Counts, values);
    }

    // Length of the summed gradient of a cluster, and the summed loss.
    private (double Norm, double Loss) Whole(int cluster)
    {
        double[] sum = new double[_own.Width];
        float[] gradient = new float[_own.Width];
        double loss = 0;
        foreach (int id in Assignment.Members(cluster))
        {
            loss += Gradient(cluster, id, gradient);
            for (int c = 0; c < gradient.Length; c++)
            {
                sum[c] += gradient[c];
            }
        }

        return (Math.Sqrt(sum.Sum(x => x * x)), loss);
    }

    private ReadOnlySpan<float> Gradients(int cluster, int[] members, int block)
    {
        int first = block * IdsPerBlock, count = Math.Min(IdsPerBlock, members.Length - first), width = _own.Width;
        float[] gradients = Room.Scratch(ref t_block, count * width);
        for (int i = 0; i < count; i++)
        {
            Gradient(cluster, members[first + i], gradients.AsSpan(i * width, width));
        }

        return gradients.AsSpan(0, count * width);
    }

    // Gradient of the squared errors of an id's ratings with respect to its vector, at the shared vector; returns the errors.
    private double Gradient(int cluster, int id, Span<float> gradient)
    {
        double loss = 0;
        int first = _own.Lists.Starts[id], count = _own.Counts[id];
        _kernels.Gradient(
            ref Table.Values.At((long)cluster * _own.Width), 0, ref _other.Values.First, ref Rows(first, count), ref MemoryMarshal.GetArrayDataReference(_ones),
            ref MemoryMarshal.GetReference(_own.Targets.AsSpan(first)), count, ref MemoryMarshal.GetReference(gradient),
            ref MemoryMarshal.GetArrayDataReference(Room.Scratch(ref t_products, count + 1)), ref loss);
        return loss;
    }

    // Rows of the other side that some ratings meet.
    private ref int Rows(int first, int count)
    {
        if (_other.IsIdentity)
        {
            return ref MemoryMarshal.GetReference(_own.Lists.Others.AsSpan(first));
        }

        int[] rows = Room.Scratch(ref t_rows, count), rowOf = _other.RowOf;
        for (int i = 0; i < count; i++)
        {
            rows[i] = rowOf[_own.Lists.Others[first + i]];
        }

        return ref MemoryMarshal.GetArrayDataReference(rows);
    }

    private sealed class Work(Action<int> action) : ITeamWork
    {
        public void Execute(int item) => action(item);
    }

    // First the scores of all rows of the other side with all clusters, then the costs of every id.
    private sealed class CostWork : ITeamWork
    {
        private readonly FactorClusters _owner;
        private readonly int _stride;
        private readonly NativeFloats _transposed;
        private readonly NativeFloats _scores;

        public CostWork(FactorClusters owner)
        {
            _owner = owner;
            FactorSide own = owner._own;
            int capacity = own.Table.Assignment!.Capacity;
            _stride = capacity <= 4 ? 4 : capacity <= 8 ? 8 : (capacity + 15) / 16 * 16;
            _transposed = new NativeFloats((long)own.Width * _stride);
            for (int q = 0; q < own.Rows; q++)
            {
                for (int c = 0; c < own.Width; c++)
                {
                    _transposed.At(((long)c * _stride) + q) = own.Table.Values.At(((long)q * own.Width) + c);
                }
            }

            _scores = owner._scores = Room.For(owner._scores, (long)(owner._other.Rows + IdsPerBlock) * _stride);
            Best = new int[own.Lists.Ids];
            Scoring = new Work(Score);
        }

        public int[] Best { get; }

        public Work Scoring { get; }

        public void Execute(int item)
        {
            FactorSide own = _owner._own;
            int live = own.Rows;
            Span<float> costs = Room.Scratch(ref t_block, _stride);
            for (int id = item * IdsPerBlock; id < Math.Min(own.Lists.Ids, (item + 1) * IdsPerBlock); id++)
            {
                (int first, int count) = (own.Lists.Starts[id], own.Counts[id]);
                if (count == 0)
                {
                    Best[id] = -1;
                    continue;
                }

                _owner._kernels.Costs(
                    own.Index, ref _scores.First, ref _owner.Rows(first, count), ref MemoryMarshal.GetReference(own.Targets.AsSpan(first)), count, ref MemoryMarshal.GetReference(costs));

                // A tie leaves the id where it is.
                int best = own.RowOf[id];
                for (int q = 0; q < live; q++)
                {
                    best = costs[q] < costs[best] ? q : best;
                }

                Best[id] = best;
            }
        }

        private void Score(int block)
        {
            FactorSide other = _owner._other;
            int first = block * IdsPerBlock, count = Math.Min(IdsPerBlock, other.Rows - first), width = other.Width;
            ref float rows = ref other.Values.At((long)first * width);
            if (count < IdsPerBlock)
            {
                float[] copy = Room.Scratch(ref t_block, IdsPerBlock * width);
                other.Values.Span((long)first * width, count * width).CopyTo(copy);
                rows = ref MemoryMarshal.GetArrayDataReference(copy);
            }

            _owner._kernels.Scores(_owner._own.Index, ref rows, ref _transposed.First, ref _scores.At((long)first * _stride), IdsPerBlock);
        }
    }
}
