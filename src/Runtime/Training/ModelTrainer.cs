using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>Trains compiled models.</summary>
public static class ModelTrainer
{
    /// <summary>
    /// Trains a model: builds vocabularies and scalings on the training data, starts the parameters (or resumes from a checkpoint)
    /// and runs the epochs. The same data, options and seed give the same bits on any number of threads, interrupted or not.
    /// </summary>
    /// <param name="data">Training examples.</param>
    /// <param name="options">Settings.</param>
    /// <param name="cancellationToken">Stops after the step under way, with a checkpoint when a path is set.</param>
    /// <exception cref="ArgumentException">A setting is wrong; the message names it.</exception>
    /// <exception cref="VocabularyException">A feature has no known value, or values that are not allowed; see <see cref="Vocabulary.Build"/>.</exception>
    /// <exception cref="InsufficientMemoryException">The run does not fit in memory; the message holds the plan.</exception>
    /// <exception cref="ArtifactWriteException">The checkpoint cannot be written; found before the first step where possible.</exception>
    /// <exception cref="CheckpointFormatException">The checkpoint to resume from is damaged or of another model or version.</exception>
    /// <exception cref="CheckpointMismatchException">The checkpoint to resume from belongs to a different run.</exception>
    /// <exception cref="DeviceException">The device asked for cannot be used; the message says why.</exception>
    /// <exception cref="ModelGen.Cuda.CudaException">The device failed; the message names the call and the kernel.</exception>
    /// <exception cref="TrainingDivergedException">The loss or a parameter is no longer finite.</exception>
    /// <exception cref="TrainingCanceledException">The token was cancelled.</exception>
    public static TrainedModel<TModel> Train<TModel>(DataSet<TModel> data, TrainingOptions options, CancellationToken cancellationToken = default)
        where TModel : class, IEmbeddingModel<TModel> => Train(data, options, null, cancellationToken);

    /// <summary>Trains a model as <see cref="Train{TModel}(DataSet{TModel}, TrainingOptions, CancellationToken)"/> does, and shows it after every epoch.</summary>
    /// <param name="data">Training examples.</param>
    /// <param name="options">Settings.</param>
    /// <param name="afterEpoch">
    /// Receives the model as it is after an epoch, on the training thread, to measure it in ways that <see cref="TrainingOptions.Validation"/>
    /// does not. It goes on being trained when the call returns, so nothing made of it may be kept. Null for none.
    /// </param>
    /// <param name="cancellationToken">Stops after the step under way, with a checkpoint when a path is set.</param>
    public static TrainedModel<TModel> Train<TModel>(
        DataSet<TModel> data, TrainingOptions options, Action<TrainedModel<TModel>>? afterEpoch, CancellationToken cancellationToken = default)
        where TModel : class, IEmbeddingModel<TModel>
    {
        Check(data, options);
        if (options.CheckpointPath is { } path)
        {
            // Found out now rather than after an epoch.
            AtomicFile.Create(path).Dispose();
        }

        using Trainer<TModel> trainer = new(data, options);
        return trainer.Run(afterEpoch, cancellationToken);
    }

    /// <summary>The memory a run would take, without starting it.</summary>
    /// <param name="data">Training examples.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="ArgumentException">A setting is wrong; the message names it.</exception>
    /// <exception cref="VocabularyException">A feature has no known value, or values that are not allowed; see <see cref="Vocabulary.Build"/>.</exception>
    public static MemoryPlan Plan<TModel>(DataSet<TModel> data, TrainingOptions options)
        where TModel : class, IEmbeddingModel<TModel>
    {
        Check(data, options);
        return MemoryPlan.Compute(TModel.Schema, BuildVocabularies(TModel.Schema, data), data, options);
    }

    internal static ImmutableArray<Vocabulary> BuildVocabularies(ModelSchema schema, DataSet data)
    {
        ImmutableArray<Vocabulary>.Builder vocabularies = ImmutableArray.CreateBuilder<Vocabulary>(schema.Categoricals.Length);
        for (int f = 0; f < schema.Categoricals.Length; f++)
        {
            vocabularies.Add(Vocabulary.Build(schema.Categoricals[f], data.Categoricals[f]));
        }

        return vocabularies.MoveToImmutable();
    }

    internal static ImmutableArray<NumericScaling> BuildScalings(ModelSchema schema, DataSet data)
    {
        ImmutableArray<NumericScaling>.Builder scalings = ImmutableArray.CreateBuilder<NumericScaling>(schema.Numerics.Length);
        for (int j = 0; j < schema.Numerics.Length; j++)
        {
            scalings.Add(NumericStatistics.Compute(data.Numerics[j], schema.Numerics[j].Transform));
        }

        return scalings.MoveToImmutable();
    }

    private static void Check<TModel>(DataSet<TModel> data, TrainingOptions options)
        where TModel : class, IEmbeddingModel<TModel>
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        options.Check<TModel>();
        if (options.FullBatch && TModel.Factorization is null)
        {
            throw new ArgumentException(
                $"{nameof(TrainingOptions)}.{nameof(TrainingOptions.FullBatch)} is true; it is only for a [MatrixFactorization] over [Full], [Hashed] or [Clustered] without codes, which {TModel.Schema.Name} is not. Leave it out to train in batches.",
                nameof(options));
        }

        if (!options.FullBatch && TModel.Factorization is { L2PerId: > 0 } factorization)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"[MatrixFactorization(L2PerId = {factorization.L2PerId})] of {TModel.Schema.Name} is a penalty of training on all ratings at once; set {nameof(TrainingOptions)}.{nameof(TrainingOptions.FullBatch)}, or use L2, the weight per rating."), nameof(options));
        }

        if (!options.FullBatch && TModel.Schema.Categoricals.FirstOrDefault(c => c.Clusters is { PersonalFrom: > 0 }) is { } personal)
        {
            throw new ArgumentException(
                $"[Clustered(PersonalFrom = {personal.Clusters!.PersonalFrom})] of {personal.Name} is a phase of training on all ratings at once; set {nameof(TrainingOptions)}.{nameof(TrainingOptions.FullBatch)}, or leave PersonalFrom out.", nameof(options));
        }

        if (options.Validation is null && TModel.Schema.Categoricals.FirstOrDefault(c => c.Clusters is { StopWhenIdle: true }) is { } feature)
        {
            throw new ArgumentException(
                $"[Clustered(StopWhenIdle = true)] of {feature.Name} ends the splits by the validation loss; set {nameof(TrainingOptions)}.{nameof(TrainingOptions.Validation)}, or StopWhenIdle to false.", nameof(options));
        }
    }
}
