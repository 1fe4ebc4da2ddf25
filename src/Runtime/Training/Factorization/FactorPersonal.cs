using System;
using System.Numerics;
using System.Runtime.InteropServices;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// The personalised phase of one side: every id has a vector of its own, held as its difference from the vector of its cluster, to which it is
/// pulled. After each step the clusters' vectors are the means of their members' and every id is in the nearest cluster. Ids without ratings
/// stay at their cluster's vector.
/// </summary>
internal sealed class FactorPersonal(FactorSide side, Table residuals, int index)
{
    private const int IdsPerBlock = 64;

    private NativeFloats _whole = NativeFloats.Empty;

    /// <summary>Whether the phase has begun.</summary>
    public bool IsActive { get; set; }

    /// <summary>Index of the table of differences.</summary>
    public int Index => index;

    /// <summary>The differences of the ids' vectors from their clusters'.</summary>
    public Table Residuals => residuals;

    /// <summary>The ids' vectors; see <see cref="Refresh"/>.</summary>
    public NativeFloats Whole => _whole;

    private int Width => side.Width;

    private Assignment Assignment => side.Table.Assignment!;

    /// <summary>Computes the ids' vectors from clusters and differences, so that they are a function of the parameters.</summary>
    public void Refresh(WorkerTeam team)
    {
        _whole = Room.For(_whole, (long)side.Lists.Ids * Width);
        team.Run(Blocks, new Work(block => Each(block, id =>
        {
            Span<float> cluster = side.Table.Values.Span((long)Assignment.Clusters[id] * Width, Width), own = residuals.Values.Span((long)id * Width, Width);
            Span<float> vector = _whole.Span((long)id * Width, Width);
            for (int c = 0; c < Width; c++)
            {
                vector[c] = cluster[c] + own[c];
            }
        })));
    }

    /// <summary>Adds the gradient of the pull to that of an id's vector.</summary>
    public void AddPull(int id, Span<float> gradient)
    {
        float slope = 2 * side.Feature.Clusters!.Pull;
        ReadOnlySpan<float> own = residuals.Values.Span((long)id * Width, Width);
        for (int c = 0; c < Width; c++)
        {
            gradient[c] += slope * own[c];
        }
    }

    /// <summary>After the update of the differences: clamps, moves the clusters to the means of their members and every id to the nearest one.</summary>
    public void Recentre(WorkerTeam team)
    {
        Refresh(team);
        if (side.Table.Parameter.NonNegative)
        {
            team.Run(Blocks, new Work(block => Each(block, id =>
            {
                Span<float> vector = _whole.Span((long)id * Width, Width);
                for (int c = 0; c < Width; c++)
                {
                    vector[c] = Math.Max(vector[c], 0);
                }
            })));
        }

        MoveClusters();
        float[] halves = new float[Assignment.Live];
        for (int q = 0; q < halves.Length; q++)
        {
            ReadOnlySpan<float> vector = side.Table.Values.Span((long)q * Width, Width);
            halves[q] = Dot(vector, vector) / 2;
        }

        int[] nearest = new int[side.Lists.Ids];
        team.Run(Blocks, new Work(block => Each(block, id => nearest[id] = side.Counts[id] == 0 ? -1 : Nearest(id, halves))));
        ClusterMoves.Apply(Assignment, nearest, keep: 0, seed: 0, side.Index, step: 0);
        team.Run(Blocks, new Work(block => Each(block, id =>
        {
            Span<float> cluster = side.Table.Values.Span((long)Assignment.Clusters[id] * Width, Width), own = residuals.Values.Span((long)id * Width, Width);
            ReadOnlySpan<float> vector = _whole.Span((long)id * Width, Width);
            for (int c = 0; c < Width && side.Counts[id] > 0; c++)
            {
                own[c] = vector[c] - cluster[c];
            }
        })));
    }

    private int Blocks => (side.Lists.Ids + IdsPerBlock - 1) / IdsPerBlock;

    private void MoveClusters()
    {
        double[] sums = new double[(long)Assignment.Live * Width];
        int[] members = new int[Assignment.Live];
        for (int id = 0; id < side.Lists.Ids; id++)
        {
            if (side.Counts[id] > 0)
            {
                int cluster = Assignment.Clusters[id];
                members[cluster]++;
                ReadOnlySpan<float> vector = _whole.Span((long)id * Width, Width);
                Span<double> sum = sums.AsSpan(cluster * Width, Width);
                for (int c = 0; c < Width; c++)
                {
                    sum[c] += vector[c];
                }
            }
        }

        for (int q = 0; q < members.Length; q++)
        {
            for (int c = 0; c < Width && members[q] > 0; c++)
            {
                side.Table.Values.At(((long)q * Width) + c) = (float)(sums[(q * Width) + c] / members[q]);
            }
        }
    }

    // The squared distance is |x|^2 - 2 (x C - |C|^2 / 2); a tie leaves the id where it is.
    private int Nearest(int id, float[] halves)
    {
        int best = Assignment.Clusters[id];
        float most = Score(best);
        for (int q = 0; q < halves.Length; q++)
        {
            float score = Score(q);
            if (score > most)
            {
                (best, most) = (q, score);
            }
        }

        return best;

        float Score(int q) => Dot(_whole.Span((long)id * Width, Width), side.Table.Values.Span((long)q * Width, Width)) - halves[q];
    }

    private void Each(int block, Action<int> action)
    {
        for (int id = block * IdsPerBlock; id < Math.Min(side.Lists.Ids, (block + 1) * IdsPerBlock); id++)
        {
            action(id);
        }
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ReadOnlySpan<Vector<float>> x = MemoryMarshal.Cast<float, Vector<float>>(a), y = MemoryMarshal.Cast<float, Vector<float>>(b);
        Vector<float> sums = Vector<float>.Zero;
        for (int i = 0; i < x.Length; i++)
        {
            sums += x[i] * y[i];
        }

        float sum = Vector.Sum(sums);
        for (int i = x.Length * Vector<float>.Count; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    private sealed class Work(Action<int> action) : ITeamWork
    {
        public void Execute(int item) => action(item);
    }
}
