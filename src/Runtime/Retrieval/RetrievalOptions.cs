using System;
using ModelGen.Compiled;

namespace ModelGen;

/// <summary>How the kept entries are shared among the rows.</summary>
public enum SparsityBudget
{
    /// <summary>Every row keeps the same number.</summary>
    PerRow,

    /// <summary>The same total, the largest entries of all unit rows; every row keeps at least one.</summary>
    Global,
}

/// <summary>Settings of a training run of a retrieval model. Every value is checked when training starts.</summary>
public sealed record RetrievalOptions
{
    /// <summary>
    /// Passes over the users at the final number of kept entries, and all there are for dense rows; at least 1, 10 by default. 0 prunes rows to the
    /// final number without training after it, under any schedule but <see cref="SparsityKind.Constant"/>.
    /// </summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Users per optimiser step, 1 to 65,536; 128 by default. The last batch of an epoch may be shorter and is used.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Seed of the start values, of the order of the users and of drawn outputs; 1 by default. The same seed gives the same bits on any number of threads.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>How the kept entries fall to the model's <see cref="SparseAttribute.Kept"/>; not used for dense rows.</summary>
    public SparsitySchedule Schedule { get; init; } = new();

    /// <summary>How the kept entries are shared among the rows.</summary>
    public SparsityBudget Budget { get; init; } = SparsityBudget.PerRow;

    /// <summary>
    /// Most items that are scored in a step: those of the batch, which are always scored, and a draw of the others with replacement;
    /// at least 1, all items by default. Rows that are not scored are not updated.
    /// </summary>
    public int? MaxOutput { get; init; }

    /// <summary>Threads, 1 to 1,024; 0 (default) uses all cores.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// Where the steps run: <see cref="Device.Cpu"/> (default), a CUDA device, or <see cref="Device.Auto"/>. Batches, supports, checkpoints and
    /// the model are those of the CPU; a run may be resumed on the other kind of device, whose bits differ by roundings.
    /// </summary>
    public Device Device { get; init; }

    /// <summary>How a CUDA device multiplies matrices of dense rows; exact by default. Has no effect on the CPU.</summary>
    public MatrixPrecision MatrixPrecision { get; init; }

    /// <summary>Replaces the model's learning rate; positive.</summary>
    public float? LearningRate { get; init; }

    /// <summary>
    /// Whether the learning rate falls to zero over the epochs at the final number of kept entries, which are all epochs of dense rows; it does
    /// not by default. Levels before the final one train at the full rate either way.
    /// </summary>
    public RateDecay RateDecay { get; init; }

    /// <summary>File that receives checkpoints, replaced as a whole each time; none by default.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Steps between checkpoints, in addition to the one at the end of each epoch; 0 (default) writes only the latter. Needs <see cref="CheckpointPath"/>.</summary>
    public int CheckpointEverySteps { get; init; }

    /// <summary>Continue from <see cref="CheckpointPath"/> if the file is there; false by default.</summary>
    public bool Resume { get; init; }

    /// <summary>Receives the progress, on the training thread, about ten times a second and at the end of each epoch. Examples are users.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Stop after this many optimiser steps in all, those before a resume included, even inside an epoch; at least 1, null (default) for no limit.</summary>
    public long? MaxSteps { get; init; }

    /// <summary>Threads to use.</summary>
    internal int TeamSize => TrainingOptions.CountThreads(Threads);

    /// <exception cref="ArgumentException">A setting is out of range or needs another one.</exception>
    internal void Check()
    {
        Check(Epochs >= 0, nameof(Epochs), Epochs, "must be at least 1, or 0 to prune without training after it");
        Check(BatchSize is >= 1 and <= 65536, nameof(BatchSize), BatchSize, "must be 1 to 65,536");
        Check(Schedule is not null, nameof(Schedule), "null", "must be a schedule; leave it out for the default");
        Check(Schedule!.EpochsPerHalving >= 1, $"{nameof(Schedule)}.{nameof(SparsitySchedule.EpochsPerHalving)}", Schedule.EpochsPerHalving, "must be at least 1");
        Check(Enum.IsDefined(Schedule.Kind), $"{nameof(Schedule)}.{nameof(SparsitySchedule.Kind)}", Schedule.Kind, "must be a member of SparsityKind");
        Check(Enum.IsDefined(Schedule.Support), $"{nameof(Schedule)}.{nameof(SparsitySchedule.Support)}", Schedule.Support, "must be a member of SupportChoice");
        Check(Schedule.Support == SupportChoice.EveryLevel || !Schedule.Restart, $"{nameof(Schedule)}.{nameof(SparsitySchedule.Support)}", Schedule.Support, "goes without Restart: a level that starts anew has nothing to choose by");
        Check(Schedule.Support == SupportChoice.EveryLevel || Budget == SparsityBudget.PerRow, $"{nameof(Schedule)}.{nameof(SparsitySchedule.Support)}", Schedule.Support, $"goes with {nameof(Budget)} = {nameof(SparsityBudget.PerRow)}");
        Check(Enum.IsDefined(Budget), nameof(Budget), Budget, "must be a member of SparsityBudget");
        Check(MaxOutput is null or >= 1, nameof(MaxOutput), MaxOutput, "must be at least 1, or null for all items");
        Check(Threads is >= 0 and <= WorkerTeam.MaximumSize, nameof(Threads), Threads, "must be 1 to 1,024, or 0 for all cores");
        Check(Enum.IsDefined(MatrixPrecision), nameof(MatrixPrecision), MatrixPrecision, "must be a member of MatrixPrecision");
        Check(LearningRate is null or > 0 and < float.PositiveInfinity, nameof(LearningRate), LearningRate, "must be a positive, finite number, or null for the rate of the model");
        Check(Enum.IsDefined(RateDecay), nameof(RateDecay), RateDecay, "must be a member of RateDecay");
        Check(MaxSteps is null or >= 1, nameof(MaxSteps), MaxSteps, "must be at least 1, or null for no limit");
        Check(CheckpointPath is null || CheckpointPath.Trim().Length > 0, nameof(CheckpointPath), "empty", "must be a file path, or null for no checkpoints");
        Check(CheckpointEverySteps >= 0, nameof(CheckpointEverySteps), CheckpointEverySteps, "must be at least 0");
        Check(CheckpointEverySteps == 0 || CheckpointPath is not null, nameof(CheckpointEverySteps), CheckpointEverySteps, $"needs {nameof(CheckpointPath)}");
        Check(!Resume || CheckpointPath is not null, nameof(Resume), Resume, $"needs {nameof(CheckpointPath)}, the file to continue from");
    }

    private static void Check(bool holds, string name, object? value, string rule)
    {
        if (!holds)
        {
            throw new ArgumentException(FormattableString.Invariant($"{nameof(RetrievalOptions)}.{name} is {value}; it {rule}."), name);
        }
    }
}
