using System;

namespace ModelGen;

/// <summary>Examples held in columns.</summary>
public abstract class DataSet
{
    private protected DataSet(float[] labels, float[][] numerics, KeyColumn[] keys)
    {
        LabelColumn = labels;
        Numerics = numerics;
        Keys = keys;
    }

    /// <summary>Number of examples.</summary>
    public int Count => LabelColumn.Length;

    /// <summary>Labels, one per example.</summary>
    public ReadOnlySpan<float> Labels => LabelColumn;

    /// <summary>Bytes held.</summary>
    public long Bytes => sizeof(float) * (long)LabelColumn.Length * (1 + Numerics.Length);

    internal float[] LabelColumn { get; }

    internal float[][] Numerics { get; }

    internal KeyColumn[] Keys { get; }
}

/// <summary>Examples of one model.</summary>
/// <typeparam name="TModel">The user's class.</typeparam>
public sealed class DataSet<TModel> : DataSet
{
    internal DataSet(float[] labels, float[][] numerics, KeyColumn[] keys)
        : base(labels, numerics, keys)
    {
    }
}
