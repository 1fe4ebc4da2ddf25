using System;
using System.Collections.Generic;
using System.Globalization;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Writes checkpoints. The file appears as a whole or not at all.</summary>
internal static class CheckpointWriter
{
    /// <summary>Writes a run that can be resumed.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="state">Parameters and optimiser state.</param>
    /// <param name="position">Where the run stands.</param>
    /// <param name="best">Parameters of the best epoch where they differ from the current ones; else null.</param>
    /// <param name="options">Settings of the run.</param>
    /// <param name="examples">Number of training examples.</param>
    /// <exception cref="ArtifactWriteException">The file cannot be written.</exception>
    public static void WriteTraining(
        string path, ModelState state, TrainingPosition position, BestParameters? best, TrainingOptions options, int examples)
    {
        SafeTensorsWriter writer = new();
        AddHead(writer, state, CheckpointFormat.Training, position.BestEpoch, position.History);
        writer.Metadata("seed", Text(options.Seed));
        writer.Metadata("batchSize", Text(options.BatchSize));
        writer.Metadata("fullBatch", options.FullBatch ? "1" : "0");
        writer.Metadata("examples", Text(examples));
        if (state.Schema.IsImplicit)
        {
            writer.Metadata("negatives", Text(options.NegativesOf(state.Schema)));
            writer.Metadata("negativeSampling", options.NegativeSampling.ToString());
        }

        writer.Metadata("epoch", Text(position.Epoch));
        writer.Metadata("stepInEpoch", Text(position.Step));
        writer.Metadata("lossSum", position.LossSum.ToString("R", CultureInfo.InvariantCulture));
        writer.Metadata("epochSeconds", position.Seconds.ToString("R", CultureInfo.InvariantCulture));
        AddParameters(writer, state);
        AddOptimizer(writer, state);
        if (best is not null)
        {
            for (int t = 0; t < state.Tables.Length; t++)
            {
                AddTable(writer, state.Tables[t], CheckpointFormat.Best, best.Tables[t], best.Assignments[t]);
            }

            AddDense(writer, state.Schema, CheckpointFormat.Best, best.Dense);
        }

        writer.Save(path);
    }

    /// <summary>Writes a finished model, without optimiser state.</summary>
    /// <exception cref="ArtifactWriteException">The file cannot be written.</exception>
    public static void WriteModel(string path, ModelState state, int bestEpoch, IReadOnlyList<EpochResult> history)
    {
        SafeTensorsWriter writer = new();
        AddHead(writer, state, CheckpointFormat.Model, bestEpoch, history);
        AddParameters(writer, state);
        writer.Save(path);
    }

    /// <summary>Writes an online trainer.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="state">Parameters and optimiser state.</param>
    /// <param name="more">Adds what the trainer keeps beside them.</param>
    /// <exception cref="ArtifactWriteException">The file cannot be written.</exception>
    public static void WriteOnline(string path, ModelState state, Action<SafeTensorsWriter> more)
    {
        SafeTensorsWriter writer = new();
        AddHead(writer, state, CheckpointFormat.Online, 0, []);
        AddParameters(writer, state);
        AddOptimizer(writer, state);
        more(writer);
        writer.Save(path);
    }

    private static void AddOptimizer(SafeTensorsWriter writer, ModelState state)
    {
        foreach (Table table in state.Tables)
        {
            for (int s = 0; s < table.State.Length; s++)
            {
                long width = table.State[s].Length / table.Rows;
                writer.Add(CheckpointFormat.OptimizerState(s) + table.Parameter.Name, table.State[s], 0, table.Rows, width, width);
            }
        }

        for (int s = 0; s < state.DenseState.Length; s++)
        {
            AddDense(writer, state.Schema, CheckpointFormat.OptimizerState(s), state.DenseState[s]);
        }
    }

    private static void AddHead(SafeTensorsWriter writer, ModelState state, string content, int bestEpoch, IReadOnlyList<EpochResult> history)
    {
        writer.Metadata("format", CheckpointFormat.Name);
        writer.Metadata("formatVersion", CheckpointFormat.Version);
        writer.Metadata("content", content);
        writer.Metadata("model", state.Schema.Name);
        writer.Metadata("fingerprint", state.Schema.Fingerprint);
        writer.Metadata("totalSteps", Text(state.Steps));
        writer.Metadata("bestEpoch", Text(bestEpoch));
        writer.Metadata("history", HistoryText.Write(history));
        foreach (Vocabulary vocabulary in state.Vocabularies)
        {
            VocabularyTensors.Add(writer, vocabulary);
            long[] counts = [.. vocabulary.Counts, vocabulary.UnknownCount];
            writer.Add(CheckpointFormat.Counts(vocabulary.Feature), counts, counts.Length);
        }

        float[] scalings = new float[2 * state.Scalings.Length];
        for (int j = 0; j < state.Scalings.Length; j++)
        {
            scalings[2 * j] = state.Scalings[j].Mean;
            scalings[(2 * j) + 1] = state.Scalings[j].InverseDeviation;
        }

        writer.Add(CheckpointFormat.Scalings, scalings, state.Scalings.Length, 2);
    }

    private static void AddParameters(SafeTensorsWriter writer, ModelState state)
    {
        foreach (Table table in state.Tables)
        {
            AddTable(writer, table, CheckpointFormat.Parameters, table.Values, table.Assignment);
        }

        AddDense(writer, state.Schema, CheckpointFormat.Parameters, state.Dense);
    }

    private static void AddTable(SafeTensorsWriter writer, Table table, string prefix, NativeFloats values, Assignment? assignment)
    {
        writer.Add(prefix + table.Parameter.Name, values, 0, table.Rows, table.Parameter.Width, table.Parameter.Width);
        if (assignment is not null)
        {
            int[] clusters = [.. assignment.Clusters, assignment.Live];
            writer.Add<int>(CheckpointFormat.Assignment(prefix, table.Parameter), clusters, clusters.Length);
        }
    }

    private static void AddDense(SafeTensorsWriter writer, ModelSchema schema, string prefix, NativeFloats arena)
    {
        foreach (DenseParameter parameter in schema.Dense)
        {
            writer.Add(prefix + parameter.Name, arena, parameter.Offset, parameter.Rows, parameter.Columns, parameter.Stride);
        }
    }

    private static string Text<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
