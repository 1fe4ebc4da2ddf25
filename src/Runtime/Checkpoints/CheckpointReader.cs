using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Reads a checkpoint of a given model. What the file claims is checked before anything is allocated from it.</summary>
internal sealed class CheckpointReader : IDisposable
{
    private readonly SafeTensorsReader _file;
    private readonly ModelSchema _schema;

    private CheckpointReader(SafeTensorsReader file, ModelSchema schema)
    {
        _file = file;
        _schema = schema;
    }

    /// <summary>The file, for tensors beside the model.</summary>
    public SafeTensorsReader File => _file;

    /// <summary>Whether the file holds a run that can be resumed, not only a finished model.</summary>
    public bool IsTraining => Text("content") == CheckpointFormat.Training;

    /// <summary>Whether the parameters of the best epoch are stored beside the current ones.</summary>
    public bool HasBest => (_schema.Tables.Length > 0 && _file.Contains(CheckpointFormat.Best + _schema.Tables[0].Name))
        || (_schema.Dense.Length > 0 && _file.Contains(CheckpointFormat.Best + _schema.Dense[0].Name));

    /// <summary>Opens a checkpoint.</summary>
    /// <exception cref="System.IO.FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">The file is damaged, no checkpoint, of another version or of another model.</exception>
    public static CheckpointReader Open(string path, ModelSchema schema)
    {
        SafeTensorsReader file = SafeTensorsReader.Open(path);
        try
        {
            CheckpointReader reader = new(file, schema);
            reader.CheckIdentity();
            return reader;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads the position of a run whose epochs have <paramref name="stepsPerEpoch"/> steps.</summary>
    public TrainingPosition ReadPosition(long stepsPerEpoch)
    {
        TrainingPosition position = new()
        {
            Epoch = Number<int>("epoch"),
            Step = Number<long>("stepInEpoch"),
            LossSum = Number<double>("lossSum"),
            Seconds = Number<double>("epochSeconds"),
            BestEpoch = Number<int>("bestEpoch"),
            History = ReadHistory(),
        };
        if (position.Epoch < 0 || position.Step < 0 || position.Step > stepsPerEpoch || position.History.Count != position.Epoch || (uint)position.BestEpoch > (uint)position.Epoch)
        {
            throw _file.Error(
                $"The position is not sound: {position.Epoch} epochs and {position.Step} of {stepsPerEpoch} steps done, {position.History.Count} epochs in the history, best epoch {position.BestEpoch}.");
        }

        return position;
    }

    /// <summary>Reads the results of the epochs.</summary>
    public List<EpochResult> ReadHistory()
    {
        try
        {
            return HistoryText.Read(Text("history"));
        }
        catch (FormatException e)
        {
            throw _file.Error($"The metadata entry 'history' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads the vocabularies with their training counts.</summary>
    public ImmutableArray<Vocabulary> ReadVocabularies()
    {
        ImmutableArray<Vocabulary>.Builder vocabularies = ImmutableArray.CreateBuilder<Vocabulary>(_schema.Categoricals.Length);
        foreach (CategoricalFeature feature in _schema.Categoricals)
        {
            _file.Require(CheckpointFormat.Counts(feature), SafeTensorType.I64, -1);
            long[] counts = _file.ReadArray<long>(CheckpointFormat.Counts(feature));
            if (counts.Length == 0)
            {
                throw _file.Error($"The tensor '{CheckpointFormat.Counts(feature)}' is empty.");
            }

            vocabularies.Add(VocabularyTensors.Read(_file, feature, counts[..^1], counts[^1]));
        }

        return vocabularies.MoveToImmutable();
    }

    /// <summary>Reads the numeric scalings.</summary>
    public ImmutableArray<NumericScaling> ReadScalings()
    {
        _file.Require(CheckpointFormat.Scalings, SafeTensorType.F32, _schema.Numerics.Length, 2);
        float[] values = _file.ReadArray<float>(CheckpointFormat.Scalings);
        ImmutableArray<NumericScaling>.Builder scalings = ImmutableArray.CreateBuilder<NumericScaling>(_schema.Numerics.Length);
        for (int j = 0; j < _schema.Numerics.Length; j++)
        {
            scalings.Add(new NumericScaling(values[2 * j], values[(2 * j) + 1]));
        }

        return scalings.MoveToImmutable();
    }

    /// <summary>Reads the current or the best parameters into an allocated state and refreshes the transposed copies.</summary>
    public void ReadParameters(ModelState state, bool best)
    {
        string prefix = best ? CheckpointFormat.Best : CheckpointFormat.Parameters;
        foreach (Table table in state.Tables)
        {
            ReadTable(table, prefix, table.Values, table.Assignment);
        }

        ReadDense(prefix, state.Dense);
        state.Steps = Number<long>("totalSteps");
        state.RefreshTransposed();
    }

    /// <summary>Reads the parameters of the best epoch into a copy.</summary>
    public void ReadBest(ModelState state, BestParameters best)
    {
        for (int t = 0; t < state.Tables.Length; t++)
        {
            ReadTable(state.Tables[t], CheckpointFormat.Best, best.Tables[t], best.Assignments[t]);
        }

        ReadDense(CheckpointFormat.Best, best.Dense);
    }

    /// <summary>Reads the optimiser state.</summary>
    public void ReadOptimizer(ModelState state)
    {
        foreach (Table table in state.Tables)
        {
            for (int s = 0; s < table.State.Length; s++)
            {
                long width = table.State[s].Length / table.Rows;
                _file.Read(CheckpointFormat.OptimizerState(s) + table.Parameter.Name, table.State[s], 0, table.Rows, width, width);
            }
        }

        for (int s = 0; s < state.DenseState.Length; s++)
        {
            ReadDense(CheckpointFormat.OptimizerState(s), state.DenseState[s]);
        }
    }

    /// <summary>Reads a number of the metadata.</summary>
    public T Number<T>(string key)
        where T : IParsable<T> => T.TryParse(Text(key), CultureInfo.InvariantCulture, out T? value)
            ? value
            : throw _file.Error($"The metadata entry '{key}' is '{Text(key)}', not a number of type {typeof(T).Name}.");

    /// <summary>Reads a text of the metadata.</summary>
    public string Text(string key) =>
        _file.Metadata.TryGetValue(key, out string? value) ? value : throw _file.Error($"The metadata entry '{key}' is missing.");

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private void CheckIdentity()
    {
        if (!_file.Metadata.TryGetValue("format", out string? format) || format != CheckpointFormat.Name)
        {
            throw _file.Error($"This is a safetensors file, but not a training checkpoint: its metadata entry 'format' is {(format is null ? "missing" : $"'{format}'")}, expected '{CheckpointFormat.Name}'.");
        }

        if (Text("formatVersion") != CheckpointFormat.Version)
        {
            throw _file.Error($"The checkpoint has format version {Text("formatVersion")}; this version of the library reads version {CheckpointFormat.Version}. Use the version of the library that wrote it.");
        }

        if (Text("model") != _schema.Name)
        {
            throw _file.Error($"The checkpoint belongs to model {Text("model")}, not to {_schema.Name}.");
        }

        if (Text("fingerprint") != _schema.Fingerprint)
        {
            throw _file.Error($"The checkpoint was written by an earlier or later form of model {_schema.Name}: its fingerprint is {Text("fingerprint")}, that of the class now is {_schema.Fingerprint}. Restore the attributes and properties it was trained with, or train again.");
        }
    }

    private void ReadTable(Table table, string prefix, NativeFloats values, Assignment? assignment)
    {
        _file.Read(prefix + table.Parameter.Name, values, 0, table.Rows, table.Parameter.Width, table.Parameter.Width);
        if (assignment is null)
        {
            return;
        }

        string name = CheckpointFormat.Assignment(prefix, table.Parameter);
        _file.Require(name, SafeTensorType.I32, assignment.Clusters.Length + 1);
        int[] clusters = _file.ReadArray<int>(name);
        int live = clusters[^1];
        if (live < 1 || live > assignment.Capacity || clusters.AsSpan(..^1).ContainsAnyExceptInRange(0, live - 1))
        {
            throw _file.Error($"The tensor '{name}' is not sound: {live} of at most {assignment.Capacity} clusters are in use, and the cluster of every id is below that.");
        }

        clusters.AsSpan(..^1).CopyTo(assignment.Clusters);
        assignment.Live = live;
    }

    private void ReadDense(string prefix, NativeFloats arena)
    {
        foreach (DenseParameter parameter in _schema.Dense)
        {
            _file.Read(prefix + parameter.Name, arena, parameter.Offset, parameter.Rows, parameter.Columns, parameter.Stride);
        }
    }
}
