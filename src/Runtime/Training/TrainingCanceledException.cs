using System;
using System.Threading;

namespace ModelGen;

/// <summary>Training was cancelled between two steps; with a checkpoint path it can be resumed to the same bits.</summary>
public sealed class TrainingCanceledException : OperationCanceledException
{
    internal TrainingCanceledException(int epoch, long step, string? checkpointPath, CancellationToken token)
        : base(
            $"Training was cancelled in epoch {epoch} after step {step}. " + (checkpointPath is null
                ? "No TrainingOptions.CheckpointPath was set, so its state is lost."
                : $"Its state is in '{checkpointPath}'; train again with Resume = true to continue."),
            token)
    {
        Epoch = epoch;
        Step = step;
        CheckpointPath = checkpointPath;
    }

    /// <summary>Epoch that was under way, 1 for the first.</summary>
    public int Epoch { get; }

    /// <summary>Steps done in that epoch.</summary>
    public long Step { get; }

    /// <summary>File that holds the state, or null when no path was set.</summary>
    public string? CheckpointPath { get; }
}
