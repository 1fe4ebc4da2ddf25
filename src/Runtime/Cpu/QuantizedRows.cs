using System;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelGen.Compiled;

/// <summary>The rows of one quantised embedding of a model in training, with the search that its training step uses.</summary>
internal sealed class QuantizedRows
{
    private readonly ModelState _state;
    private readonly Table _queries;
    private readonly DenseParameter _searched;
    private readonly DenseParameter? _factor;
    private readonly float[] _norm = [];

    /// <summary>Sees the queries and centroids as they change; what scores are normalised by is that of now.</summary>
    public QuantizedRows(ModelState state, QuantizedFeature schema)
    {
        _state = state;
        _queries = state.Tables[schema.Queries];
        Schema = schema;
        Codebook = state.FindDense(schema.Codebook);
        _searched = schema.Keys is { } keys ? state.FindDense(keys) : Codebook;
        _factor = schema.Factor is { } factor ? state.FindDense(factor) : null;
        if (schema.Statistics is { } name)
        {
            DenseParameter statistics = state.FindDense(name);
            _norm = new float[2 * statistics.Stride];
            ScoreNormalization.Prepare(ref state.Dense.At(statistics.Offset), statistics.Stride, statistics.Columns, schema.Epsilon, ref _norm[0]);
        }

        int last = schema.Tiers.Length - 1;
        Ends = [.. schema.Tiers.Select((tier, t) => t == last ? _queries.Rows : FrequencyTiers.End(state.Vocabularies[schema.Feature].Count, tier.End))];
    }

    /// <summary>The compile-time description.</summary>
    public QuantizedFeature Schema { get; }

    /// <summary>The codebook.</summary>
    public DenseParameter Codebook { get; }

    /// <summary>The first row behind each tier.</summary>
    public ImmutableArray<long> Ends { get; }

    /// <summary>Number of rows.</summary>
    public long Count => _queries.Rows;

    /// <summary>Floats of a query.</summary>
    public int Width => _factor?.Columns ?? _queries.Parameter.Width;

    /// <summary>Floats of a part.</summary>
    public int PartWidth => Width / Schema.Parts;

    /// <summary>The first row of a tier.</summary>
    public long First(int tier) => tier == 0 ? 0 : Ends[tier - 1];

    /// <summary>The tier of a row.</summary>
    public int Tier(long row)
    {
        int tier = 0;
        while (row >= Ends[tier])
        {
            tier++;
        }

        return tier;
    }

    /// <summary>The query of a row in the table of queries; only where they are a table.</summary>
    public Span<float> Stored(long row) => _queries.Values.Span(row * Width, Width);

    /// <summary>The query of a row: of a table as it is, of a product computed in double precision.</summary>
    /// <param name="row">The row.</param>
    /// <param name="buffer">Room for <see cref="Width"/> floats.</param>
    public ReadOnlySpan<float> Query(long row, Span<float> buffer)
    {
        if (_factor is null)
        {
            return Stored(row);
        }

        int inner = _queries.Parameter.Width;
        for (int c = 0; c < _factor.Columns; c++)
        {
            double sum = 0;
            for (int k = 0; k < inner; k++)
            {
                sum += (double)_queries.Values.At((row * inner) + k) * _state.Dense.At(_factor.Offset + ((long)k * _factor.Stride) + c);
            }

            buffer[c] = (float)sum;
        }

        return buffer[.._factor.Columns];
    }

    /// <summary>The columns of the codebook that belong to a part begin here.</summary>
    public int Column(int part) => Schema.Shared ? 0 : part * PartWidth;

    /// <summary>The codes of a row: per part the nearest centroid (or greatest key) that its tier may use, a row of the codebook.</summary>
    public void Find(long row, Span<ushort> codes)
    {
        QuantizedTier tier = Schema.Tiers[Tier(row)];
        (int width, int stride) = (PartWidth * tier.Repeat, _searched.TransposedStride);
        Span<float> buffer = stackalloc float[_factor?.Columns ?? 0];
        ref float query = ref MemoryMarshal.GetReference(Query(row, buffer));
        ref float norm = ref (_norm.Length == 0 ? ref Unsafe.NullRef<float>() : ref _norm[tier.First]);
        for (int part = 0; part < codes.Length; part += tier.Repeat)
        {
            ref float e = ref Unsafe.Add(ref query, part * PartWidth);
            ref float centroids = ref _state.Transposed.At(_searched.TransposedOffset + ((long)Column(part) * stride) + tier.First);
            int code = NearestCentroid.Find(ref e, width, ref centroids, stride, tier.Choices, Schema.Keys is not null, ref norm, _norm.Length / 2);
            codes.Slice(part, tier.Repeat).Fill((ushort)(tier.First + code));
        }
    }
}
