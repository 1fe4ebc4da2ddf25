using System;
using System.Collections.Generic;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// Starts quantised embeddings from given vectors: they become the queries, and the codebook becomes their product k-means; towers of
/// the model that the vectors come from are taken over. The vectors of the last tier give the prefix that all ids may use, those of each tier before it the centroids that are its own.
/// </summary>
internal static class WarmStart
{
    /// <summary>Replaces the random start of the quantised embeddings that there are vectors for.</summary>
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

        foreach (QuantizedFeature schema in state.Schema.Quantized)
        {
            if (!vectors.Has(state.Schema.Categoricals[schema.Feature].Name))
            {
                continue;
            }

            QuantizedRows rows = new(state, schema);
            List<int> started = Queries(rows, state.Vocabularies[schema.Feature], vectors);
            team.Run(schema.Parts, new PartFit(state, rows, started, seed));
            state.RefreshTransposed(rows.Codebook, 0, rows.Codebook.Rows);
            if (schema.Counts is not null)
            {
                Count(state, rows, stepsPerEpoch);
            }
        }
    }

    private static List<int> Queries(QuantizedRows rows, Vocabulary vocabulary, StartVectors vectors)
    {
        List<int> started = [];
        for (int id = 0; id < vocabulary.Count; id++)
        {
            if (vectors.Find(vocabulary, id, rows.Codebook.Columns) is { } vector)
            {
                foreach (float value in vector)
                {
                    if (!float.IsFinite(value))
                    {
                        throw new ArgumentException($"TrainingOptions.Start has a vector for id {id} of {vocabulary.Feature.Name} that is not finite.");
                    }
                }

                vector.CopyTo(rows.Query(id));
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
                state.Dense.At(counts.Offset + ((long)codes[part] * counts.Stride) + part) += (float)((double)lookups[id] / stepsPerEpoch);
            }
        }
    }

    private sealed class PartFit(ModelState state, QuantizedRows rows, List<int> started, ulong seed) : ITeamWork
    {
        public void Execute(int part)
        {
            (int width, DenseParameter codebook) = (rows.PartWidth, rows.Codebook);
            int first = 0;
            for (int tier = rows.Schema.Tiers.Length - 1; tier >= 0; tier--)
            {
                int choices = rows.Schema.Tiers[tier].Choices, last = tier;
                while (tier > 0 && rows.Schema.Tiers[tier - 1].Choices == choices)
                {
                    tier--;
                }

                Fit(Points(rows.First(tier), rows.Ends[last], part, choices), part, width, codebook, choices, first);
                first = choices;
            }
        }

        private float[] Points(long begin, long end, int part, int choices)
        {
            int width = rows.PartWidth;
            List<int> ids = started.FindAll(id => id >= begin && id < end);
            int[] sample = ProductKMeans.Sample(ids.Count, choices, seed);
            float[] points = new float[sample.Length * width];
            for (int i = 0; i < sample.Length; i++)
            {
                rows.Query(ids[sample[i]]).Slice(part * width, width).CopyTo(points.AsSpan(i * width));
            }

            return points;
        }

        private void Fit(float[] points, int part, int width, DenseParameter codebook, int choices, int first)
        {
            float[] centroids = new float[choices * width];
            ref float Element(int k, int n) => ref state.Dense.At(codebook.Offset + ((long)k * codebook.Stride) + (part * width) + n);
            for (int k = 0; k < choices; k++)
            {
                for (int n = 0; n < width; n++)
                {
                    centroids[(n * choices) + k] = Element(k, n);
                }
            }

            ProductKMeans.Fit(points, width, centroids, choices, first, new CounterRandom(seed, part + 1));
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
