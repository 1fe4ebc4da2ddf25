using System;
using System.Collections.Immutable;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Examples in memory as columns: 4 bytes per label, numeric value and categorical position, and every distinct key once.
/// Made by the factories of <see cref="DataSet{TModel}"/>; never empty. The arrays must not be written to.
/// </summary>
public abstract class DataSet
{
    internal DataSet(ModelSchema schema, DataColumns columns)
    {
        Schema = schema;
        Columns = columns;
    }

    /// <summary>The model the examples are for.</summary>
    public ModelSchema Schema { get; }

    /// <summary>Name of the source, such as a file name.</summary>
    public string Source => Columns.Source;

    /// <summary>Number of examples, at least 1.</summary>
    public int Count => Columns.Labels.Length;

    /// <summary>Bytes of memory held. Subsets of one set share their keys; each of them counts these in full.</summary>
    public long Bytes => ((1L + Numerics.Length) * sizeof(float) + (Timestamps is null ? 0 : sizeof(long))) * Count + Categoricals.Sum(c => c.Bytes);

    /// <summary>Columns of the source that the model does not use, in source order.</summary>
    public ImmutableArray<string> IgnoredColumns => Columns.IgnoredColumns;

    /// <summary>Label of every example; 0 or 1 under binary cross-entropy, 1 throughout when the model has no label.</summary>
    public float[] Labels => Columns.Labels;

    /// <summary>
    /// Timestamp of every example, null when the model has no <see cref="TimestampAttribute"/>: an integer as it is, a date as its ticks of
    /// 100 ns in universal time, a floating-point number as an integer of the same order.
    /// </summary>
    public long[]? Timestamps => Columns.Timestamps;

    /// <summary>Values of every numeric input before its transform: one array of <see cref="Count"/> finite values each.</summary>
    public ImmutableArray<float[]> Numerics => Columns.Numerics;

    /// <summary>Keys of every categorical input.</summary>
    public ImmutableArray<KeyColumn> Categoricals => Columns.Categoricals;

    private protected DataColumns Columns { get; }

    /// <summary>The columns restricted to some examples, in their order.</summary>
    private protected DataColumns SelectColumns(ReadOnlySpan<int> examples)
    {
        if (examples.IsEmpty)
        {
            throw new ArgumentException("No example is selected; a data set holds at least one.", nameof(examples));
        }

        foreach (int example in examples)
        {
            if ((uint)example >= (uint)Count)
            {
                throw new ArgumentOutOfRangeException(nameof(examples), example, $"Example {example} is outside 0 to {Count - 1}.");
            }
        }

        ImmutableArray<float[]>.Builder numerics = ImmutableArray.CreateBuilder<float[]>(Numerics.Length);
        foreach (float[] column in Numerics)
        {
            numerics.Add(Gather(column, examples));
        }

        ImmutableArray<KeyColumn>.Builder keys = ImmutableArray.CreateBuilder<KeyColumn>(Categoricals.Length);
        foreach (KeyColumn column in Categoricals)
        {
            keys.Add(column.Select(examples));
        }

        return Columns with { Labels = Gather(Labels, examples), Timestamps = Timestamps is null ? null : Gather(Timestamps, examples), Numerics = numerics.MoveToImmutable(), Categoricals = keys.MoveToImmutable() };
    }

    private static T[] Gather<T>(T[] column, ReadOnlySpan<int> examples)
    {
        T[] result = new T[examples.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = column[examples[i]];
        }

        return result;
    }
}
