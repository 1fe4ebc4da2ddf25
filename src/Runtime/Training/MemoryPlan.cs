using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Text;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Memory a training run takes, in bytes, known before anything is allocated.</summary>
/// <param name="Parameters">Tables, dense parameters and transposed copies.</param>
/// <param name="OptimizerState">State of the optimiser.</param>
/// <param name="BestParameters">Copy of the parameters of the best epoch; 0 when none is kept.</param>
/// <param name="Data">Training and validation examples.</param>
/// <param name="Working">Batches and tile workspaces. For bags an estimate from their mean length.</param>
public sealed record MemoryPlan(long Parameters, long OptimizerState, long BestParameters, long Data, long Working)
{
    // Two training batches are in flight, so that the next one can be filled while the current one is trained on.
    private const int Batches = 2;

    /// <summary>What the process held beside the data when the plan was made: the runtime, code, and whatever else the application keeps.</summary>
    public long Process { get; } = long.Max(0, Environment.WorkingSet - Data);

    /// <summary>The peak of the process that the run leads to: the plan and what the process held before.</summary>
    public long ExpectedPeak => Total + Process;

    /// <summary>Sum of all parts of the run.</summary>
    public long Total => Parameters + OptimizerState + BestParameters + Data + Working;

    /// <summary>What training allocates beside the data, which are already held.</summary>
    internal long ToAllocate => Total - Data;

    /// <summary>A small table, one part per line, in megabytes (10^6 bytes).</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        Append(text, "parameters", Parameters);
        Append(text, "optimiser state", OptimizerState);
        Append(text, "best epoch", BestParameters);
        Append(text, "data", Data);
        Append(text, "working memory", Working);
        Append(text, "total", Total);
        Append(text, "process before", Process);
        Append(text, "expected peak", ExpectedPeak);
        return text.ToString().TrimEnd();
    }

    internal static MemoryPlan Compute(ModelSchema schema, ImmutableArray<Vocabulary> vocabularies, DataSet data, TrainingOptions options)
    {
        long values = schema.DenseFloats;
        long state = (long)schema.DenseFloats * schema.Optimizer.DenseStates;
        foreach (TableParameter table in schema.Tables)
        {
            long rows = table.Rows(vocabularies[table.Feature].Rows);
            values += rows * table.Width;
            values += table.Index == RowIndex.Assignment ? vocabularies[table.Feature].Rows : 0;
            foreach (int width in schema.Optimizer.TableStateWidths(table.Width))
            {
                state += rows * width;
            }
        }

        bool keepsBest = options.KeepBest && options.Validation is not null;
        long dataBytes = data.Bytes + (options.Validation?.Bytes ?? 0);
        return new MemoryPlan(
            sizeof(float) * (values + schema.TransposedFloats),
            sizeof(float) * state,
            keepsBest ? sizeof(float) * values : 0,
            dataBytes,
            sizeof(float) * WorkingFloats(schema, data, (long)int.Min(options.BatchSize, data.Count) * options.RowsPerExample(schema))
                + vocabularies.Sum(v => DistinctIds.Bytes(v.Rows))
                + (sizeof(int) * (data.Count + data.Categoricals.Sum(c => (long)c.KeyCount))));
    }

    private static long WorkingFloats(ModelSchema schema, DataSet data, long capacity)
    {
        long lanes = ModelSchema.Lanes * ((long)schema.TileFloats + schema.FactorOffset);
        long batch = capacity * (1 + schema.Numerics.Length), step = 0;
        for (int f = 0; f < schema.Categoricals.Length; f++)
        {
            CategoricalFeature feature = schema.Categoricals[f];
            long positions = (long)Math.Ceiling((double)capacity * data.Categoricals[f].Codes.Length / data.Count);
            long chunks = (positions + feature.ChunkSlots - 1) / feature.ChunkSlots;
            step += capacity * feature.VectorStride;
            batch += ((positions + 1) * feature.VectorStride) + (chunks * feature.FactorFloats) + (4 * positions) + (positions * feature.Codes / 2);
            foreach (TableParameter table in schema.Tables)
            {
                batch += table.Feature == f && table.Index != RowIndex.Identity ? positions * (table.Width + 3L) : 0;
            }
        }

        // The order of a batch's examples: their ids and places, twice.
        return lanes + step + (Batches * batch) + (3 * capacity);
    }

    private static void Append(StringBuilder text, string name, long bytes) =>
        text.Append(CultureInfo.InvariantCulture, $"{name,-16}{bytes / 1e6,12:N1} MB").Append('\n');
}
