using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;

namespace ModelGen;

/// <summary>
/// The latest gradients of members of a cluster, from which a split takes its direction: a stream of gradients whose second moment is formed
/// when it is needed.
/// </summary>
/// <param name="width">Floats of a gradient.</param>
internal sealed class GradientWindow(int width)
{
    /// <summary>Gradients held.</summary>
    public const int Length = 64;

    // Power iterations of a split.
    private const int Iterations = 20;

    /// <summary>Vectors of the width that a split reads.</summary>
    public static long SplitCost(int width) => ((long)Length * width) + ((long)Iterations * width) + Length;

    /// <summary>Gradients added so far.</summary>
    public int Count { get; set; }

    /// <summary>The gradients.</summary>
    public float[] Gradients { get; } = new float[Length * width];

    /// <summary>The member that each belongs to.</summary>
    public int[] Members { get; } = new int[Length];

    /// <summary>The members whose gradients are held; one may be there several times.</summary>
    public ReadOnlySpan<int> Asked => Members.AsSpan(0, Held);

    private int Held => Math.Min(Count, Length);

    /// <summary>Adds a gradient in the place of the oldest one.</summary>
    public void Add(int member, ReadOnlySpan<float> gradient)
    {
        int at = Count++ % Length;
        Members[at] = member;
        gradient.CopyTo(Gradients.AsSpan(at * width));
    }

    /// <summary>
    /// The principal direction of the gradients of those that are still members, and which of them leave; null when fewer than two can be told
    /// apart. A member counts by its latest gradient.
    /// </summary>
    public (OnlineSplit Split, int[] Leaving)? Divide(int child, Predicate<int> isMember)
    {
        var latest = new Dictionary<int, int>();
        var gradients = new List<float>();
        for (int i = Count - Held; i < Count; i++)
        {
            int at = i % Length;
            if (isMember(Members[at]))
            {
                gradients.AddRange(Gradients.AsSpan(at * width, width));
                latest[Members[at]] = at;
            }
        }

        if (latest.Count < 2)
        {
            return null;
        }

        SecondMoment moment = new(width);
        moment.Add(CollectionsMarshal.AsSpan(gradients));
        double[] direction = moment.Principal(Iterations);
        int[] members = [.. latest.Keys.Order()];
        double[] projections = [.. members.Select(id => OnlineSplit.Dot(Gradients.AsSpan(latest[id] * width, width), direction))];
        double offset = OnlineSplit.Dot(moment.Mean, direction);
        int below = projections.Count(p => p < offset);
        if (Math.Min(below, members.Length - below) < Math.Max(1, 0.02 * members.Length))
        {
            double[] sorted = [.. projections.Order()];
            offset = sorted[sorted.Length / 2];
        }

        int[] leaving = [.. members.Where((_, i) => projections[i] < offset)];
        return leaving.Length == 0 ? null : (new OnlineSplit(child, direction, offset), leaving);
    }
}

/// <summary>A split of a cluster, kept so that members are routed when they are next seen: those whose gradient lies below an offset along a direction leave.</summary>
/// <param name="Child">The new cluster.</param>
/// <param name="Direction">The direction, of length one.</param>
/// <param name="Offset">The mean, or the median, of the projections.</param>
internal sealed record OnlineSplit(int Child, double[] Direction, double Offset)
{
    /// <summary>Whether a member with a gradient leaves.</summary>
    public bool Leaves(ReadOnlySpan<float> gradient) => Dot(gradient, Direction) < Offset;

    /// <summary>Inner product in double precision.</summary>
    public static double Dot<T>(ReadOnlySpan<T> vector, double[] direction)
        where T : System.Numerics.INumberBase<T>
    {
        double sum = 0;
        for (int c = 0; c < direction.Length; c++)
        {
            sum += double.CreateTruncating(vector[c]) * direction[c];
        }

        return sum;
    }
}
