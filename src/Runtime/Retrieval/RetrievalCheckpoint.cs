using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>
/// A retrieval run in a safetensors file, from which it continues to the same bits: "values" F32 [slots], "optimizer0" and so on, and when
/// entries were pruned "columns" I32 [slots] and "counts" I32 [rows]; where the run stands and what it was asked for in the metadata.
/// The unit rows follow from the values.
/// </summary>
internal static class RetrievalCheckpoint
{
    private const string Format = "modelgen.retrieval.checkpoint";
    private const string Version = "1";

    /// <summary>Writes a run.</summary>
    /// <exception cref="ArtifactWriteException">The file cannot be written; what was there before is unchanged.</exception>
    public static void Write(string path, ModelSchema schema, SparseRows rows, RetrievalPosition position, IReadOnlyDictionary<string, string> run)
    {
        SafeTensorsWriter writer = new();
        writer.Metadata("format", Format);
        writer.Metadata("formatVersion", Version);
        writer.Metadata("model", schema.Name);
        writer.Metadata("fingerprint", schema.Fingerprint);
        foreach ((string key, string value) in run)
        {
            writer.Metadata(key, value);
        }

        foreach ((string key, IFormattable value) in Numbers(position))
        {
            writer.Metadata(key, value.ToString(value is double ? "R" : null, CultureInfo.InvariantCulture));
        }

        writer.Metadata("history", string.Join(';', position.History.Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Kept} {e.Loss:R} {e.Seconds:R} {e.UsersPerSecond:R}"))));
        long slots = rows.SlotCount;
        writer.Add("values", rows.Values, 0, 1, slots, slots);
        for (int s = 0; s < rows.State.Length; s++)
        {
            writer.Add($"optimizer{s}", rows.State[s], 0, 1, slots, slots);
        }

        if (!rows.IsFull)
        {
            int[] counts = new int[rows.Rows];
            for (int row = 0; row < counts.Length; row++)
            {
                counts[row] = rows.Count(row);
            }

            writer.Add("columns", rows.Indices, slots);
            writer.Add("counts", counts, counts.Length);
        }

        writer.Save(path);
    }

    /// <summary>Reads a run; what it was asked for must be the same now.</summary>
    /// <exception cref="CheckpointFormatException">The file is damaged, no such checkpoint, of another version or of another model.</exception>
    /// <exception cref="CheckpointMismatchException">The checkpoint belongs to a different run.</exception>
    public static (SparseRows Rows, RetrievalPosition Position) Read(string path, ModelSchema schema, int items, IReadOnlyDictionary<string, string> run, IReadOnlyList<SparsityLevel> levels)
    {
        using SafeTensorsReader reader = SafeTensorsReader.Open(path);
        string Text(string key) => reader.Metadata.GetValueOrDefault(key) ?? throw reader.Error($"The metadata entry '{key}' is missing.");
        T Number<T>(string key)
            where T : IParsable<T> => T.TryParse(Text(key), CultureInfo.InvariantCulture, out T? value) ? value : throw reader.Error($"The metadata entry '{key}' is '{Text(key)}', not a number.");
        if (reader.Metadata.GetValueOrDefault("format") != Format)
        {
            throw reader.Error($"The file is no checkpoint of a retrieval run: its metadata entry 'format' is not '{Format}'.");
        }

        if (Text("formatVersion") != Version || Text("fingerprint") != schema.Fingerprint)
        {
            throw reader.Error($"The checkpoint has format version {Text("formatVersion")} and holds model {Text("model")} with fingerprint {Text("fingerprint")}; expected version {Version} and {schema.Name} with {schema.Fingerprint}. Restore the class it was trained with, or train again.");
        }

        foreach ((string key, string value) in run)
        {
            if (Text(key) != value)
            {
                throw new CheckpointMismatchException(path, $"it was written with {key} = {Text(key)}, this run has {value}. Use the settings and data of that run, or start over.");
            }
        }

        RetrievalPosition position = new()
        {
            Level = Number<int>("level"), EpochOfLevel = Number<int>("epochOfLevel"), Epoch = Number<int>("epoch"), Step = Number<int>("step"),
            StepOfLevel = Number<long>("stepOfLevel"), TotalSteps = Number<long>("totalSteps"), LossSum = Number<double>("lossSum"), Seconds = Number<double>("epochSeconds"),
            History = ReadHistory(reader, Text("history")),
        };
        if ((uint)position.Level >= (uint)levels.Count || position.Epoch != position.History.Count || position.Step < 0 || position.EpochOfLevel < 0)
        {
            throw reader.Error($"The position is not sound: level {position.Level} of {levels.Count}, epoch {position.Epoch}, {position.History.Count} epochs in the history.");
        }

        return (ReadRows(reader, schema, items, levels[position.Level].Stored), position);
    }

    private static SparseRows ReadRows(SafeTensorsReader reader, ModelSchema schema, int items, int kept)
    {
        int dimension = schema.Tables[0].Width;
        int[]? counts = kept == dimension ? null : reader.ReadArray<int>("counts");
        if (counts is not null && (counts.Length != items || counts.Any(c => c < 1 || c > dimension)))
        {
            throw reader.Error($"The tensor 'counts' does not hold {items} numbers of 1 to {dimension}.");
        }

        SparseRows rows = new(items, dimension, counts, schema.Optimizer.DenseStates, SparseRows.PrefersWide(dimension, kept));
        reader.Read("values", rows.Values, 0, 1, rows.SlotCount, rows.SlotCount);
        for (int s = 0; s < rows.State.Length; s++)
        {
            reader.Read($"optimizer{s}", rows.State[s], 0, 1, rows.SlotCount, rows.SlotCount);
        }

        if (counts is null)
        {
            return rows;
        }

        reader.Read<int>("columns", rows.Indices);
        foreach (int column in rows.Indices)
        {
            if ((uint)column >= (uint)dimension)
            {
                throw reader.Error($"The tensor 'columns' holds {column}; columns are 0 to {dimension - 1}.");
            }
        }

        return rows;
    }

    private static IEnumerable<(string Key, IFormattable Value)> Numbers(RetrievalPosition p) =>
    [
        ("level", p.Level), ("epochOfLevel", p.EpochOfLevel), ("epoch", p.Epoch), ("step", p.Step), ("stepOfLevel", p.StepOfLevel),
        ("totalSteps", p.TotalSteps), ("lossSum", p.LossSum), ("epochSeconds", p.Seconds),
    ];

    private static List<RetrievalEpoch> ReadHistory(SafeTensorsReader reader, string text)
    {
        List<RetrievalEpoch> history = [];
        foreach (string epoch in text.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = epoch.Split(' ');
            if (words.Length != 4 || !int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int kept)
                || !double.TryParse(words[1], CultureInfo.InvariantCulture, out double loss) || !double.TryParse(words[2], CultureInfo.InvariantCulture, out double seconds)
                || !double.TryParse(words[3], CultureInfo.InvariantCulture, out double speed))
            {
                throw reader.Error($"The metadata entry 'history' cannot be read at '{epoch}'.");
            }

            history.Add(new RetrievalEpoch(history.Count + 1, kept, loss, seconds, speed));
        }

        return history;
    }
}
