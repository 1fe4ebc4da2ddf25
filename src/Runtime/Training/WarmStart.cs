using System;
using System.Collections.Generic;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Starts plain tables, quantised and clustered embeddings from given vectors. Of a quantised one they become the queries, and the codebook becomes their product k-means; the
/// clusters of a clustered one become theirs; towers of the model that the vectors come from are taken over. The vectors of the last tier give the prefix that all ids may use, those of each tier before it the centroids that are its own.
/// </summary>
internal static class WarmStart
{
    /// <summary>Replaces the random start of the embeddings that there are vectors for.</summary>
    /// <param name="state">Started parameters.</param>
    /// <param name="vectors">The vectors.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="stepsPerEpoch">Steps of an epoch, by which moving averages know the usual number of lookups per step.</param>
    /// <param name="team">Threads that share the work; the result does not depend on them.</param>
    /// <exception cref="ArgumentException">A vector has another width than its feature, or is not finite.</exception>
    public static void Apply(ModelState state, StartVectors vectors, ulong seed, long stepsPerEpoch, WorkerTeam team)
    {
        foreach (DenseParameter parameter in state.Schema.Dense)
        {
            if (parameter.Group == ParameterGroup.Tower && vectors.FindTower(parameter) is { } values)
            {
                values.CopyTo(state.Dense.Span(parameter.Offset, parameter.Floats));
                state.RefreshTransposed(parameter, 0, parameter.Rows);
            }
        }

        foreach (Table table in state.Tables)
        {
            if (StartVectors.IsPlain(state.Schema, table.Parameter) && vectors.Has(state.Schema.Categoricals[table.Parameter.Feature].Name))
            {
                Copy(state.Vocabularies[table.Parameter.Feature], vectors, table.Parameter.Width, id => table.Values.Span(id * (long)table.Parameter.Width, table.Parameter.Width));
            }
            else if (table.Assignment is not null && vectors.Has(state.Schema.Categoricals[table.Parameter.Feature].Name))
            {
                ClusterFit.Apply(table, state.Vocabularies[table.Parameter.Feature], vectors, seed);
            }
        }

        foreach (QuantizedFeature schema in state.Schema.Quantized)
        {
            if (schema.Keys is not null || schema.Factor is not null || !vectors.Has(state.Schema.Categoricals[schema.Feature].Name))
            {
                continue;
            }

            QuantizedRows rows = new(state, schema);
            List<int> started = Copy(state.Vocabularies[schema.Feature], vectors, rows.Width, id => rows.Stored(id));
            team.Run(schema.Shared ? 1 : schema.Parts, new PartFit(state, rows, started, seed));
            state.RefreshTransposed(rows.Codebook, 0, rows.Codebook.Rows);
            if (schema.Counts is not null)
            {
                Count(state, rows, stepsPerEpoch);
            }
        }
    }

    private delegate Span<float> RowOf(int id);

    // Returns the ids that there are vectors for.
    private static List<int> Copy(Vocabulary vocabulary, StartVectors vectors, int width, RowOf row)
    {
        List<int> started = [];
        for (int id = 0; id < vocabulary.Count; id++)
        {
            if (vectors.Find(vocabulary, id, width) is { } vector)
            {
                vector.CopyTo(row(id));
                started.Add(id);
            }
        }

        return started;
    }

    // The averages of a run that has gone on like this for long: the lookups of an epoch, spread over its steps.
    private static void Count(ModelState state, QuantizedRows rows, long stepsPerEpoch)
    {
        DenseParameter counts = state.FindDense(rows.Schema.Counts!);
        long[] lookups = state.Vocabularies[rows.Schema.Feature].Counts;
        ushort[] codes = new ushort[rows.Schema.Parts];
        for (int id = 0; id < lookups.Length; id++)
        {
            rows.Find(id, codes);
            for (int part = 0; part < codes.Length; part++)
            {
                state.Dense.At(counts.Offset + ((long)codes[part] * counts.Stride) + (rows.Schema.Shared ? 0 : part)) += (float)((double)lookups[id] / stepsPerEpoch);
            }
        }
    }

    private sealed class PartFit(ModelState state, QuantizedRows rows, List<int> started, ulong seed) : ITeamWork
    {
        public void Execute(int part)
        {
            int fitted = 0;
            for (int tier = rows.Schema.Tiers.Length - 1; tier >= 0; tier--)
            {
                QuantizedTier schema = rows.Schema.Tiers[tier];
                int last = tier;
                while (tier > 0 && rows.Schema.Tiers[tier - 1].Choices == schema.Choices && rows.Schema.Tiers[tier - 1].First == schema.First)
                {
                    tier--;
                }

                // A codebook of the tier's own is fitted whole, a shared one from the end of what later tiers have fitted.
                if (part % schema.Repeat == 0)
                {
                    Fit(Points(rows.First(tier), rows.Ends[last], part, schema), part, schema, rows.Schema.Tiers[^1].First == 0 ? fitted : 0);
                }

                fitted = schema.Choices;
            }
        }

        private float[] Points(long begin, long end, int part, QuantizedTier tier)
        {
            List<int> ids = started.FindAll(id => id >= begin && id < end);
            (int width, int parts) = (rows.PartWidth * tier.Repeat, rows.Schema.Shared ? rows.Schema.Parts : 1);
            int[] sample = ProductKMeans.Sample(ids.Count * parts, tier.Choices, seed);
            float[] points = new float[sample.Length * width];
            for (int i = 0; i < sample.Length; i++)
            {
                rows.Stored(ids[sample[i] / parts]).Slice((part + (sample[i] % parts)) * rows.PartWidth, width).CopyTo(points.AsSpan(i * width));
            }

            return points;
        }

        private void Fit(float[] points, int part, QuantizedTier tier, int first)
        {
            (int choices, int width, DenseParameter codebook) = (tier.Choices, rows.PartWidth * tier.Repeat, rows.Codebook);
            float[] centroids = new float[choices * width];
            ref float Element(int k, int n) => ref state.Dense.At(codebook.Offset + ((long)(tier.First + k) * codebook.Stride) + rows.Column(part) + n);
            for (int k = 0; k < choices; k++)
            {
                for (int n = 0; n < width; n++)
                {
                    centroids[(n * choices) + k] = Element(k, n);
                }
            }

            ProductKMeans.Fit(points, width, centroids, choices, first, choices, new CounterRandom(seed, part + 1));
            for (int k = first; k < choices; k++)
            {
                for (int n = 0; n < width; n++)
                {
                    Element(k, n) = centroids[(n * choices) + k];
                }
            }
        }
    }
}
