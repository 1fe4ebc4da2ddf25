using System;
using System.Collections.Generic;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Moves centroids that hardly any id chooses to the queries of ids drawn at random, between steps. Centroids of the prefix that all
/// tiers share move to queries of the last tier, the centroids that earlier tiers add to queries of the last tier that may use them. The
/// draw is a function of seed and step, so a resumed run repeats it.
/// </summary>
internal sealed class Reseeding
{
    /// <summary>A centroid is hardly used when every tier that may use it has fewer ids on it than this share of ids / choices.</summary>
    private const double LeastShare = 0.03;

    private readonly ModelState _state;
    private readonly ulong _seed;
    private readonly WorkerTeam _team;
    private readonly QuantizedFeature[] _features;

    public Reseeding(ModelState state, ulong seed, WorkerTeam team)
    {
        _state = state;
        _seed = seed;
        _team = team;
        List<QuantizedFeature> features = [];
        foreach (QuantizedFeature schema in state.Schema.Quantized)
        {
            if (schema.ReseedEvery > 0)
            {
                features.Add(schema);
            }
        }

        _features = [.. features];
    }

    /// <summary>Whether something is due after the step that the state has just taken.</summary>
    public bool IsDue => Array.Exists(_features, schema => _state.Steps % schema.ReseedEvery == 0);

    /// <summary>Does what is due after the step that the state has just taken. Returns the number of centroids moved.</summary>
    public int AfterStep()
    {
        int moved = 0;
        foreach (QuantizedFeature schema in _features)
        {
            moved += _state.Steps % schema.ReseedEvery == 0 ? Reseed(new QuantizedRows(_state, schema)) : 0;
        }

        return moved;
    }

    private int Reseed(QuantizedRows rows)
    {
        int known = _state.Vocabularies[rows.Schema.Feature].Count, moved = 0;
        CodeCounts counts = CodeCounts.Of(rows, known, _team);
        CounterRandom random = new(_seed + (ulong)_state.Steps, -1 - rows.Schema.Feature);
        float[] buffer = new float[rows.Width];
        for (int k = 0; k < rows.Codebook.Rows; k++)
        {
            int owner = Owner(rows.Schema, k), repeat = rows.Schema.Tiers[owner].Repeat;
            long first = rows.First(owner), count = long.Min(rows.Ends[owner], known) - first;
            for (int part = 0; part < (rows.Schema.Shared ? 1 : rows.Schema.Parts) && count > 0; part += repeat)
            {
                if (IsHardlyUsed(rows, counts, known, k, part))
                {
                    long row = first + (long)(random.Uniform(((long)k * rows.Schema.Parts) + part) * count);

                    // Where all parts share the centroids, a part is drawn too.
                    int from = rows.Schema.Shared ? (int)(random.Uniform(((long)k * rows.Schema.Parts) + 1) * rows.Schema.Parts) : part;
                    Move(rows, k, part, repeat, rows.Query(row, buffer).Slice(from * rows.PartWidth, repeat * rows.PartWidth));
                    moved++;
                }
            }
        }

        _state.RefreshTransposed(rows.Codebook, 0, rows.Codebook.Rows);
        return moved;
    }

    // The last tier that may use a centroid.
    private static int Owner(QuantizedFeature schema, int centroid)
    {
        int tier = schema.Tiers.Length - 1;
        while (!schema.Tiers[tier].MayUse(centroid))
        {
            tier--;
        }

        return tier;
    }

    private static bool IsHardlyUsed(QuantizedRows rows, CodeCounts counts, int known, int centroid, int part)
    {
        for (int t = 0; t < rows.Schema.Tiers.Length; t++)
        {
            if (rows.Schema.Tiers[t].MayUse(centroid))
            {
                double fair = (double)(long.Min(rows.Ends[t], known) - rows.First(t)) / rows.Schema.Tiers[t].Choices;
                (long used, int parts) = (0, rows.Schema.Shared ? rows.Schema.Parts : 1);
                for (int p = part; p < part + parts; p++)
                {
                    used += counts.At(t, centroid, p);
                }

                if (used > 0 && used >= LeastShare * fair * parts)
                {
                    return false;
                }
            }
        }

        return true;
    }

    // The centroid starts anew: its optimiser state, or its averaged count, is zero again.
    private void Move(QuantizedRows rows, int centroid, int part, int repeat, ReadOnlySpan<float> query)
    {
        long at = rows.Codebook.Offset + ((long)centroid * rows.Codebook.Stride) + rows.Column(part);
        query.CopyTo(_state.Dense.Span(at, query.Length));
        foreach (NativeFloats state in _state.DenseState)
        {
            state.Span(at, query.Length).Clear();
        }

        if (rows.Schema.Counts is { } name)
        {
            DenseParameter counts = _state.FindDense(name);
            _state.Dense.Span(counts.Offset + ((long)centroid * counts.Stride) + part, repeat).Clear();
        }
    }
}
