using System;
using System.Threading;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Trains compiled retrieval models: ELSA and compressed ELSA.</summary>
public static class RetrievalTrainer
{
    /// <summary>
    /// Trains a model through the levels of its schedule. The same data, options and seed give the same bits on any number of threads,
    /// interrupted or not.
    /// </summary>
    /// <param name="data">Training pairs; the users are those who have a known item.</param>
    /// <param name="options">Settings.</param>
    /// <param name="cancellationToken">Stops after the step under way, with a checkpoint when a path is set.</param>
    /// <exception cref="ArgumentException">A setting is wrong; the message names it.</exception>
    /// <exception cref="VocabularyException">A feature has no known value, or values that are not allowed; see <see cref="Vocabulary.Build"/>.</exception>
    /// <exception cref="DataSetException">No pair is left.</exception>
    /// <exception cref="InsufficientMemoryException">The run does not fit in memory; the message holds the plan.</exception>
    /// <exception cref="ArtifactWriteException">The checkpoint cannot be written; found before the first step where possible.</exception>
    /// <exception cref="CheckpointFormatException">The checkpoint to resume from is damaged or of another model or version.</exception>
    /// <exception cref="CheckpointMismatchException">The checkpoint to resume from belongs to a different run.</exception>
    /// <exception cref="TrainingDivergedException">The loss or a parameter is no longer finite.</exception>
    /// <exception cref="TrainingCanceledException">The token was cancelled.</exception>
    public static TrainedRetriever<TModel> Train<TModel>(DataSet<TModel> data, RetrievalOptions options, CancellationToken cancellationToken = default)
        where TModel : class, IAutoencoder<TModel>
    {
        RetrievalData pairs = Check(data, options);
        if (options.CheckpointPath is { } path)
        {
            // Found out now rather than after an epoch.
            AtomicFile.Create(path).Dispose();
        }

        using RetrievalRun<TModel> run = new(pairs, data.Bytes, options);
        return run.Run(cancellationToken);
    }

    /// <summary>The memory a run would take, without starting it.</summary>
    /// <param name="data">Training pairs.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="ArgumentException">A setting is wrong; the message names it.</exception>
    /// <exception cref="VocabularyException">A feature has no known value, or values that are not allowed; see <see cref="Vocabulary.Build"/>.</exception>
    public static MemoryPlan Plan<TModel>(DataSet<TModel> data, RetrievalOptions options)
        where TModel : class, IAutoencoder<TModel> =>
        RetrievalMemory.Compute(TModel.Schema, Check(data, options).Matrix, data.Bytes, options);

    private static RetrievalData Check<TModel>(DataSet<TModel> data, RetrievalOptions options)
        where TModel : class, IAutoencoder<TModel>
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        TableParameter table = TModel.Schema.Tables[0];
        if (options.Epochs == 0 && (table.Kept == 0 || table.Kept == table.Width || options.Schedule.Kind == SparsityKind.Constant))
        {
            throw new ArgumentException($"{nameof(RetrievalOptions)}.{nameof(RetrievalOptions.Epochs)} is 0; it must be at least 1 for dense rows and under a constant schedule, which have no epochs before.", nameof(options));
        }

        return RetrievalData.From(TModel.Schema, data);
    }
}
