using System.Collections.Immutable;

namespace ModelGen;

/// <summary>The columns of a data set.</summary>
/// <param name="Source">Name of the source, for messages.</param>
/// <param name="Labels">Label of every example.</param>
/// <param name="Numerics">Untransformed values, one array per numeric input.</param>
/// <param name="Categoricals">Keys, one column per categorical input.</param>
/// <param name="IgnoredColumns">Columns of the source that the model does not use.</param>
internal sealed record DataColumns(
    string Source, float[] Labels, ImmutableArray<float[]> Numerics, ImmutableArray<KeyColumn> Categoricals, ImmutableArray<string> IgnoredColumns)
{
    /// <summary>Timestamp of every example; null when the model has none.</summary>
    public long[]? Timestamps { get; init; }
}
