using System;
using System.Diagnostics;
using System.Linq;
using ModelGen.ClickThrough;
using ModelGen.Compiled;

namespace ModelGen.Quality;

/// <summary>Runs of one model class.</summary>
internal interface IModelRuns
{
    /// <summary>Reads the data, unless it was read before.</summary>
    void Load();

    /// <summary>Trains on one thread and measures the collapsed model on the test part.</summary>
    RunRecord Run(Combination combination, Setting setting, ulong seed);

    /// <summary>Lets go of the data.</summary>
    void Release();
}

/// <inheritdoc cref="IModelRuns"/>
/// <typeparam name="TModel">The model class.</typeparam>
internal sealed class ModelRuns<TModel>(Func<ClickSplits<TModel>> read) : IModelRuns
    where TModel : class, IEmbeddingModel<TModel>
{
    private ClickSplits<TModel>? _splits;

    public void Load() => _splits ??= read();

    public void Release() => _splits = null;

    public RunRecord Run(Combination combination, Setting setting, ulong seed)
    {
        Load();
        ClickSplits<TModel> splits = _splits!;
        long started = Stopwatch.GetTimestamp();
        (int batchSize, int epochs, int patience) = combination.Protocol;
        TrainingOptions options = new()
        {
            BatchSize = batchSize,
            Epochs = epochs,
            Patience = patience,
            Validation = splits.Validation,
            Seed = seed,
            Threads = 1,
            LearningRate = (float)setting.Rate,
            TableLearningRate = setting.Multiplier == 1 ? null : (float)(setting.Rate * setting.Multiplier),
            FactorSigma = setting.Inner > 0 ? (float)setting.Sigma : null,
        };
        RunRecord record = new() { Combination = combination, Setting = setting, Seed = seed };
        TrainedModel<TModel> trained;
        int? divergedIn = null;
        try
        {
            trained = ModelTrainer.Train(splits.Train, options);
        }
        catch (TrainingDivergedException e)
        {
            // The protocol keeps the best epoch before the divergence; the epochs before it are the same when they are run again.
            divergedIn = e.Epoch;
            if (e.Epoch == 1)
            {
                return record with { DivergedIn = divergedIn, Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds };
            }

            trained = ModelTrainer.Train(splits.Train, options with { Epochs = e.Epoch - 1 });
        }

        CollapsedModel<TModel> collapsed = trained.Collapse();
        Evaluation test = collapsed.Evaluate(splits.Test);
        return record with
        {
            Auc = test.Auc,
            LogLoss = test.LogLoss,
            AucRare = test.AucRare,
            AucPopular = test.AucPopular,
            ValidationAuc = trained.History[trained.BestEpoch - 1].Validation!.Auc,
            Epoch = trained.BestEpoch,
            DivergedIn = divergedIn,
            Bytes = collapsed.Bytes,
            EmbeddingBytes = collapsed.EmbeddingBytes,
            RowsPerSecond = trained.History.Average(epoch => epoch.ExamplesPerSecond),
            Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds,
        };
    }
}
