using System;

namespace ModelGen;

/// <summary>The last interactions of every id of one side: ids of the other side and labels.</summary>
/// <param name="ids">Number of ids.</param>
/// <param name="length">Interactions remembered of each.</param>
internal sealed class OnlineRing(int ids, int length)
{
    /// <summary>Interactions of every id so far, the forgotten ones included.</summary>
    public int[] Counts { get; } = new int[ids];

    /// <summary>Ids of the other side, length by length.</summary>
    public int[] Others { get; } = new int[(long)ids * length];

    /// <summary>Labels, length by length.</summary>
    public float[] Labels { get; } = new float[(long)ids * length];

    /// <summary>Interactions remembered of an id at most.</summary>
    public int Length => length;

    /// <summary>Interactions of an id that are remembered now.</summary>
    public int Held(int id) => Math.Min(Counts[id], length);

    /// <summary>Ids of the other side in the remembered interactions of an id.</summary>
    public ReadOnlySpan<int> OthersOf(int id) => Others.AsSpan(id * length, Held(id));

    /// <summary>Labels of the remembered interactions of an id.</summary>
    public ReadOnlySpan<float> LabelsOf(int id) => Labels.AsSpan(id * length, Held(id));

    /// <summary>Adds an interaction in the place of the oldest one.</summary>
    public void Add(int id, int other, float label)
    {
        int at = (id * length) + (Counts[id]++ % length);
        (Others[at], Labels[at]) = (other, label);
    }
}
