using System;

namespace ModelGen;

/// <summary>Training was stopped because the loss or a parameter is no longer a finite number. The last checkpoint, if any, is from before that.</summary>
public sealed class TrainingDivergedException : Exception
{
    internal TrainingDivergedException(string what, int epoch, long step, double loss, string? checkpointPath)
        : base(FormattableString.Invariant($"Training diverged in epoch {epoch}, step {step}: {what}. Lower the learning rate (TrainingOptions.LearningRate or one of the group rates), or the start deviation of the factors. ")
            + (checkpointPath is null ? "There is no checkpoint from before." : $"The last good checkpoint is '{checkpointPath}'."))
    {
        Epoch = epoch;
        Step = step;
        BatchLoss = loss;
        CheckpointPath = checkpointPath;
    }

    /// <summary>Epoch in which it happened, 1 for the first.</summary>
    public int Epoch { get; }

    /// <summary>Step within the epoch, 1 for the first.</summary>
    public long Step { get; }

    /// <summary>Mean loss of the last batch.</summary>
    public double BatchLoss { get; }

    /// <summary>File of the last checkpoint of this run, or null when none was written.</summary>
    public string? CheckpointPath { get; }
}
