using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>A copy of the parameters of the best epoch so far.</summary>
internal sealed class BestParameters
{
    /// <summary>Allocates a copy of the parameters of a state.</summary>
    public BestParameters(ModelState state)
    {
        Tables = new NativeFloats[state.Tables.Length];
        for (int t = 0; t < Tables.Length; t++)
        {
            Tables[t] = new NativeFloats(state.Tables[t].Values.Length);
        }

        Dense = new NativeFloats(state.Dense.Length);
        Assignments = [.. state.Tables.Select(t => t.Assignment is { } a ? new Assignment(a.Clusters.Length, 1, a.Capacity) : null)];
    }

    /// <summary>Values of the tables.</summary>
    public NativeFloats[] Tables { get; }

    /// <summary>The dense arena.</summary>
    public NativeFloats Dense { get; }

    /// <summary>The clusters of the ids, by table; null where they are not learned.</summary>
    public Assignment?[] Assignments { get; }

    /// <summary>Takes over the parameters of a state.</summary>
    public void CopyFrom(ModelState state)
    {
        for (int t = 0; t < Tables.Length; t++)
        {
            Tables[t].CopyFrom(state.Tables[t].Values);
            Assignments[t]?.CopyFrom(state.Tables[t].Assignment!);
        }

        Dense.CopyFrom(state.Dense);
    }

    /// <summary>Puts the parameters back into a state.</summary>
    public void CopyTo(ModelState state)
    {
        for (int t = 0; t < Tables.Length; t++)
        {
            state.Tables[t].Values.CopyFrom(Tables[t]);
            if (Assignments[t] is { } assignment)
            {
                state.Tables[t].Assignment!.CopyFrom(assignment);
            }
        }

        state.Dense.CopyFrom(Dense);
        state.RefreshTransposed();
    }
}
