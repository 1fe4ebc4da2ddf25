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
    }

    /// <summary>Values of the tables.</summary>
    public NativeFloats[] Tables { get; }

    /// <summary>The dense arena.</summary>
    public NativeFloats Dense { get; }

    /// <summary>Takes over the parameters of a state.</summary>
    public void CopyFrom(ModelState state)
    {
        for (int t = 0; t < Tables.Length; t++)
        {
            Tables[t].CopyFrom(state.Tables[t].Values);
        }

        Dense.CopyFrom(state.Dense);
    }

    /// <summary>Puts the parameters back into a state.</summary>
    public void CopyTo(ModelState state)
    {
        for (int t = 0; t < Tables.Length; t++)
        {
            state.Tables[t].Values.CopyFrom(Tables[t]);
        }

        state.Dense.CopyFrom(Dense);
        state.RefreshTransposed();
    }
}
